//! One accepted connection: TLS if wanted, the request, and the answer its mode calls for.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};

use super::{Mode, REMEMBERED, Shared, lock, respond, tls::Secured};

/// Largest head of a request.
const HEAD: usize = 64 * 1024;

/// A request as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub peer: Option<SocketAddr>,
    /// When its head had arrived, by this machine's clock.
    pub at: DateTime<Utc>,
}

impl Request {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn parse(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self {
            method,
            path,
            headers,
            ..Self::default()
        })
    }

    fn host(&self) -> Option<&str> {
        let host = self.header("host")?;
        Some(host.rsplit_once(':').map_or(host, |(name, _)| name))
    }
}

pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>) {
    let (resets, is_deaf) = {
        let mode = lock(&shared.default);
        (
            matches!(*mode, Mode::ResetAtOnce),
            matches!(*mode, Mode::Deaf),
        )
    };
    if resets {
        let _ = stream.set_zero_linger();
        return;
    }
    if is_deaf {
        return shared.tls.keep(stream);
    }
    let Some(mut secured) = shared.tls.wrap(stream).await else {
        return;
    };
    let ending = match &mut secured {
        Secured::Plain(stream) => exchange(stream, peer, &shared).await,
        Secured::Tls(stream) => exchange(&mut **stream, peer, &shared).await,
    };
    if ending == Ending::Reset {
        let _ = secured.tcp().set_zero_linger();
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Close,
    Reset,
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    peer: SocketAddr,
    shared: &Shared,
) -> Ending {
    let Some(mut request) = read(stream).await else {
        return Ending::Close;
    };
    request.peer = Some(peer);
    request.at = now();
    let mode = shared.mode_for(&request);
    let ending = respond::with(stream, mode, &request, shared).await;
    if ending == Ending::Close {
        let _ = stream.shutdown().await;
        // Reading on keeps the system from turning our farewell into a reset.
        let mut rest = [0; 1024];
        while matches!(stream.read(&mut rest).await, Ok(1..)) {}
    }
    ending
}

impl Shared {
    fn mode_for(&self, request: &Request) -> Mode {
        let path = request.path.split('?').next().unwrap_or_default();
        let special = lock(&self.special);
        let found = special
            .get(path)
            .or_else(|| special.get(request.host()?))
            .cloned();
        drop(special);
        let mut mode = found.unwrap_or_else(|| lock(&self.default).clone());
        if let Mode::Sequence { modes } = &mode {
            let mut asked = lock(&self.asked);
            let count = asked.entry(path.to_owned()).or_default();
            let index = (*count).min(modes.len().saturating_sub(1));
            *count += 1;
            mode = modes.get(index).cloned().unwrap_or_else(Mode::ok);
        }
        if self.remember {
            let mut log = lock(&self.log);
            if log.len() == REMEMBERED {
                log.pop_front();
            }
            log.push_back(request.clone());
        }
        mode
    }
}

/// Reads head and body of a request; none when the peer leaves first, or speaks something else.
async fn read<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Option<Request> {
    let mut bytes = Vec::with_capacity(2048);
    let end = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 || bytes.len() > HEAD {
            return None;
        }
        if bytes[0] == 0x16 {
            // TLS spoken to a plain port: what real servers say to that.
            let _ = stream
                .write_all(
                    b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                )
                .await;
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let mut request = Request::parse(&bytes[..end])?;
    let length: usize = request
        .header("content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server's log says when; nothing is decided by it"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

pub(super) async fn wait(ms: u64) {
    sleep(Duration::from_millis(ms)).await;
}
