//! A stream that notes when writing got on and when it was stuck, to tell sending from waiting.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// Most bytes of one read. hyper's buffer grows with the flow, and a body that is cut off at its cap
/// should not have been read far beyond it.
const LARGEST_READ: usize = 64 * 1024;

/// What a metered stream noted; read from outside while hyper owns the stream.
#[derive(Debug, Default)]
pub struct Meter {
    sent_us: AtomicU32,
    stuck: AtomicBool,
}

impl Meter {
    /// Microseconds from the start to the last write that got through.
    pub fn sent_us(&self) -> u32 {
        self.sent_us.load(Ordering::Relaxed)
    }

    /// The peer does not take what we have to send.
    pub fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed)
    }
}

/// A stream that reports to a meter.
pub(super) struct Metered<S> {
    stream: S,
    started: Instant,
    meter: Arc<Meter>,
}

impl<S> Metered<S> {
    pub(super) fn new(stream: S, started: Instant) -> (Self, Arc<Meter>) {
        let meter = Arc::new(Meter::default());
        (
            Self {
                stream,
                started,
                meter: meter.clone(),
            },
            meter,
        )
    }

    fn note(&self, written: &Poll<io::Result<usize>>) {
        self.meter
            .stuck
            .store(written.is_pending(), Ordering::Relaxed);
        if written.is_ready() {
            self.meter
                .sent_us
                .store(micros(self.started.elapsed()), Ordering::Relaxed);
        }
    }
}

/// Whole microseconds, at most an hour or so.
pub(super) fn micros(duration: std::time::Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() <= LARGEST_READ {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(LARGEST_READ));
        let read = Pin::new(&mut self.stream).poll_read(cx, &mut part);
        let length = part.filled().len();
        buffer.advance(length);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
