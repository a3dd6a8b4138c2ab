//! How busy the threads that look were over the last minutes, and with how many looks.

use std::time::Duration;

use domain::headroom::Spent;
use tokio::{runtime::Handle, time::Instant};

/// What is older counts no more; a report covers one to two of these.
const WINDOW: Duration = Duration::from_mins(5);

/// Two moments to compare with now, none before the first report.
#[derive(Debug, Default)]
pub(crate) struct Busy(Option<(Sample, Sample)>);

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    busy: Duration,
    looks: u64,
}

impl Busy {
    /// What was spent lately, given how many looks have ended so far and how long the record's thread was busy with them. To be called within
    /// the runtime that looks. The record's time counts as if those who look had spent it: there is never less room than is said.
    pub(crate) fn report(&mut self, looks: u64, recording: Duration) -> Spent {
        let metrics = Handle::current().metrics();
        let threads = metrics.num_workers();
        let now = Sample {
            at: Instant::now(),
            busy: (0..threads)
                .map(|thread| metrics.worker_total_busy_duration(thread))
                .sum::<Duration>()
                + recording,
            looks,
        };
        let since = self.since(now);
        Spent {
            over_ms: millis(now.at - since.at),
            busy_ms: millis(now.busy.saturating_sub(since.busy)),
            threads: u32::try_from(threads).unwrap_or(u32::MAX),
            looks: now.looks.saturating_sub(since.looks),
        }
    }

    fn since(&mut self, now: Sample) -> Sample {
        let (older, newer) = self.0.get_or_insert((now, now));
        if now.at - newer.at >= WINDOW {
            (*older, *newer) = (*newer, now);
        }
        *older
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_last_minutes_count() {
        let mut busy = Busy::default();
        assert_eq!(busy.report(10, Duration::ZERO).looks, 0);
        let mut reports = Vec::new();
        for minute in 1..=12 {
            tokio::time::advance(Duration::from_mins(1)).await;
            let spent = busy.report(10 + 60 * minute, Duration::from_secs(minute));
            assert_eq!((spent.threads, spent.looks), (1, spent.over_ms / 1_000));
            // A second each minute, and next to nothing here.
            assert_eq!(spent.busy_ms / 1_000, spent.over_ms / 60_000);
            reports.push(spent.over_ms / 60_000);
        }
        assert_eq!(reports, [1, 2, 3, 4, 5, 6, 7, 8, 9, 5, 6, 7]);
    }
}
