//! Carrying out a mode: the bytes, the pauses and the ending.

use std::{future::pending, io, sync::atomic::Ordering};

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{
    Mode, Request, Shared, compressed,
    connection::{Ending, wait},
};

/// One piece of an endless or large body.
static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

pub(super) async fn with<S: AsyncWrite + Unpin>(
    stream: &mut S,
    mode: Mode,
    request: &Request,
    shared: &Shared,
) -> Ending {
    let mut mode = mode;
    while let Mode::Delay { ms, then } = mode {
        wait(ms).await;
        mode = *then;
    }
    // A peer that has seen enough and left is no fault of ours.
    carry_out(stream, mode, request, shared)
        .await
        .unwrap_or(Ending::Close)
}

async fn carry_out<S: AsyncWrite + Unpin>(
    stream: &mut S,
    mode: Mode,
    request: &Request,
    shared: &Shared,
) -> io::Result<Ending> {
    match mode {
        Mode::Reset | Mode::ResetAtOnce => return Ok(Ending::Reset),
        Mode::ResetBody => {
            send(stream, UNFINISHED).await?;
            // The bytes have to arrive before the reset, which overtakes what is on its way.
            wait(50).await;
            return Ok(Ending::Reset);
        }
        Mode::Hang | Mode::Deaf | Mode::Refuse => return pending().await,
        Mode::StallBody => {
            send(stream, UNFINISHED).await?;
            return pending().await;
        }
        Mode::DripHead { ms } => drip(stream, b"HTTP/1.1 200 OK\r\nx-drip: ", ms).await?,
        Mode::DripBody { ms } => {
            drip(
                stream,
                b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
                ms,
            )
            .await?;
        }
        Mode::Large { bytes } => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
            send(stream, head.as_bytes()).await?;
            pour(stream, bytes, shared).await?;
        }
        Mode::Endless => {
            send(stream, b"HTTP/1.1 200 OK\r\n\r\n").await?;
            pour(stream, u64::MAX, shared).await?;
        }
        Mode::InterimFlood => loop {
            send(stream, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n").await?;
            wait(5).await;
        },
        Mode::EmptyGzipMembers => {
            send(stream, b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n").await?;
            let members = compressed::empty_gzip_members().await;
            loop {
                send(stream, &members).await?;
            }
        }
        Mode::RedirectChain { delay_ms, hops } => {
            wait(delay_ms).await;
            send(stream, &chain(hops, request)).await?;
        }
        finite => send(stream, &bytes(&finite, request).await).await?,
    }
    Ok(Ending::Close)
}

/// 200 with 3 bytes of 100.
const UNFINISHED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc";

/// The bytes of every mode that is nothing but bytes.
async fn bytes(mode: &Mode, request: &Request) -> Vec<u8> {
    match mode {
        Mode::Status {
            status,
            body,
            headers,
        } => response(*status, headers, body.as_bytes(), request),
        Mode::Tagged { etag, body } => {
            let headers = [pair("etag", etag)];
            if request.header("if-none-match") == Some(etag) {
                response(304, &headers, b"", request)
            } else {
                response(200, &headers, body.as_bytes(), request)
            }
        }
        Mode::Redirect { status, location } => redirect(*status, location, request),
        Mode::RedirectLoop => redirect(302, &request.path, request),
        Mode::CookieGate => cookie_gate(request),
        Mode::Zeros { coding, bytes } => {
            let body = compressed::zeros(coding, *bytes).await;
            response(
                200,
                &[pair("content-encoding", compressed::token(coding))],
                &body,
                request,
            )
        }
        Mode::Compressed { coding, body } => {
            let body = compressed::text(coding, body).await;
            response(
                200,
                &[pair("content-encoding", compressed::token(coding))],
                &body,
                request,
            )
        }
        Mode::CorruptGzip => response(
            200,
            &[pair("content-encoding", "gzip")],
            b"\x1f\x8b\x08\0garbage garbage",
            request,
        ),
        Mode::LargeHead { bytes } => {
            response(200, &[pair("x-large", &"x".repeat(*bytes))], b"ok", request)
        }
        Mode::NoHead { status } if request.method == "HEAD" => response(*status, &[], b"", request),
        Mode::Echo => response(200, &[], echo(request).as_bytes(), request),
        other => fixed(other).unwrap_or_else(|| response(200, &[], b"ok", request)),
    }
}

/// Responses that are written down byte for byte.
fn fixed(mode: &Mode) -> Option<Vec<u8>> {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    Some(match mode {
        Mode::Raw { bytes } => bytes.clone().into_bytes(),
        Mode::RawHex { hex } => from_hex(hex),
        Mode::HalfHead => b"HTTP/1.1 200 OK\r\ncontent-le".to_vec(),
        Mode::Truncate => UNFINISHED.to_vec(),
        Mode::CutChunk => format!("{CHUNKED}10\r\nabc").into_bytes(),
        Mode::NoLastChunk => format!("{CHUNKED}3\r\nabc\r\n").into_bytes(),
        Mode::BadChunk => format!("{CHUNKED}xyz\r\nabc\r\n").into_bytes(),
        Mode::Close => Vec::new(),
        _ => return None,
    })
}

fn response(status: u16, headers: &[(String, String)], body: &[u8], request: &Request) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} Status\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    bytes.extend(
        format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes(),
    );
    if request.method != "HEAD" {
        bytes.extend_from_slice(body);
    }
    bytes
}

fn redirect(status: u16, location: &str, request: &Request) -> Vec<u8> {
    response(status, &[pair("location", location)], b"elsewhere", request)
}

fn chain(hops: u32, request: &Request) -> Vec<u8> {
    let at: u32 = request
        .path
        .rsplit('/')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    if at >= hops {
        response(200, &[], b"there", request)
    } else {
        redirect(302, &format!("/chain/{}", at + 1), request)
    }
}

fn cookie_gate(request: &Request) -> Vec<u8> {
    if request
        .header("cookie")
        .is_some_and(|cookie| cookie.contains("gate=open"))
    {
        return response(200, &[], b"in", request);
    }
    let headers = [
        pair("location", &request.path),
        pair("set-cookie", "gate=open; Path=/; HttpOnly"),
    ];
    response(302, &headers, b"", request)
}

fn echo(request: &Request) -> String {
    let lines: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!(
        "{} {}\n{}\n\n{}",
        request.method,
        request.path,
        lines.join("\n"),
        request.body
    )
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

async fn drip<S: AsyncWrite + Unpin>(stream: &mut S, start: &[u8], ms: u64) -> io::Result<()> {
    send(stream, start).await?;
    loop {
        send(stream, b"x").await?;
        wait(ms).await;
    }
}

async fn pour<S: AsyncWrite + Unpin>(
    stream: &mut S,
    bytes: u64,
    shared: &Shared,
) -> io::Result<()> {
    let mut left = bytes;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE.len());
        let written = stream.write(&PIECE[..most]).await? as u64;
        shared.written.fetch_add(written, Ordering::SeqCst);
        left -= written;
    }
    Ok(())
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits
        .filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
        .collect()
}
