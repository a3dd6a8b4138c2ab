//! As many looks a second as one worker has to bear, for minutes, all of them judged and recorded.

use std::{process::Stdio, time::Duration};

use anyhow::Context as _;
use bench::{
    bare::Asked,
    seed::Services,
    watch::{Window, median},
};

use serde::Serialize;
use tokio::process::Command;

use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const SERVICES: u32 = 80_000;
const INTERVAL: Duration = Duration::from_secs(10);

#[derive(Debug, Serialize)]
struct Ceiling {
    windows: Vec<Window>,
    worker_mb: u64,
    /// What nothing but hyper does to the same target before.
    bare: Asked,
    bare_target_us: f64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_ceiling").await?;
    let (bare, bare_target_us) = bare(args, &stage).await?;
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
    let worker_mb = worker.peak_rss_mb();
    worker.stop().await?;
    stage.strike().await?;
    section(&Ceiling {
        windows,
        worker_mb,
        bare,
        bare_target_us,
    })
}

/// What a bare client spends, and the target per answer of it.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
async fn bare(args: &Args, stage: &Stage) -> anyhow::Result<(Asked, f64)> {
    let (port, seconds) = (PLAIN.to_string(), if args.quick { "3" } else { "10" });
    let asking = Command::new(args.programs.join("bench"))
        .args(["bare", "--port", &port, "--seconds", seconds])
        .stderr(Stdio::inherit())
        .output();
    let (output, spent) = stage.ledger()?.during(asking).await;
    let output = output?;
    anyhow::ensure!(
        output.status.success(),
        "the bare client: {}",
        output.status
    );
    let asked: Asked = serde_json::from_slice(&output.stdout).context("the bare client")?;
    let target = spent.by_name.get("target").copied().unwrap_or(0.0);
    Ok((asked, target * 1e6 / asked.answers.max(1) as f64))
}

fn section(ceiling: &Ceiling) -> anyhow::Result<Section> {
    let windows = &ceiling.windows[..];
    let mut section = Section::new(
        "Ceiling: 8,000 looks a second by one worker",
        "80,000 services every 10 s over plain HTTP. Everything shares the machine, the target too. *Bare* is what hyper alone\n\
         spends on this machine with one fresh connection per answer, on one thread, as fast as it goes and with nothing else running.",
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
    section.row(&[
        &"memory of the worker at its peak, MB",
        &ceiling.worker_mb,
        &"",
    ]);
    let bare = &ceiling.bare;
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let answers = bare.answers.max(1) as f64;
    section.row(&[
        &"bare: answers per second",
        &tenths(answers / bare.seconds),
        &"",
    ]);
    let us = format!(
        "{} / {}",
        tenths(bare.cpu_s * 1e6 / answers),
        tenths(ceiling.bare_target_us)
    );
    section.row(&[&"bare: CPU of client / target per answer, µs", &us, &""]);
    section.with(ceiling)
}
