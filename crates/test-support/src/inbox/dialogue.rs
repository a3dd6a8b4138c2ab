//! One connection of the mail server: commands in, replies out, as RFC 5321 has it.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use super::{InboxReply, Received, Shared};

/// Largest letter, in bytes.
const MOST_LETTER: usize = 4 * 1024 * 1024;

/// How a dialogue ended.
enum End {
    Over,
    /// The client wants TLS now.
    Starttls,
}

struct Dialogue<S> {
    stream: BufReader<S>,
    shared: Arc<Shared>,
    is_secure: bool,
    signed_in: Option<String>,
}

pub(super) async fn hold(stream: TcpStream, shared: Arc<Shared>) {
    let mut dialogue = Dialogue::new(stream, shared.clone(), false);
    if !dialogue.say_or("GREETING", "220 inbox.test ESMTP").await {
        return;
    }
    let End::Starttls = dialogue.run().await else {
        return;
    };
    let stream = dialogue.stream.into_inner();
    if let Some(tls) = shared.starttls.clone()
        && let Ok(stream) = tls.accept(stream).await
    {
        Dialogue::new(stream, shared, true).run().await;
    }
}

pub(super) async fn hold_secured(stream: TlsStream<TcpStream>, shared: Arc<Shared>) {
    let mut dialogue = Dialogue::new(stream, shared, true);
    if dialogue.say_or("GREETING", "220 inbox.test ESMTP").await {
        dialogue.run().await;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    fn new(stream: S, shared: Arc<Shared>, is_secure: bool) -> Self {
        Self {
            stream: BufReader::new(stream),
            shared,
            is_secure,
            signed_in: None,
        }
    }

    async fn run(&mut self) -> End {
        let mut from = None;
        let mut to: Vec<String> = Vec::new();
        while let Some(line) = self.line().await {
            let verb = line.split(' ').next().unwrap_or_default();
            let verb = verb.to_ascii_uppercase();
            let address = address(&line);
            let goes_on = match verb.as_str() {
                "EHLO" | "HELO" => self.hello().await,
                "STARTTLS" if self.shared.starttls.is_some() && !self.is_secure => {
                    if !self.say_or("STARTTLS", "220 ready").await {
                        return End::Over;
                    }
                    return End::Starttls;
                }
                "AUTH" => self.sign_in(&line).await,
                "MAIL" if self.shared.credentials.is_some() && self.signed_in.is_none() => {
                    self.say("530 5.7.0 sign in first").await
                }
                "MAIL" => {
                    from.clone_from(&address);
                    self.say_about("MAIL", address.as_deref(), "250 ok").await
                }
                "RCPT" if from.is_none() => self.say("503 5.5.1 MAIL first").await,
                "RCPT" => {
                    let refuses = self.shared.reply("RCPT", address.as_deref()).is_some();
                    to.extend(address.clone().filter(|_| !refuses));
                    self.say_about("RCPT", address.as_deref(), "250 ok").await
                }
                "DATA" if to.is_empty() => self.say("503 5.5.1 RCPT first").await,
                "DATA" => {
                    let envelope = (from.take().unwrap_or_default(), std::mem::take(&mut to));
                    self.letter(envelope).await
                }
                "RSET" => {
                    from = None;
                    to.clear();
                    self.say("250 ok").await
                }
                "NOOP" => self.say("250 ok").await,
                "QUIT" => {
                    self.say("221 bye").await;
                    return End::Over;
                }
                _ => self.say("502 5.5.2 unknown command").await,
            };
            if !goes_on {
                return End::Over;
            }
        }
        End::Over
    }

    async fn hello(&mut self) -> bool {
        let mut lines = vec!["250-inbox.test"];
        if self.shared.starttls.is_some() && !self.is_secure {
            lines.push("250-STARTTLS");
        }
        if self.shared.credentials.is_some() && self.is_secure {
            lines.push("250-AUTH PLAIN LOGIN");
        }
        lines.push("250 SIZE 4194304");
        self.say_or("EHLO", &lines.join("\r\n")).await
    }

    async fn sign_in(&mut self, line: &str) -> bool {
        if self.shared.reply("AUTH", None).is_some() {
            return self.say_or("AUTH", "").await;
        }
        let decoded = |text: &str| {
            let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
            String::from_utf8(bytes).unwrap_or_default()
        };
        let pair = if let Some(plain) = line.strip_prefix("AUTH PLAIN ") {
            let whole = decoded(plain);
            let mut parts = whole.split('\0').skip(1).map(str::to_owned);
            (parts.next(), parts.next())
        } else if line == "AUTH LOGIN" {
            self.say("334 VXNlcm5hbWU6").await;
            let name = self.line().await;
            self.say("334 UGFzc3dvcmQ6").await;
            let password = self.line().await;
            (
                name.as_deref().map(decoded),
                password.as_deref().map(decoded),
            )
        } else {
            return self.say("504 5.5.4 unknown mechanism").await;
        };
        let pair = pair.0.zip(pair.1);
        if pair.is_some() && pair == self.shared.credentials {
            self.signed_in = pair.map(|(name, _)| name);
            self.say("235 2.7.0 welcome").await
        } else {
            self.say("535 5.7.8 wrong name or password").await
        }
    }

    async fn letter(&mut self, (from, to): (String, Vec<String>)) -> bool {
        if self.shared.reply("DATA", None).is_some() {
            return self.say_or("DATA", "").await;
        }
        if !self.say("354 go on").await {
            return false;
        }
        let mut source = String::new();
        loop {
            let Some(line) = self.line().await else {
                return false;
            };
            if line == "." {
                break;
            }
            if source.len() + line.len() > MOST_LETTER {
                return self.say("552 5.3.4 too large").await;
            }
            source.push_str(line.strip_prefix('.').unwrap_or(&line));
            source.push_str("\r\n");
        }
        let keeps = self.shared.reply("END", None).is_none();
        if keeps {
            self.shared.keep(Received {
                from,
                to,
                source,
                is_secure: self.is_secure,
                signed_in: self.signed_in.clone(),
                at: now(),
            });
        }
        self.say_or("END", "250 2.0.0 kept").await
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await.ok()?;
        if read == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        Some(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn say_or(&mut self, verb: &str, otherwise: &str) -> bool {
        self.say_about(verb, None, otherwise).await
    }

    /// What was asked for at this point, or `otherwise`; false when the connection is to end.
    async fn say_about(&mut self, verb: &str, address: Option<&str>, otherwise: &str) -> bool {
        match self.shared.reply(verb, address) {
            None => self.say(otherwise).await,
            Some(InboxReply::Say(lines)) => self.say(&lines).await,
            Some(InboxReply::Hang) => std::future::pending().await,
            Some(InboxReply::Close) => false,
            Some(InboxReply::Late(by)) => {
                tokio::time::sleep(by).await;
                self.say(otherwise).await
            }
            Some(InboxReply::Endless) => loop {
                if !self.say("250-and then").await {
                    return false;
                }
            },
        }
    }

    async fn say(&mut self, lines: &str) -> bool {
        let text = format!("{lines}\r\n");
        let stream = self.stream.get_mut();
        stream.write_all(text.as_bytes()).await.is_ok() && stream.flush().await.is_ok()
    }
}

/// What stands between angle brackets.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    Some(address.to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own server has the machine's clock"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}
