//! 10,000 targets that accept and never answer, beside 5,000 that are well: nobody well is looked at late.

use std::time::Duration;

use bench::{
    seed::Services,
    watch::{Window, median},
};
use serde::Serialize;

use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, SILENT, Stage},
};

const HEALTHY: u32 = 5_000;
const HANGING: u32 = 10_000;
const INTERVAL: Duration = Duration::from_secs(30);

#[derive(Debug, Serialize)]
struct Hanging {
    windows: Vec<Window>,
    down: i64,
    unknown: i64,
    worker_mb: u64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_hanging").await?;
    let healthy = stage.services(Services::plain(HEALTHY, 30, PLAIN)).await?;
    stage.services(Services::plain(HANGING, 30, SILENT)).await?;
    let worker = stage.worker()?;
    // Until the hanging ones are known as such and have their incidents.
    tokio::time::sleep(INTERVAL * 3).await;
    let watch = stage.watch(&[&worker], &healthy, INTERVAL)?;
    let windows = watch
        .windows(if args.quick { 1 } else { 2 }, INTERVAL)
        .await?;
    let (down, unknown) = sqlx::query_as(
        "select count(*) filter (where verdict = 3), count(*) filter (where verdict = 4)
         from service_health where not service_key in (select key from services where id = any($1))",
    )
    .bind(healthy.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_one(stage.db.pool())
    .await?;
    let hanging = Hanging {
        windows,
        down,
        unknown,
        worker_mb: worker.peak_rss_mb(),
    };
    worker.stop().await?;
    stage.strike().await?;
    section(&hanging)
}

fn section(hanging: &Hanging) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Hanging: 10,000 targets that never answer beside 5,000 that do",
        "Every 30 s, timeout 10 s. What is measured are the looks at the 5,000.",
        &["", "measured", "wanted"],
    );
    super::lateness(&mut section, &hanging.windows, "p99 under 500");
    let verdicts = format!("{} / {}", hanging.down, hanging.unknown);
    section.row(&[
        &"of the hanging: down / unknown because of us",
        &verdicts,
        &"",
    ]);
    section.row(&[
        &"memory of the worker at its peak, MB",
        &hanging.worker_mb,
        &"",
    ]);
    let others = median(&hanging.windows, |window| window.spent.others());
    section.row(&[&"others, processors", &tenths(others), &""]);
    section.with(hanging)
}
