//! `/api/auth/email`: the address of one's account, and showing that it is one's own.

use axum::{Json, extract::State, http::StatusCode};
use db::{audit, letters::verifying, services, users, workers};
use domain::{channel::parse_address, fields::Fields};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::account::{entry, prove};
use crate::{
    auth::{SignedIn, email, verification},
    input::{Strict, input},
    problem::{Problem, ProblemBody},
    state::AppState,
};

const NO_MAIL: Problem = Problem::Conflict(
    "This installation sends no mail, so that an address cannot be verified. Its operator can set SMTP_HOST and MAIL_FROM.",
);
const VERIFIED: Problem = Problem::Conflict("Your address is verified already.");

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change_address))
        .routes(routes!(verify_address))
}

/// Another address.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct AddressInput {
    #[schema(required = true)]
    email: Option<String>,
    /// Left out by somebody who has none and signed in within the last five minutes
    #[schema(format = Password)]
    current_password: Option<String>,
}

input!(AddressInput {
    email,
    current_password
});

/// Where a message with a link is on its way to.
#[derive(Serialize, ToSchema)]
struct VerificationView {
    email: String,
}

/// Sends a link to another address, which becomes the account's when the link is opened; it works once, for a day.
#[utoipa::path(put, path = "/api/auth/email", tag = "auth", request_body = AddressInput,
    responses((status = 202, body = VerificationView), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, description = "No mail is sent here", body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn change_address(
    signed_in: SignedIn,
    State(state): State<AppState>,
    Strict(input): Strict<AddressInput>,
) -> Result<(StatusCode, Json<VerificationView>), Problem> {
    let mut fields = Fields::default();
    let typed = input.email.unwrap_or_default();
    let address = fields.take(email::parse(&typed).and_then(|address| mailable(&address)));
    if !workers::send_mail(&mut *state.db.acquire().await?).await? {
        return Err(NO_MAIL);
    }
    match prove(
        &state,
        &signed_in,
        "current_password",
        input.current_password,
    )
    .await
    {
        Err(Problem::Invalid(wrong)) => fields.merge(wrong),
        other => other?,
    }
    let Some(address) = address.filter(|_| fields.is_empty()) else {
        return Err(fields.into());
    };
    let mut tx = state.db.begin().await?;
    let owner = users::find_by_email(&mut tx, &address).await?;
    if let Some(owner) = owner
        && (owner.id != signed_in.id() || owner.email_verified_at.is_some())
    {
        let reason = if owner.id == signed_in.id() {
            "is yours already"
        } else {
            "is already taken"
        };
        return Err(Problem::field("email", reason));
    }
    let mut entry = entry(&signed_in, "email.asked");
    entry.detail = json!({ "email": address });
    audit::insert(&mut tx, &entry, state.clock.now()).await?;
    send(tx, &signed_in, &address).await
}

/// Sends another link to the address that is not verified yet. Once a minute, five times an hour, ten times a day.
#[utoipa::path(post, path = "/api/auth/email/verification", tag = "auth",
    responses((status = 202, body = VerificationView), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody),
        (status = 409, description = "It is verified, or no mail is sent here", body = ProblemBody),
        (status = 422, description = "No mail can be sent there", body = ProblemBody), (status = 429, body = ProblemBody)))]
async fn verify_address(
    signed_in: SignedIn,
    State(state): State<AppState>,
) -> Result<(StatusCode, Json<VerificationView>), Problem> {
    let mut tx = state.db.begin().await?;
    if !workers::send_mail(&mut tx).await? {
        return Err(NO_MAIL);
    }
    let asked = verifying::asked(&mut tx, signed_in.id()).await?;
    let open = verification::open_address(signed_in.user(), &asked);
    let address = mailable(open.ok_or(VERIFIED)?)?;
    send(tx, &signed_in, &address).await
}

/// Lets a message go, unless there were many.
async fn send(
    mut tx: db::Tx,
    signed_in: &SignedIn,
    address: &str,
) -> Result<(StatusCode, Json<VerificationView>), Problem> {
    // Of two requests at once the second has to see the first.
    users::lock(&mut tx, signed_in.id()).await?;
    let asked = verifying::asked(&mut tx, signed_in.id()).await?;
    let now = services::now(&mut tx).await?;
    if let Some(wait) = verification::wait(&asked.at, now) {
        return Err(Problem::TooMany(wait));
    }
    verification::ask(&mut tx, signed_in.user(), address).await?;
    tx.commit().await.map_err(db::Error::from)?;
    let email = address.to_owned();
    Ok((StatusCode::ACCEPTED, Json(VerificationView { email })))
}

/// An address to which mail can be sent as it is.
fn mailable(address: &str) -> Result<String, Fields> {
    parse_address(address).map_err(|reason| Fields::one("email", &reason))
}
