//! The server that is looked at: answers every request alike, for as little as a server can, so that it takes little from what
//! is measured beside it.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 16_384;
/// Nobody takes longer to ask.
const PATIENCE: Duration = Duration::from_secs(30);
/// Addresses that the certificate names: 127.0.0.1 to 127.0.0.64.
pub const CERTIFIED: u8 = 64;

/// Where the target listens.
#[derive(Clone, Debug, clap::Args)]
pub struct Listening {
    /// Answers 200 with a page of half a kilobyte
    #[arg(long, value_name = "ADDRESS")]
    pub plain: Option<SocketAddr>,
    /// The same behind TLS
    #[arg(long, value_name = "ADDRESS", requires = "certificate")]
    pub tls: Option<SocketAddr>,
    /// Accepts connections and never says anything
    #[arg(long, value_name = "ADDRESS")]
    pub silent: Option<SocketAddr>,
    /// Where to write the certificate that is to be trusted
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
}

impl Listening {
    /// Plain HTTP only.
    pub fn plain(address: SocketAddr) -> Self {
        Self {
            plain: Some(address),
            tls: None,
            silent: None,
            certificate: None,
        }
    }
}

/// Serves until the process ends, on one thread of its own.
pub fn run(listening: &Listening) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(listening))
}

/// Serves until the process ends.
pub async fn serve(listening: &Listening) -> anyhow::Result<()> {
    let mut servers = tokio::task::JoinSet::new();
    if let Some(address) = listening.plain {
        servers.spawn(accept(listen(address)?, answer));
    }
    if let Some(address) = listening.silent {
        servers.spawn(accept(listen(address)?, keep_silent));
    }
    if let Some((address, file)) = listening.tls.zip(listening.certificate.as_ref()) {
        let acceptor = acceptor(file)?;
        servers.spawn(accept(listen(address)?, move |stream| {
            let accepting = acceptor.accept(stream);
            async move {
                if let Ok(stream) = accepting.await {
                    answer(stream).await;
                }
            }
        }));
    }
    while let Some(ended) = servers.join_next().await {
        ended??;
    }
    Ok(())
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket
        .bind(address)
        .with_context(|| format!("the target cannot listen on {address}"))?;
    Ok(socket.listen(BACKLOG)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the target is a process of its own and ends with it"
)]
async fn accept<F>(
    listener: TcpListener,
    serve: impl Fn(TcpStream) -> F + Clone + Send + 'static,
) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(timeout(PATIENCE, serve(stream)));
            }
            // Out of descriptors, or the peer has gone: the next one may fare better.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// What every request gets.
fn response() -> &'static [u8] {
    static RESPONSE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let body = format!(
            "<!doctype html><title>Well</title><p>{}</p>\n",
            "Everything is well. ".repeat(23)
        );
        format!(
            "HTTP/1.1 200 OK\r\nserver: target\r\ncontent-type: text/html; charset=utf-8\r\ncache-control: no-cache\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    });
    &RESPONSE
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut head = [0; 4096];
    let mut filled = 0;
    while !head[..filled].ends_with(b"\r\n\r\n") {
        match stream.read(&mut head[filled..]).await {
            Ok(read @ 1..) => filled += read,
            _ => return,
        }
    }
    // Whoever has gone meanwhile does not need an answer.
    let _ = stream.write_all(response()).await;
    let _ = stream.shutdown().await;
}

async fn keep_silent(mut stream: TcpStream) {
    let mut ignored = [0; 1024];
    while matches!(stream.read(&mut ignored).await, Ok(1..)) {}
}

/// A certificate of its own for the first addresses of loopback, written down for whoever is to trust it.
fn acceptor(file: &PathBuf) -> anyhow::Result<TlsAcceptor> {
    let names = (1..=CERTIFIED).map(|last| format!("127.0.0.{last}"));
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(names.collect::<Vec<_>>())?.self_signed(&key)?;
    std::fs::write(file, certificate.pem()).with_context(|| file.display().to_string())?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
