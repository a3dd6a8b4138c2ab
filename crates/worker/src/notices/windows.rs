//! Own maintenance windows: their begin is told once to each channel that wants to hear of it, and then their end.

use std::collections::{HashMap, hash_map::Entry};

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection, maintenance_windows, notice_rules,
    outbox::{
        self, Notice,
        windows::{self, Begun, key},
    },
    services::telling::{self, Named},
};
use domain::{
    id::WorkspaceId,
    maintenance::{Span, Window},
    notice::{
        message::Kind,
        retry::GIVEN_UP_AFTER,
        rule::{About, Rule, Topic},
        window::{begin, begun, ended, over},
    },
};

/// Occurrences of one window that may be under way together.
const TOGETHER: u16 = 10;

/// Notes what has begun, and what is over of that.
pub(super) async fn note(conn: &mut PgConnection, now: DateTime<Utc>) -> db::Result<()> {
    for workspace in windows::listening(conn).await? {
        begins(conn, workspace, now).await?;
    }
    ends(conn, now).await
}

async fn begins(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> db::Result<()> {
    let mut under_way: Vec<(Window, Span)> = Vec::new();
    for window in maintenance_windows::list(conn, workspace).await? {
        let spans = window.occurrences(now, now + TimeDelta::seconds(1), TOGETHER);
        let begun = spans
            .into_iter()
            .filter(|span| span.contains(now) && now - span.from < GIVEN_UP_AFTER);
        under_way.extend(begun.map(|span| (window.clone(), span)));
    }
    let started =
        |(window, span): &(Window, Span)| key(window.id, span.from, Kind::MaintenanceStarted);
    let keys: Vec<String> = under_way.iter().map(started).collect();
    // Who begins to listen while it is under way hears of the next one.
    let noted = windows::noted(conn, workspace, &keys).await?;
    under_way.retain(|one| !noted.contains(&started(one)));
    if under_way.is_empty() {
        return Ok(());
    }
    let services = telling::of_workspace(conn, workspace).await?;
    let rules = notice_rules::of_workspaces(conn, &[workspace]).await?;
    let rules: Vec<Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
    let notices: Vec<Notice> = under_way
        .iter()
        .flat_map(|(window, span)| planned(workspace, (window, *span), (&services, &rules), now))
        .collect();
    outbox::insert(conn, &notices).await?;
    Ok(())
}

fn planned(
    workspace: WorkspaceId,
    (window, span): (&Window, Span),
    (services, rules): (&[Named], &[Rule]),
    now: DateTime<Utc>,
) -> Vec<Notice> {
    let covered: Vec<&Named> = services
        .iter()
        .filter(|one| window.covers(one.id, one.category.as_deref()))
        .collect();
    let names: Vec<&str> = covered.iter().map(|one| one.name.as_str()).collect();
    let subject = begun(&window.title, span, &names);
    // Whoever muted a service wants to hear nothing of it.
    let about: Vec<About<'_>> = covered
        .iter()
        .filter(|one| one.muted_until.is_none())
        .map(|one| About {
            service: one.id,
            category: one.category.as_deref(),
        })
        .collect();
    begin(rules, &about, span, now)
        .into_iter()
        .map(|planned| Notice {
            workspace,
            channel: planned.channel,
            key: key(window.id, span.from, planned.kind),
            kind: planned.kind,
            service: None,
            incident: None,
            occurred_at: span.from,
            due_at: planned.due_at,
            subject: subject.clone(),
            promise: planned.promise,
            dropped: None,
        })
        .collect()
}

async fn ends(conn: &mut PgConnection, now: DateTime<Utc>) -> db::Result<()> {
    let begun = windows::begun(conn).await?;
    let mut known: HashMap<WorkspaceId, Vec<Window>> = HashMap::new();
    for one in &begun {
        if let Entry::Vacant(unknown) = known.entry(one.workspace) {
            unknown.insert(maintenance_windows::list(conn, one.workspace).await?);
        }
    }
    let (mut notices, mut untold) = (Vec::new(), Vec::new());
    for one in begun {
        let windows = known.get(&one.workspace).map_or(&[][..], Vec::as_slice);
        let window = windows.iter().find(|window| window.id == one.window);
        let Some(ended_at) = ended(window, one.from, now) else {
            continue;
        };
        if one.told {
            notices.push(end(one, ended_at, now));
        } else {
            untold.push(one.id);
        }
    }
    windows::drop(conn, &untold).await?;
    outbox::insert(conn, &notices).await?;
    Ok(())
}

fn end(begun: Begun, ended_at: DateTime<Utc>, now: DateTime<Utc>) -> Notice {
    let due_at = begun.promise.due(Topic::Maintenance, ended_at, now);
    let subject = over(begun.subject.clone(), ended_at);
    begun.end(subject, ended_at, due_at)
}
