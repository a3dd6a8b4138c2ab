//! Since when the database answers without a break. Right after one the heartbeats of all are old, and say nothing of who is live.

use std::time::Duration;

use tokio::time::Instant;

use super::PATROL;

/// Whoever has been silent for so long does not send any more, if the database was there to hear it.
const SILENCE: Duration = Duration::from_secs(10);

/// Answers further apart than this have a break between them.
const APART: Duration = PATROL.saturating_add(Duration::from_secs(2));

/// Answers of the database without a break.
#[derive(Debug, Default)]
pub(super) struct Touch {
    /// When the first and the last of them came.
    answers: Option<(Instant, Instant)>,
}

impl Touch {
    /// The database answered then.
    pub(super) fn answered(&mut self, now: Instant) {
        let first = match self.answers {
            Some((first, last)) if now.duration_since(last) <= APART => first,
            _ => now,
        };
        self.answers = Some((first, now));
    }

    /// It did not answer.
    pub(super) fn lost(&mut self) {
        self.answers = None;
    }

    /// After how long a silence others count as dead; none while silence says nothing.
    pub(super) fn silence(&self, now: Instant) -> Option<Duration> {
        let (first, _) = self.answers?;
        (now.duration_since(first) >= SILENCE).then_some(SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_says_something_only_while_the_database_answers_without_a_break() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut touch = Touch::default();
        assert_eq!(touch.silence(at(0)), None);
        for second in [0, 5, 10] {
            touch.answered(at(second));
        }
        assert_eq!(touch.silence(at(9)), None);
        assert_eq!(touch.silence(at(10)), Some(SILENCE));
        // It was away, and said so.
        touch.lost();
        touch.answered(at(12));
        assert_eq!(touch.silence(at(12)), None);
        touch.answered(at(17));
        touch.answered(at(22));
        assert_eq!(touch.silence(at(22)), Some(SILENCE));
        // It did not answer for long, or this process stood still.
        touch.answered(at(42));
        assert_eq!(touch.silence(at(42)), None);
    }
}
