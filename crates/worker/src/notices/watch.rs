//! What tells itself with time: services that have settled, long unknowns, certificates, maintenance windows, and messages
//! that nobody takes.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection, channels, flapping, messages, notice_rules,
    outbox::{
        self, Notice,
        gathering::{Taken, take_back},
        watching::{self, Observed},
    },
    services,
};
use domain::{
    id::{IncidentId, ServiceKey, WorkspaceId},
    incident::Severity,
    notice::{
        flapping::SETTLED_AFTER,
        message::Kind,
        plan::{Moment, News, plan},
        retry::GIVEN_UP_AFTER,
        rule::{About, Rule, Topic},
    },
};
use tokio_util::sync::CancellationToken;

use super::{
    Parts,
    expiring::{expire, never_sent},
    send::tell_elsewhere,
    windows,
};

/// How often it is looked what has come about.
const PERIOD: Duration = Duration::from_secs(5);
/// How often certificates are looked at.
const CERTIFICATES: TimeDelta = TimeDelta::minutes(10);
/// How often it is looked what has waited in vain, so that the ledger says it of many at once.
const EXPIRING: TimeDelta = TimeDelta::hours(1);
/// How long nobody could tell before that is told.
const UNKNOWN_FOR: TimeDelta = TimeDelta::minutes(15);
/// Days before its end at which a certificate is told of.
const DAYS: [i32; 5] = [30, 14, 7, 3, 1];
/// How long told notices, messages and the ledger are kept.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Rows that are taken at once.
const AT_ONCE: i64 = 500;

