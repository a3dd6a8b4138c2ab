//! How long `pulsecheck` takes from its start to a page one can sign in at, the second time.

use std::time::Duration;

use bench::process::Program;
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    Args,
    client::{milliseconds, until_it_answers},
    report::Section,
};

const ADDRESS: &str = "127.0.0.1:18083";
const LIMIT: Duration = Duration::from_mins(1);

/// Milliseconds until ready.
#[derive(Debug, Serialize)]
struct Starting {
    /// With an empty data directory: making the database included.
    first_ms: f64,
    /// Medians of three further starts.
    again_ms: f64,
    peak_rss_mb: u64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let data = tempfile::tempdir()?;
    let (first_ms, _) = start(args, data.path()).await?;
    let mut again = Vec::new();
    for _ in 0..3 {
        again.push(start(args, data.path()).await?);
    }
    again.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (again_ms, peak_rss_mb) = again[1];
    let measured = Starting {
        first_ms,
        again_ms,
        peak_rss_mb,
    };
    let mut section = Section::new(
        "Starting: `pulsecheck` until one can sign in",
        "With a database of its own, in an empty folder and then again.",
        &["", "measured", "wanted"],
    );
    section.row(&[
        &"first start, the database made on the way, ms",
        &first_ms,
        &"",
    ]);
    section.row(&[
        &"second start (median of three), ms",
        &again_ms,
        &"within 3,000",
    ]);
    section.row(&[
        &"memory of the program at its peak, without Postgres, MB",
        &peak_rss_mb,
        &"",
    ]);
    section.with(&measured)
}

async fn start(args: &Args, data: &std::path::Path) -> anyhow::Result<(f64, u64)> {
    let settings = [
        ("DATA_DIR", data.display().to_string()),
        ("LISTEN_ADDR", ADDRESS.to_owned()),
        ("PUBLIC_URL", format!("http://{ADDRESS}")),
        ("LOG", "warn".to_owned()),
    ];
    let begin = Instant::now();
    let program = Program::start(&args.programs.join("pulsecheck"), &["serve"], &settings)?;
    until_it_answers(&format!("http://{ADDRESS}/api/auth/providers"), LIMIT).await?;
    let took = milliseconds(begin.elapsed());
    let rss = program.peak_rss_mb();
    program.stop().await?;
    Ok((took, rss))
}
