//! A mail server on loopback that keeps what it is sent, and refuses, stalls and closes as it is told.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::{certificates::Issued, upstream::acceptor};

mod dialogue;
mod letter;

pub use letter::Letter;

/// Most letters that are kept; older ones are forgotten.
const KEPT: usize = 1_000;

/// A running mail server; it ends when this is dropped.
pub struct Inbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

/// How its connections are secured.
pub enum InboxTls {
    None,
    /// After STARTTLS, and only then may anybody sign in.
    Starttls(Issued),
    /// From the first byte.
    Implicit(Issued),
}

/// What it does instead of accepting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxReply {
    /// These lines; `\r\n` is added to each.
    Say(String),
    /// Nothing, for ever.
    Hang,
    /// Ends the connection.
    Close,
    /// A reply whose last line never comes.
    Endless,
    /// Accepts, so much later; at `GREETING`, `EHLO`, `STARTTLS` or `MAIL`.
    Late(Duration),
}

pub(crate) struct Shared {
    pub(crate) starttls: Option<TlsAcceptor>,
    implicit: Option<TlsAcceptor>,
    /// By verb (`RCPT`), or by verb and address (`RCPT bob@example.com`), which wins.
    replies: Mutex<HashMap<String, InboxReply>>,
    /// Who may sign in; nobody is asked to without.
    pub(crate) credentials: Option<(String, String)>,
    letters: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
    connections: AtomicU64,
}

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: Vec<String>,
    /// As it was sent, the doubled dots undone.
    pub source: String,
    pub is_secure: bool,
    /// Who had signed in.
    pub signed_in: Option<String>,
    /// By this machine's clock.
    pub at: DateTime<Utc>,
}

impl Inbox {
    /// On a free port of 127.0.0.1, without TLS, for everybody.
    pub async fn start() -> Self {
        Self::start_with(InboxTls::None, None).await
    }

    /// The same, secured and for one user's name and password.
    pub async fn start_with(tls: InboxTls, credentials: Option<(&str, &str)>) -> Self {
        let address = "127.0.0.1:0".parse().expect("an address");
        Self::bind(address, tls, credentials)
            .await
            .expect("a free port on loopback")
    }

    /// The same at this address.
    pub async fn bind(
        address: SocketAddr,
        tls: InboxTls,
        credentials: Option<(&str, &str)>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (starttls, implicit) = match tls {
            InboxTls::None => (None, None),
            InboxTls::Starttls(issued) => (Some(acceptor(issued, None)), None),
            InboxTls::Implicit(issued) => (None, Some(acceptor(issued, None))),
        };
        let shared = Arc::new(Shared {
            starttls,
            implicit,
            replies: Mutex::default(),
            credentials: credentials.map(|(name, password)| (name.to_owned(), password.to_owned())),
            letters: Mutex::default(),
            count: watch::Sender::new(0),
            connections: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Ok(Self {
            address,
            shared,
            tasks,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it does from now on at `GREETING`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA` or `END` (of a letter); after
    /// MAIL and RCPT an address may follow.
    pub fn answer(&self, at: &str, reply: InboxReply) {
        lock(&self.shared.replies).insert(at.to_owned(), reply);
    }

    /// Accepts everything again.
    pub fn accept_all(&self) {
        lock(&self.shared.replies).clear();
    }

    /// The letters so far, oldest first.
    pub fn letters(&self) -> Vec<Received> {
        lock(&self.shared.letters).clone()
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until so many letters have come.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut counting = self.shared.count.subscribe();
        // The sender lives as long as this inbox.
        let _ = counting.wait_for(|come| *come >= count).await;
        self.letters()
    }

    /// Runs until the server ends by itself, which it does not.
    pub async fn join(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Shared {
    pub(crate) fn reply(&self, verb: &str, address: Option<&str>) -> Option<InboxReply> {
        let replies = lock(&self.replies);
        let special = address.and_then(|address| replies.get(&format!("{verb} {address}")));
        special.or_else(|| replies.get(verb)).cloned()
    }

    pub(crate) fn keep(&self, letter: Received) {
        let mut letters = lock(&self.letters);
        if letters.len() == KEPT {
            letters.remove(0);
        }
        letters.push(letter);
        drop(letters);
        self.count.send_modify(|count| *count += 1);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let shared = shared.clone();
                connections.spawn(async move {
                    let Some(tls) = shared.implicit.clone() else {
                        return dialogue::hold(stream, shared).await;
                    };
                    if let Ok(stream) = tls.accept(stream).await {
                        dialogue::hold_secured(stream, shared).await;
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
