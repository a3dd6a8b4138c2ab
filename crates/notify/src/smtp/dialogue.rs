//! What is said between us and a mail server, and what its refusals mean.

use std::io;

use domain::failure::clean;
use tokio::time::Instant;

use crate::Outcome;

/// How much of a dialogue is kept, in bytes.
const MOST_KEPT: usize = 2 * 1024;

/// What was said, for the ledger: commands without credentials and letters, and the replies.
pub(crate) struct Dialogue {
    started: Instant,
    pub(crate) text: String,
    /// Of the last reply.
    pub(crate) status: Option<u16>,
}

impl Default for Dialogue {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            text: String::new(),
            status: None,
        }
    }
}

impl Dialogue {
    pub(crate) fn took_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn note(&mut self, line: &str) {
        if self.text.len() < MOST_KEPT {
            self.text.push_str(&clean(line, 300));
            self.text.push('\n');
        }
    }
}

/// One reply of the server.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

/// Why a letter did not get through.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server said no; 4xx passes, 5xx does not.
    Refused { doing: &'static str, reply: Reply },
    /// The same of the letter, which another one need not share.
    Unfit { doing: &'static str, reply: Reply },
    /// Between the server and us, in words: the connection, the settings, how we are received. No recipient can help it, so
    /// it is never for good.
    Ours(String),
}

impl Trouble {
    /// The same where no recipient was named yet: a refusal is of us.
    pub(super) fn before_recipients(self) -> Self {
        match self {
            Self::Refused { doing, reply } => Self::Ours(refusal(doing, &reply)),
            other => other,
        }
    }

    /// The same once the recipient was accepted: a refusal is of what the letter says.
    pub(super) fn of_letter(self) -> Self {
        match self {
            Self::Refused { doing, reply } => Self::Unfit { doing, reply },
            other => other,
        }
    }
}

fn is_final(reply: &Reply) -> bool {
    (500..600).contains(&reply.code)
}

fn refusal(doing: &str, reply: &Reply) -> String {
    let said = clean(&reply.lines.join(" "), 200);
    format!("The mail server refused {doing}: {} {said}", reply.code)
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Ours(match error.kind() {
            io::ErrorKind::UnexpectedEof => "The mail server closed the connection.".to_owned(),
            _ => format!(
                "The connection to the mail server broke: {}.",
                clean(&error.to_string(), 200)
            ),
        })
    }
}

impl From<Trouble> for Outcome {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused { doing, reply } if is_final(&reply) => {
                Self::permanent(refusal(doing, &reply))
            }
            Trouble::Unfit { doing, reply } if is_final(&reply) => {
                Self::unfit(refusal(doing, &reply))
            }
            Trouble::Refused { doing, reply } | Trouble::Unfit { doing, reply } => {
                Self::retry(refusal(doing, &reply))
            }
            Trouble::Ours(why) => Self::retry(why),
        }
    }
}
