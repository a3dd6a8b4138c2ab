//! As many looks a second as one worker has to bear, for minutes, all of them judged and recorded.

use std::time::Duration;

use bench::{
    seed::Services,
    watch::{Window, median},
};

use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const SERVICES: u32 = 80_000;
const INTERVAL: Duration = Duration::from_secs(10);

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_ceiling").await?;
    let ids = stage.services(Services::plain(SERVICES, 10, PLAIN)).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL * 2).await;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let (count, length) = if args.quick {
        (1, INTERVAL * 2)
    } else {
        (5, INTERVAL * 6)
    };
    let windows = watch.windows(count, length).await?;
    let rss = worker.peak_rss_mb();
    worker.stop().await?;
    stage.strike().await?;
    section(&windows, rss)
}

fn section(windows: &[Window], rss: u64) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Ceiling: 8,000 looks a second by one worker",
        "80,000 services every 10 s over plain HTTP. Everything shares the machine, the target too.",
        &["", "measured", "wanted"],
    );
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let rate = median(windows, |window| {
        window.looked as f64 / window.spent.seconds
    });
    section.row(&[
        &"looks recorded per second",
        &tenths(rate),
        &"8,000 for five minutes",
    ]);
    super::table(&mut section, windows);
    section.row(&[&"memory of the worker at its peak, MB", &rss, &""]);
    section.with(&windows)
}
