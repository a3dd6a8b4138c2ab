//! A look under way: its attempts so far, and the look they add up to.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    confirm::{self, Next, Question},
    failure::{Failure, FailureCode},
    look::Look,
    observation::Observation,
    verdict::Verdict,
};

use crate::service::Service;

/// One attempt, judged.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) verdict: Verdict,
    pub(crate) failure: Option<Failure>,
    /// When it began to connect, by the database's clock.
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) observation: Option<Box<Observation>>,
}

/// A look that has not ended.
#[derive(Debug)]
pub(crate) struct Looking {
    slot: DateTime<Utc>,
    /// Somebody asked for it.
    asked: bool,
    question: Question,
    attempts: Vec<Attempt>,
}

impl Attempt {
    /// An attempt that we could not make.
    pub(crate) fn not_made(code: FailureCode, at: DateTime<Utc>) -> Self {
        Self {
            verdict: Verdict::Unknown,
            failure: Some(Failure::bare(code)),
            started_at: at,
            observation: None,
        }
    }
}

impl Looking {
    pub(crate) fn new(slot: DateTime<Utc>, asked: bool, question: Question) -> Self {
        Self {
            slot,
            asked,
            question,
            attempts: Vec::with_capacity(1),
        }
    }

    /// The instant it stands at.
    pub(crate) fn slot(&self) -> DateTime<Utc> {
        self.slot
    }

    /// How many attempts were made.
    pub(crate) fn attempts(&self) -> u8 {
        u8::try_from(self.attempts.len()).unwrap_or(u8::MAX)
    }

    /// The newest attempt.
    pub(crate) fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// Takes an attempt; says whether the look goes on.
    pub(crate) fn add(&mut self, attempt: Attempt) -> Next {
        self.attempts.push(attempt);
        let verdicts: Vec<Verdict> = self
            .attempts
            .iter()
            .map(|attempt| attempt.verdict)
            .collect();
        confirm::next(&self.question, &verdicts)
    }

    /// Whether the attempt just taken is the first reason to suspect that the service is not up.
    pub(crate) fn is_first_suspicion(&self) -> bool {
        let failed = |attempt: &Attempt| attempt.verdict.severity().is_some();
        let count = self
            .attempts
            .iter()
            .filter(|attempt| failed(attempt))
            .count();
        self.question.open.is_none() && count == 1 && self.attempts.last().is_some_and(failed)
    }

    /// The finished look.
    pub(crate) fn finish(mut self, service: &Service, stands_for: TimeDelta) -> Look {
        let verdicts: Vec<Verdict> = self
            .attempts
            .iter()
            .map(|attempt| attempt.verdict)
            .collect();
        let conclusion = confirm::conclude(&self.question, &verdicts);
        let started = |index: usize| self.attempts.get(index).map(|attempt| attempt.started_at);
        let started_at = started(0).unwrap_or(self.slot);
        let first_failed_at = conclusion.first_failed.and_then(started);
        let recovered_at = conclusion.recovered.and_then(started);
        let attempts = self.attempts().max(1);
        let first_failed = conclusion
            .first_failed
            .filter(|index| *index != conclusion.attempt)
            .and_then(|index| self.attempts.get_mut(index)?.observation.take());
        let deciding = self.attempts.get_mut(conclusion.attempt);
        let (failure, observation) = deciding.map_or((None, None), |attempt| {
            (attempt.failure.take(), attempt.observation.take())
        });
        Look {
            service: service.key,
            service_id: service.id,
            workspace: service.workspace,
            revision: service.revision,
            asked: self.asked,
            slot: self.slot,
            stands_for,
            started_at,
            verdict: conclusion.verdict,
            failure: failure.filter(|_| conclusion.verdict != Verdict::Up),
            attempts,
            first_failed_at,
            recovered_at,
            observation,
            first_failed,
        }
    }

    /// The look when nothing that was seen can be trusted, or nothing could be seen.
    pub(crate) fn void(self, code: FailureCode, service: &Service, stands_for: TimeDelta) -> Look {
        let started_at = self
            .attempts
            .first()
            .map_or(self.slot, |attempt| attempt.started_at);
        let void = Self {
            attempts: vec![Attempt::not_made(code, started_at)],
            ..self
        };
        void.finish(service, stands_for)
    }
}
