//! A small client of mail servers (RFC 5321) on connections that `egress` made: bounded replies, 4xx and 5xx told apart.

use std::{io, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{failure::clean, notice::message::span};
use egress::Egress;
use rustls_pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};
use tokio_rustls::TlsConnector;

use crate::{
    Outcome,
    email::{Mail, Post, Security},
};

mod dialogue;

pub(crate) use dialogue::Dialogue;
use dialogue::{Reply, Trouble};

/// For taking leave, which nobody needs to wait for.
pub(crate) const LEAVE: Duration = Duration::from_secs(2);
/// Longest reply, in bytes.
const MOST_REPLY: usize = 8 * 1024;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A connection on which letters may be sent.
pub(crate) struct Session {
    wire: Box<dyn Wire>,
    /// Read, but not yet part of a reply.
    ahead: Vec<u8>,
}

/// Sends one letter, on the session that is open or a new one, which stays open for the next.
pub(crate) async fn deliver(
    post: Post<'_>,
    session: &mut Option<Session>,
    (to, source): (&str, &[u8]),
    dialogue: &mut Dialogue,
) -> Outcome {
    let deadline = Instant::now() + post.limit;
    let delivering = async {
        let mut open = match session.take() {
            Some(open) => open,
            None => Session::open(post, deadline, dialogue)
                .await
                .map_err(Trouble::before_recipients)?,
        };
        let result = open.letter(post.mail, (to, source), dialogue).await;
        // After a refusal the session is good for the next letter, once it has forgotten this one.
        let may_go_on = match &result {
            Ok(_) => true,
            Err(Trouble::Refused { .. } | Trouble::Unfit { .. }) => {
                let status = dialogue.status;
                let reset = open.command("RSET", "to start anew", dialogue).await;
                dialogue.status = status;
                reset.is_ok()
            }
            Err(_) => false,
        };
        if may_go_on {
            *session = Some(open);
        }
        result
    };
    match timeout_at(deadline, delivering).await {
        Ok(Ok(id)) => Outcome::Sent { id: Some(id) },
        Ok(Err(trouble)) => trouble.into(),
        Err(_) => Outcome::retry(format!(
            "The mail server did not finish within {}.",
            span(post.limit)
        )),
    }
}

impl Session {
    /// Connects, secures and signs in.
    async fn open(
        Post { egress, mail, .. }: Post<'_>,
        deadline: Instant,
        dialogue: &mut Dialogue,
    ) -> Result<Self, Trouble> {
        let tcp = egress
            .dial_configured(&mail.host, mail.port, deadline)
            .await;
        let tcp = tcp.map_err(|failure| Trouble::Ours(failure.sentence()))?;
        let mut session = Self::over(tcp);
        if mail.security == Security::Tls {
            session = session.secured(egress, mail).await?;
        }
        let greeting = session.reply(dialogue).await?;
        expect(greeting, 220, "to talk")?;
        let mut offers = session.hello(mail, dialogue).await?;
        if mail.security == Security::Starttls {
            if !offers.iter().any(|offer| offer == "STARTTLS") {
                return Err(Trouble::Ours(
                    "The mail server does not offer STARTTLS; see SMTP_SECURITY.".to_owned(),
                ));
            }
            let ready = session
                .command("STARTTLS", "to secure the connection", dialogue)
                .await?;
            expect(ready, 220, "to secure the connection")?;
            if !session.ahead.is_empty() {
                // Whoever can slip plain text in before the handshake could speak for the server.
                return Err(Trouble::Ours(
                    "The mail server spoke before the connection was secure.".to_owned(),
                ));
            }
            session = session.secured(egress, mail).await?;
            offers = session.hello(mail, dialogue).await?;
        }
        session.sign_in(mail, &offers, dialogue).await?;
        Ok(session)
    }

    fn over(wire: impl Wire + 'static) -> Self {
        Self {
            wire: Box::new(wire),
            ahead: Vec::new(),
        }
    }

