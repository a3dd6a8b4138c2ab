//! The scenarios: what is measured, in the order of the document.

mod asking;
mod burst;
mod ceiling;
mod closing;
mod dashboard;
mod growth;
mod handover;
mod hanging;
mod live;
mod looking;
mod notices;
mod pages;
mod small;
mod soak;
mod starting;
mod tls;

use clap::ValueEnum;

use bench::watch::{Window, median};

use crate::{
    Args,
    report::{Section, tenths},
};

/// One thing to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    Looking,
    Small,
    Growth,
    Ceiling,
    Tls,
    Hanging,
    Burst,
    Handover,
    Closing,
    Pages,
    Notices,
    Asking,
    Dashboard,
    Live,
    Starting,
    Soak,
}

impl Scenario {
    pub(crate) const ALL: [Self; 16] = [
        Self::Looking,
        Self::Small,
        Self::Growth,
        Self::Ceiling,
        Self::Tls,
        Self::Hanging,
        Self::Burst,
        Self::Handover,
        Self::Closing,
        Self::Pages,
        Self::Notices,
        Self::Asking,
        Self::Dashboard,
        Self::Live,
        Self::Starting,
        Self::Soak,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::Small => "small",
            Self::Growth => "growth",
            Self::Ceiling => "ceiling",
            Self::Tls => "tls",
            Self::Hanging => "hanging",
            Self::Burst => "burst",
            Self::Handover => "handover",
            Self::Closing => "closing",
            Self::Pages => "pages",
            Self::Notices => "notices",
            Self::Asking => "asking",
            Self::Dashboard => "dashboard",
            Self::Live => "live",
            Self::Starting => "starting",
            Self::Soak => "soak",
        }
    }

    /// What it shows, in a line.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Looking => "one worker and ever more services",
            Self::Small => "5,000 services with everything that runs beside them",
            Self::Growth => "ten times the services, as many looks a second",
            Self::Ceiling => "as many looks a second as one worker has to bear",
            Self::Tls => "a full handshake with every look",
            Self::Hanging => "targets that never answer beside those that do",
            Self::Burst => "20,000 services made in one go",
            Self::Handover => "several workers, one of which is killed",
            Self::Closing => "summing up an hour while looking goes on",
            Self::Pages => "vendor pages with many followers",
            Self::Notices => "telling people, a storm, and a long queue",
            Self::Asking => "a month of history and what is asked of it",
            Self::Dashboard => "a workspace of 5,000 services",
            Self::Live => "a thousand browsers that watch",
            Self::Starting => "from the start to the page",
            Self::Soak => "an hour at load with restarts",
        }
    }

    /// Runs it on databases of its own.
    pub(crate) async fn run(self, args: &Args) -> anyhow::Result<Section> {
        match self {
            Self::Looking => looking::run(args).await,
            Self::Small => small::run(args).await,
            Self::Growth => growth::run(args).await,
            Self::Ceiling => ceiling::run(args).await,
            Self::Tls => tls::run(args).await,
            Self::Hanging => hanging::run(args).await,
            Self::Burst => burst::run(args).await,
            Self::Handover => handover::run(args).await,
            Self::Closing => closing::run(args).await,
            Self::Pages => pages::run(args).await,
            Self::Notices => notices::run(args).await,
            Self::Asking => asking::run(args).await,
            Self::Dashboard => dashboard::run(args).await,
            Self::Live => live::run(args).await,
            Self::Starting => starting::run(args).await,
            Self::Soak => soak::run(args).await,
        }
    }

    /// Part of the short form.
    fn is_quick(self) -> bool {
        matches!(self, Self::Looking | Self::Asking | Self::Starting)
    }
}

/// Those that were named; else all but the soak, or with `quick` a few.
pub(crate) fn chosen(args: &Args) -> Vec<Scenario> {
    let all = Scenario::ALL.into_iter();
    all.filter(|one| {
        if args.only.is_empty() {
            *one != Scenario::Soak && (!args.quick || one.is_quick())
        } else {
            args.only.contains(one)
        }
    })
    .collect()
}

/// Tells whoever waits how far it is.
#[expect(
    clippy::print_stderr,
    reason = "progress of a program that a person started"
)]
pub(crate) fn say(line: impl std::fmt::Display) {
    eprintln!("── {line}");
}

/// Slots and lateness, as every scenario shows them.
fn lateness(section: &mut Section, windows: &[Window], wanted: &str) {
    let sum = |figure: fn(&Window) -> i64| windows.iter().map(figure).sum::<i64>();
    let slots = format!(
        "{} / {} / {}",
        sum(|w| w.due),
        sum(|w| w.looked),
        sum(|w| w.not_up)
    );
    section.row(&[&"slots due / looked at / not up", &slots, &"every slot"]);
    let most = windows.iter().map(|window| window.late_max_ms).max();
    let p50 = median(windows, |window| window.late_p50_ms.into());
    let p99 = median(windows, |window| window.late_p99_ms.into());
    let late = format!("{p50} / {p99} / {}", most.unwrap_or(0));
    section.row(&[&"lateness p50 / p99 / most, ms", &late, &wanted]);
}

/// Slots, lateness, and what every process spent per check.
fn table(section: &mut Section, windows: &[Window]) {
    lateness(section, windows, "");
    for name in ["worker", "postgres", "redis", "target"] {
        let us = tenths(median(windows, |window| window.us_per_check(name)));
        section.row(&[&format!("CPU of {name} per check, µs"), &us, &""]);
    }
    let wal = tenths(median(windows, |window| window.wal_bytes));
    section.row(&[&"written to the log per check, bytes", &wal, &""]);
    let others = tenths(median(windows, |window| window.spent.others()));
    section.row(&[&"others, processors", &others, &""]);
}
