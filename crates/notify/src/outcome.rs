//! How an attempt ended, and what was said while it was made.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Most exchanges that a report keeps.
const MOST_EXCHANGES: usize = 20;

/// How an attempt ended. `why` is one sentence for people, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The channel took it; `id` is the provider's own name for the message, if it told one.
    Sent { id: Option<String> },
    /// Trouble that may pass. `after`: how long the provider asks us to wait.
    Retry {
        after: Option<Duration>,
        why: String,
    },
    /// Nothing will ever be taken as things are: the owner has to change something.
    Permanent { why: String },
    /// This message will never be taken; others may be.
    Unfit { why: String },
}

impl Outcome {
    pub(crate) fn retry(why: impl Into<String>) -> Self {
        Self::Retry {
            after: None,
            why: why.into(),
        }
    }

    pub(crate) fn permanent(why: impl Into<String>) -> Self {
        Self::Permanent { why: why.into() }
    }

    pub(crate) fn unfit(why: impl Into<String>) -> Self {
        Self::Unfit { why: why.into() }
    }

    /// A refusal for good that every message would meet.
    pub(crate) fn of_channel(self) -> Self {
        match self {
            Self::Unfit { why } => Self::Permanent { why },
            other => other,
        }
    }
}

/// Why something cannot be said on a channel, such as a stored address that cannot be read: no message could be.
impl From<String> for Outcome {
    fn from(why: String) -> Self {
        Self::Permanent { why }
    }
}

impl From<&str> for Outcome {
    fn from(why: &str) -> Self {
        Self::permanent(why)
    }
}

/// Everything that the ledger keeps of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub outcome: Outcome,
    /// Recipients (or incidents, for a pager) with which this attempt is done for good. Hand them back with the next attempt.
    pub settled: Vec<String>,
    /// Those of them that refused although others took it.
    pub refused: Vec<Refusal>,
    /// At most 20 exchanges, bounded in size and without secrets.
    pub transcript: Vec<Exchange>,
}

/// A recipient who will never get it as things are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub recipient: String,
    pub why: String,
}

/// One request and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// `POST https://hooks.slack.com/***`, or `SMTP mail.example.com:587`.
    pub request: String,
    /// The payload, at most 16 KiB.
    pub sent: String,
    /// Of HTTP or SMTP; none when nothing came back.
    pub status: Option<u16>,
    /// What came back, or why nothing did; at most 2 KiB.
    pub received: String,
    pub took_ms: u64,
}

/// Adds up the parts of one attempt.
#[derive(Default)]
pub(crate) struct Tally {
    id: Option<String>,
    any_sent: bool,
    retry: Option<(Option<Duration>, String)>,
    settled: Vec<String>,
    refused: Vec<Refusal>,
    /// One of those who refused may take another message, or an earlier attempt was done with somebody.
    may_take_others: bool,
    transcript: Vec<Exchange>,
}

impl Tally {
    /// `settled`: with whom earlier attempts are done.
    pub(crate) fn after(settled: &[String]) -> Self {
        Self {
            may_take_others: !settled.is_empty(),
            ..Self::default()
        }
    }

    /// Takes in how one part ended; false when the rest had better wait for the next attempt.
    pub(crate) fn add(&mut self, part: &str, outcome: Outcome) -> bool {
        let is_unfit = matches!(outcome, Outcome::Unfit { .. });
        match outcome {
            Outcome::Sent { id } => {
                self.any_sent = true;
                self.id = self.id.take().or(id);
                self.settled.push(part.to_owned());
                true
            }
            Outcome::Permanent { why } | Outcome::Unfit { why } => {
                self.may_take_others |= is_unfit;
                self.settled.push(part.to_owned());
                self.refused.push(Refusal {
                    recipient: part.to_owned(),
                    why,
                });
                true
            }
            Outcome::Retry { after, why } => {
                self.retry.get_or_insert((after, why));
                false
            }
        }
    }

    /// The attempt has taken long enough: the rest waits for the next one.
    pub(crate) fn cut_short(&mut self) {
        let why = "It took too long to tell everybody at once; the rest follow.";
        self.retry.get_or_insert((None, why.to_owned()));
    }

    pub(crate) fn note(&mut self, exchange: Exchange) {
        if self.transcript.len() < MOST_EXCHANGES {
            self.transcript.push(exchange);
        }
    }

    pub(crate) fn finish(mut self) -> Report {
        let outcome = match (self.retry, self.refused.first()) {
            (Some((after, why)), _) => Outcome::Retry { after, why },
            (None, Some(first)) if !self.any_sent => {
                let why = first.why.clone();
                self.refused.clear();
                if self.may_take_others {
                    Outcome::Unfit { why }
                } else {
                    Outcome::Permanent { why }
                }
            }
            _ => Outcome::Sent { id: self.id },
        };
        Report {
            outcome,
            settled: self.settled,
            refused: self.refused,
            transcript: self.transcript,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: &str) -> Outcome {
        Outcome::Sent {
            id: Some(id.to_owned()),
        }
    }

    #[test]
    fn a_retry_is_for_those_only_who_have_not_heard() {
        let mut tally = Tally::default();
        assert!(tally.add("a", sent("1")));
        assert!(tally.add("b", Outcome::permanent("no such mailbox")));
        assert!(!tally.add("c", Outcome::retry("busy")));
        let report = tally.finish();
        assert_eq!(report.outcome, Outcome::retry("busy"));
        assert_eq!(report.settled, ["a", "b"]);
        assert_eq!(report.refused[0].recipient, "b");
    }

    #[test]
    fn one_who_took_it_makes_it_sent_and_none_makes_it_refused() {
        let mut tally = Tally::default();
        tally.add("a", Outcome::permanent("no"));
        tally.add("b", sent("2"));
        let report = tally.finish();
        assert_eq!(report.outcome, sent("2"));
        assert_eq!(report.refused.len(), 1);
        let mut tally = Tally::default();
        tally.add("a", Outcome::permanent("no"));
        assert_eq!(tally.finish().outcome, Outcome::permanent("no"));
    }

    #[test]
    fn a_refusal_is_of_the_channel_only_where_nobody_could_take_anything() {
        let mut tally = Tally::default();
        tally.add("a", Outcome::permanent("no such mailbox"));
        tally.add("b", Outcome::unfit("too long"));
        assert_eq!(tally.finish().outcome, Outcome::unfit("no such mailbox"));
        // An earlier attempt reached somebody, or may have.
        let mut tally = Tally::after(&["a".to_owned()]);
        tally.add("b", Outcome::permanent("no such mailbox"));
        assert_eq!(tally.finish().outcome, Outcome::unfit("no such mailbox"));
    }
}
