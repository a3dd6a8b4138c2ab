//! One attempt to say one message, and what follows from its outcome.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection, channels,
    deliveries::{self, Delivery},
    letters,
    messages::{self, Claimed, Outcome},
    outbox::{
        self,
        gathering::{self, Taken},
    },
    services, workers, workspaces,
};
use domain::{
    channel::ChannelKind,
    id::{ChannelId, DeliveryId, WorkspaceId},
    notice::{
        message::{Kind, Subject},
        plan::Promise,
        retry::next_attempt,
        trouble::Trouble,
    },
    verdict::Verdict,
};
use runtime::backoff::Backoff;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    LEASE, Parts,
    courier::{Attempt, Told},
};
use crate::service::hash;

/// A message that leaves this much later than it was composed says so.
const WORTH_SAYING: TimeDelta = TimeDelta::seconds(120);

/// Longest reason that is kept, in characters.
const REASON: usize = 500;

/// So many messages in a row that are refused for what they say are no chance: the channel takes nothing.
const REFUSED_IN_A_ROW: i64 = 5;

/// Sends a message and settles it. What cannot be settled is sent again, under the same key, when its claim has ended.
pub(super) async fn send(parts: &Parts, claimed: Claimed) {
    if let Err(error) = attempt(parts, &claimed).await {
        tracing::warn!(message = %claimed.id.0, %error, "a message could not be settled and will be sent again");
    }
}

async fn attempt(parts: &Parts, claimed: &Claimed) -> db::Result<()> {
    let ends = Instant::now() + LEASE;
    // As long as a whole attempt fits into the claim.
    let mut patience = Patience::until(ends - notify::LONGEST_ATTEMPT);
    let (channel, now) = loop {
        match place(parts, claimed).await {
            Ok(found) => break found,
            Err(error) => patience.after(error).await?,
        }
    };
    let Some(channel) = channel else {
        return Ok(());
    };
    let mut message = claimed.message.clone();
    let age = now - claimed.created_at;
    if age >= WORTH_SAYING {
        let late = age.to_std().unwrap_or_default();
        message.late = Some(message.late.unwrap_or_default() + late);
    }
    let begun = Instant::now();
    let attempt = match channels::sealed::open(&parts.keyring, &channel) {
        Ok(config) => {
            parts
                .courier
                .send(&config, &message, &claimed.done_with, now)
                .await
        }
        Err(why) => Attempt::refused(why),
    };
    let took = begun.elapsed();
    let id = DeliveryId(Uuid::now_v7());
    let mut patience = Patience::until(ends);
    while let Err(error) = settle(parts, (claimed, &channel), (id, &attempt), took).await {
        patience.after(error).await?;
    }
    Ok(())
}

/// Where a message goes, and what time it is.
async fn place(
    parts: &Parts,
    claimed: &Claimed,
) -> db::Result<(Option<channels::Channel>, DateTime<Utc>)> {
    let mut conn = parts.db.acquire().await?;
    let channel = channels::sending(&mut conn, claimed.channel).await?;
    Ok((channel, services::now(&mut conn).await?))
}

/// For a database that is away: before the claim ends nobody else can do what waits for it.
struct Patience {
    until: Instant,
    backoff: Backoff,
}

impl Patience {
    fn until(until: Instant) -> Self {
        Self {
            until,
            backoff: Backoff::default(),
        }
    }

    /// Waits a little, or fails when it is too late.
    async fn after(&mut self, error: db::Error) -> db::Result<()> {
        if Instant::now() >= self.until {
            return Err(error);
        }
        tracing::debug!(%error, "a message under way waits for the database");
        sleep(self.backoff.pause()).await;
        Ok(())
    }
}

