//! What hyper alone spends on an answer over a fresh connection, as fast as it goes and with nothing else running: nothing is judged and
//! nothing recorded. Machines differ, and what our worker spends stands beside it.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpStream, task::JoinSet, time::Instant};

use crate::process;

/// Looks under way at any time.
const AT_ONCE: u32 = 16;
/// Over how many addresses of 127/8 they are spread.
const ADDRESSES: u32 = 10_000;

/// What is asked, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub struct Asking {
    /// The port of the target, on every address of 127.0.0.0/8
    #[arg(long)]
    pub port: u16,
    /// For how many seconds
    #[arg(long)]
    pub seconds: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Asked {
    pub answers: u64,
    /// Looks without an answer.
    pub failed: u64,
    pub seconds: f64,
    /// CPU of the process that asked.
    pub cpu_s: f64,
}

/// Asks on one thread and says on standard output what came of it, as JSON.
#[expect(clippy::print_stdout, reason = "that is what it is started for")]
pub fn run(asking: &Asking) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let begin = Instant::now();
    let (answers, failed) = runtime.block_on(ask(asking))?;
    let asked = Asked {
        answers,
        failed,
        seconds: begin.elapsed().as_secs_f64(),
        cpu_s: process::cpu_of(std::process::id()).as_secs_f64(),
    };
    println!("{}", serde_json::to_string(&asked)?);
    Ok(())
}

async fn ask(asking: &Asking) -> anyhow::Result<(u64, u64)> {
    let end = Instant::now() + Duration::from_secs(asking.seconds);
    let mut all = JoinSet::new();
    for first in 0..AT_ONCE {
        let port = asking.port;
        all.spawn(async move {
            let (mut index, mut answers, mut failed) = (first, 0, 0);
            while Instant::now() < end {
                let [_, a, b, c] = (1 + index % ADDRESSES).to_be_bytes();
                match look(SocketAddr::from(([127, a, b, c], port))).await {
                    Ok(()) => answers += 1,
                    Err(_) => failed += 1,
                }
                index += AT_ONCE;
            }
            (answers, failed)
        });
    }
    let (mut answers, mut failed) = (0, 0);
    while let Some(done) = all.join_next().await {
        let done = done?;
        answers += done.0;
        failed += done.1;
    }
    Ok((answers, failed))
}

#[expect(clippy::disallowed_methods, reason = "it asks a target on loopback")]
async fn look(address: SocketAddr) -> anyhow::Result<()> {
    let stream = TcpStream::connect(address).await.context("connecting")?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/")
        .header("host", address.to_string())
        .header("connection", "close")
        .body(Empty::<Bytes>::new())?;
    let asking = async {
        let answer = sender.send_request(request).await?;
        answer.into_body().collect().await
    };
    let (moved, answered) = tokio::join!(connection, asking);
    answered?;
    // The other side may close first.
    let _ = moved;
    Ok(())
}
