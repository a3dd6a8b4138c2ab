//! Compressed bodies, honest ones and bombs.

use async_compression::{
    tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder},
    zstd::CParameter,
};
use tokio::io::{AsyncBufRead, AsyncReadExt as _, BufReader, repeat};

/// The name of a coding as it stands in `content-encoding`.
pub(super) fn token(coding: &str) -> &str {
    match coding {
        "raw-deflate" => "deflate",
        "wide-zstd" => "zstd",
        other => other,
    }
}

/// So many zeros, compressed.
pub(super) async fn zeros(coding: &str, bytes: u64) -> Vec<u8> {
    encode(coding, BufReader::new(repeat(0).take(bytes))).await
}

/// A text, compressed.
pub(super) async fn text(coding: &str, body: &str) -> Vec<u8> {
    encode(coding, body.as_bytes()).await
}

/// Many gzip streams of nothing, one after the other.
pub(super) async fn empty_gzip_members() -> Vec<u8> {
    encode("gzip", &b""[..]).await.repeat(1000)
}

async fn encode(coding: &str, mut plain: impl AsyncBufRead + Unpin) -> Vec<u8> {
    let mut out = Vec::new();
    let done = match coding {
        "gzip" => GzipEncoder::new(plain).read_to_end(&mut out).await,
        "deflate" => ZlibEncoder::new(plain).read_to_end(&mut out).await,
        "raw-deflate" => DeflateEncoder::new(plain).read_to_end(&mut out).await,
        "br" => {
            BrotliEncoder::with_quality(plain, async_compression::Level::Precise(1))
                .read_to_end(&mut out)
                .await
        }
        "zstd" => ZstdEncoder::new(plain).read_to_end(&mut out).await,
        "wide-zstd" => {
            let level = async_compression::Level::Fastest;
            let window = [CParameter::window_log(27)];
            ZstdEncoder::with_quality_and_params(plain, level, &window)
                .read_to_end(&mut out)
                .await
        }
        _ => plain.read_to_end(&mut out).await,
    };
    done.expect("memory does not fail");
    out
}
