//! The schedule: one loop that starts every look when it is due, hears its attempts, and hands finished looks to the record.

use std::{pin::pin, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{id::ServiceKey, look::Look, ownership::Shards};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    admission::{Admission, Limits},
    attempt::{Answer, Asker},
    clock::DatabaseClock,
    due::Arrival,
    figures::{Figures, Meters},
    pace::Pace,
    progress::Mark,
    record::Standings,
    roster::{Roster, Turn},
    service::Arriving,
    suspect::Suspicions,
};
use alarms::Alarms;
use gathering::Gathering;

mod alarms;
mod arrivals;
mod gathering;
mod looks;
mod standstill;

/// Most alarms and answers that are handled before the loop sleeps or looks at the time again.
const MOST_PER_ROUND: usize = 512;
/// The longest timeout that a service may have.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What the loader tells the schedule.
#[derive(Debug)]
pub(crate) enum Command {
    /// These services are new or have changed.
    Put(Vec<Arriving>, Arrival),
    /// These are paused or gone.
    Remove(Vec<ServiceKey>),
    /// Everything outside these shards belongs to others.
    Keep(Arc<Shards>),
    /// Membership was read again after a standstill: looking goes on.
    Resume,
    /// The network works again: what could not be judged is looked at anew.
    Recheck,
}

/// What the schedule works with.
pub(crate) struct Parts {
    pub(crate) clock: DatabaseClock,
    pub(crate) limits: Limits,
    pub(crate) pace: Pace,
    pub(crate) figures: Figures,
    pub(crate) progress: Mark,
    pub(crate) suspicions: Suspicions,
    /// Rises whenever the loop stood still.
    pub(crate) stalls: watch::Sender<u64>,
    /// False while it is not known who looks.
    pub(crate) may_record: watch::Sender<bool>,
    pub(crate) looks: mpsc::UnboundedSender<Look>,
}

/// What reaches the loop.
pub(crate) struct Inbox {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) answers: mpsc::UnboundedReceiver<Answer>,
    /// Where services stand by the record, after looks that were handed over.
    pub(crate) standings: mpsc::UnboundedReceiver<Standings>,
}

/// The state of the loop.
pub(crate) struct Schedule {
    parts: Parts,
    asker: Asker,
    meters: Meters,
    roster: Roster,
    alarms: Alarms,
    admission: Admission<Turn>,
    gathering: Gathering,
    /// Stood still, and has not heard since who looks.
    halted: bool,
    stopping: bool,
}

impl Schedule {
    pub(crate) fn new(parts: Parts, asker: Asker) -> Self {
        Self {
            admission: Admission::new(parts.limits),
            gathering: Gathering::new(Instant::now()),
            parts,
            asker,
            meters: Meters::new(),
            roster: Roster::default(),
            alarms: Alarms::new(),
            halted: false,
            stopping: false,
        }
    }

    /// Runs until `stop`, then until the looks under way have ended.
    pub(crate) async fn run(
        mut self,
        mut inbox: Inbox,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let mut answers = Vec::with_capacity(MOST_PER_ROUND);
        let mut awake = Instant::now();
        // Made once: this goes round with every alarm and every answer.
        let (mut alarm, mut stopped) = (pin!(sleep_until(awake)), pin!(stop.cancelled()));
        loop {
            let wake = self.next_wake();
            // Waking too early does no harm.
            if wake < alarm.deadline() || alarm.is_elapsed() {
                alarm.as_mut().reset(wake);
            }
            tokio::select! {
                biased;
                () = &mut stopped => break,
                _ = inbox.answers.recv_many(&mut answers, MOST_PER_ROUND) => {}
                Some(command) = inbox.commands.recv() => {
                    self.notice_standstill(&mut awake);
                    self.obey(command);
                }
                Some(standings) = inbox.standings.recv() => self.believe(standings),
                () = &mut alarm => {}
            }
            self.notice_standstill(&mut awake);
            for answer in answers.drain(..) {
                self.hear(answer);
            }
            self.fire_alarms();
            self.report();
        }
        self.end(inbox).await;
        Ok(())
    }

    /// Looks under way may end; none begins.
    async fn end(&mut self, mut inbox: Inbox) {
        self.stopping = true;
        self.alarms = Alarms::new();
        inbox.commands.close();
        let deadline = Instant::now() + LONGEST_TIMEOUT + self.parts.pace.goodbye;
        while self.admission.under_way() > 0 {
            tokio::select! {
                Some(answer) = inbox.answers.recv() => self.hear(answer),
                () = sleep_until(deadline) => {
                    tracing::warn!(looks = self.admission.under_way(), "looks under way were given up");
                    return;
                }
            }
            self.parts.progress.touch();
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Put(services, arrival) => self.put(services, arrival),
            Command::Remove(keys) => self.remove(&keys),
            Command::Keep(shards) => {
                let lost = self.roster.outside(&shards);
                self.remove(&lost);
            }
            Command::Resume => self.resume(),
            Command::Recheck => self.recheck(),
        }
    }

    /// Notices when the loop was not run for too long.
    fn notice_standstill(&mut self, awake: &mut Instant) {
        let now = Instant::now();
        let gone = now.saturating_duration_since(*awake);
        *awake = now;
        if gone > self.parts.pace.tick + self.parts.pace.stall {
            self.stand_still(gone);
        }
    }

    fn fire_alarms(&mut self) {
        if self.halted {
            return;
        }
        let mut fired = 0;
        while fired < MOST_PER_ROUND
            && let Some(now) = self.parts.clock.now()
            && let Some(turn) = self.alarms.pop_due(now)
        {
            self.wake(turn, now);
            fired += 1;
        }
        self.gathering
            .begun(u32::try_from(fired).unwrap_or(u32::MAX), Instant::now());
    }

    fn next_wake(&self) -> Instant {
        let longest = Instant::now() + self.parts.pace.tick;
        let first = self.alarms.next().filter(|_| !self.halted);
        first
            .and_then(|at| self.parts.clock.instant_of(at))
            .map_or(longest, |at| (at + self.gathering.patience()).min(longest))
    }

    /// Sets the alarm of an entry's next turn.
    fn set_alarm(&mut self, index: u32, at: DateTime<Utc>) {
        let turn = self.roster.next_turn(index);
        self.alarms.set(at, turn);
    }

    fn report(&self) {
        self.parts.progress.touch();
        let (services, under_way) = (self.roster.len(), self.admission.under_way());
        let waiting = self.admission.waiting();
        self.meters.in_flight.set(f64::from(under_way));
        self.meters
            .owned
            .set(f64::from(u32::try_from(services).unwrap_or(u32::MAX)));
        self.parts.figures.change(|figures| {
            figures.services = services;
            figures.under_way = under_way;
            figures.waiting = waiting;
        });
    }

    fn count_missed(&self, slots: u32) {
        if slots > 0 {
            self.meters.missed.increment(slots.into());
            self.parts
                .figures
                .change(|figures| figures.missed += u64::from(slots));
        }
    }
}

/// A distance in whole milliseconds, as checks store it; rounded up, so that no gap is left before the next slot.
pub(crate) fn in_ms(distance: TimeDelta) -> TimeDelta {
    let us = distance.num_microseconds().unwrap_or(i64::MAX - 999);
    TimeDelta::milliseconds((us + 999) / 1_000)
}
