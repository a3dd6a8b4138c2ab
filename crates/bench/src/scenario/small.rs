//! 5,000 services at 20 s, as a company might have them, with everything that runs beside them.

use std::time::Duration;

use bench::{
    seed::Services,
    watch::{Window, median},
};
use serde::Serialize;

use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const SERVICES: u32 = 5_000;
const INTERVAL: Duration = Duration::from_secs(20);

#[derive(Debug, Serialize)]
struct Small {
    windows: Vec<Window>,
    worker_mb: u64,
    postgres_mb: u64,
    redis_mb: u64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_small").await?;
    let ids = stage.services(Services::plain(SERVICES, 20, PLAIN)).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL + Duration::from_secs(5)).await;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let windows = watch
        .windows(if args.quick { 1 } else { 3 }, INTERVAL)
        .await?;
    let small = Small {
        worker_mb: worker.peak_rss_mb(),
        postgres_mb: stage.postgres.memory_mb(),
        redis_mb: stage.redis()?.map_or(0, bench::process::peak_rss_mb),
        windows,
    };
    worker.stop().await?;
    stage.strike().await?;
    section(&small)
}

fn section(small: &Small) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Small: 5,000 services every 20 s",
        "250 looks a second, as a company might have them. Uptime Kuma 2.5, measured beside us with the same services, spent\n\
         4,300 µs of CPU per check and 1.2 GB of memory.",
        &["", "measured", "wanted"],
    );
    let sum = |figure: fn(&Window) -> i64| small.windows.iter().map(figure).sum::<i64>();
    let due = format!(
        "{} / {} / {}",
        sum(|w| w.due),
        sum(|w| w.looked),
        sum(|w| w.not_up)
    );
    section.row(&[&"slots due / looked at / not up", &due, &"every slot"]);
    let all = median(&small.windows, |window| {
        ["worker", "postgres", "redis"]
            .iter()
            .map(|name| window.us_per_check(name))
            .sum()
    });
    for name in ["worker", "postgres", "redis"] {
        let us = median(&small.windows, |window| window.us_per_check(name));
        section.row(&[&format!("CPU of {name} per check, µs"), &tenths(us), &""]);
    }
    section.row(&[&"together, µs", &tenths(all), &"at most 172: 25 times less"]);
    let total = small.worker_mb + small.postgres_mb + small.redis_mb;
    let memory = format!(
        "{} / {} / {}",
        small.worker_mb, small.postgres_mb, small.redis_mb
    );
    section.row(&[
        &"memory of worker / Postgres / Redis, MB",
        &memory,
        &"worker at most 60",
    ]);
    section.row(&[&"together, MB", &total, &"at most 300"]);
    let others = median(&small.windows, |window| window.spent.others());
    section.row(&[&"others, processors", &tenths(others), &""]);
    section.with(small)
}
