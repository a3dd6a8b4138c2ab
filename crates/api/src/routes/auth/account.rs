//! `/api/auth/me` and `/api/auth/password`: one's own account.

use axum::{
    Json,
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection,
    audit::{self, Entry},
    identities,
    letters::verifying,
    memberships::{self, Role},
    passwords,
    sessions::{self, Session},
    users::{self, User},
    workers, workspaces,
};
use domain::fields::Fields;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{SignedIn, password, verification},
    input::{Strict, input},
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// How long after signing in somebody needs no further proof for what cannot be undone.
const FRESH: TimeDelta = TimeDelta::minutes(5);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show_me, erase_me))
        .routes(routes!(change_password))
        .routes(routes!(unlink_identity))
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub(super) struct MeView {
    id: Uuid,
    email: String,
    /// The address is known to be yours: a link in a message to it was opened, or a provider vouches for it
    email_verified: bool,
    /// The address that becomes yours when the link in the message to it is opened
    pending_email: Option<String>,
    /// Whether this installation sends mail to people
    sends_mail: bool,
    name: String,
    /// How this session was started: `local`, `google` or `github`
    auth_provider: String,
    avatar_url: Option<String>,
    /// Sees system health and installation settings
    is_operator: bool,
    /// Whether signing in with a password is possible
    has_password: bool,
    /// Ways to sign in through a provider
    identities: Vec<IdentityView>,
    /// The personal one first
    workspaces: Vec<WorkspaceView>,
    /// In the workspace that requests are about
    #[schema(example = "owner")]
    role: Option<&'static str>,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
struct IdentityView {
    #[schema(example = "github")]
    provider: String,
    /// The verified address there
    email: String,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
struct WorkspaceView {
    id: Uuid,
    name: String,
    personal: bool,
    /// `viewer`, `editor` or `owner`
    #[schema(example = "owner")]
    role: &'static str,
}

pub(super) async fn view(
    conn: &mut PgConnection,
    user: &User,
    session: &Session,
) -> db::Result<MeView> {
    let identities = identities::list(&mut *conn, user.id).await?;
    let has_password = passwords::find(&mut *conn, user.id).await?.is_some();
    let memberships = memberships::list(&mut *conn, user.id).await?;
    let asked = verifying::asked(&mut *conn, user.id).await?;
    let pending = verification::open_address(user, &asked);
    let pending_email = pending
        .filter(|_| asked.pending.is_some())
        .map(str::to_owned);
    let sends_mail = workers::send_mail(conn).await?;
    let role = memberships.first().map(|first| first.role);
    let identity = |identity: identities::Identity| IdentityView {
        provider: identity.provider,
        email: identity.email,
        created_at: identity.created_at,
    };
    let workspace = |membership: memberships::Membership| WorkspaceView {
        id: membership.workspace.0,
        name: membership.name,
        personal: membership.personal,
        role: membership.role.as_str(),
    };
    Ok(MeView {
        id: user.id.0,
        email: user.email.clone(),
        email_verified: user.email_verified_at.is_some(),
        pending_email,
        sends_mail,
        name: user.name.clone(),
        auth_provider: session.auth_provider.clone(),
        avatar_url: user.avatar_url.clone(),
        is_operator: user.is_operator,
        has_password,
        identities: identities.into_iter().map(identity).collect(),
        workspaces: memberships.into_iter().map(workspace).collect(),
        role: role.map(Role::as_str),
        created_at: user.created_at,
    })
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth",
    responses((status = 200, body = MeView), (status = 401, body = ProblemBody)))]
async fn show_me(
    signed_in: SignedIn,
    State(state): State<AppState>,
) -> Result<Json<MeView>, Problem> {
    let mut conn = state.db.acquire().await?;
    Ok(Json(
        view(&mut conn, signed_in.user(), signed_in.session()).await?,
    ))
}

/// Another password.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct PasswordInput {
    /// Left out by somebody who has none yet and signed in within the last five minutes
    #[schema(format = Password)]
    current_password: Option<String>,
    /// 12–200 characters
    #[schema(required = true, format = Password)]
    new_password: Option<String>,
}

input!(PasswordInput {
    current_password,
    new_password
});