    /// The same connection under TLS, the server's certificate judged.
    async fn secured(self, egress: &Egress, mail: &Mail) -> Result<Self, Trouble> {
        let name = mail.host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.to_owned()).map_err(|_| {
            Trouble::Ours("SMTP_HOST is no name a certificate can have.".to_owned())
        })?;
        let connector = TlsConnector::from(Arc::new(egress.tls().plain_client()));
        let stream = connector.connect(name, self.wire).await;
        let stream = stream.map_err(|error| {
            let said = clean(&error.to_string(), 200);
            Trouble::Ours(format!(
                "The connection to the mail server cannot be secured: {said}."
            ))
        })?;
        Ok(Self::over(stream))
    }

    /// Introduces us; what the server offers, in upper case.
    async fn hello(
        &mut self,
        mail: &Mail,
        dialogue: &mut Dialogue,
    ) -> Result<Vec<String>, Trouble> {
        let line = format!("EHLO {}", mail.domain());
        let reply = self.command(&line, "our greeting", dialogue).await?;
        let offers = reply.lines.into_iter().skip(1);
        Ok(offers.map(|offer| offer.to_ascii_uppercase()).collect())
    }

    async fn sign_in(
        &mut self,
        mail: &Mail,
        offers: &[String],
        dialogue: &mut Dialogue,
    ) -> Result<(), Trouble> {
        const DOING: &str = "to let us sign in";
        let Some((name, password)) = &mail.credentials else {
            return Ok(());
        };
        let password = password.expose_secret();
        let ways = offers.iter().find_map(|offer| offer.strip_prefix("AUTH "));
        let ways: Vec<&str> = ways.unwrap_or_default().split(' ').collect();
        let finished = if ways.contains(&"PLAIN") {
            let pair = STANDARD.encode(format!("\0{name}\0{password}"));
            dialogue.note("> AUTH PLAIN …");
            self.say(&format!("AUTH PLAIN {pair}")).await?;
            self.reply(dialogue).await?
        } else if ways.contains(&"LOGIN") {
            dialogue.note("> AUTH LOGIN …");
            for part in ["AUTH LOGIN".to_owned(), STANDARD.encode(name)] {
                self.say(&part).await?;
                let asked = self.reply(dialogue).await?;
                expect(asked, 334, DOING)?;
            }
            self.say(&STANDARD.encode(password)).await?;
            self.reply(dialogue).await?
        } else {
            return Err(Trouble::Ours(
                "The mail server offers no way of signing in that we know (PLAIN, LOGIN)."
                    .to_owned(),
            ));
        };
        expect(finished, 235, DOING).map(drop)
    }

    /// One letter; the server's words about it.
    async fn letter(
        &mut self,
        mail: &Mail,
        (to, source): (&str, &[u8]),
        dialogue: &mut Dialogue,
    ) -> Result<String, Trouble> {
        let from = format!("MAIL FROM:<{}>", mail.from);
        self.command(&from, "the sender", dialogue)
            .await
            .map_err(Trouble::before_recipients)?;
        self.command(&format!("RCPT TO:<{to}>"), "the recipient", dialogue)
            .await?;
        let ready = self.command("DATA", "the letter", dialogue).await;
        let ready = ready.map_err(Trouble::of_letter)?;
        expect(ready, 354, "the letter").map_err(Trouble::of_letter)?;
        self.wire.write_all(&stuffed(source)).await?;
        self.wire.flush().await?;
        let taken = self.reply(dialogue).await?;
        let taken = good(taken, "the letter").map_err(Trouble::of_letter)?;
        Ok(clean(&taken.lines.join(" "), 100))
    }

    /// Takes leave, without waiting long.
    pub(crate) async fn quit(mut self) {
        let leaving = async {
            self.say("QUIT").await?;
            self.wire.shutdown().await
        };
        let _ = timeout_at(Instant::now() + LEAVE, leaving).await;
    }

    /// A command whose reply must be good.
    async fn command(
        &mut self,
        line: &str,
        doing: &'static str,
        dialogue: &mut Dialogue,
    ) -> Result<Reply, Trouble> {
        dialogue.note(&format!("> {line}"));
        self.say(line).await?;
        let reply = self.reply(dialogue).await?;
        good(reply, doing)
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        // Addresses and names were checked when they were stored; a line break here would be a second command.
        if line.contains(['\r', '\n']) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a line break in a command",
            ));
        }
        self.wire
            .write_all(format!("{line}\r\n").as_bytes())
            .await?;
        self.wire.flush().await
    }

    /// The next reply, all its lines.
    async fn reply(&mut self, dialogue: &mut Dialogue) -> Result<Reply, Trouble> {
        let mut lines = Vec::new();
        let mut size = 0;
        loop {
            let line = self.line().await?;
            size += line.len();
            if size > MOST_REPLY {
                return Err(endless());
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            dialogue.note(text);
            let code = text.get(..3).and_then(|code| code.parse().ok());
            let (Some(code), more) = (code, text.as_bytes().get(3)) else {
                return Err(Trouble::Ours(
                    "This is no mail server: its reply has no code.".to_owned(),
                ));
            };
            lines.push(text.get(4..).unwrap_or_default().to_owned());
            if more != Some(&b'-') {
                dialogue.status = Some(code);
                return Ok(Reply { code, lines });
            }
        }
    }

    /// Up to the next line break.
    async fn line(&mut self) -> Result<Vec<u8>, Trouble> {
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                let rest = self.ahead.split_off(end + 1);
                return Ok(std::mem::replace(&mut self.ahead, rest));
            }
            if self.ahead.len() > MOST_REPLY {
                return Err(endless());
            }
            let mut piece = [0; 1_024];
            let read = self.wire.read(&mut piece).await?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            self.ahead.extend_from_slice(&piece[..read]);
        }
    }
}

fn endless() -> Trouble {
    Trouble::Ours("The mail server's reply has no end.".to_owned())
}

/// A reply of the kind 2xx or 3xx.
fn good(reply: Reply, doing: &'static str) -> Result<Reply, Trouble> {
    if (200..400).contains(&reply.code) {
        Ok(reply)
    } else {
        Err(Trouble::Refused { doing, reply })
    }
}

fn expect(reply: Reply, code: u16, doing: &'static str) -> Result<Reply, Trouble> {
    if reply.code == code {
        Ok(reply)
    } else {
        Err(Trouble::Refused { doing, reply })
    }
}

/// The letter with CRLF everywhere, dots doubled at the beginnings of lines, and the final dot.
fn stuffed(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len() + 64);
    let source = source.strip_suffix(b"\n").unwrap_or(source);
    for line in source.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_dot_never_ends_a_letter() {
        assert_eq!(stuffed(b"a\n.\n..b\r\n"), b"a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(stuffed(b""), b"\r\n.\r\n");
    }
}
