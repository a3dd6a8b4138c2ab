//! Reading a body: always to its end or the cap, decoded as a stream where it was compressed.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use bytes::Bytes;
use domain::failure::{Detail, Failure, FailureCode, Phase};
use http::{HeaderMap, header};
use hyper::body::Incoming;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio_util::io::StreamReader;

use egress::http1::{self, Wire};

use crate::BODY_CAP;

/// Largest zstd window, as a power of two: 8 MiB, what RFC 9659 allows.
const ZSTD_WINDOW: u32 = 23;

/// How much of a body is kept, and how it has to be read.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// The most decoded bytes to keep; the body is read to its end regardless.
    pub(crate) keep: usize,
    /// Decode it where it is compressed; otherwise only its length counts.
    pub(crate) decode: bool,
}

/// What came of reading.
#[derive(Default)]
pub(crate) struct Read {
    /// The first decoded bytes, as many as were wanted.
    pub(crate) kept: Vec<u8>,
    /// Bytes as sent.
    pub(crate) received: u64,
    /// The end was reached, not the cap.
    pub(crate) complete: bool,
    /// The body is compressed and was not, or could not be, decoded.
    pub(crate) corrupt: bool,
    /// What ended the reading early.
    pub(crate) failure: Option<Failure>,
}

/// Reads a body into `read`, which is right at every moment in case a deadline ends this.
pub(crate) async fn read<S>(
    wire: &mut Wire<S>,
    body: Incoming,
    headers: &HeaderMap,
    wanted: &Wanted,
    read: &mut Read,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let coding = Coding::of(headers);
    let mut pieces = Pieces {
        wire,
        body,
        received: &mut read.received,
        failure: None,
    };
    match coding {
        Coding::Identity => {
            plain(&mut pieces, wanted.keep, &mut read.kept, &mut read.complete).await;
        }
        coding if !wanted.decode || coding == Coding::Unknown => {
            plain(&mut pieces, 0, &mut read.kept, &mut read.complete).await;
            read.corrupt = true;
        }
        // Boxed: few bodies are decoded, and every look would have to have room for it.
        coding => match Box::pin(decoded(&mut pieces, coding, wanted, &mut read.kept)).await {
            // Compressed bytes are capped as well, which may look like an end or like damage.
            _ if *pieces.received > BODY_CAP as u64 => {}
            Ok(complete) => read.complete = complete,
            Err(_) if pieces.failure.is_some() => {}
            Err(_) => read.corrupt = true,
        },
    }
    let failure = pieces.failure.take();
    match failure {
        // Without a length or chunks the end of the connection is the end of the body. Many servers
        // close without the farewell that TLS asks for, and browsers take it.
        Some(failure)
            if failure.code == FailureCode::BodyTruncated && ends_with_connection(headers) =>
        {
            read.complete = true;
        }
        Some(failure) => read.failure = Some(with_length(failure, headers, read.received)),
        None => {}
    }
}

async fn plain<S>(pieces: &mut Pieces<'_, S>, keep: usize, kept: &mut Vec<u8>, complete: &mut bool)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(piece) = std::future::poll_fn(|cx| pieces.poll_piece(cx)).await {
        let room = keep - kept.len();
        kept.extend_from_slice(&piece[..piece.len().min(room)]);
        if *pieces.received > BODY_CAP as u64 {
            return;
        }
    }
    *complete = pieces.failure.is_none();
}

/// Decodes until the end (true) or the cap (false). Errors are of the data, or of the connection
/// if `pieces` has kept a failure.
async fn decoded<S>(
    pieces: &mut Pieces<'_, S>,
    coding: Coding,
    wanted: &Wanted,
    kept: &mut Vec<u8>,
) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut reader = StreamReader::new(pieces);
    let start = reader.fill_buf().await?;
    if start.is_empty() {
        return Ok(true);
    }
    let zlib = matches!(start, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31));
    let mut decoder: Pin<Box<dyn AsyncRead + Send + '_>> = match coding {
        Coding::Gzip => {
            let mut decoder = GzipDecoder::new(reader);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        Coding::Brotli => Box::pin(BrotliDecoder::new(reader)),
        Coding::Zstd => Box::pin(ZstdDecoder::with_params(
            reader,
            &[DParameter::window_log_max(ZSTD_WINDOW)],
        )),
        // The name means zlib, but some servers send the bare stream.
        _ if zlib => Box::pin(ZlibDecoder::new(reader)),
        _ => Box::pin(DeflateDecoder::new(reader)),
    };
    let mut total = 0;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = decoder.read(&mut buffer).await?;
        if read == 0 {
            return Ok(true);
        }
        let room = wanted.keep - kept.len();
        kept.extend_from_slice(&buffer[..read.min(room)]);
        total += read;
        if total > BODY_CAP {
            return Ok(false);
        }
    }
}

/// The pieces of a body as a stream, counted, the failure of the connection kept aside.
struct Pieces<'a, S: AsyncRead + AsyncWrite + Unpin> {
    wire: &'a mut Wire<S>,
    body: Incoming,
    received: &'a mut u64,
    failure: Option<Failure>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pieces<'_, S> {
    /// None at the end and after a failure.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.wire
            .poll_piece(&mut self.body, cx)
            .map(|piece| match piece? {
                Ok(piece) => {
                    *self.received += piece.len() as u64;
                    Some(piece)
                }
                Err(error) => {
                    self.failure = Some(http1::failure(&error, Phase::Body));
                    None
                }
            })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> futures_util::Stream for &mut Pieces<'_, S> {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        // Compressed bytes are capped as well: data that decodes to nothing could go on for ever.
        if *self.received > BODY_CAP as u64 {
            return Poll::Ready(None);
        }
        let piece = self.poll_piece(cx);
        piece.map(|piece| match (piece, &self.failure) {
            (Some(piece), _) => Some(Ok(piece)),
            (None, Some(_)) => Some(Err(io::ErrorKind::BrokenPipe.into())),
            (None, None) => None,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// Several codings at once, or one that we do not know.
    Unknown,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Self {
        let mut all = headers.get_all(header::CONTENT_ENCODING).iter();
        let (Some(value), None) = (all.next(), all.next()) else {
            return if headers.contains_key(header::CONTENT_ENCODING) {
                Self::Unknown
            } else {
                Self::Identity
            };
        };
        let word = value.as_bytes().trim_ascii();
        let known: [(&[u8], Self); 7] = [
            (b"", Self::Identity),
            (b"identity", Self::Identity),
            (b"gzip", Self::Gzip),
            (b"x-gzip", Self::Gzip),
            (b"deflate", Self::Deflate),
            (b"br", Self::Brotli),
            (b"zstd", Self::Zstd),
        ];
        known
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))
            .map_or(Self::Unknown, |(_, coding)| coding)
    }
}

fn ends_with_connection(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::CONTENT_LENGTH)
        && !headers.contains_key(header::TRANSFER_ENCODING)
}

fn with_length(mut failure: Failure, headers: &HeaderMap, received: u64) -> Failure {
    if failure.code == FailureCode::BodyTruncated {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        failure.detail = Detail::Bytes {
            received,
            announced,
        };
    }
    failure
}
