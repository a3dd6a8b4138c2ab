//! The misbehaving server as a program, for browser tests, shells and benchmarks.
//!
//! `faultd --listen 127.0.0.1:8081 --control 127.0.0.1:8082`, then for example
//! `curl -X PUT 127.0.0.1:8082/__control -d '{"mode": "status", "status": 503}'`.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, put},
};
use serde::Deserialize;
use test_support::{Mode, TlsMode, Upstream};

/// Which part of the server a control request is about.
#[derive(Deserialize)]
struct Part {
    /// A path or a host; without one the whole server.
    path: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listen: SocketAddr = argument("--listen")
        .unwrap_or_else(|| "127.0.0.1:8081".to_owned())
        .parse()?;
    let control: Option<SocketAddr> = argument("--control").map(|text| text.parse()).transpose()?;
    // Without a control port this is a target for load, which is not remembered.
    let Some(control) = control else {
        Upstream::forgetful(listen)?.join().await;
        return Ok(());
    };
    let upstream = Arc::new(Upstream::bind(listen, TlsMode::Plain)?);
    let routes = Router::new()
        .route("/__control", put(set_mode).delete(clear_modes))
        .route("/__requests", get(list_requests))
        .with_state(upstream);
    axum::serve(tokio::net::TcpListener::bind(control).await?, routes).await?;
    Ok(())
}

async fn set_mode(
    State(upstream): State<Arc<Upstream>>,
    Query(part): Query<Part>,
    body: String,
) -> (StatusCode, String) {
    match (serde_json::from_str::<Mode>(&body), part.path) {
        (Ok(mode), Some(path)) => upstream.set_for(&path, mode),
        (Ok(mode), None) => upstream.set(mode).await,
        (Err(error), _) => return (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")),
    }
    (StatusCode::OK, "done\n".to_owned())
}

async fn clear_modes(State(upstream): State<Arc<Upstream>>) -> StatusCode {
    upstream.clear();
    upstream.set(Mode::ok()).await;
    StatusCode::NO_CONTENT
}

async fn list_requests(State(upstream): State<Arc<Upstream>>) -> Json<Vec<serde_json::Value>> {
    let seen = upstream.requests().into_iter();
    Json(
        seen.map(|request| {
            serde_json::json!({"method": request.method, "path": request.path, "at": request.at})
        })
        .collect(),
    )
}

/// The word after a flag.
fn argument(flag: &str) -> Option<String> {
    let mut words = std::env::args();
    words.find(|word| word == flag)?;
    words.next()
}
