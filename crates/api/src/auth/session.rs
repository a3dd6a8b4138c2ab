//! The life of a session: started by a sign-in, kept by refreshing, ended by its person or by a stolen token.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection,
    audit::{self, Entry},
    sessions::{self, Rotation, Session},
    users::{self, User},
};
use domain::id::SessionId;
use serde_json::json;
use uuid::Uuid;

use super::tokens::{Access, REFRESH_LIFE, Refresh};
use crate::{manners::client::Client, problem::Problem, state::AppState};

/// How long a refresh token that was just replaced still leads to its successor: browser tabs that wake together and
/// answers that got lost on the way are no theft.
const GRACE: TimeDelta = TimeDelta::seconds(30);
/// How much of a browser's name for itself is kept, in characters.
const LONGEST_AGENT: usize = 300;

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Device {
    pub address: String,
    pub user_agent: String,
}

impl Device {
    pub fn new(client: &Client, headers: &HeaderMap) -> Self {
        let agent = headers
            .get(header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok());
        Self {
            address: client.address.to_string(),
            user_agent: agent
                .unwrap_or_default()
                .chars()
                .take(LONGEST_AGENT)
                .collect(),
        }
    }
}

/// Starts a session of `user`, who proved to be it by `provider`. The caller commits, then sets the cookies.
pub async fn start(
    conn: &mut PgConnection,
    user: &User,
    provider: &str,
    device: &Device,
    now: DateTime<Utc>,
) -> Result<Session, Problem> {
    let session = Session {
        id: SessionId(Uuid::now_v7()),
        user_id: user.id,
        auth_provider: provider.to_owned(),
        generation: 0,
        rotated_at: now,
        created_at: now,
        last_seen_at: now,
        expires_at: now + REFRESH_LIFE,
        revoked_at: None,
        user_agent: device.user_agent.clone(),
        address: device.address.clone(),
    };
    sessions::insert(conn, &session).await?;
    users::record_sign_in(conn, user.id, user.avatar_url.as_deref(), now).await?;
    let entry = Entry {
        user: Some(user.id),
        action: "session.started",
        subject: session.id.to_string(),
        detail: json!({ "provider": provider }),
        address: device.address.clone(),
        ..Entry::default()
    };
    audit::insert(conn, &entry, now).await?;
    Ok(session)
}

/// Puts the tokens of a session into the headers of an answer.
pub fn set_cookies(
    state: &AppState,
    session: &Session,
    headers: &mut HeaderMap,
) -> Result<(), Problem> {
    let auth = &state.auth;
    let access = Access {
        user: session.user_id,
        session: session.id,
    };
    let access = auth.tokens.access(access, state.clock.now())?;
    let refresh = Refresh {
        session: session.id,
        generation: session.generation,
    };
    auth.cookies
        .sign_in(headers, &access, &auth.tokens.refresh(refresh));
    Ok(())
}

/// Trades the refresh token that came along for its successor. None when it is no good; when it was used before and
/// longer ago than the grace, somebody has a copy, and the session ends for both.
///
/// A successor rests for the grace before it has one of its own: of many tabs that refresh together some already bring
/// it while others still bring its predecessor, which must not have become an old generation meanwhile.
pub async fn refresh(state: &AppState, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    let auth = &state.auth;
    let token = auth
        .cookies
        .refresh(headers)
        .find_map(|token| auth.tokens.read_refresh(token));
    let Some(Refresh {
        session: id,
        generation,
    }) = token
    else {
        return Ok(None);
    };
    let now = state.clock.now();
    let mut conn = state.db.acquire().await?;
    let rotation = Rotation {
        now,
        rested_since: now - GRACE,
        expires_at: now + REFRESH_LIFE,
    };
    if let Some(rotated) = sessions::rotate(&mut conn, id, generation, rotation).await? {
        return Ok(Some(rotated));
    }
    let live = sessions::find(&mut conn, id)
        .await?
        .filter(|session| session.is_live(now));
    let Some(session) = live else {
        return Ok(None);
    };
    let is_of_now = [generation, generation + 1].contains(&session.generation);
    if is_of_now && now - session.rotated_at <= GRACE {
        return Ok(Some(session));
    }
    drop(conn);
    end_stolen(state, &session).await?;
    Ok(None)
}

async fn end_stolen(state: &AppState, session: &Session) -> Result<(), Problem> {
    tracing::warn!(session = %session.id, user = %session.user_id, "A refresh token was used again; its session is ended");
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    sessions::end(&mut tx, session.user_id, session.id, now).await?;
    let entry = Entry {
        user: Some(session.user_id),
        action: "session.reuse_detected",
        subject: session.id.to_string(),
        ..Entry::default()
    };
    audit::insert(&mut tx, &entry, now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    state.status.end_sessions(&[session.id]).await;
    Ok(())
}

/// The session that a browser wants to leave: any token of ours names it, however old.
pub fn named_by(state: &AppState, headers: &HeaderMap) -> Option<SessionId> {
    let auth = &state.auth;
    let by_access = auth
        .cookies
        .access(headers)
        .find_map(|token| auth.tokens.read_stale_access(token));
    let by_refresh = || {
        auth.cookies
            .refresh(headers)
            .find_map(|token| auth.tokens.read_refresh(token))
    };
    by_access
        .map(|access| access.session)
        .or_else(|| Some(by_refresh()?.session))
}
