//! Writes what was measured: a page for people and the same figures for machines.

use std::{fmt::Write as _, fs, path::Path};

use serde::Serialize;

use crate::{
    listing::Listing, looking::Looking, machine::Machine, pages::Reading, starting::Starting,
};

/// Everything that one run found.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) machine: Machine,
    pub(crate) looking: Looking,
    pub(crate) pages: Reading,
    pub(crate) listing: Listing,
    pub(crate) starting: Starting,
}

/// Writes `path` and, beside it, the same as JSON.
pub(crate) fn write(path: &Path, figures: &Figures) -> anyhow::Result<()> {
    fs::write(path, page(figures)?)?;
    fs::write(
        path.with_extension("json"),
        serde_json::to_string_pretty(figures)? + "\n",
    )?;
    Ok(())
}

fn page(figures: &Figures) -> anyhow::Result<String> {
    let mut page = String::new();
    let machine = &figures.machine;
    writeln!(page, "# Benchmarks\n")?;
    writeln!(
        page,
        "Written by `make bench`, which starts its own Postgres and Redis and puts the released programs to work on"
    )?;
    writeln!(
        page,
        "loopback. Everything, the target included, shares the machine. The same figures for machines: `benchmarks.json`.\n"
    )?;
    writeln!(
        page,
        "Machine: {} × {}, {} MB, Linux {}, load {} before. PulseCheck {}.\n",
        machine.cores,
        machine.processor,
        machine.memory_mb,
        machine.kernel,
        machine.load,
        machine.version
    )?;
    looking(&mut page, &figures.looking)?;
    pages(&mut page, &figures.pages)?;
    listing(&mut page, &figures.listing)?;
    starting(&mut page, &figures.starting)?;
    Ok(page)
}

fn looking(page: &mut String, it: &Looking) -> anyhow::Result<()> {
    writeln!(
        page,
        "## Looking: one worker, {} services every 30 s, {} s measured\n",
        it.services, it.seconds
    )?;
    writeln!(page, "| | measured | wanted |\n|---|---|---|")?;
    writeln!(
        page,
        "| slots due / looked at / not up | {} / {} / {} | every slot |",
        it.slots_due, it.slots_looked_at, it.not_up
    )?;
    let late = (it.lateness_p50_ms, it.lateness_p99_ms, it.lateness_max_ms);
    writeln!(
        page,
        "| lateness p50 / p99 / most | {} / {} / {} ms | p99 under 250 ms |",
        late.0, late.1, late.2
    )?;
    writeln!(
        page,
        "| worker CPU per check | {} µs | at most 250 µs |",
        it.worker_cpu_us_per_check
    )?;
    writeln!(
        page,
        "| Postgres CPU per check | {} µs | |",
        it.postgres_cpu_us_per_check
    )?;
    writeln!(
        page,
        "| worker memory at its peak | {} MB | under 120 MB |\n",
        it.worker_peak_rss_mb
    )?;
    Ok(())
}

fn pages(page: &mut String, it: &Reading) -> anyhow::Result<()> {
    writeln!(
        page,
        "## Vendor pages: {} services that follow {} pages every 60 s, {} s measured\n",
        it.services, it.pages, it.seconds
    )?;
    let polls = f64::from(it.seconds) / 60.0 * f64::from(it.pages);
    writeln!(page, "| | measured | wanted |\n|---|---|---|")?;
    writeln!(
        page,
        "| requests to all pages / answered “not modified” | {} / {} | at most two a poll: {:.0} |",
        it.requests,
        it.unchanged,
        2.0 * polls
    )?;
    writeln!(
        page,
        "| checks recorded / not up | {} / {} | |",
        it.recorded, it.not_up
    )?;
    writeln!(
        page,
        "| worker CPU, of one processor | {} % | under 2 % |",
        it.worker_cpu_percent
    )?;
    writeln!(
        page,
        "| worker memory at its peak | {} MB | |\n",
        it.worker_peak_rss_mb
    )?;
    Ok(())
}

fn listing(page: &mut String, it: &Listing) -> anyhow::Result<()> {
    writeln!(
        page,
        "## Asking: 50 services with 30 days of history ({} checks in the database)\n",
        it.checks
    )?;
    writeln!(
        page,
        "One connection, one request after another, answers uncompressed. `GET /api/services` is wanted under 20 ms p99.\n"
    )?;
    writeln!(
        page,
        "| path | requests | p50 | p99 | bytes |\n|---|---|---|---|---|"
    )?;
    for (path, timing) in &it.answers {
        writeln!(
            page,
            "| `{path}` | {} | {} ms | {} ms | {} |",
            timing.requests, timing.p50_ms, timing.p99_ms, timing.bytes
        )?;
    }
    writeln!(page)?;
    Ok(())
}

fn starting(page: &mut String, it: &Starting) -> anyhow::Result<()> {
    writeln!(page, "## Starting: `pulsecheck` until one can sign in\n")?;
    writeln!(page, "| | measured | wanted |\n|---|---|---|")?;
    writeln!(
        page,
        "| first start, the database made on the way | {} ms | |",
        it.first_ms
    )?;
    writeln!(
        page,
        "| second start (median of three) | {} ms | within 3,000 ms |",
        it.again_ms
    )?;
    writeln!(
        page,
        "| memory of the program at its peak, without Postgres | {} MB | |",
        it.peak_rss_mb
    )?;
    Ok(())
}