/// Changes the password, or sets the first one, and ends all other sessions.
#[utoipa::path(put, path = "/api/auth/password", tag = "auth", request_body = PasswordInput,
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn change_password(
    signed_in: SignedIn,
    State(state): State<AppState>,
    Strict(input): Strict<PasswordInput>,
) -> Result<StatusCode, Problem> {
    let new = SecretString::from(input.new_password.unwrap_or_default());
    let mut fields = Fields::default();
    fields.take(password::check_new(
        "new_password",
        &new,
        &signed_in.user().email,
    ));
    let proof = prove(
        &state,
        &signed_in,
        "current_password",
        input.current_password,
    )
    .await;
    match proof {
        Err(Problem::Invalid(wrong)) => fields.merge(wrong),
        other => other?,
    }
    if !fields.is_empty() {
        return Err(fields.into());
    }
    let hash = state.auth.passwords.hash(&new).await?;
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    passwords::set(&mut tx, signed_in.id(), &hash, now).await?;
    let kept = Some(signed_in.session_id());
    let ended = sessions::end_all(&mut tx, signed_in.id(), kept, now).await?;
    let entry = entry(&signed_in, "password.changed");
    audit::insert(&mut tx, &entry, now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    state.status.end_sessions(&ended).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Proof that it is still the same person who asks: the password, or (for those without one, or who gave none) a
/// sign-in within the last five minutes.
pub(super) async fn prove(
    state: &AppState,
    signed_in: &SignedIn,
    field: &str,
    given: Option<String>,
) -> Result<(), Problem> {
    let mut conn = state.db.acquire().await?;
    let hash = passwords::find(&mut conn, signed_in.id()).await?;
    drop(conn);
    match (hash, given) {
        (Some(hash), Some(given)) => {
            state.auth.throttle.try_account(&signed_in.user().email)?;
            let given = SecretString::from(given);
            if state.auth.passwords.verify(Some(hash), &given).await? {
                Ok(())
            } else {
                Err(Problem::field(field, "is not your password"))
            }
        }
        (Some(_), None) if field == "current_password" => {
            Err(Problem::field(field, "must not be empty"))
        }
        (hash, _) if state.clock.now() - signed_in.session().created_at > FRESH => {
            Err(match hash {
                Some(_) => Problem::field(
                    field,
                    "must be given, as you signed in more than five minutes ago",
                ),
                None => Problem::Forbidden("Sign in again, then repeat this within five minutes."),
            })
        }
        _ => Ok(()),
    }
}

/// Proof for what cannot be undone.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct EraseInput {
    /// Left out by somebody who signed in within the last five minutes
    #[schema(format = Password)]
    password: Option<String>,
}

input!(EraseInput { password });

/// Erases the account and its personal workspace with all services, checks and incidents.
#[utoipa::path(delete, path = "/api/auth/me", tag = "auth", request_body(content = Option<EraseInput>),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn erase_me(
    signed_in: SignedIn,
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let input = if request.headers().contains_key(header::CONTENT_TYPE) {
        Strict::<EraseInput>::from_request(request, &state).await?.0
    } else {
        EraseInput::default()
    };
    prove(&state, &signed_in, "password", input.password).await?;
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let ended = sessions::end_all(&mut tx, signed_in.id(), None, now).await?;
    let deleted = workspaces::delete_personal(&mut tx, signed_in.id()).await?;
    users::delete(&mut tx, signed_in.id()).await?;
    let entry = entry(&signed_in, "account.erased");
    audit::insert(&mut tx, &entry, now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    state.status.end_sessions(&ended).await;
    if let Some(deleted) = deleted {
        state.status.remove(&deleted.services).await;
    }
    let mut cookies = HeaderMap::new();
    state.auth.cookies.sign_out(&mut cookies);
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

/// Takes a provider away as a way to sign in; the last way stays.
#[utoipa::path(delete, path = "/api/auth/identities/{provider}", tag = "auth", params(("provider" = String, Path)),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn unlink_identity(
    signed_in: SignedIn,
    State(state): State<AppState>,
    Path(provider): Path<String>,
) -> Result<StatusCode, Problem> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    // Two providers that are taken away at once must not each count on the other.
    users::lock(&mut tx, signed_in.id()).await?;
    if identities::delete(&mut tx, signed_in.id(), &provider).await? == 0 {
        return Err(Problem::NotFound);
    }
    let others = identities::list(&mut tx, signed_in.id()).await?;
    if others.is_empty() && passwords::find(&mut tx, signed_in.id()).await?.is_none() {
        return Err(Problem::Conflict(
            "This is your only way to sign in. Set a password or link another provider first.",
        ));
    }
    let entry = Entry {
        detail: json!({ "provider": provider }),
        ..entry(&signed_in, "identity.unlinked")
    };
    audit::insert(&mut tx, &entry, now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn entry(signed_in: &SignedIn, action: &'static str) -> Entry<'static> {
    Entry {
        user: Some(signed_in.id()),
        action,
        subject: signed_in.id().to_string(),
        ..Entry::default()
    }
}
