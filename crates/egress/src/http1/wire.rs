//! One request and its response on an open connection, driven in the task that asks.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    body::{Body as _, Incoming},
    client::conn::http1::{Builder, Connection, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};

use super::meter::{Meter, Metered};

/// An open connection on which one request was made. Dropping it closes the connection.
pub struct Wire<S: AsyncRead + AsyncWrite + Unpin> {
    sender: SendRequest<Full<Bytes>>,
    connection: Option<Connection<TokioIo<Metered<S>>, Full<Bytes>>>,
    meter: Arc<Meter>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Prepares a stream for one request; nothing is sent yet.
    pub async fn open(builder: &Builder, stream: S, started: Instant) -> hyper::Result<Self> {
        let (metered, meter) = Metered::new(stream, started);
        let (sender, connection) = builder.handshake(TokioIo::new(metered)).await?;
        Ok(Self {
            sender,
            connection: Some(connection),
            meter,
        })
    }

    pub fn meter(&self) -> Arc<Meter> {
        self.meter.clone()
    }

    /// Sends the request and reads the head of the response; interim responses (1xx) are skipped.
    pub async fn ask(
        &mut self,
        request: http::Request<Full<Bytes>>,
    ) -> hyper::Result<http::Response<Incoming>> {
        let mut answer = std::pin::pin!(self.sender.send_request(request));
        let connection = &mut self.connection;
        std::future::poll_fn(|cx| beside(connection, cx, |cx| answer.as_mut().poll(cx))).await
    }

    /// The next piece of the body.
    pub fn poll_piece(
        &mut self,
        body: &mut Incoming,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Bytes>>> {
        loop {
            let frame = beside(&mut self.connection, cx, |cx| {
                Pin::new(&mut *body).poll_frame(cx)
            });
            match ready!(frame) {
                Some(Ok(frame)) => {
                    // Trailers say nothing that a look needs.
                    if let Ok(piece) = frame.into_data() {
                        return Poll::Ready(Some(Ok(piece)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Polls what is awaited, and the connection that has to move for it, in one task: no task is
/// spawned per look.
fn beside<C: Future + Unpin, T>(
    connection: &mut Option<C>,
    cx: &mut Context<'_>,
    mut awaited: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    if let Poll::Ready(done) = awaited(cx) {
        return Poll::Ready(done);
    }
    let Some(moving) = connection else {
        return Poll::Pending;
    };
    if Pin::new(moving).poll(cx).is_ready() {
        // Its error, if any, has been handed to whoever waits for the response or the body.
        *connection = None;
    }
    awaited(cx)
}
