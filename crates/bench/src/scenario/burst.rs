//! 20,000 services that one workspace makes in one go, beside 5,000 of another.

use std::time::Duration;

use bench::{
    seed::{self, Services},
    watch::{Window, median},
};
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const BEFORE: u32 = 5_000;
const NEW: u32 = 20_000;
const INTERVAL: Duration = Duration::from_secs(10);
const INTERVAL_OF_NEW: i32 = 60;

#[derive(Debug, Serialize)]
struct Burst {
    quiet: Vec<Window>,
    busy: Vec<Window>,
    /// From the first row that was written until each has its first look.
    all_looked_at_s: f64,
    /// Of the new ones: how many are not up after their first look.
    not_up: i64,
    worker_before_mb: u64,
    worker_peak_mb: u64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_burst").await?;
    let ids = stage.services(Services::plain(BEFORE, 10, PLAIN)).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL + Duration::from_secs(5)).await;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let quiet = watch.windows(1, INTERVAL * 2).await?;
    let worker_before_mb = worker.peak_rss_mb();
    let (busy, (all_looked_at_s, not_up)) =
        tokio::try_join!(watch.windows(2, INTERVAL * 3), many(&stage))?;
    let worker_peak_mb = worker.peak_rss_mb();
    worker.stop().await?;
    stage.strike().await?;
    section(&Burst {
        quiet,
        busy,
        all_looked_at_s,
        not_up,
        worker_before_mb,
        worker_peak_mb,
    })
}

/// Seconds until all new services were looked at, and how many of them are not up then.
async fn many(stage: &Stage) -> anyhow::Result<(f64, i64)> {
    let workspace = seed::workspace(&stage.db).await?;
    let begin = Instant::now();
    let what = Services::plain(NEW, INTERVAL_OF_NEW, PLAIN);
    let new = seed::new_services(&stage.db, workspace, what).await?;
    let sql = "select count(*) filter (where verdict is null), count(*) filter (where verdict <> 1)
               from service_health where workspace_id = $1";
    while begin.elapsed() < Duration::from_mins(3) {
        let (left, not_up): (i64, i64) = sqlx::query_as(sql)
            .bind(workspace)
            .fetch_one(stage.db.pool())
            .await?;
        if left == 0 {
            return Ok((begin.elapsed().as_secs_f64(), not_up));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("some of {new} services were not looked at within three minutes")
}

fn section(burst: &Burst) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Burst: 20,000 services of one workspace made in one go",
        "Written in one transaction as the API writes them, each to be looked at at once. Meanwhile 5,000 services of another workspace\n\
         are looked at every 10 s: lateness and slots are theirs; of the two half minutes the worse.",
        &["", "measured", "wanted"],
    );
    let late = |windows: &[Window]| {
        let p50 = median(windows, |window| window.late_p50_ms.into());
        let p99 = median(windows, |window| window.late_p99_ms.into());
        let most = windows.iter().map(|window| window.late_max_ms).max();
        format!("{p50} / {p99} / {}", most.unwrap_or(0))
    };
    let slots = |windows: &[Window]| {
        let sum = |figure: fn(&Window) -> i64| windows.iter().map(figure).sum::<i64>();
        format!(
            "{} / {} / {}",
            sum(|w| w.due),
            sum(|w| w.looked),
            sum(|w| w.not_up)
        )
    };
    let memory = format!("{} / {}", burst.worker_before_mb, burst.worker_peak_mb);
    let others = median(&burst.busy, |window| window.spent.others());
    section.row(&[
        &"lateness p50 / p99 / most before, ms",
        &late(&burst.quiet),
        &"",
    ]);
    section.row(&[
        &"lateness p50 / p99 / most during the minute of the burst, ms",
        &late(&burst.busy),
        &"p99 under 500",
    ]);
    section.row(&[
        &"slots due / looked at / not up in that minute",
        &slots(&burst.busy),
        &"every slot",
    ]);
    section.row(&[
        &"each new service has its first look after, s",
        &tenths(burst.all_looked_at_s),
        &"",
    ]);
    section.row(&[&"of the new ones not up", &burst.not_up, &"0"]);
    section.row(&[
        &"memory of the worker before / at its peak, MB",
        &memory,
        &"bounded by what it owns",
    ]);
    section.row(&[&"others, processors", &tenths(others), &""]);
    section.with(burst)
}
