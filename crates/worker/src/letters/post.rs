//! One attempt to send one letter, and what follows from its outcome.

use std::time::Duration;

use chrono::{DateTime, Utc};
use db::{
    letters::{self, Claimed, Content, Outcome},
    services,
};
use domain::{
    id::LetterId,
    notice::{
        link::{CONTEXT, Permit},
        retry::{GIVEN_UP_AFTER, next_attempt},
    },
};
use notify::{
    Letter,
    personal::{self, Addressee},
};
use url::Url;

use super::Parts;
use crate::service::hash;

/// Longest reason that is kept, in characters.
const REASON: usize = 500;

/// What became of an attempt.
enum Told {
    Sent,
    Retry {
        after: Option<Duration>,
        why: String,
    },
    Refused(String),
}

/// Sends a letter and settles it. What cannot be settled is sent again, under the same key, when its claim has ended.
pub(super) async fn send(parts: &Parts, claimed: Claimed) {
    if let Err(error) = attempt(parts, &claimed).await {
        tracing::warn!(letter = %claimed.id, %error, "a letter could not be settled and will be sent again");
    }
}

async fn attempt(parts: &Parts, claimed: &Claimed) -> db::Result<()> {
    let mut conn = parts.db.acquire().await?;
    if let Some(why) = claimed.in_vain {
        return letters::settle(&mut conn, claimed.id, Outcome::Dropped, why).await;
    }
    let now = services::now(&mut conn).await?;
    // Nobody else is kept from the database while a mail server thinks.
    drop(conn);
    let told = match compose(parts, claimed) {
        Ok(letter) => post(parts, letter, now).await,
        Err(why) => Told::Refused(why),
    };
    settle(parts, claimed, told).await
}

/// The letter as it is read. Its links are sealed anew for each attempt, so that none lies in the database.
fn compose(parts: &Parts, claimed: &Claimed) -> Result<Letter, String> {
    let key = claimed.id.0.simple().to_string();
    let addressee = Addressee {
        address: &claimed.address,
        name: &claimed.name,
        key: &key,
        public_url: &parts.public_url,
    };
    match &claimed.content {
        Content::Verification => {
            let permit = Permit::Verify { letter: claimed.id };
            personal::verification(addressee, sealed(parts, "verify", &permit)?)
        }
        Content::Report(report) => {
            let permit = Permit::StopReports { user: claimed.user };
            let unsubscribe = sealed(parts, "api/unsubscribe", &permit)?;
            personal::report(addressee, report, &unsubscribe)
        }
        Content::Trouble(trouble) => {
            let page = parts.public_url.join("notices");
            let page = page.unwrap_or_else(|_| parts.public_url.clone());
            personal::trouble(addressee, trouble, page)
        }
        Content::Unknown => Err("Another version of the program wrote it.".to_owned()),
    }
}

fn sealed(parts: &Parts, path: &str, permit: &Permit) -> Result<Url, String> {
    let link = || {
        let plain = serde_json::to_vec(permit).ok()?;
        let token = parts.keyring.seal_text(CONTEXT, &plain).ok()?;
        let mut url = parts.public_url.join(path).ok()?;
        url.query_pairs_mut().append_pair("token", &token);
        Some(url)
    };
    link().ok_or_else(|| "Its link could not be made.".to_owned())
}

async fn post(parts: &Parts, letter: Letter, now: DateTime<Utc>) -> Told {
    let report = parts.courier.send_letters(&[letter], &[], now).await;
    if let Some(refused) = report.refused.first() {
        return Told::Refused(refused.why.clone());
    }
    match report.outcome {
        notify::Outcome::Sent { .. } => Told::Sent,
        notify::Outcome::Retry { after, why } => Told::Retry { after, why },
        notify::Outcome::Permanent { why } | notify::Outcome::Unfit { why } => Told::Refused(why),
    }
}

async fn settle(parts: &Parts, claimed: &Claimed, told: Told) -> db::Result<()> {
    let mut tx = parts.db.begin().await?;
    let now = services::now(&mut tx).await?;
    match told {
        Told::Sent => letters::settle(&mut tx, claimed.id, Outcome::Sent, "").await?,
        Told::Refused(why) => give_up(&mut tx, claimed.id, Outcome::Refused, &why).await?,
        Told::Retry { after, why } => {
            let tries = u32::try_from(claimed.attempts)
                .unwrap_or(0)
                .saturating_add(1);
            let seed = hash(&(claimed.id, tries));
            let give_up_at = claimed.created_at + GIVEN_UP_AFTER;
            match next_attempt(tries, after, seed, (now, give_up_at)) {
                Some(next) => letters::put_off(&mut tx, claimed.id, next, &cut(&why)).await?,
                None => give_up(&mut tx, claimed.id, Outcome::GivenUp, &why).await?,
            }
        }
    }
    Ok(tx.commit().await?)
}

async fn give_up(
    conn: &mut db::PgConnection,
    id: LetterId,
    outcome: Outcome,
    why: &str,
) -> db::Result<()> {
    tracing::warn!(letter = %id, why, "a letter was not taken");
    letters::settle(conn, id, outcome, &cut(why)).await
}

fn cut(text: &str) -> String {
    domain::failure::clean(text, REASON)
}
