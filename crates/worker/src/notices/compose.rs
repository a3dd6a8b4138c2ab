//! From what waits for channels to messages, in one transaction: afterwards it is decided what is said, and under which key.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use db::{
    PgConnection,
    channels::{self, Channel},
    messages,
    outbox::{
        self, Notice,
        gathering::{self, Due, Held, Ready},
    },
    services::telling::{self, Around},
    workspaces,
};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    id::{ChannelId, IncidentId, MessageId, ServiceId, WorkspaceId},
    notice::{
        gather::{Composed, Fate, Known, NAMED, gather},
        link::{CONTEXT, Permit},
        message::{Kind, Links, Message, Subject},
        pace,
    },
};
use runtime::seal::Keyring;
use url::Url;
use uuid::Uuid;

use super::{Parts, hold};

/// Notices that are gathered at once, of one channel or of all in a transaction.
const MOST: usize = 20_000;

/// A channel that may say something now.
struct Turn {
    channel: Channel,
    workspace: String,
    /// Messages that it may get.
    room: usize,
    due: Vec<Due>,
    known: BTreeMap<IncidentId, Known>,
}

/// What becomes of notices, of all channels together.
#[derive(Default)]
struct Fates {
    held: Vec<Held>,
    dropped: Vec<(i64, &'static str)>,
    told: Vec<(i64, MessageId)>,
    reminders: Vec<Notice>,
}

/// Composes what is due for these channels, except where somebody else does or did: for all of them, or where anything fails
/// for none. False when so much is due that some have to wait for the next time.
pub(super) async fn compose(parts: &Parts, channels: &[ChannelId]) -> db::Result<bool> {
    compose_up_to(MOST, parts, channels).await
}

async fn compose_up_to(most: usize, parts: &Parts, channels: &[ChannelId]) -> db::Result<bool> {
    let mut tx = parts.db.begin().await?;
    let locked = gathering::lock(&mut tx, channels).await?;
    // Asked again under the lock: another worker may have told it something meanwhile.
    let mut ready = gathering::ready_of(&mut tx, &locked).await?;
    ready.retain(|one| {
        pace::next_message(&one.recent, one.waiting_since, one.most_per_minute) <= one.now
    });
    let Some(now) = ready.first().map(|one| one.now) else {
        return Ok(true);
    };
    let (turns, all) = turns(&mut tx, &ready, most).await?;
    let around = around(&mut tx, &turns, now).await?;
    let mut fates = Fates::default();
    for turn in turns {
        say(&mut tx, parts, (turn, &around), &mut fates, now).await?;
    }
    fates.write(&mut tx).await?;
    tx.commit().await?;
    Ok(all)
}

/// What waits for each of these channels, up to so many notices in all, or one channel's; and whether that is all of them.
async fn turns(
    conn: &mut PgConnection,
    ready: &[Ready],
    mut free: usize,
) -> db::Result<(Vec<Turn>, bool)> {
    let ids: Vec<ChannelId> = ready.iter().map(|one| one.channel).collect();
    let channels = channels::these(conn, &ids).await?;
    let workspaces: Vec<WorkspaceId> = channels.iter().map(|one| one.workspace).collect();
    let names = workspaces::names(conn, &workspaces).await?;
    let mut channels: HashMap<ChannelId, Channel> =
        channels.into_iter().map(|one| (one.id, one)).collect();
    let mut turns = Vec::with_capacity(ready.len());
    for one in ready {
        let Some(channel) = channels.remove(&one.channel) else {
            continue;
        };
        // A pager opens and closes each incident by itself: none is only counted, and none stands only as it stood last.
        let (most, room) = if channel.kind == ChannelKind::PagerDuty {
            (NAMED, usize::MAX)
        } else {
            let room = pace::room(&one.recent, one.now, one.most_per_minute);
            (MOST, room)
        };
        let due = gathering::due(conn, channel.id, i64::try_from(most).unwrap_or(1)).await?;
        // What waits for a channel is told together, or not yet.
        if !turns.is_empty() && due.len() > free {
            return Ok((turns, false));
        }
        free = free.saturating_sub(due.len());
        let mut incidents: Vec<_> = due.iter().filter_map(|due| due.waiting.incident).collect();
        incidents.sort_unstable();
        incidents.dedup();
        let known = gathering::known(conn, channel.id, &incidents).await?;
        turns.push(Turn {
            workspace: names.get(&channel.workspace).cloned().unwrap_or_default(),
            channel,
            room,
            due,
            known,
        });
    }
    Ok((turns, true))
}

/// How the services stand that something is due of.
async fn around(
    conn: &mut PgConnection,
    turns: &[Turn],
    now: DateTime<Utc>,
) -> db::Result<HashMap<ServiceId, Around>> {
    let due = turns.iter().flat_map(|turn| &turn.due);
    let mut services: Vec<ServiceId> = due.filter_map(|due| due.service).collect();
    services.sort_unstable();
    services.dedup();
    if services.is_empty() {
        return Ok(HashMap::new());
    }
    telling::around(conn, &services, now).await
}

/// Puts what is due for a channel into messages.
async fn say(
    conn: &mut PgConnection,
    parts: &Parts,
    (turn, around): (Turn, &HashMap<ServiceId, Around>),
    fates: &mut Fates,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let Turn {
        channel,
        workspace,
        room,
        due,
        known,
    } = turn;
    let sifted = hold::sift(conn, channel.id, (due, &known, around), now).await?;
    fates.held.extend(sifted.held);
    fates.dropped.extend(sifted.dropped);
    let waiting: Vec<_> = sifted.goes.iter().map(|due| refreshed(due, now)).collect();
    let gathered = gather(&waiting, &known, room, now);
    let address = Address {
        public_url: &parts.public_url,
        keyring: &parts.keyring,
    };
    let recipients = recipients(&channel);
    let place = (channel.workspace, channel.id);
    let mut ids = Vec::with_capacity(gathered.messages.len());
    for composed in gathered.messages {
        let id = MessageId(Uuid::now_v7());
        let mut message = message(id, workspace.clone(), composed);
        address.link(&mut message, id, (channel.id, &recipients));
        messages::insert(conn, id, place, &message).await?;
        ids.push(id);
    }
    for (due, fate) in sifted.goes.iter().zip(&gathered.fates) {
        match fate {
            Fate::Dropped(why) => fates.dropped.push((due.waiting.id, why.as_str())),
            Fate::Told(index) => {
                let Some(message) = ids.get(*index) else {
                    continue;
                };
                fates.told.push((due.waiting.id, *message));
                fates.reminders.extend(reminder(due, place, now));
            }
        }
    }
    Ok(())
}

impl Fates {
    async fn write(self, conn: &mut PgConnection) -> db::Result<()> {
        if !self.held.is_empty() {
            gathering::hold(conn, &self.held).await?;
        }
        if !self.dropped.is_empty() {
            gathering::drop(conn, &self.dropped).await?;
        }
        if !self.told.is_empty() {
            gathering::told(conn, &self.told).await?;
        }
        outbox::insert(conn, &self.reminders).await?;
        Ok(())
    }
}

/// What waits, with how long it has lasted by now, or will.
fn refreshed(due: &Due, now: DateTime<Utc>) -> domain::notice::gather::Waiting {
    let mut waiting = due.waiting.clone();
    if waiting.kind == Kind::Still {
        waiting.subject.lasted = (now - waiting.subject.since).to_std().ok();
    }
    if waiting.kind == Kind::Certificate {
        let left = waiting.subject.since - now;
        let days = left.num_seconds().div_euclid(86_400);
        waiting.subject.certificate_days = i32::try_from(days).ok();
    }
    waiting
}

/// The reminder that follows when this is told and stays true.
fn reminder(due: &Due, place: (WorkspaceId, ChannelId), now: DateTime<Utc>) -> Option<Notice> {
    let times = match due.waiting.kind {
        Kind::Down | Kind::Degraded | Kind::Settled if due.waiting.incident.is_some() => 1,
        // The number stands at the end of the key.
        Kind::Still => due
            .key
            .rsplit(':')
            .next()?
            .parse::<u32>()
            .ok()?
            .checked_add(1)?,
        _ => return None,
    };
    gathering::reminder(due, place, times, now)
}

pub(super) fn message(id: MessageId, workspace: String, composed: Composed) -> Message {
    Message {
        key: id.0.simple().to_string(),
        kind: composed.kind,
        workspace,
        subjects: composed.subjects,
        more: composed.more,
        common_cause: composed.common_cause,
        notes: composed.notes,
        links: Links::default(),
        occurred_at: composed.occurred_at,
        late: composed.late.and_then(|late| late.to_std().ok()),
    }
}

/// The addresses of a mail channel.
fn recipients(channel: &Channel) -> Vec<String> {
    if channel.kind != ChannelKind::Email {
        return Vec::new();
    }
    let split = domain::channel::Split {
        clear: channel.config.clone(),
        secrets: serde_json::json!({}),
    };
    match ChannelConfig::join(channel.kind, split) {
        Ok(ChannelConfig::Email(email)) => email.recipients,
        _ => Vec::new(),
    }
}

/// Where links lead.
pub(super) struct Address<'a> {
    pub(super) public_url: &'a Url,
    pub(super) keyring: &'a Keyring,
}