async fn settle(
    parts: &Parts,
    (claimed, channel): (&Claimed, &channels::Channel),
    (id, attempt): (DeliveryId, &Attempt),
    took: Duration,
) -> db::Result<()> {
    let mut tx = parts.db.begin().await?;
    let now = services::now(&mut tx).await?;
    let (word, detail) = match &attempt.told {
        Told::Sent { id } => {
            messages::finish(&mut tx, claimed, Outcome::Sent, now).await?;
            channels::mend(&mut tx, channel.id).await?;
            ("sent", id.clone().unwrap_or_default())
        }
        // Whoever tries a channel waits for an answer.
        Told::Retry { why, .. } if claimed.message.kind == Kind::Test => {
            messages::finish(&mut tx, claimed, Outcome::GivenUp, now).await?;
            ("given_up", why.clone())
        }
        Told::Retry { after, why } => {
            let tries = u32::try_from(claimed.attempts)
                .unwrap_or(0)
                .saturating_add(1);
            let seed = hash(&(claimed.id, tries));
            if let Some(next) = next_attempt(tries, *after, seed, (now, claimed.give_up_at)) {
                messages::put_off(&mut tx, claimed, next, &attempt.done_with).await?;
                ("retry", why.clone())
            } else {
                if messages::finish(&mut tx, claimed, Outcome::GivenUp, now).await? {
                    gathering::take_back(&mut tx, claimed.id, Taken::StillSo).await?;
                    let reason = format!("It was tried for a day. {why}");
                    tell_elsewhere(&mut tx, channel, &reason, now).await?;
                }
                ("given_up", why.clone())
            }
        }
        Told::Refused { why } => {
            // Where somebody else has the message by now, that attempt decides.
            let is_mine = messages::finish(&mut tx, claimed, Outcome::Refused, now).await?;
            if is_mine
                && let Some(why) =
                    why_of_channel(&mut tx, channel, attempt.is_about_channel, why).await?
            {
                gathering::take_back(&mut tx, claimed.id, Taken::All).await?;
                if channels::break_off(&mut tx, channel, &cut(&why), now).await? {
                    tell_elsewhere(&mut tx, channel, &why, now).await?;
                }
            }
            ("refused", why.clone())
        }
    };
    let delivery = Delivery {
        id,
        channel: channel.id,
        message: claimed.id,
        at: now,
        outcome: word.to_owned(),
        detail: cut(&detail),
        took_ms: i32::try_from(took.as_millis()).unwrap_or(i32::MAX),
    };
    deliveries::insert(&mut tx, channel.workspace, &delivery, &attempt.transcript).await?;
    Ok(tx.commit().await?)
}

/// Why the channel is to be left alone after a refusal; none when only this message was refused, and not many before it.
async fn why_of_channel(
    conn: &mut PgConnection,
    channel: &channels::Channel,
    is_about_channel: bool,
    why: &str,
) -> db::Result<Option<String>> {
    if is_about_channel {
        return Ok(Some(why.to_owned()));
    }
    let refused = messages::refused_in_a_row(conn, channel.id, REFUSED_IN_A_ROW).await?;
    Ok((refused >= REFUSED_IN_A_ROW).then(|| {
        format!("It refused {REFUSED_IN_A_ROW} messages in a row, the last one so: {why}")
    }))
}

/// Says through another channel of the workspace, by mail where there is one, that this one does not take its notices; where there
/// is no other, its owners get a letter, if any mail is sent at all.
pub(super) async fn tell_elsewhere(
    conn: &mut PgConnection,
    broken: &channels::Channel,
    why: &str,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let others = channels::list(conn, broken.workspace).await?;
    let mut others: Vec<_> = others
        .into_iter()
        .filter(|other| {
            other.id != broken.id && other.paused_at.is_none() && other.broken.is_none()
        })
        .collect();
    others.sort_by_key(|other| other.kind != ChannelKind::Email);
    let Some(other) = others.first() else {
        let letters = tell_owners(conn, broken, why).await?;
        tracing::warn!(channel = %broken.id.0, why, letters, "a channel does not take its notices, and there is no other to say so");
        return Ok(());
    };
    let notice = failure(broken, (broken.workspace, other.id), why, now);
    outbox::insert(conn, &[notice]).await?;
    Ok(())
}

/// Writes to the owners of the workspace. Gives how many letters that makes.
async fn tell_owners(
    conn: &mut PgConnection,
    broken: &channels::Channel,
    why: &str,
) -> db::Result<u64> {
    if !workers::send_mail(conn).await? {
        return Ok(0);
    }
    let workspace = workspaces::find(conn, broken.workspace).await?;
    let trouble = Trouble {
        channel: broken.id,
        name: broken.name.clone(),
        kind: broken.kind.label().to_owned(),
        workspace: workspace
            .map(|workspace| workspace.name)
            .unwrap_or_default(),
        why: cut(why),
    };
    letters::trouble::insert(conn, broken.workspace, &trouble).await
}

fn failure(
    broken: &channels::Channel,
    (workspace, channel): (WorkspaceId, ChannelId),
    why: &str,
    now: DateTime<Utc>,
) -> outbox::Notice {
    outbox::Notice {
        workspace,
        channel,
        key: format!(
            "{}:{}:delivery_failed",
            broken.id.0.simple(),
            now.timestamp_millis()
        ),
        kind: Kind::DeliveryFailed,
        service: None,
        incident: None,
        occurred_at: now,
        due_at: now,
        subject: Subject {
            service: None,
            incident: None,
            name: broken.name.clone(),
            target: broken.kind.label().to_owned(),
            category: None,
            state: Verdict::Unknown,
            worst: None,
            cause: Some(cut(why)),
            since: now,
            lasted: None,
            latency: None,
            certificate_days: None,
            vendor: None,
            link: None,
            said: None,
        },
        promise: Promise::default(),
        dropped: None,
    }
}

pub(super) fn cut(text: &str) -> String {
    domain::failure::clean(text, REASON)
}
