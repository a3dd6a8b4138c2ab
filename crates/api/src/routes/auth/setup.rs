//! `/api/auth/setup`: the first account of a fresh installation.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use db::{passwords, setup_tokens, users};
use domain::fields::Fields;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{account, filled};
use crate::{
    accounts::{self, NewPerson, SETUP_LINK_LIFE},
    auth::{
        email, origin, password,
        session::{self, Device},
    },
    input::{Strict, input},
    manners::client::Client,
    problem::{Problem, ProblemBody},
    state::AppState,
};

const CLOSED: Problem =
    Problem::Conflict("This installation has its first account already. Sign in instead.");

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(set_up))
}

/// The first account.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct SetupInput {
    /// What follows `#token=` in the set-up link
    #[schema(required = true)]
    setup_token: Option<String>,
    #[schema(required = true)]
    email: Option<String>,
    #[schema(required = true)]
    name: Option<String>,
    /// 12–200 characters
    #[schema(required = true, format = Password)]
    password: Option<String>,
}

input!(SetupInput {
    setup_token,
    email,
    name,
    password
});

struct First {
    token: String,
    person: NewPerson,
    password: SecretString,
}

/// Makes the first account, which operates the installation, and signs it in. Works once.
#[utoipa::path(post, path = "/api/auth/setup", tag = "auth", request_body = SetupInput,
    responses((status = 201, body = account::MeView), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn set_up(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    Strict(input): Strict<SetupInput>,
) -> Result<Response, Problem> {
    origin::cookies_will_stick(&state.site, &headers)?;
    state.auth.throttle.try_from_address(client.address)?;
    if users::operator_exists(&mut *state.db.acquire().await?).await? {
        return Err(CLOSED);
    }
    let first = read(input)?;
    let hash = state.auth.passwords.hash(&first.password).await?;
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let token = accounts::setup_token_hash(&first.token);
    if !setup_tokens::spend(&mut tx, &token, now - SETUP_LINK_LIFE).await? {
        return Err(refused(&mut tx).await?);
    }
    let user = accounts::create(&mut tx, &first.person, now).await?;
    passwords::set(&mut tx, user.id, &hash, now).await?;
    let device = Device::new(&client, &headers);
    let session = session::start(&mut tx, &user, "local", &device, now).await?;
    let view = account::view(&mut tx, &user, &session).await?;
    tx.commit().await.map_err(db::Error::from)?;
    let mut cookies = HeaderMap::new();
    session::set_cookies(&state, &session, &mut cookies)?;
    Ok((StatusCode::CREATED, cookies, Json(view)).into_response())
}

/// Somebody was faster, or the link is no good.
async fn refused(conn: &mut db::PgConnection) -> Result<Problem, Problem> {
    if users::operator_exists(conn).await? {
        return Ok(CLOSED);
    }
    Ok(Problem::field(
        "setup_token",
        "is not valid, or too old. Restart the program, or run its `setup-link` command, for a new link",
    ))
}

fn read(input: SetupInput) -> Result<First, Problem> {
    let mut fields = Fields::default();
    let token = filled(&mut fields, "setup_token", input.setup_token);
    let email = fields.take(email::parse(&input.email.unwrap_or_default()));
    let name = fields.take(email::parse_name(&input.name.unwrap_or_default()));
    let password = SecretString::from(input.password.unwrap_or_default());
    let own = email.as_deref().unwrap_or_default();
    let checked = fields.take(password::check_new("password", &password, own));
    let (Some(token), Some(email), Some(name), Some(())) = (token, email, name, checked) else {
        return Err(fields.into());
    };
    Ok(First {
        token,
        person: NewPerson {
            email,
            name,
            avatar_url: None,
            is_operator: true,
            is_verified: false,
            by: "setup",
        },
        password,
    })
}
