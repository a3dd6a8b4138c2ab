//! One attempt: asks the target in a task of its own and sends back what it saw and what that means.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::{failure::FailureCode, verdict};
use probe::{LookOptions, Prober};
use tokio::{sync::mpsc, task::AbortHandle, time::Instant};
use tokio_util::task::TaskTracker;

use crate::{clock::DatabaseClock, looking::Attempt, roster::Turn, service::Service};

/// What came of an attempt.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) turn: Turn,
    pub(crate) attempt: Attempt,
    pub(crate) took: Duration,
}

/// Everything that attempts have in common.
#[derive(Clone)]
pub(crate) struct Asker {
    prober: Prober,
    clock: DatabaseClock,
    tasks: TaskTracker,
    answers: mpsc::UnboundedSender<Answer>,
}

impl Asker {
    pub(crate) fn new(
        prober: Prober,
        clock: DatabaseClock,
        answers: mpsc::UnboundedSender<Answer>,
    ) -> Self {
        Self {
            prober,
            clock,
            tasks: TaskTracker::new(),
            answers,
        }
    }

    /// Starts an attempt. Exactly one answer follows, also when the task panics; none is awaited after `abort`.
    pub(crate) fn ask(
        &self,
        turn: Turn,
        service: Arc<Service>,
        options: LookOptions,
        now: DateTime<Utc>,
    ) -> AbortHandle {
        let asker = self.clone();
        let task = async move {
            let started_at = asker.clock.now().unwrap_or(now);
            let begun = Instant::now();
            let mut answer = Pending {
                answers: asker.answers,
                turn,
                started_at,
                attempt: None,
                begun,
            };
            let seen = asker.prober.look(&service.target, options).await;
            let judgement = verdict::judge(service.target.target(), &seen);
            answer.attempt = Some(Attempt {
                verdict: judgement.verdict,
                failure: judgement.failure,
                started_at,
                observation: Some(Box::new(seen)),
            });
        };
        self.tasks.spawn(task).abort_handle()
    }
}

/// An answer that is sent whatever becomes of its attempt.
struct Pending {
    answers: mpsc::UnboundedSender<Answer>,
    turn: Turn,
    started_at: DateTime<Utc>,
    begun: Instant,
    attempt: Option<Attempt>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let attempt = self.attempt.take();
        let answer = Answer {
            turn: self.turn,
            attempt: attempt.unwrap_or_else(|| {
                Attempt::not_made(FailureCode::InternalResource, self.started_at)
            }),
            took: self.begun.elapsed(),
        };
        // Nobody listens any more only when the process ends.
        let _ = self.answers.send(answer);
    }
}
