//! What waits for a channel that takes nothing, and has waited for too long: it is not told when the channel works again, and the
//! ledger says so. How incidents stand that are still open waits on.

use chrono::{DateTime, Utc};
use db::{
    channels,
    deliveries::{self, Delivery},
    messages::{self, Outcome},
    outbox::gathering::{self, Due},
    services, workspaces,
};
use domain::{
    id::{ChannelId, DeliveryId, MessageId},
    notice::{
        gather::{Fate, gather},
        message::instant,
        retry::GIVEN_UP_AFTER,
    },
};
use uuid::Uuid;

use super::{Parts, compose};

/// Channels that are seen to in one round.
const CHANNELS: i64 = 100;
/// Notices of one channel that are given up at once.
const MOST: i64 = 20_000;

/// Gives up what has waited for a day.
pub(super) async fn expire(parts: &Parts) -> db::Result<()> {
    let mut conn = parts.db.acquire().await?;
    let before = services::now(&mut conn).await? - GIVEN_UP_AFTER;
    let stuck = gathering::stuck(&mut conn, before, CHANNELS).await?;
    drop(conn);
    for channel in stuck {
        expire_for(parts, channel, before).await?;
    }
    Ok(())
}

async fn expire_for(parts: &Parts, id: ChannelId, before: DateTime<Utc>) -> db::Result<()> {
    let mut tx = parts.db.begin().await?;
    if !gathering::lock_stuck(&mut tx, id).await? {
        return Ok(());
    }
    let now = services::now(&mut tx).await?;
    let Some(channel) = channels::sending(&mut tx, id).await? else {
        return Ok(());
    };
    let due = gathering::outdated(&mut tx, id, before, MOST).await?;
    let mut incidents: Vec<_> = due.iter().filter_map(|due| due.waiting.incident).collect();
    incidents.sort_unstable();
    incidents.dedup();
    let known = gathering::known(&mut tx, id, &incidents).await?;
    let waiting: Vec<_> = due.iter().map(|due| due.waiting.clone()).collect();
    let gathered = gather(&waiting, &known, 1, now);
    let dropped: Vec<(i64, &'static str)> = of_fate(&due, &gathered.fates, |fate| match fate {
        Fate::Dropped(why) => Some(why.as_str()),
        Fate::Told(_) => None,
    });
    gathering::drop(&mut tx, &dropped).await?;
    let name = workspaces::find(&mut tx, channel.workspace).await?;
    let name = name.map(|workspace| workspace.name).unwrap_or_default();
    for (index, composed) in gathered.messages.into_iter().enumerate() {
        let message = MessageId(Uuid::now_v7());
        let body = compose::message(message, name.clone(), composed);
        messages::insert(&mut tx, message, (channel.workspace, id), &body).await?;
        messages::settle(&mut tx, message, Outcome::GivenUp, now).await?;
        let told = of_fate(&due, &gathered.fates, |fate| {
            matches!(fate, Fate::Told(place) if *place == index).then_some(message)
        });
        gathering::told(&mut tx, &told).await?;
        never_sent(&mut tx, &channel, message, now).await?;
    }
    Ok(tx.commit().await?)
}

fn of_fate<T>(due: &[Due], fates: &[Fate], pick: impl Fn(&Fate) -> Option<T>) -> Vec<(i64, T)> {
    let both = due.iter().zip(fates);
    both.filter_map(|(due, fate)| Some((due.waiting.id, pick(fate)?)))
        .collect()
}

/// Says in the ledger that a message was given up without an attempt, and why.
pub(super) async fn never_sent(
    conn: &mut db::PgConnection,
    channel: &channels::Channel,
    message: MessageId,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let why = match (&channel.broken, channel.paused_at) {
        (Some((since, why)), _) => format!(
            "Not sent within a day: the channel takes nothing since {}. {why}",
            instant(*since)
        ),
        (None, Some(since)) => format!(
            "Not sent within a day: the channel is switched off since {}.",
            instant(since)
        ),
        (None, None) => "Not sent within a day: nobody took it.".to_owned(),
    };
    let delivery = Delivery {
        id: DeliveryId(Uuid::now_v7()),
        channel: channel.id,
        message,
        at: now,
        outcome: "given_up".to_owned(),
        detail: super::send::cut(&why),
        took_ms: 0,
    };
    let nothing = serde_json::json!({});
    deliveries::insert(conn, channel.workspace, &delivery, &nothing).await
}
