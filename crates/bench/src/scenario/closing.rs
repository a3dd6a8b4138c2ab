//! Summing up an hour, and dropping a day, while looking goes on; and how large checks are on disk.

use std::time::Duration;

use bench::{
    seed::{self, Services},
    watch::{Window, median},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::coverage::hour_start;
use serde::Serialize;
use tokio::time::Instant;

use super::say;
use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const INTERVAL: Duration = Duration::from_secs(30);

#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "they are the names in benchmarks.json"
)]
struct Closing {
    services: u32,
    quiet: Vec<Window>,
    busy: Vec<Window>,
    closing_s: f64,
    dropping_s: f64,
    /// Of checks that came in order of time, as life is.
    bytes_per_check: f64,
    bytes_per_check_with_phases: f64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let services = if args.quick { 10_000 } else { 100_000 };
    let stage = Stage::set(args, "bench_closing").await?;
    let ids = stage.services(Services::plain(services, 30, PLAIN)).await?;
    say("filling an hour and half a day");
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(stage.db.pool())
        .await?;
    let sizes = sizes(&stage, now).await?;
    // An hour that is over, of which nobody has taken any notice yet.
    let hour = hour_start(now) - TimeDelta::hours(1);
    seed::one_hour(&stage.db, hour).await?;
    seed::hours_beside(&stage.db, hour).await?;
    seed::hold_closing(&stage.db, hour + TimeDelta::hours(10)).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL + Duration::from_secs(5)).await;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let quiet = watch.windows(1, INTERVAL).await?;
    let begin = Instant::now();
    seed::hold_closing(&stage.db, hour).await?;
    let (busy, closing_s, dropping_s) = tokio::try_join!(
        watch.windows(2, INTERVAL),
        closed(&stage, hour, begin),
        drop_a_day(&stage, now)
    )?;
    let closing = Closing {
        services,
        quiet,
        busy,
        closing_s,
        dropping_s,
        bytes_per_check: sizes.0,
        bytes_per_check_with_phases: sizes.1,
    };
    worker.stop().await?;
    stage.strike().await?;
    section(&closing)
}

/// Seconds until every shard has closed the hour, at most five minutes.
async fn closed(stage: &Stage, hour: DateTime<Utc>, begin: Instant) -> anyhow::Result<f64> {
    while begin.elapsed() < Duration::from_mins(5) {
        let open: i64 =
            sqlx::query_scalar("select count(*) from rollup_shards where closed_until <= $1")
                .bind(hour)
                .fetch_one(stage.db.pool())
                .await?;
        if open == 0 {
            return Ok(begin.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("an hour was not closed within five minutes")
}

/// Seconds for which a day of checks from three weeks ago took to go.
async fn drop_a_day(stage: &Stage, now: DateTime<Utc>) -> anyhow::Result<f64> {
    let day = now.date_naive() - TimeDelta::days(20);
    // While the looks of the windows go on.
    tokio::time::sleep(INTERVAL / 3).await;
    let begin = Instant::now();
    db::partitions::drop_before(&stage.db, day + TimeDelta::days(1)).await?;
    Ok(begin.elapsed().as_secs_f64())
}

/// Bytes of row and index per check after half a day, without and with phases. Leaves the day of three weeks ago behind.
async fn sizes(stage: &Stage, now: DateTime<Utc>) -> anyhow::Result<(f64, f64)> {
    let day = now.date_naive() - TimeDelta::days(20);
    let lean = seed::half_a_day(&stage.db, day, false).await?;
    let with_phases = seed::half_a_day(&stage.db, day - TimeDelta::days(1), true).await?;
    Ok((lean, with_phases))
}

fn section(closing: &Closing) -> anyhow::Result<Section> {
    let mut section = Section::new(
        format!(
            "Closing an hour of {} services while they are looked at every 30 s",
            closing.services
        ),
        "The hour has 120 checks of each service and is the only one missing of a day, whose row holds all of them.\n\
         Meanwhile a day of 2.9 million checks is dropped. Sizes are those of half a day of 2,000 services, written in order of time.",
        &["", "measured", "wanted"],
    );
    let late = |windows: &[Window]| {
        let p50 = median(windows, |window| window.late_p50_ms.into());
        format!(
            "{p50} / {}",
            median(windows, |window| window.late_p99_ms.into())
        )
    };
    section.row(&[&"lateness p50 / p99 before, ms", &late(&closing.quiet), &""]);
    section.row(&[
        &"lateness p50 / p99 while the hour is closed, ms",
        &late(&closing.busy),
        &"no effect",
    ]);
    section.row(&[
        &"the hour is closed after, s",
        &tenths(closing.closing_s),
        &"",
    ]);
    section.row(&[
        &"the day is dropped after, s",
        &tenths(closing.dropping_s),
        &"",
    ]);
    let lean = tenths(closing.bytes_per_check);
    section.row(&[&"row and index per check, bytes", &lean, &"at most 95"]);
    let with = tenths(closing.bytes_per_check_with_phases);
    section.row(&[&"the same with phases, bytes", &with, &"at most 130"]);
    let others = median(&closing.busy, |window| window.spent.others());
    section.row(&[&"others, processors", &tenths(others), &""]);
    section.with(closing)
}
