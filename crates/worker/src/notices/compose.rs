//! From what waits for one channel to messages, in one transaction: afterwards it is decided what is said, and under which key.

use chrono::{DateTime, Utc};
use db::{
    PgConnection, channels, messages,
    outbox::{
        self, Notice,
        gathering::{self, Due},
    },
    workspaces,
};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    id::{ChannelId, MessageId, WorkspaceId},
    notice::{
        gather::{Composed, Fate, Gathered, NAMED, gather},
        link::{CONTEXT, Permit},
        message::{Kind, Links, Message, Subject},
        pace,
    },
};
use runtime::seal::Keyring;
use url::Url;
use uuid::Uuid;

use super::{Parts, hold};

/// Notices that are gathered at once.
const MOST: i64 = 20_000;

/// Composes what is due for a channel, unless somebody else does or did.
pub(super) async fn compose(parts: &Parts, channel: ChannelId) -> db::Result<()> {
    let mut tx = parts.db.begin().await?;
    if !gathering::lock(&mut tx, channel).await? {
        return Ok(());
    }
    // Asked again under the lock: another worker may have told it something meanwhile.
    let Some(ready) = gathering::ready_of(&mut tx, channel).await? else {
        return Ok(());
    };
    let (now, most) = (ready.now, ready.most_per_minute);
    if pace::next_message(&ready.recent, ready.waiting_since, most) > now {
        return Ok(());
    }
    let room = pace::room(&ready.recent, now, most);
    let Some(channel) = channels::sending(&mut tx, channel).await? else {
        return Ok(());
    };
    // A pager opens and closes each incident by itself: none is only counted, and none stands only as it stood last.
    let (most, room) = if channel.kind == ChannelKind::PagerDuty {
        (i64::try_from(NAMED).unwrap_or(MOST), usize::MAX)
    } else {
        (MOST, room)
    };
    let due = gathering::due(&mut tx, channel.id, most).await?;
    if due.is_empty() {
        return Ok(());
    }
    let mut incidents: Vec<_> = due.iter().filter_map(|due| due.waiting.incident).collect();
    incidents.sort_unstable();
    incidents.dedup();
    let known = gathering::known(&mut tx, channel.id, &incidents).await?;
    let due = hold::sift(&mut tx, channel.id, (due, &known), now).await?;
    let waiting: Vec<_> = due.iter().map(|due| refreshed(due, now)).collect();
    let gathered = gather(&waiting, &known, room, now);
    settle(&mut tx, parts, (&channel, &due), gathered, now).await?;
    Ok(tx.commit().await?)
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

async fn settle(
    conn: &mut PgConnection,
    parts: &Parts,
    (channel, due): (&channels::Channel, &[Due]),
    gathered: Gathered,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let dropped: Vec<(i64, &'static str)> = due
        .iter()
        .zip(&gathered.fates)
        .filter_map(|(due, fate)| match fate {
            Fate::Dropped(why) => Some((due.waiting.id, why.as_str())),
            Fate::Told(_) => None,
        })
        .collect();
    if !dropped.is_empty() {
        gathering::drop(conn, &dropped).await?;
    }
    if gathered.messages.is_empty() {
        return Ok(());
    }
    let (id, workspace) = (channel.id, channel.workspace);
    let name = workspaces::find(conn, workspace).await?;
    let name = name.map(|workspace| workspace.name).unwrap_or_default();
    let address = Address {
        public_url: &parts.public_url,
        keyring: &parts.keyring,
    };
    let recipients = recipients(channel);
    let mut ids = Vec::with_capacity(gathered.messages.len());
    for composed in gathered.messages {
        let message_id = MessageId(Uuid::now_v7());
        let mut message = message(message_id, name.clone(), composed);
        address.link(&mut message, message_id, (id, &recipients));
        messages::insert(conn, message_id, (workspace, id), &message).await?;
        ids.push(message_id);
    }
    let told: Vec<(&Due, MessageId)> = due
        .iter()
        .zip(&gathered.fates)
        .filter_map(|(due, fate)| match fate {
            Fate::Told(index) => Some((due, *ids.get(*index)?)),
            Fate::Dropped(_) => None,
        })
        .collect();
    let pairs: Vec<(i64, MessageId)> = told
        .iter()
        .map(|(due, message)| (due.waiting.id, *message))
        .collect();
    gathering::told(conn, &pairs).await?;
    let reminders: Vec<Notice> = told
        .iter()
        .filter_map(|(due, _)| reminder(due, (workspace, id), now))
        .collect();
    outbox::insert(conn, &reminders).await?;
    Ok(())
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
fn recipients(channel: &channels::Channel) -> Vec<String> {
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
