//! How long `pulsecheck` takes from its start to a page one can sign in at, the second time.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::{
    Args,
    client::{milliseconds, until_it_answers},
    process::Program,
};

const ADDRESS: &str = "127.0.0.1:18083";
const LIMIT: Duration = Duration::from_mins(1);

/// Milliseconds until ready.
#[derive(Debug, Serialize)]
pub(crate) struct Starting {
    /// With an empty data directory: making the database included.
    pub(crate) first_ms: f64,
    /// Medians of three further starts.
    pub(crate) again_ms: f64,
    pub(crate) peak_rss_mb: u64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Starting> {
    let data = tempfile::tempdir()?;
    let (first_ms, _) = start(args, data.path()).await?;
    let mut again = Vec::new();
    for _ in 0..3 {
        again.push(start(args, data.path()).await?);
    }
    again.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (again_ms, peak_rss_mb) = again[1];
    Ok(Starting {
        first_ms,
        again_ms,
        peak_rss_mb,
    })
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
