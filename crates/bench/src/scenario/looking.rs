//! One worker and ever more services: was every slot looked at, how late, what did it cost, and does that grow?

use std::time::Duration;

use bench::{
    seed::Services,
    watch::{Window, median},
};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::say;
use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const INTERVAL: Duration = Duration::from_secs(30);

/// One size of installation.
#[derive(Debug, Serialize)]
struct Size {
    services: u32,
    windows: Vec<Window>,
    peak_rss_mb: u64,
    /// From the start of the program to its first look, and the busiest second of the first minute beside the mean.
    first_look_s: f64,
    busiest_second: f64,
    missed_after_start: i64,
    /// The same of a program that is started again a moment after it ended.
    again_first_look_s: f64,
    again_busiest_second: f64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let sizes: &[u32] = if args.quick {
        &[10_000]
    } else {
        &[1_000, 10_000, 100_000]
    };
    let mut measured = Vec::new();
    for services in sizes {
        say(format_args!("{services} services"));
        measured.push(size(args, *services).await?);
    }
    section(&measured)
}

async fn size(args: &Args, services: u32) -> anyhow::Result<Size> {
    let stage = Stage::set(args, "bench_looking").await?;
    let ids = stage.services(Services::plain(services, 30, PLAIN)).await?;
    let started = now(&stage).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL + Duration::from_secs(5)).await;
    let (first_look_s, busiest_second) = start(&stage, started, services).await?;
    let missed_at_start = stage.missed().await?;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let windows = if args.quick {
        watch.windows(1, INTERVAL).await?
    } else {
        watch.windows(3, INTERVAL).await?
    };
    let missed_after_start = stage.missed().await? - missed_at_start;
    let peak_rss_mb = worker.peak_rss_mb();
    worker.stop().await?;
    let started = now(&stage).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL + Duration::from_secs(5)).await;
    let (again_first_look_s, again_busiest_second) = start(&stage, started, services).await?;
    worker.stop().await?;
    stage.strike().await?;
    Ok(Size {
        services,
        windows,
        peak_rss_mb,
        first_look_s,
        busiest_second,
        missed_after_start,
        again_first_look_s,
        again_busiest_second,
    })
}

async fn now(stage: &Stage) -> anyhow::Result<DateTime<Utc>> {
    let sql = "select clock_timestamp()";
    Ok(sqlx::query_scalar(sql).fetch_one(stage.db.pool()).await?)
}

/// Seconds until the first look, and how many times the mean the busiest second of the first interval was.
async fn start(stage: &Stage, started: DateTime<Utc>, services: u32) -> anyhow::Result<(f64, f64)> {
    let mean = f64::from(services) / INTERVAL.as_secs_f64();
    let sql = "with looks as (select at from checks, lateral (select slot_at + late_ms * interval '1 millisecond') as l (at)
                              where slot_at > $1 - interval '1 minute' and at >= $1),
                    seconds as (select count(*) as looks from looks
                                where at < (select min(at) from looks) + interval '30 seconds'
                                group by floor(extract(epoch from at - (select min(at) from looks))))
               select extract(epoch from min(at) - $1)::float8, (select max(looks) from seconds)::float8 / $2 from looks";
    Ok(sqlx::query_as(sql)
        .bind(started)
        .bind(mean)
        .fetch_one(stage.db.pool())
        .await?)
}

#[expect(
    clippy::too_many_lines,
    reason = "one line of the table after the other"
)]
fn section(sizes: &[Size]) -> anyhow::Result<Section> {
    let head: Vec<String> = std::iter::once(String::new())
        .chain(
            sizes
                .iter()
                .map(|size| format!("{} services", size.services)),
        )
        .chain([String::from("wanted")])
        .collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut section = Section::new(
        "Looking: one worker, every service every 30 s",
        "Each service has an address of its own in 127.0.0.0/8, a fresh connection for each look, and every look is judged and\n\
         recorded. Lateness is the start of connecting minus the slot. What is written to the log is counted with full-page images and the\n\
         checkpoints that fell into the time; Postgres runs with `shared_buffers=256MB wal_compression=on max_wal_size=4GB\n\
         checkpoint_timeout=15min` (`scripts/with-services`).",
        &head,
    );
    let mut line = |what: &str, wanted: &str, figure: &dyn Fn(&Size) -> String| {
        let mut cells = vec![what.to_owned()];
        cells.extend(sizes.iter().map(figure));
        cells.push(wanted.to_owned());
        section.rows.push(cells);
    };
    line("slots due / looked at / not up", "every slot", &|size| {
        let sum = |figure: fn(&Window) -> i64| size.windows.iter().map(figure).sum::<i64>();
        format!(
            "{} / {} / {}",
            sum(|w| w.due),
            sum(|w| w.looked),
            sum(|w| w.not_up)
        )
    });
    line("lateness p50 / p99 / most, ms", "p99 under 250", &|size| {
        let most = size.windows.iter().map(|window| window.late_max_ms).max();
        let p50 = median(&size.windows, |window| window.late_p50_ms.into());
        let p99 = median(&size.windows, |window| window.late_p99_ms.into());
        format!("{p50} / {p99} / {}", most.unwrap_or(0))
    });
    for (name, wanted) in [
        ("worker", "at most 120 (250 up to 10,000)"),
        ("postgres", "at most 40"),
        ("redis", ""),
        ("target", ""),
    ] {
        line(&format!("CPU of {name} per check, µs"), wanted, &|size| {
            tenths(median(&size.windows, |window| window.us_per_check(name)))
        });
    }
    line(
        "memory of the worker at its peak, MB",
        "120 at 10,000, 300 at 100,000",
        &|size| size.peak_rss_mb.to_string(),
    );
    line("first look after the start, s", "within 3", &|size| {
        tenths(size.first_look_s)
    });
    line(
        "busiest second of the first interval / mean",
        "at most 2",
        &|size| tenths(size.busiest_second),
    );
    line("first look after a restart, s", "within 3", &|size| {
        tenths(size.again_first_look_s)
    });
    line(
        "busiest second after a restart / mean",
        "at most 2",
        &|size| tenths(size.again_busiest_second),
    );
    line("slots missed after the first interval", "0", &|size| {
        size.missed_after_start.to_string()
    });
    line(
        "written to the log per check, bytes",
        "at most 450",
        &|size| tenths(median(&size.windows, |window| window.wal_bytes)),
    );
    line("others, processors", "", &|size| {
        tenths(median(&size.windows, |w| w.spent.others()))
    });
    section.with(&sizes)
}
