//! `/api/auth/sessions`: where somebody is signed in.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use db::{
    audit::{self, Entry},
    sessions,
};
use domain::id::SessionId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    problem::{Problem, ProblemBody},
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions, end_other_sessions))
        .routes(routes!(end_session))
}

/// One sign-in on one device.
#[derive(Serialize, ToSchema)]
struct SessionView {
    id: Uuid,
    /// Whether it is the one that asks
    current: bool,
    /// `local`, `google` or `github`
    auth_provider: String,
    created_at: DateTime<Utc>,
    /// When its tokens were last renewed; about once an hour while in use
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// What the browser calls itself
    user_agent: String,
    /// Where it signed in from
    address: String,
}

/// Where I am signed in, the latest seen first.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "auth",
    responses((status = 200, body = [SessionView]), (status = 401, body = ProblemBody)))]
async fn list_sessions(
    signed_in: SignedIn,
    State(state): State<AppState>,
) -> Result<Json<Vec<SessionView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let sessions = sessions::list(&mut conn, signed_in.id(), state.clock.now()).await?;
    let view = |session: sessions::Session| SessionView {
        id: session.id.0,
        current: session.id == signed_in.session_id(),
        auth_provider: session.auth_provider,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
        user_agent: session.user_agent,
        address: session.address,
    };
    Ok(Json(sessions.into_iter().map(view).collect()))
}

/// Signs out everywhere else, at once.
#[utoipa::path(delete, path = "/api/auth/sessions", tag = "auth",
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn end_other_sessions(
    signed_in: SignedIn,
    State(state): State<AppState>,
) -> Result<StatusCode, Problem> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let kept = Some(signed_in.session_id());
    let ended = sessions::end_all(&mut tx, signed_in.id(), kept, now).await?;
    note(&mut tx, &signed_in, "others", now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    state.status.end_sessions(&ended).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session, at once; the current one too.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "auth", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
async fn end_session(
    signed_in: SignedIn,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: SessionId = id.parse().map_err(|_| Problem::NotFound)?;
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    if !sessions::end(&mut tx, signed_in.id(), id, now).await? {
        return Err(Problem::NotFound);
    }
    note(&mut tx, &signed_in, &id.to_string(), now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    state.status.end_sessions(&[id]).await;
    let mut cookies = HeaderMap::new();
    if id == signed_in.session_id() {
        state.auth.cookies.sign_out(&mut cookies);
    }
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

async fn note(
    conn: &mut db::PgConnection,
    signed_in: &SignedIn,
    subject: &str,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let entry = Entry {
        user: Some(signed_in.id()),
        action: "session.ended",
        subject: subject.to_owned(),
        ..Entry::default()
    };
    audit::insert(conn, &entry, now).await
}