pub(super) async fn run(parts: Parts, stop: CancellationToken) -> anyhow::Result<()> {
    let mut certificates_at = None;
    let mut expired_at = None;
    let mut tidied_on = None;
    loop {
        let round = async {
            let mut conn = parts.db.acquire().await?;
            let now = services::now(&mut conn).await?;
            drop(conn);
            settle(&parts, now).await?;
            give_up(&parts, now).await?;
            let mut conn = parts.db.acquire().await?;
            unknowns(&mut conn, now).await?;
            windows::note(&mut conn, now).await?;
            if certificates_at.is_none_or(|at| now >= at) {
                certificates(&mut conn, now).await?;
                certificates_at = Some(now + CERTIFICATES);
            }
            if expired_at.is_none_or(|at| now >= at) {
                expire(&parts).await?;
                expired_at = Some(now + EXPIRING);
            }
            if tidied_on != Some(now.date_naive()) {
                while messages::tidy(&mut conn, now - KEPT).await? > 0 {}
                tidied_on = Some(now.date_naive());
            }
            Ok::<(), db::Error>(())
        };
        if let Err(error) = round.await {
            tracing::warn!(%error, "what tells itself with time waits");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

/// Services that have stopped flapping: whoever heard of that hears where they stand now, and of those that are not up
/// whoever would have been told if they had not been flapping.
async fn settle(parts: &Parts, now: DateTime<Utc>) -> db::Result<()> {
    let mut tx = parts.db.begin().await?;
    let settled = flapping::settle(&mut tx, now - SETTLED_AFTER, AT_ONCE).await?;
    if settled.is_empty() {
        return Ok(());
    }
    let mut notices = watching::settled(&mut tx, &settled).await?;
    for notice in &mut notices {
        notice.occurred_at = now;
        let topic = match notice.subject.worst {
            Some(Severity::Down) => Topic::Down,
            Some(Severity::Degraded) => Topic::Degraded,
            None => Topic::Recovered,
        };
        notice.due_at = notice.promise.due(topic, now, now);
    }
    outbox::insert(&mut tx, &notices).await?;
    let keys: Vec<ServiceKey> = settled.iter().map(|(key, _)| *key).collect();
    let open = watching::open(&mut tx, &keys).await?;
    let incidents: Vec<IncidentId> = open
        .iter()
        .filter_map(|one| Some(one.incident?.0))
        .collect();
    let addressed = watching::addressed(&mut tx, &incidents).await?;
    let rules = rules(&mut tx, &open).await?;
    let opened = open.iter().filter_map(|one| {
        let (_, severity) = one.incident?;
        Some(planned(one, &rules, News::Opened(severity), now))
    });
    let untold = opened.flatten().filter(|notice| {
        let incident = notice.incident.map(|incident| (notice.channel, incident));
        incident.is_some_and(|it| !addressed.contains(&it))
    });
    let untold: Vec<Notice> = untold.collect();
    outbox::insert(&mut tx, &untold).await?;
    Ok(tx.commit().await?)
}

/// Messages that nobody took for a day are given up, and that is said elsewhere.
async fn give_up(parts: &Parts, now: DateTime<Utc>) -> db::Result<()> {
    let mut tx = parts.db.begin().await?;
    let stale = messages::stale(&mut tx, now, AT_ONCE).await?;
    for (message, _, channel) in &stale {
        messages::settle(&mut tx, *message, messages::Outcome::GivenUp, now).await?;
        take_back(&mut tx, *message, Taken::StillSo).await?;
        let channel = channels::sending(&mut tx, *channel).await?;
        let Some(channel) = channel else { continue };
        never_sent(&mut tx, &channel, *message, now).await?;
        if channel.broken.is_none() && channel.paused_at.is_none() {
            tell_elsewhere(&mut tx, &channel, "Nobody took a message for a day.", now).await?;
        } else {
            // Of one that is broken or switched off people know. What is still so is told when it works again.
            take_back(&mut tx, *message, Taken::StillSo).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn unknowns(conn: &mut PgConnection, now: DateTime<Utc>) -> db::Result<()> {
    let observed = watching::unknown(conn, now - UNKNOWN_FOR, now - GIVEN_UP_AFTER).await?;
    note(conn, observed, News::UnknownLong, now).await?;
    let over = watching::known_again(conn, now).await?;
    outbox::insert(conn, &over).await?;
    Ok(())
}

/// Certificates that end soon, once for each of the days.
async fn certificates(conn: &mut PgConnection, now: DateTime<Utc>) -> db::Result<()> {
    let most = DAYS.first().copied().unwrap_or(30);
    let mut observed = watching::certificates(conn, now + TimeDelta::days(most.into())).await?;
    observed.retain_mut(|one| {
        let Some(days) = one.subject.certificate_days else {
            return false;
        };
        let reached = DAYS.iter().rev().find(|mark| days <= **mark);
        if let Some(mark) = reached {
            one.mark = format!("{mark}d");
        }
        reached.is_some()
    });
    note(conn, observed, News::Certificate, now).await
}

/// Notes what was observed for all who want to hear of it.
async fn note(
    conn: &mut PgConnection,
    observed: Vec<Observed>,
    news: News,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let rules = rules(conn, &observed).await?;
    let notices: Vec<Notice> = observed
        .iter()
        .flat_map(|one| planned(one, &rules, news, now))
        .collect();
    outbox::insert(conn, &notices).await?;
    Ok(())
}

type Rules = HashMap<WorkspaceId, Vec<Rule>>;

/// The rules of all workspaces in which something was observed.
async fn rules(conn: &mut PgConnection, observed: &[Observed]) -> db::Result<Rules> {
    let mut workspaces: Vec<WorkspaceId> = observed.iter().map(|one| one.workspace).collect();
    workspaces.sort_unstable();
    workspaces.dedup();
    let mut rules = Rules::new();
    if workspaces.is_empty() {
        return Ok(rules);
    }
    for (workspace, rule) in notice_rules::of_workspaces(conn, &workspaces).await? {
        rules.entry(workspace).or_default().push(rule);
    }
    Ok(rules)
}

fn planned(one: &Observed, rules: &Rules, news: News, now: DateTime<Utc>) -> Vec<Notice> {
    let rules = rules.get(&one.workspace).map_or(&[][..], Vec::as_slice);
    let about = About {
        service: one.service,
        category: one.subject.category.as_deref(),
    };
    let moment = Moment {
        began_at: one.began_at,
        happened_at: now,
        now,
        muted_until: one.muted_until,
        flapping: false,
    };
    let notice = |planned: domain::notice::plan::Planned| Notice {
        workspace: one.workspace,
        channel: planned.channel,
        key: outbox::key(one.service, one.began_at, planned.kind, &one.mark),
        kind: planned.kind,
        service: Some(one.service),
        incident: one.incident.map(|(id, _)| id),
        occurred_at: if planned.kind == Kind::Certificate {
            now
        } else {
            one.began_at
        },
        due_at: planned.due_at,
        subject: one.subject.clone(),
        promise: planned.promise,
        dropped: None,
    };
    plan(rules, &about, news, &moment)
        .into_iter()
        .map(notice)
        .collect()
}
