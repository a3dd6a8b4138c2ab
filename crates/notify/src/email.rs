//! E-mail: a letter of its own for every recipient, in plain text and HTML, through the installation's mail server.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{channel::Email, notice::message::Message};
use egress::Egress;
use tokio::time::Instant;
use url::Url;

use crate::{
    Outcome,
    outcome::{Exchange, Report, Tally},
    rendering::cut_bytes,
    smtp::{self, Dialogue, Session},
    veil::Veil,
};

mod compose;
mod config;
mod look;
pub mod personal;
mod sheet;

pub use compose::Letter;
pub use config::{Mail, MailConfig, Security};

/// How much of a letter the ledger keeps, in bytes.
const MOST_KEPT: usize = 16 * 1024;

/// The letters that say this, one per recipient.
pub(crate) fn letters(email: &Email, message: &Message, public_url: &Url) -> Vec<Letter> {
    let recipients = email.recipients.iter();
    recipients
        .map(|recipient| compose::letter(message, recipient, public_url))
        .collect()
}

/// What it takes to post letters.
#[derive(Clone, Copy)]
pub(crate) struct Post<'a> {
    pub(crate) egress: &'a Egress,
    pub(crate) mail: &'a Mail,
    /// For one letter, connecting included.
    pub(crate) limit: Duration,
    /// After that no further letter is begun.
    pub(crate) until: Instant,
}

impl Post<'_> {
    /// Sends letters over one connection. `settled`: recipients who have theirs.
    pub(crate) async fn all(
        self,
        letters: &[Letter],
        settled: &[String],
        veil: &Veil,
        now: DateTime<Utc>,
    ) -> Report {
        let mut tally = Tally::after(settled);
        let mut session: Option<Session> = None;
        let waiting = |letter: &&Letter| !settled.contains(&letter.to);
        for letter in letters.iter().filter(waiting) {
            if Instant::now() >= self.until {
                tally.cut_short();
                break;
            }
            let mut dialogue = Dialogue::default();
            let outcome = match compose::source(letter, self.mail, now) {
                Ok(source) => {
                    let addressed = (letter.to.as_str(), source.as_slice());
                    smtp::deliver(self, &mut session, addressed, &mut dialogue).await
                }
                Err(why) => Outcome::Unfit { why },
            };
            tally.note(exchange(self.mail, letter, &dialogue, veil));
            // Whoever takes nothing for now keeps nobody else from hearing, as long as the server listens.
            if !tally.add(&letter.to, outcome) && session.is_none() {
                break;
            }
        }
        if let Some(session) = session {
            session.quit().await;
        }
        tally.finish()
    }
}

fn exchange(mail: &Mail, letter: &Letter, dialogue: &Dialogue, veil: &Veil) -> Exchange {
    let sent = format!(
        "To: {}\nSubject: {}\n\n{}",
        letter.to, letter.subject, letter.text
    );
    Exchange {
        request: format!("SMTP {}:{}", mail.host, mail.port),
        sent: cut_bytes(&veil.over(&sent), MOST_KEPT).to_owned(),
        status: dialogue.status,
        received: veil.over(&dialogue.text),
        took_ms: dialogue.took_ms(),
    }
}
