//! `/api/events`: what happens in the workspace, as it happens.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use db::{Db, sessions};
use domain::id::SessionId;
use futures_util::{StreamExt as _, stream};
use runtime::{clock::Clock, metrics::STREAMS};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Member, Viewer},
    live::{HELLO, KEEP_ALIVE, RESYNC, Seat},
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// How often something is sent when nothing happens.
const SILENCE: Duration = Duration::from_secs(15);
/// How often a stream asks whether its session still lives, should it have missed the news.
const RECHECK: Duration = Duration::from_secs(30);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(stream_events))
}

/// Server-sent events of the workspace: `service.status`, `service.changed`, `incident.opened`, `incident.changed`,
/// `incident.resolved`, each with JSON data and an id; `resync` asks the client to read everything again. A client
/// that reconnects with `Last-Event-ID` within five minutes misses nothing. Ends with its session.
#[utoipa::path(get, path = "/api/events", tag = "events", params(
    ("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen"),
), responses(
    (status = 200, description = "An endless stream", body = String, content_type = "text/event-stream"),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn stream_events(
    member: Member<Viewer>,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // An id that is none of ours is one that we do not remember.
    let last = headers.get("last-event-id").map(|id| {
        id.to_str()
            .unwrap_or_default()
            .parse()
            .unwrap_or(Uuid::nil())
    });
    let seat = state.live.enter(member.workspace(), last);
    let watcher = Watcher {
        first: seat.first.clone(),
        seat,
        session: member.session_id(),
        runs_out_at: member.session().expires_at,
        db: state.db.clone(),
        clock: state.clock.clone(),
        silence: every(SILENCE),
        recheck: every(RECHECK),
        _open: Open::new(),
    };
    let frames = stream::unfold(watcher, |mut watcher| async move {
        let frame = watcher.next().await?;
        Some((Ok::<_, Infallible>(frame), watcher))
    });
    let frames = stream::iter([Ok(HELLO)]).chain(frames);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies such as nginx would hold events back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// One browser that listens.
struct Watcher {
    first: Option<Bytes>,
    seat: Seat,
    session: SessionId,
    /// As last read; refreshing in another tab puts it off.
    runs_out_at: DateTime<Utc>,
    db: Db,
    clock: Clock,
    silence: Interval,
    recheck: Interval,
    _open: Open,
}

impl Watcher {
    /// The next frame; none when the stream is over.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            tokio::select! {
                () = self.seat.closing.cancelled() => return None,
                frame = self.seat.frames.recv() => {
                    self.silence.reset();
                    // Nothing is told to a session that has run out, not even what happens before the next look at it.
                    if self.has_run_out() && !self.lives().await {
                        return None;
                    }
                    return match frame {
                        Ok(frame) => Some(frame),
                        Err(RecvError::Lagged(_)) => Some(RESYNC),
                        Err(RecvError::Closed) => None,
                    };
                }
                ended = self.seat.ended.recv() => match ended {
                    Ok(session) if session == self.session => return None,
                    Ok(_) => {}
                    Err(_) if self.lives().await => {}
                    Err(_) => return None,
                },
                _ = self.recheck.tick() => if !self.lives().await {
                    return None;
                },
                _ = self.silence.tick() => return Some(KEEP_ALIVE),
            }
        }
    }

    fn has_run_out(&self) -> bool {
        self.clock.now() >= self.runs_out_at
    }

    /// Whether the session lives. While Postgres is away it does until the time that was last read.
    async fn lives(&mut self) -> bool {
        match self.read().await {
            Ok(Some(runs_out_at)) => {
                self.runs_out_at = runs_out_at;
                true
            }
            Ok(None) => false,
            Err(_) => !self.has_run_out(),
        }
    }

    async fn read(&self) -> db::Result<Option<DateTime<Utc>>> {
        let mut conn = self.db.acquire().await?;
        let found = sessions::find_live(&mut conn, self.session, self.clock.now()).await?;
        Ok(found.map(|live| live.session.expires_at))
    }
}

/// Counts open streams.
struct Open;

impl Open {
    fn new() -> Self {
        metrics::gauge!(STREAMS).increment(1.0);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!(STREAMS).decrement(1.0);
    }
}
