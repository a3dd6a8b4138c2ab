//! The TLS layer of a server: a real one, or one of the ways to fail before HTTP begins.

use std::sync::{Arc, Mutex};

use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{connection::wait, lock};
use crate::certificates::{Authority, Issued};

/// What happens when a connection begins.
pub enum TlsMode {
    /// No TLS at all.
    Plain,
    /// A handshake with this certificate.
    With(Issued),
    /// A handshake that asks for a client certificate of this authority, which nobody has.
    ClientCertificate(Issued, Authority),
    /// Reads the greeting and never answers.
    Hang,
    /// Reads the greeting and closes.
    Close,
    /// Reads the greeting and resets.
    Reset,
    /// Reads the greeting and answers with a fatal alert of this number.
    Alert(u8),
    /// Answers as a server that knows TLS 1.1 at most.
    Tls11,
    /// Speaks plain HTTP on the port.
    NotTls,
}

pub(super) enum Secured {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Secured {
    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// The mode, ready for use, and the connections that are kept open in silence.
pub(super) struct Layer {
    kind: Kind,
    kept: Mutex<Vec<TcpStream>>,
}

enum Kind {
    Plain,
    Accept(TlsAcceptor),
    Fail(TlsMode),
}

impl Layer {
    pub(super) fn new(mode: TlsMode) -> Self {
        let kind = match mode {
            TlsMode::Plain => Kind::Plain,
            TlsMode::With(issued) => Kind::Accept(acceptor(issued, None)),
            TlsMode::ClientCertificate(issued, authority) => {
                Kind::Accept(acceptor(issued, Some(&authority)))
            }
            other => Kind::Fail(other),
        };
        Self {
            kind,
            kept: Mutex::default(),
        }
    }

    pub(super) const fn is_tls(&self) -> bool {
        !matches!(self.kind, Kind::Plain)
    }

    /// Keeps a connection open without ever reading from it.
    pub(super) fn keep(&self, stream: TcpStream) {
        lock(&self.kept).push(stream);
    }

    pub(super) async fn wrap(&self, stream: TcpStream) -> Option<Secured> {
        match &self.kind {
            Kind::Plain => Some(Secured::Plain(stream)),
            Kind::Accept(acceptor) => acceptor
                .accept(stream)
                .await
                .ok()
                .map(|stream| Secured::Tls(Box::new(stream))),
            Kind::Fail(mode) => {
                self.fail(mode, stream).await;
                None
            }
        }
    }

    async fn fail(&self, mode: &TlsMode, mut stream: TcpStream) {
        let mut greeting = [0; 4096];
        let _ = stream.read(&mut greeting).await;
        let answer = match mode {
            TlsMode::Hang => return self.keep(stream),
            TlsMode::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            TlsMode::Alert(number) => vec![21, 3, 3, 0, 2, 2, *number],
            TlsMode::Tls11 => tls11_server_hello(),
            TlsMode::NotTls => b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_vec(),
            _ => Vec::new(),
        };
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        // Long enough for the answer to be read before the port forgets the connection.
        wait(50).await;
    }
}

/// `ServerHello` of TLS 1.1: version 3.2, no session, the cipher `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn tls11_server_hello() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0x00, 0x2f, 0]);
    let mut message = vec![2, 0, 0, u8::try_from(hello.len()).expect("a short message")];
    message.extend(hello);
    let mut record = vec![
        22,
        3,
        2,
        0,
        u8::try_from(message.len()).expect("a short message"),
    ];
    record.extend(message);
    record
}

pub(crate) fn acceptor(issued: Issued, clients: Option<&Authority>) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots
                .add(authority.certificate())
                .expect("our own authority");
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("an authority is there"))
        }
    };
    let config = builder
        .with_single_cert(issued.chain, issued.key)
        .expect("a certificate with its key");
    TlsAcceptor::from(Arc::new(config))
}
