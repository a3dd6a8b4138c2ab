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
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
                .await?;
            stream.flush().await?;
            // The bytes have to arrive before the reset, which overtakes what is on its way.
            wait(50).await;
            return Ok(Ending::Reset);
        }
        Mode::Hang | Mode::Deaf | Mode::Refuse => pending().await,
        Mode::StallBody => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
                .await?;
            stream.flush().await?;
            pending().await
        }
        Mode::DripHead { ms } => drip(stream, b"HTTP/1.1 200 OK\r\nx-drip: ", ms).await?,
        Mode::DripBody { ms } => {
            drip(
                stream,
                b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
                ms,
            )
            .await?
        }
        Mode::Large { bytes } => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            pour(stream, bytes, shared).await?;
        }
        Mode::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            pour(stream, u64::MAX, shared).await?;
        }
        Mode::InterimFlood => loop {
            stream
                .write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
                .await?;
            wait(5).await;
        },
        Mode::EmptyGzipMembers => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n")
                .await?;
            let members = compressed::empty_gzip_members().await;
            loop {
                stream.write_all(&members).await?;
            }
        }
        Mode::RedirectChain { delay_ms, .. } => {
            wait(delay_ms).await;
            stream.write_all(&bytes(&mode, request).await).await?;
        }
        other => stream.write_all(&bytes(&other, request).await).await?,
    }
    Ok(Ending::Close)
}

/// The bytes of every mode that is nothing but bytes.
async fn bytes(mode: &Mode, request: &Request) -> Vec<u8> {
    match mode {
        Mode::Status {
            status,
            body,
            headers,
        } => response(*status, headers, body.as_bytes(), request),
        Mode::Raw { bytes } => bytes.clone().into_bytes(),
        Mode::RawHex { hex } => from_hex(hex),
        Mode::HalfHead => b"HTTP/1.1 200 OK\r\ncontent-le".to_vec(),
        Mode::Truncate => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc".to_vec(),
        Mode::CutChunk => {
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nabc".to_vec()
        }
        Mode::NoLastChunk => {
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n".to_vec()
        }
        Mode::BadChunk => {
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nabc\r\n".to_vec()
        }
        Mode::Redirect { status, location } => redirect(*status, location, request),
        Mode::RedirectLoop => redirect(302, &request.path, request),
        Mode::RedirectChain { hops, .. } => chain(*hops, request),
        Mode::CookieGate => match request.header("cookie") {
            Some(cookie) if cookie.contains("gate=open") => response(200, &[], b"in", request),
            _ => {
                let headers = [
                    pair("location", &request.path),
                    pair("set-cookie", "gate=open; Path=/; HttpOnly"),
                ];
                response(302, &headers, b"", request)
            }
        },
        Mode::Zeros { coding, bytes } => {
            let headers = [pair("content-encoding", compressed::token(coding))];
            response(
                200,
                &headers,
                &compressed::zeros(coding, *bytes).await,
                request,
            )
        }
        Mode::Compressed { coding, body } => {
            let headers = [pair("content-encoding", compressed::token(coding))];
            response(
                200,
                &headers,
                &compressed::text(coding, body).await,
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
        Mode::Echo => {
            let lines = request
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\n"));
            let head = format!(
                "{} {}\n{}\n{}",
                request.method,
                request.path,
                lines.collect::<String>(),
                request.body
            );
            response(200, &[], head.as_bytes(), request)
        }
        Mode::Close => Vec::new(),
        _ => response(200, &[], b"ok", request),
    }
}

fn response(status: u16, headers: &[(String, String)], body: &[u8], request: &Request) -> Vec<u8> {
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "HTTP/1.1 {status} Status\r\n{lines}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut bytes = head.into_bytes();
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

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn drip<S: AsyncWrite + Unpin>(stream: &mut S, start: &[u8], ms: u64) -> io::Result<()> {
    stream.write_all(start).await?;
    loop {
        stream.write_all(b"x").await?;
        stream.flush().await?;
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
