//! When the next batch is due: at once when something is news, when it is full, or when the end is near; else once a second.

use std::time::Duration;

use runtime::backoff::Backoff;
use tokio::time::Instant;

use super::Settings;

/// What waits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waiting {
    /// Looks that could be taken now.
    pub(super) ready: usize,
    /// Some services are left alone because somebody else has locked them.
    pub(super) held: bool,
    /// The end is near.
    pub(super) hurry: bool,
}

/// A batch that took longer is followed by a smaller one: at its limit (`writing::LONGEST_BATCH`) all of it would be in vain.
const SLOW: Duration = Duration::from_secs(8);

#[derive(Debug)]
pub(super) struct Timing {
    settings: Settings,
    /// How many looks the next batch may have.
    room: usize,
    /// When the oldest look that waits came in.
    since: Option<Instant>,
    /// Something changed: people are waiting to see it.
    news: bool,
    last_batch: Instant,
    /// Postgres was away: not before this.
    not_before: Option<Instant>,
    backoff: Backoff,
    /// When services that were locked are tried again.
    held_until: Option<Instant>,
}

impl Timing {
    pub(super) fn new(settings: Settings, now: Instant) -> Self {
        Self {
            last_batch: now.checked_sub(settings.pace).unwrap_or(now),
            room: settings.batch,
            settings,
            since: None,
            news: false,
            not_before: None,
            backoff: Backoff::default(),
            held_until: None,
        }
    }

    /// A look came in.
    pub(super) fn arrived(&mut self, news: bool, now: Instant) {
        self.news |= news;
        self.since.get_or_insert(now);
    }

    /// Whether services that were locked are to be tried again.
    pub(super) fn held_is_due(&self, now: Instant) -> bool {
        self.held_until.is_some_and(|at| at <= now)
    }

    /// A batch begins, with looks of services that were locked if that is due, and `left` more wait.
    pub(super) fn begun(&mut self, left: usize, now: Instant) {
        self.held_until = self.held_until.filter(|at| *at > now);
        self.last_batch = now;
        self.not_before = None;
        if left == 0 {
            self.news = false;
            self.since = None;
        }
    }

    /// How many looks the next batch may have.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// It ended, with services `held`, or without Postgres.
    pub(super) fn ended(&mut self, held: bool, away: bool, now: Instant) {
        // However often others are written meanwhile, their time comes.
        let again = self.held_until.unwrap_or(now + self.settings.held);
        self.held_until = held.then_some(again);
        self.room = if away {
            self.settings.batch
        } else if now - self.last_batch > SLOW {
            (self.room / 2).max(self.settings.batch)
        } else {
            (self.room * 2).min(self.settings.largest_batch)
        };
        if away {
            self.not_before = Some(now + self.backoff.pause());
            self.arrived(true, now);
        } else {
            self.backoff.reset();
        }
    }

    /// When the next batch is due, if nothing else happens.
    pub(super) fn next(&self, waiting: &Waiting) -> Option<Instant> {
        let earliest = self.not_before.unwrap_or(self.last_batch);
        let fresh = (waiting.ready > 0).then(|| self.fresh(waiting, earliest));
        let held = self.held_until.filter(|_| waiting.held);
        let held = held.map(|at| at.max(earliest));
        match (fresh, held) {
            (Some(fresh), Some(held)) => Some(fresh.min(held)),
            (fresh, held) => fresh.or(held),
        }
    }

