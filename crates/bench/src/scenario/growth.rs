//! How cost grows: as many looks a second, of ever more services.

use std::time::Duration;

use bench::{
    seed::Services,
    watch::{Window, median},
};
use serde::Serialize;

use super::say;
use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

/// Numbers of services and seconds between their looks: two pairs, each with the same number of looks a second.
const SIZES: [(u32, u32); 4] = [(1_000, 6), (10_000, 60), (10_000, 6), (100_000, 60)];
/// As long as the slowest round of what runs beside looking: once a minute a worker compares all that it knows with the database.
const WINDOW: Duration = Duration::from_mins(1);

/// The first looks at a service cost more than those after them: its row grows and may have to leave its page, which then has more
/// room for those that stay. Each was looked at three times or more, and all sizes are as old when measured.
const SETTLING: Duration = Duration::from_secs(185);

#[derive(Debug, Serialize)]
struct Size {
    services: u32,
    interval_s: u32,
    windows: Vec<Window>,
    worker_mb: u64,
}

impl Size {
    /// Of all our processes, per check.
    fn us(&self) -> f64 {
        median(&self.windows, |window| {
            let all = ["worker", "postgres", "redis"].iter();
            all.map(|name| window.us_per_check(name)).sum()
        })
    }
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let mut sizes = Vec::new();
    for (services, interval_s) in SIZES {
        say(format_args!("{services} services every {interval_s} s"));
        sizes.push(size(args, services, interval_s).await?);
    }
    section(&sizes)
}

async fn size(args: &Args, services: u32, interval_s: u32) -> anyhow::Result<Size> {
    let stage = Stage::set(args, "bench_growth").await?;
    let interval = Duration::from_secs(interval_s.into());
    let what = Services::plain(services, i32::try_from(interval_s)?, PLAIN);
    let ids = stage.services(what).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(SETTLING).await;
    let watch = stage.watch(&[&worker], &ids, interval)?;
    let windows = watch.windows(1, WINDOW).await?;
    let worker_mb = worker.peak_rss_mb();
    worker.stop().await?;
    stage.strike().await?;
    Ok(Size {
        services,
        interval_s,
        windows,
        worker_mb,
    })
}

fn section(sizes: &[Size]) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Growth: ten times the services, as many looks a second",
        "Microseconds of CPU per check over a minute, after three looks at each or more. What runs every second or minute whether there are many looks or few is shared by\n\
         more of them where there are more, so sizes with as many looks a second are compared: wanted is a ratio of 0.9 to 1.1.\n\
         How request times stand to history is told under *Asking*.",
        &[
            "services",
            "every, s",
            "worker",
            "Postgres",
            "Redis",
            "together",
            "of the pair",
            "p99 of lateness, ms",
            "due / looked at",
            "worker, MB",
            "others, processors",
        ],
    );
    for pair in sizes.chunks(2) {
        let first = pair.first().map_or(0.0, Size::us);
        for size in pair {
            let of = |name| tenths(median(&size.windows, |window| window.us_per_check(name)));
            let sum = |figure: fn(&Window) -> i64| size.windows.iter().map(figure).sum::<i64>();
            section.row(&[
                &size.services,
                &size.interval_s,
                &of("worker"),
                &of("postgres"),
                &of("redis"),
                &tenths(size.us()),
                &format!("{:.2} ×", size.us() / first.max(1.0)),
                &median(&size.windows, |window| window.late_p99_ms.into()),
                &format!("{} / {}", sum(|w| w.due), sum(|w| w.looked)),
                &size.worker_mb,
                &tenths(median(&size.windows, |w| w.spent.others())),
            ]);
        }
    }
    section.with(&sizes)
}
