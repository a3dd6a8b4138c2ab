//! Making accounts: the first one through a set-up link, others on the command line or by a provider's word.

use std::fmt::Write as _;

use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    Db, PgConnection,
    audit::{self, Entry},
    passwords, sessions, setup_tokens,
    users::{self, User},
    workspaces,
};
use domain::{fields::Fields, id::UserId};
use runtime::clock::Clock;
use secrecy::SecretString;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use crate::auth::{email, password, verification};

/// How long a set-up link works. Every start prints a new one while there is no operator.
pub const SETUP_LINK_LIFE: TimeDelta = TimeDelta::days(30);

/// Whom an account is for.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub email: String,
    pub name: String,
    pub avatar_url: Option<String>,
    pub is_operator: bool,
    /// A provider vouches for the address.
    pub is_verified: bool,
    /// How the account came about: `setup`, `command`, `google`, `github`.
    pub by: &'static str,
}

/// Makes a person with a workspace of their own, and asks by mail whether the address is theirs where nobody vouches for it. Fails with `Taken("email")` when the address has an account.
pub async fn create(
    conn: &mut PgConnection,
    person: &NewPerson,
    now: DateTime<Utc>,
) -> db::Result<User> {
    let user = User {
        id: UserId(Uuid::now_v7()),
        email: person.email.clone(),
        email_verified_at: person.is_verified.then_some(now),
        name: person.name.clone(),
        avatar_url: person.avatar_url.clone(),
        is_operator: person.is_operator,
        created_at: now,
        last_sign_in_at: None,
    };
    users::insert(conn, &user).await?;
    let workspace = workspaces::insert_personal(conn, user.id, &user.name, now).await?;
    let entry = Entry {
        workspace: Some(workspace),
        user: Some(user.id),
        action: "account.created",
        subject: user.id.to_string(),
        detail: json!({ "by": person.by, "operator": person.is_operator }),
        ..Entry::default()
    };
    audit::insert(&mut *conn, &entry, now).await?;
    verification::greet(conn, &user).await?;
    Ok(user)
}

/// What is kept of a set-up token.
pub fn setup_token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.trim().as_bytes()).as_ref().to_vec()
}

/// A new set-up link under `public_url`, good for 30 days or until somebody operates the installation; none when
/// somebody does.
pub async fn setup_link(
    db: &Db,
    public_url: &Url,
    clock: &Clock,
) -> anyhow::Result<Option<String>> {
    let mut conn = db.acquire().await?;
    if users::operator_exists(&mut conn).await? {
        return Ok(None);
    }
    let mut random = [0u8; 16];
    aws_lc_rs::rand::fill(&mut random).context("no random numbers")?;
    let token = URL_SAFE_NO_PAD.encode(random);
    setup_tokens::insert(&mut conn, &setup_token_hash(&token), clock.now()).await?;
    let mut link = public_url.join("/setup")?;
    link.set_fragment(Some(&format!("token={token}")));
    Ok(Some(link.into()))
}

/// Whom `add_user` adds.
#[derive(Clone, Debug)]
pub struct AddUser {
    pub email: String,
    pub name: String,
    pub operator: bool,
    /// None lets a password be made up.
    pub password: Option<SecretString>,
}

/// An account whose password is known to nobody but the caller.
#[derive(Debug)]
pub struct WithPassword {
    pub user: User,
    /// The password that was made up, to be told once; none when the caller chose it.
    pub generated: Option<SecretString>,
}

/// Makes a local account. Errors are sentences for the person at the command line.
pub async fn add_user(db: &Db, add: AddUser, clock: &Clock) -> anyhow::Result<WithPassword> {
    let mut fields = Fields::default();
    let address = fields.take(email::parse(&add.email));
    let name = fields.take(email::parse_name(&add.name));
    let chosen = add.password.as_ref();
    fields.take(chosen.map_or(Ok(()), |chosen| {
        password::check_new("password", chosen, &add.email)
    }));
    let (Some(email), Some(name), true) = (address, name, fields.is_empty()) else {
        anyhow::bail!(sentences(&fields));
    };
    let (password, generated) = choose(add.password)?;
    let hash = password::hash_now(&password)?;
    let person = NewPerson {
        email,
        name,
        avatar_url: None,
        is_operator: add.operator,
        is_verified: false,
        by: "command",
    };
    let now = clock.now();
    let mut tx = db.begin().await?;
    let user = match create(&mut tx, &person, now).await {
        Err(db::Error::Taken(_)) => anyhow::bail!("{} has an account already", person.email),
        made => made?,
    };
    passwords::set(&mut tx, user.id, &hash, now).await?;
    tx.commit().await?;
    Ok(WithPassword { user, generated })
}

/// Everybody, oldest account first.
pub async fn list_users(db: &Db) -> anyhow::Result<Vec<User>> {
    Ok(users::list(&mut *db.acquire().await?).await?)
}

/// Gives an account another password, or its first, and ends all its sessions.
pub async fn reset_password(
    db: &Db,
    email: &str,
    password: Option<SecretString>,
    clock: &Clock,
) -> anyhow::Result<WithPassword> {
    if let Some(chosen) = &password {
        password::check_new("password", chosen, email)
            .map_err(|fields| anyhow::anyhow!(sentences(&fields)))?;
    }
    let (password, generated) = choose(password)?;
    let hash = password::hash_now(&password)?;
    let now = clock.now();
    let mut tx = db.begin().await?;
    let user = users::find_by_email(&mut tx, email.trim())
        .await?
        .with_context(|| format!("nobody has an account with {email}"))?;
    passwords::set(&mut tx, user.id, &hash, now).await?;
    sessions::end_all(&mut tx, user.id, None, now).await?;
    let entry = Entry {
        user: Some(user.id),
        action: "password.reset",
        subject: user.id.to_string(),
        ..Entry::default()
    };
    audit::insert(&mut tx, &entry, now).await?;
    tx.commit().await?;
    Ok(WithPassword { user, generated })
}

fn choose(chosen: Option<SecretString>) -> anyhow::Result<(SecretString, Option<SecretString>)> {
    if let Some(chosen) = chosen {
        return Ok((chosen, None));
    }
    let generated = password::random_password()?;
    Ok((generated.clone(), Some(generated)))
}

fn sentences(fields: &Fields) -> String {
    let mut text = String::new();
    for (field, reasons) in &fields.0 {
        for reason in reasons {
            let pause = if text.is_empty() { "" } else { "; " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{pause}{field} {reason}");
        }
    }
    text
}
