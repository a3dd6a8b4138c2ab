//! Starts the programs as they are released, puts them to work on loopback, and writes down what it cost.

mod client;
mod listing;
mod looking;
mod machine;
mod pages;
mod process;
mod report;
mod seed;
mod starting;

use std::path::PathBuf;

use clap::Parser;

/// Measures PulseCheck on this machine
#[derive(Debug, Parser)]
struct Args {
    /// A Postgres on which databases may be made and dropped
    #[arg(long, env = "DATABASE_URL")]
    database_url: String,
    /// A Redis for the programs under measurement
    #[arg(long, env = "REDIS_URL")]
    redis_url: String,
    /// Where the released programs are
    #[arg(long, default_value = "target/release")]
    programs: PathBuf,
    /// Services that the worker looks at every 30 s
    #[arg(long, default_value_t = 10_000)]
    services: u32,
    /// Seconds over which the worker is measured, after a warm-up of one interval
    #[arg(long, default_value_t = 120)]
    seconds: u32,
    /// Shorter measurements, for a first impression
    #[arg(long, env = "QUICK")]
    quick: bool,
    /// Where the document and its figures (.json) go
    #[arg(long, default_value = "docs/benchmarks.md")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = Args::parse();
    if args.quick {
        args.seconds = args.seconds.min(60);
    }
    let machine = machine::describe();
    let looking = looking::run(&args).await?;
    let pages = pages::run(&args).await?;
    let listing = listing::run(&args).await?;
    let starting = starting::run(&args).await?;
    let figures = report::Figures {
        machine,
        looking,
        pages,
        listing,
        starting,
    };
    report::write(&args.out, &figures)
}
