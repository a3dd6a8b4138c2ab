//! One attempt: asks the target in a task of its own and sends back what it saw and what that means.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::{failure::FailureCode, verdict};
use probe::{LookOptions, Prober};
use tokio::{sync::mpsc, task::AbortHandle, time::Instant};
use tokio_util::task::TaskTracker;

use crate::{
    canaries::{Canaries, Suspect},
    clock::DatabaseClock,
    looking::Attempt,
    roster::Turn,
    service::Service,
};

/// What came of an attempt.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) turn: Turn,
    pub(crate) attempt: Attempt,
    pub(crate) took: Duration,
}

/// What is to be asked.
pub(crate) struct Question {
    pub(crate) turn: Turn,
    pub(crate) service: Arc<Service>,
    pub(crate) options: LookOptions,
    /// No incident is open.
    pub(crate) is_first: bool,
    pub(crate) now: DateTime<Utc>,
}

/// Everything that attempts have in common.
#[derive(Clone)]
pub(crate) struct Asker {
    prober: Prober,
    clock: DatabaseClock,
    tasks: TaskTracker,
    canaries: Canaries,
    answers: mpsc::UnboundedSender<Answer>,
}

impl Asker {
    pub(crate) fn new(
        prober: Prober,
        clock: DatabaseClock,
        canaries: Canaries,
        answers: mpsc::UnboundedSender<Answer>,
    ) -> Self {
        Self {
            prober,
            clock,
            tasks: TaskTracker::new(),
            canaries,
            answers,
        }
    }

    /// Starts an attempt. Exactly one answer follows, also when the task panics; none is awaited after `abort`.
    pub(crate) fn ask(&self, question: Question) -> AbortHandle {
        // Boxed: it is large, and spawning would copy it several times.
        let look = Box::pin(self.clone().look(question));
        self.tasks.spawn(look).abort_handle()
    }

    async fn look(self, question: Question) {
        let started_at = self.clock.now().unwrap_or(question.now);
        let begun = Instant::now();
        let mut answer = Pending {
            answers: self.answers,
            turn: question.turn,
            started_at,
            begun,
            took: None,
            attempt: None,
        };
        let service = question.service;
        let seen = self.prober.look(&service.target, question.options).await;
        answer.took = Some(begun.elapsed());
        let target = service.target.target();
        let judgement = verdict::judge(target, &seen);
        let suspect = Suspect {
            service: service.key,
            target,
            seen: &seen,
            is_first: question.is_first,
        };
        let judgement = self.canaries.vet(suspect, judgement).await;
        answer.attempt = Some(Attempt {
            verdict: judgement.verdict,
            failure: judgement.failure,
            started_at,
            observation: Some(Box::new(seen)),
        });
    }
}

/// An answer that is sent whatever becomes of its attempt.
struct Pending {
    answers: mpsc::UnboundedSender<Answer>,
    turn: Turn,
    started_at: DateTime<Utc>,
    begun: Instant,
    took: Option<Duration>,
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
            took: self.took.unwrap_or_else(|| self.begun.elapsed()),
        };
        // Nobody listens any more only when the process ends.
        let _ = self.answers.send(answer);
    }
}
