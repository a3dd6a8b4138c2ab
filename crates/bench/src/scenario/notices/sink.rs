//! The server that webhooks lead to: takes everything at once, and remembers when each message came and what it told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use tokio::{net::TcpListener, task::JoinSet};
use uuid::Uuid;

use super::SINK;

/// One message that came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) channel: Uuid,
    pub(super) message: Uuid,
    pub(super) at: DateTime<Utc>,
    /// Services that it names or counts.
    pub(super) told: u32,
}

type Arrivals = Arc<Mutex<Vec<Arrival>>>;

/// It ends when this is dropped.
pub(super) struct Sink {
    arrivals: Arrivals,
    _serving: JoinSet<std::io::Result<()>>,
}

#[derive(Deserialize)]
struct Posted {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    key: Uuid,
    affected: u32,
}

/// What one channel heard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heard {
    pub(super) messages: u32,
    /// Those of them that came within a minute of the first.
    pub(super) first_minute: u32,
    pub(super) told: u32,
    first: Option<DateTime<Utc>>,
    pub(super) last: Option<DateTime<Utc>>,
}

impl Sink {
    pub(super) async fn open() -> anyhow::Result<Self> {
        let arrivals = Arrivals::default();
        let listener = TcpListener::bind(("127.0.0.1", SINK)).await?;
        let app = Router::new()
            .route("/{channel}", axum::routing::post(take))
            .with_state(Arc::clone(&arrivals));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await });
        Ok(Self {
            arrivals,
            _serving: serving,
        })
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.arrivals).clone()
    }

    /// What each channel has heard since.
    pub(super) fn heard(&self, since: DateTime<Utc>) -> BTreeMap<Uuid, Heard> {
        let mut heard: BTreeMap<Uuid, Heard> = BTreeMap::new();
        for one in self.arrivals().iter().filter(|one| one.at >= since) {
            let channel = heard.entry(one.channel).or_default();
            channel.messages += 1;
            let first = *channel.first.get_or_insert(one.at);
            channel.first_minute += u32::from(one.at - first < TimeDelta::minutes(1));
            channel.told += one.told;
            channel.last = channel.last.max(Some(one.at));
        }
        heard
    }
}

async fn take(
    State(arrivals): State<Arrivals>,
    Path(channel): Path<Uuid>,
    body: String,
) -> StatusCode {
    let at = now();
    let Ok(posted) = serde_json::from_str::<Posted>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    lock(&arrivals).push(Arrival {
        channel,
        message: posted.data.key,
        at,
        told: posted.data.affected,
    });
    StatusCode::NO_CONTENT
}

fn lock(arrivals: &Arrivals) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
    arrivals.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with times of the database on the same machine"
)]
pub(super) fn now() -> DateTime<Utc> {
    Utc::now()
}