    fn fresh(&self, waiting: &Waiting, earliest: Instant) -> Instant {
        let settings = &self.settings;
        if waiting.hurry || waiting.ready >= settings.batch {
            return earliest;
        }
        let paced = earliest.max(self.last_batch + settings.pace);
        if self.news {
            return paced;
        }
        paced.max(self.since.unwrap_or(self.last_batch) + settings.window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Waiting = Waiting {
        ready: 3,
        held: false,
        hurry: false,
    };

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// A recorder that wrote a batch a second after it began, and begins to wait now.
    fn after_a_batch() -> (Timing, Instant) {
        let start = Instant::now();
        let mut timing = Timing::new(Settings::default(), start);
        let now = start + Duration::from_secs(1);
        timing.begun(0, now);
        timing.ended(false, false, now);
        (timing, now)
    }

    #[test]
    fn routine_is_written_once_a_second_or_a_thousand_at_a_time() {
        let (mut timing, now) = after_a_batch();
        timing.arrived(false, now + ms(300));
        timing.arrived(false, now + ms(900));
        for (ready, due) in [(1, 1_300), (999, 1_300), (1_000, 0)] {
            let waiting = Waiting { ready, ..FEW };
            assert_eq!(timing.next(&waiting), Some(now + ms(due)), "{ready}");
        }
    }

    #[test]
    fn whoever_was_locked_has_its_turn_among_batches_that_never_end() {
        let (mut timing, start) = after_a_batch();
        timing.ended(true, false, start);
        let mut now = start;
        while !timing.held_is_due(now) {
            assert!(now - start <= ms(300), "never its turn");
            timing.begun(5, now);
            now += ms(80);
            timing.ended(true, false, now);
        }
        timing.begun(5, now);
        assert!(!timing.held_is_due(now + ms(200)));
        timing.ended(true, false, now);
        assert!(timing.held_is_due(now + ms(250)));
    }

    #[test]
    fn batches_grow_while_they_go_well_and_begin_small_again_after_one_that_did_not() {
        let (mut timing, mut now) = after_a_batch();
        let mut after = |seconds: u64, away: bool| {
            timing.begun(1, now);
            now += Duration::from_secs(seconds);
            timing.ended(false, away, now);
            timing.room()
        };
        let quick = [4_000, 8_000, 10_000, 10_000];
        assert_eq!(quick.map(|_| after(3, false)), quick);
        assert_eq!([after(9, false), after(9, false)], [5_000, 2_500]);
        assert_eq!([after(9, false), after(9, false)], [1_250, 1_000]);
        assert_eq!(
            [after(1, false), after(30, true), after(1, false)],
            [2_000, 1_000, 2_000]
        );
    }

    #[test]
    fn news_waits_for_no_window_and_a_full_batch_for_nothing() {
        let (mut timing, now) = after_a_batch();
        timing.arrived(false, now);
        timing.arrived(true, now + ms(400));
        assert_eq!(timing.next(&FEW), Some(now + ms(50)));
        let full = Waiting {
            ready: 1_000,
            ..FEW
        };
        assert_eq!(timing.next(&full), Some(now));
        let end = Waiting { hurry: true, ..FEW };
        assert_eq!(timing.next(&end), Some(now));
    }

    #[test]
    fn nothing_is_due_while_nothing_waits() {
        let (timing, _) = after_a_batch();
        assert_eq!(timing.next(&Waiting::default()), None);
    }

    #[test]
    fn without_postgres_even_the_end_waits_longer_each_time() {
        let (mut timing, now) = after_a_batch();
        for wait in [100, 200, 400] {
            timing.ended(false, true, now);
            let waiting = Waiting {
                ready: 5_000,
                hurry: true,
                ..FEW
            };
            assert_eq!(timing.next(&waiting), Some(now + ms(wait)));
        }
        timing.begun(0, now);
        timing.ended(false, false, now);
        timing.ended(false, true, now);
        assert_eq!(timing.next(&FEW), Some(now + ms(100)));
    }

    #[test]
    fn locked_services_are_tried_again_by_themselves() {
        let (mut timing, now) = after_a_batch();
        timing.ended(true, false, now);
        let only_held = Waiting {
            held: true,
            ..Waiting::default()
        };
        assert_eq!(timing.next(&only_held), Some(now + ms(250)));
        assert!(!timing.held_is_due(now + ms(249)));
        assert!(timing.held_is_due(now + ms(250)));
    }
}
