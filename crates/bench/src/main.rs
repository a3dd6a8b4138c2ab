//! Starts the programs as they are released, puts them to work on loopback, and writes down what it cost.

mod api;
mod client;
mod report;
mod scenario;
mod stage;

use std::path::PathBuf;

use bench::{bare, machine, target};
use clap::{Parser, Subcommand};

use report::Report;
use scenario::Scenario;

/// Measures PulseCheck on this machine
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    args: Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Be the server that is looked at
    #[command(hide = true)]
    Target(target::Listening),
    /// Ask it with nothing but hyper
    #[command(hide = true)]
    Bare(bare::Asking),
}

#[derive(Clone, Debug, clap::Args)]
struct Args {
    /// A Postgres on which databases may be made and dropped
    #[arg(long, env = "DATABASE_URL", default_value = "")]
    database_url: String,
    /// A Redis for the programs under measurement
    #[arg(long, env = "REDIS_URL", default_value = "")]
    redis_url: String,
    /// Where the released programs are
    #[arg(long, default_value = "target/release")]
    programs: PathBuf,
    /// Measure only these scenarios
    #[arg(long, env = "ONLY", value_delimiter = ',', value_name = "NAMES")]
    only: Vec<Scenario>,
    /// Shorter measurements, and fewer, for a first impression
    #[arg(long, env = "QUICK")]
    quick: bool,
    /// Hours that the soak lasts
    #[arg(long, env = "HOURS", default_value_t = 1.0)]
    hours: f64,
    /// Where the document and its figures (.json) go [default: docs/benchmarks.md, target/benchmarks-quick.md when QUICK]
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Args {
    /// A first impression does not take the place of what was measured at length.
    fn out(&self) -> PathBuf {
        let usual = if self.quick {
            "target/benchmarks-quick.md"
        } else {
            "docs/benchmarks.md"
        };
        self.out.clone().unwrap_or_else(|| usual.into())
    }
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match &cli.command {
        Some(Command::Target(listening)) => return target::run(listening),
        Some(Command::Bare(asking)) => return bare::run(asking),
        None => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(measure(&cli.args))
}

async fn measure(args: &Args) -> anyhow::Result<()> {
    let out = args.out();
    let mut report = Report::read(&out);
    let mut failed = Vec::new();
    for scenario in scenario::chosen(args) {
        let machine = machine::describe();
        scenario::say(format_args!("{}: {}", scenario.name(), scenario.purpose()));
        let section = match scenario.run(args).await {
            Ok(section) => section,
            // The others are worth measuring all the same.
            Err(error) => {
                scenario::say(format_args!("{} failed: {error:#}", scenario.name()));
                failed.push(scenario.name());
                continue;
            }
        };
        report.put(scenario, machine, args.quick, section);
        // What was measured stays, whatever becomes of the rest.
        report.write(&out)?;
    }
    anyhow::ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}
