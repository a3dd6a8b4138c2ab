//! A full handshake with every look, the certificate verified.

use std::time::Duration;

use bench::{
    seed::Services,
    watch::{Window, median},
};

use crate::{
    Args,
    report::{Section, tenths},
    stage::{Stage, TLS},
};

const SERVICES: u32 = 5_000;
const INTERVAL: Duration = Duration::from_secs(10);

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_tls").await?;
    let what = Services {
        tls: true,
        ..Services::plain(SERVICES, 10, TLS)
    };
    let ids = stage.services(what).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL * 2).await;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let windows = watch
        .windows(if args.quick { 1 } else { 3 }, INTERVAL * 2)
        .await?;
    worker.stop().await?;
    stage.strike().await?;
    section(&windows)
}

fn section(windows: &[Window]) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "HTTPS: a full handshake with every look",
        "5,000 services every 10 s, TLS 1.3, nothing resumed, the chain verified against a certificate of the target's own.",
        &["", "measured", "wanted"],
    );
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let rate = median(windows, |window| {
        window.looked as f64 / window.spent.seconds
    });
    section.row(&[&"looks recorded per second", &tenths(rate), &""]);
    super::table(&mut section, windows);
    let full = median(windows, |window| {
        1e6 / window.us_per_check("worker").max(1.0)
    });
    section.row(&[
        &"looks a second that fill a processor of the worker",
        &tenths(full),
        &"",
    ]);
    section.with(&windows)
}
