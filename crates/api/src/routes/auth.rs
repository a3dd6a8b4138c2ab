//! `/api/auth`: signing in, staying signed in, signing out.

mod account;
mod address;
mod oauth;
mod sessions;
mod setup;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use db::{
    passwords, sessions as session_rows,
    users::{self, User},
};
use domain::{fields::Fields, id::SessionId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{
        oauth::Provider,
        origin,
        session::{self, Device},
    },
    input::{Strict, input},
    manners::client::Client,
    problem::{Problem, ProblemBody},
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_providers))
        .routes(routes!(log_in))
        .routes(routes!(log_out))
        .routes(routes!(refresh_tokens))
        .merge(setup::routes())
        .merge(account::routes())
        .merge(address::routes())
        .merge(sessions::routes())
        .merge(oauth::routes())
}

/// A word to say that it was done.
#[derive(Serialize, ToSchema)]
struct MessageView {
    #[schema(example = "Token refreshed")]
    message: &'static str,
}

/// Which ways to sign in this installation has.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
struct ProvidersView {
    /// With an e-mail address and a password
    local: bool,
    google: bool,
    github: bool,
    /// Nobody operates this installation yet: the set-up link that it printed makes the first account
    setup_required: bool,
}

/// Which ways to sign in this installation has; needs no authentication.
#[utoipa::path(get, path = "/api/auth/providers", tag = "auth",
    responses((status = 200, body = ProvidersView)))]
async fn list_providers(State(state): State<AppState>) -> Result<Json<ProvidersView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let has_operator = users::operator_exists(&mut conn).await?;
    Ok(Json(ProvidersView {
        local: true,
        google: state.auth.providers.offers(Provider::Google),
        github: state.auth.providers.offers(Provider::Github),
        setup_required: !has_operator,
    }))
}

/// Who somebody claims to be.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct LoginInput {
    #[schema(required = true)]
    email: Option<String>,
    #[schema(required = true, format = Password)]
    password: Option<String>,
}

input!(LoginInput { email, password });

/// Signs in with an e-mail address and a password; sets both cookies. 30 attempts a minute per address, 10 per account.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = LoginInput,
    responses((status = 200, body = account::MeView), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn log_in(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    Strict(input): Strict<LoginInput>,
) -> Result<Response, Problem> {
    origin::cookies_will_stick(&state.site, &headers)?;
    state.auth.throttle.try_from_address(client.address)?;
    let mut fields = Fields::default();
    let email = filled(&mut fields, "email", input.email);
    let password = filled(&mut fields, "password", input.password).map(SecretString::from);
    let (Some(email), Some(password)) = (email, password) else {
        return Err(fields.into());
    };
    state.auth.throttle.try_account(&email)?;
    let user = check_password(&state, &email, &password).await?;
    let mut tx = state.db.begin().await?;
    let device = Device::new(&client, &headers);
    let session = session::start(&mut tx, &user, "local", &device, state.clock.now()).await?;
    let view = account::view(&mut tx, &user, &session).await?;
    tx.commit().await.map_err(db::Error::from)?;
    let mut cookies = HeaderMap::new();
    session::set_cookies(&state, &session, &mut cookies)?;
    Ok((cookies, Json(view)).into_response())
}

/// The person behind an address and a password. An unknown address costs as much work as a wrong password.
async fn check_password(
    state: &AppState,
    email: &str,
    password: &SecretString,
) -> Result<User, Problem> {
    let mut conn = state.db.acquire().await?;
    let user = users::find_by_email(&mut conn, email.trim()).await?;
    let hash = match &user {
        Some(user) => passwords::find(&mut conn, user.id).await?,
        None => None,
    };
    // Hashing takes its time, and connections are few.
    drop(conn);
    let fits = state.auth.passwords.verify(hash, password).await?;
    user.filter(|_| fits).ok_or(Problem::WrongCredentials)
}

/// Ends the session and clears both cookies; works with an expired token, and without any.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth",
    responses((status = 200, body = MessageView), (status = 403, body = ProblemBody)))]
async fn log_out(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(id) = session::named_by(&state, &headers) {
        let mut conn = state.db.acquire().await?;
        end(&state, &mut conn, id).await?;
    }
    let mut cookies = HeaderMap::new();
    state.auth.cookies.sign_out(&mut cookies);
    let view = MessageView {
        message: "Logged out",
    };
    Ok((cookies, Json(view)).into_response())
}

async fn end(state: &AppState, conn: &mut db::PgConnection, id: SessionId) -> Result<(), Problem> {
    if let Some(session) = session_rows::find(&mut *conn, id).await? {
        session_rows::end(conn, session.user_id, id, state.clock.now()).await?;
        state.status.end_sessions(&[id]).await;
    }
    Ok(())
}

/// Trades the refresh token for its successor and sets a new access token. The token that was just traded leads to the
/// same successor for 30 s; used again later, it ends the session.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth",
    responses((status = 200, body = MessageView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn refresh_tokens(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut cookies = HeaderMap::new();
    let Some(session) = session::refresh(&state, &headers).await? else {
        state.auth.cookies.sign_out(&mut cookies);
        return Ok((cookies, Problem::Unauthorized).into_response());
    };
    session::set_cookies(&state, &session, &mut cookies)?;
    let view = MessageView {
        message: "Token refreshed",
    };
    Ok((StatusCode::OK, cookies, Json(view)).into_response())
}

/// A text that has to be there.
fn filled(fields: &mut Fields, name: &str, value: Option<String>) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty());
    if value.is_none() {
        fields.push(name, "must not be empty");
    }
    value
}
