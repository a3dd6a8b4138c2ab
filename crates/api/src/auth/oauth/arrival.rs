//! Somebody comes back from a provider: who is it here, and may they come in?

use chrono::{DateTime, Utc};
use db::{
    PgConnection,
    audit::{self, Entry},
    identities::{self, Identity},
    sessions::Session,
    users::{self, User},
};
use domain::id::UserId;
use serde_json::json;

use super::{Profile, Refusal};
use crate::{
    accounts::{self, NewPerson},
    auth::{
        config::{AuthSettings, SignUp},
        session::{self, Device},
    },
    state::AppState,
};

/// Signs the person behind `profile` in, making an account where the installation allows it.
pub async fn sign_in(
    state: &AppState,
    profile: &Profile,
    device: &Device,
) -> Result<Session, Refusal> {
    match try_sign_in(state, profile, device).await {
        // Either the address is somebody else's, or two tabs arrived together for the first time and the other was
        // faster. Then the account is this person's by now.
        Err(Failed::Taken) => match try_sign_in(state, profile, device).await {
            Err(Failed::Taken) => Err(Refusal::AccountExists),
            Err(Failed::Refused(refusal)) => Err(refusal),
            Ok(session) => Ok(session),
        },
        Err(Failed::Refused(refusal)) => Err(refusal),
        Ok(session) => Ok(session),
    }
}

enum Failed {
    Taken,
    Refused(Refusal),
}

impl From<db::Error> for Failed {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Taken(_) => Self::Taken,
            error => Self::Refused(error.into()),
        }
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

async fn try_sign_in(
    state: &AppState,
    profile: &Profile,
    device: &Device,
) -> Result<Session, Failed> {
    let now = state.clock.now();
    let settings = &state.auth.settings;
    let mut tx = state.db.begin().await?;
    let mut user = match known(&mut tx, profile, now).await? {
        Some(user) => user,
        None => newcomer(&mut tx, profile, settings, now).await?,
    };
    if !user.is_operator && settings.is_operator(&profile.email) {
        users::make_operator(&mut tx, user.id).await?;
        let entry = Entry {
            user: Some(user.id),
            action: "operator.made",
            subject: user.id.to_string(),
            address: device.address.clone(),
            ..Entry::default()
        };
        audit::insert(&mut tx, &entry, now).await?;
    }
    user.avatar_url.clone_from(&profile.avatar_url);
    let session = session::start(&mut tx, &user, profile.provider.as_str(), device, now)
        .await
        .map_err(Refusal::from)?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(session)
}

/// The person to whom this very provider account belongs.
async fn known(
    conn: &mut PgConnection,
    profile: &Profile,
    now: DateTime<Utc>,
) -> db::Result<Option<User>> {
    let provider = profile.provider.as_str();
    let Some(identity) = identities::find(&mut *conn, provider, &profile.subject).await? else {
        return Ok(None);
    };
    identities::record_email(&mut *conn, provider, &profile.subject, &profile.email).await?;
    users::vouch(&mut *conn, identity.user_id, &profile.email, now).await?;
    users::find(conn, identity.user_id).await
}

/// Makes an account, unless the address has one: it would be for its owner to say that both are the same person.
async fn newcomer(
    conn: &mut PgConnection,
    profile: &Profile,
    settings: &AuthSettings,
    now: DateTime<Utc>,
) -> Result<User, Failed> {
    if users::find_by_email(&mut *conn, &profile.email)
        .await?
        .is_some()
    {
        return Err(Failed::Taken);
    }
    let is_operator = settings.is_operator(&profile.email);
    match settings.sign_up {
        _ if is_operator => {}
        SignUp::Open => {}
        SignUp::Allowlist if settings.is_listed(&profile.email) => {}
        SignUp::Allowlist => return Err(Refusal::NotAllowed.into()),
        SignUp::Closed => return Err(Refusal::SignUpClosed.into()),
    }
    let person = NewPerson {
        email: profile.email.clone(),
        name: profile.name.clone(),
        avatar_url: profile.avatar_url.clone(),
        is_operator,
        is_verified: true,
        by: profile.provider.as_str(),
    };
    let user = accounts::create(&mut *conn, &person, now).await?;
    identities::insert(conn, &identity(profile, user.id, now)).await?;
    Ok(user)
}

/// Lets `user`, who is signed in and asked for it, sign in through this provider from now on.
pub async fn link(
    state: &AppState,
    profile: &Profile,
    user: UserId,
    device: &Device,
) -> Result<(), Refusal> {
    let now = state.clock.now();
    let provider = profile.provider.as_str();
    let mut tx = state.db.begin().await?;
    if let Some(identity) = identities::find(&mut tx, provider, &profile.subject).await? {
        return if identity.user_id == user {
            Ok(())
        } else {
            Err(Refusal::LinkedElsewhere)
        };
    }
    match identities::insert(&mut tx, &identity(profile, user, now)).await {
        Err(db::Error::Taken(_)) => return Err(Refusal::LinkedElsewhere),
        inserted => inserted?,
    }
    users::vouch(&mut tx, user, &profile.email, now).await?;
    let entry = Entry {
        user: Some(user),
        action: "identity.linked",
        subject: user.to_string(),
        detail: json!({ "provider": provider, "email": profile.email }),
        address: device.address.clone(),
        ..Entry::default()
    };
    audit::insert(&mut tx, &entry, now).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(())
}

fn identity(profile: &Profile, user_id: UserId, now: DateTime<Utc>) -> Identity {
    Identity {
        provider: profile.provider.as_str().to_owned(),
        subject: profile.subject.clone(),
        user_id,
        email: profile.email.clone(),
        created_at: now,
    }
}