impl Address<'_> {
    /// Puts in where a reader may go from here.
    pub(super) fn link(
        &self,
        message: &mut Message,
        id: MessageId,
        (channel, recipients): (ChannelId, &[String]),
    ) {
        for subject in &mut message.subjects {
            subject.link = subject
                .service
                .and_then(|id| self.page(&format!("services/{id}")));
        }
        let open = match &message.subjects[..] {
            [
                Subject {
                    incident: Some(incident),
                    ..
                },
            ] => self.page(&format!("incidents/{incident}")),
            [
                Subject {
                    service: Some(service),
                    ..
                },
            ] => self.page(&format!("services/{service}")),
            _ => self.page(""),
        };
        let is_trouble = matches!(
            message.kind,
            Kind::Down | Kind::Degraded | Kind::Still | Kind::Digest
        );
        let is_answerable =
            |subject: &Subject| subject.worst.is_some() && subject.incident.is_some();
        let answerable = is_trouble && message.subjects.iter().any(is_answerable);
        message.links = Links {
            open,
            acknowledge: answerable
                .then(|| self.sealed("acknowledge", &Permit::Acknowledge { message: id }))
                .flatten(),
            unsubscribe: recipients
                .iter()
                .filter_map(|address| {
                    let permit = Permit::Unsubscribe {
                        channel,
                        address: address.clone(),
                    };
                    Some((address.clone(), self.sealed("api/unsubscribe", &permit)?))
                })
                .collect(),
        };
    }

    fn page(&self, path: &str) -> Option<Url> {
        self.public_url.join(path).ok()
    }

    fn sealed(&self, path: &str, permit: &Permit) -> Option<Url> {
        let plain = serde_json::to_vec(permit).ok()?;
        let token = self.keyring.seal_text(CONTEXT, &plain).ok()?;
        let mut url = self.page(path)?;
        url.query_pairs_mut().append_pair("token", &token);
        Some(url)
    }
}

#[cfg(test)]
mod tests;
