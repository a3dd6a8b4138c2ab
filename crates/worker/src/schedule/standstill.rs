//! What happens when the loop was not run for a while (a stopped process, a starved machine), or was cut off.

use std::time::Duration;

use chrono::TimeDelta;
use domain::failure::FailureCode;

use super::{Alarms, Schedule};
use crate::{
    admission::Admission,
    due::{Arrival, Due},
    roster::Step,
};

/// Over how many milliseconds looks are spread when the network works again.
const RECHECK_MS: u64 = 15_000;

impl Schedule {
    /// What looks under way saw meanwhile may be our own absence, and others may have taken over: they are void, and
    /// none begins until membership has been read again.
    pub(super) fn stand_still(&mut self, gone: Duration) {
        tracing::warn!(
            seconds = gone.as_secs_f64(),
            "the worker stood still; looks under way do not count"
        );
        self.halted = true;
        self.parts.may_record.send_replace(false);
        self.void_all(FailureCode::InternalResource);
        self.parts.stalls.send_modify(|count| *count += 1);
    }

    /// Membership was read again, after a standstill or because the database's clock was set: every schedule is
    /// computed anew, and what is overdue is spread.
    pub(super) fn resume(&mut self) {
        if !self.halted {
            self.void_all(FailureCode::InternalClock);
        }
        self.halted = false;
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        let mut missed = 0;
        for index in self.roster.indices() {
            let Some(entry) = self.roster.get_mut(index) else {
                continue;
            };
            entry.forget_the_future(now);
            let facts = entry.facts(now);
            missed += facts.passed();
            self.plan(index, facts.first(Arrival::Start));
        }
        self.count_missed(missed);
    }

    /// Looks again at everything whose last verdict was held for want of a network, spread over 15 s.
    pub(super) fn recheck(&mut self) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        for index in self.roster.indices() {
            let Some(entry) = self.roster.get_mut(index) else {
                continue;
            };
            let held = entry.standing.code == Some(FailureCode::InternalNetwork);
            if held && entry.look.is_none() {
                let wait = entry.service.origin % RECHECK_MS;
                let at = now + TimeDelta::milliseconds(i64::try_from(wait).unwrap_or(0));
                let due = Due {
                    slot: at,
                    at,
                    asked: false,
                };
                // Its slot may come first.
                if at < entry.due.at {
                    self.plan(index, due);
                }
            }
        }
    }

    /// Ends every look under way without a verdict; those that only waited for their turn are due as before.
    fn void_all(&mut self, code: FailureCode) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        for index in self.roster.indices() {
            let Some(entry) = self.roster.get_mut(index) else {
                continue;
            };
            let Some(look) = entry.look.as_deref() else {
                continue;
            };
            let asks = matches!(look.step, Step::Asking { .. });
            if let Step::Asking { task, .. } = &look.step {
                task.abort();
            }
            if asks || look.looking.attempts() > 0 {
                self.end_unseen(index, now, code);
            } else {
                entry.look = None;
            }
        }
        self.alarms = Alarms::new();
        self.admission = Admission::new(self.parts.limits);
    }
}
