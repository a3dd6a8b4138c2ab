//! What the record tells people: notices are planned and stored in the transaction of what they tell.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use db::{
    PgConnection,
    flapping::{self, Changes},
    incidents::recording::Entry,
    notice_rules,
    outbox::{
        self, Notice,
        ending::{self, Ended},
    },
    services::telling::{self, Named},
};
use domain::{
    failure::Failure,
    id::{IncidentId, ServiceKey, WorkspaceId},
    incident::{IncidentEvent, Severity},
    look::Look,
    notice::{
        flapping::{WINDOW, is_flapping},
        gather::state,
        message::{Subject, VendorWords},
        plan::{Moment, News, Planned, plan},
        rule::{About, Rule},
    },
    vendor::Said,
};

use super::fold::Folded;

/// One thing that a batch changed and that somebody may want to hear of.
struct Item<'a> {
    look: &'a Look,
    incident: IncidentId,
    /// When the trouble began.
    began_at: DateTime<Utc>,
    at: DateTime<Utc>,
    what: What<'a>,
}

enum What<'a> {
    Stands(News, Severity, Option<&'a Failure>),
    /// The vendor wrote this; the mark tells it apart.
    VendorSaid(VendorWords, &'a str),
    Ended,
}

/// Notes what is to be told of a batch. Costs no statement when it changed nothing.
pub(super) async fn note(
    conn: &mut PgConnection,
    services: &[(&Look, Folded)],
    now: DateTime<Utc>,
) -> db::Result<()> {
    let items: Vec<Item<'_>> = services.iter().flat_map(items).collect();
    if items.is_empty() {
        return Ok(());
    }
    let rules = rules(conn, &items).await?;
    let listened: Vec<&Item<'_>> = items
        .iter()
        .filter(|item| rules.contains_key(&item.look.workspace))
        .collect();
    if !listened.is_empty() {
        let flap = flapping_now(conn, &listened, now).await?;
        let keys: BTreeSet<i32> = listened.iter().map(|item| item.look.service.0).collect();
        let keys: Vec<i32> = keys.into_iter().collect();
        let named = telling::named(conn, &keys).await?;
        let named: HashMap<ServiceKey, Named> =
            named.into_iter().map(|one| (one.key, one)).collect();
        let notices: Vec<Notice> = listened
            .iter()
            .filter_map(|item| {
                let rules = rules.get(&item.look.workspace)?;
                let named = named.get(&item.look.service)?;
                let flap = flap.get(&item.look.service).copied().unwrap_or_default();
                Some(planned(item, named, (rules, flap), now))
            })
            .flatten()
            .collect();
        outbox::insert(conn, &notices).await?;
    }
    let ended: Vec<Ended> = items
        .iter()
        .filter(|item| matches!(item.what, What::Ended))
        .map(|item| Ended {
            incident: item.incident,
            at: item.at,
            cause: None,
        })
        .collect();
    ending::end(conn, &ended, now).await?;
    Ok(())
}

/// What changed about one service, oldest first.
fn items<'a>((look, folded): &'a (&'a Look, Folded)) -> Vec<Item<'a>> {
    let began = |incident: IncidentId| {
        let told = folded.told.iter().find(|told| told.incident == incident);
        let open = folded.after.as_ref().and_then(|after| {
            let open = after.standing.incident?;
            (after.incident == Some(incident)).then_some(open.started_at)
        });
        told.map(|told| told.started_at).or(open)
    };
    let opened: Vec<IncidentId> = folded
        .timeline
        .iter()
        .filter(|entry| matches!(entry.event, IncidentEvent::Opened { .. }))
        .map(|entry| entry.incident)
        .collect();
    let item = |entry: &'a Entry| {
        let opens_now = opened.contains(&entry.incident);
        Some(Item {
            look,
            incident: entry.incident,
            began_at: began(entry.incident)?,
            at: entry.at,
            what: what(entry, look, opens_now)?,
        })
    };
    let mut items: Vec<Item<'a>> = folded.timeline.iter().filter_map(item).collect();
    // Of several updates that are heard at once the newest is told.
    if let Some(newest) = items
        .iter()
        .rposition(|item| matches!(item.what, What::VendorSaid(..)))
    {
        let mut index = 0;
        items.retain(|item| {
            index += 1;
            index - 1 == newest || !matches!(item.what, What::VendorSaid(..))
        });
    }
    items
}

/// What an entry of a timeline means to those who are told; none for what they are not.
fn what<'a>(entry: &'a Entry, look: &Look, opens_now: bool) -> Option<What<'a>> {
    Some(match &entry.event {
        IncidentEvent::Opened {
            severity, cause, ..
        } => What::Stands(News::Opened(*severity), *severity, cause.as_ref()),
        IncidentEvent::SeverityChanged { to, cause, .. } => {
            What::Stands(News::Became(*to), *to, cause.as_ref())
        }
        // What the vendor wrote before the incident opened stands in its first message.
        IncidentEvent::VendorSaid { .. } if opens_now => return None,
        IncidentEvent::VendorSaid {
            incident,
            phase,
            text,
            url,
        } => What::VendorSaid(
            VendorWords {
                page: said(look).map(|said| said.page.clone()).unwrap_or_default(),
                incident: Some(incident.clone()),
                phase: phase.clone(),
                text: Some(text.clone()),
                url: url.as_ref().and_then(|url| url.parse().ok()),
            },
            entry.mark.as_deref().unwrap_or_default(),
        ),
        IncidentEvent::Resolved { .. } => What::Ended,
        IncidentEvent::DependencyFailing { .. } | IncidentEvent::Acknowledged { .. } => {
            return None;
        }
    })
}

async fn rules(
    conn: &mut PgConnection,
    items: &[Item<'_>],
) -> db::Result<HashMap<WorkspaceId, Vec<Rule>>> {
    let workspaces: BTreeSet<WorkspaceId> = items.iter().map(|item| item.look.workspace).collect();
    let workspaces: Vec<WorkspaceId> = workspaces.into_iter().collect();
    let mut rules: HashMap<WorkspaceId, Vec<Rule>> = HashMap::new();
    for (workspace, rule) in notice_rules::of_workspaces(conn, &workspaces).await? {
        rules.entry(workspace).or_default().push(rule);
    }
    Ok(rules)
}

/// Whether a service is flapping, and since when.
#[derive(Clone, Copy, Debug, Default)]
struct Flap {
    is_flapping: bool,
    begins: bool,
}

/// How the services stand whose incidents opened, changed or ended; notes those that flap.
async fn flapping_now(
    conn: &mut PgConnection,
    items: &[&Item<'_>],
    now: DateTime<Utc>,
) -> db::Result<HashMap<ServiceKey, Flap>> {
    let changed: BTreeSet<i32> = items
        .iter()
        .filter(|item| matches!(item.what, What::Stands(..) | What::Ended))
        .map(|item| item.look.service.0)
        .collect();
    if changed.is_empty() {
        return Ok(HashMap::new());
    }
    let changed: Vec<i32> = changed.into_iter().collect();
    let found = flapping::changes(conn, &changed, WINDOW, now).await?;
    let flap = |changes: &Changes| {
        let known = changes.flapping_since.is_some();
        Flap {
            is_flapping: known || is_flapping(changes.count),
            begins: !known && is_flapping(changes.count),
        }
    };
    let flap: HashMap<ServiceKey, Flap> = found
        .iter()
        .map(|(key, changes)| (*key, flap(changes)))
        .collect();
    let touched: Vec<i32> = flap
        .iter()
        .filter(|(_, flap)| flap.is_flapping)
        .map(|(key, _)| key.0)
        .collect();
    if !touched.is_empty() {
        flapping::touch(conn, &touched, now).await?;
    }
    Ok(flap)
}

/// The notices of one item.
fn planned(
    item: &Item<'_>,
    named: &Named,
    (rules, flap): (&[Rule], Flap),
    now: DateTime<Utc>,
) -> Vec<Notice> {
    let about = About {
        service: named.id,
        category: named.category.as_deref(),
    };
    let moment = Moment {
        began_at: item.began_at,
        // A vendor's words may be old news where they are heard first.
        happened_at: match item.what {
            What::VendorSaid(..) => now,
            What::Stands(..) | What::Ended => item.at,
        },
        now,
        muted_until: named.muted_until,
        flapping: flap.is_flapping,
    };
    let mut all: Vec<(News, &str)> = Vec::new();
    // It may become worse and milder more than once.
    let change = item.at.timestamp_millis().to_string();
    match &item.what {
        What::Stands(news @ News::Became(_), ..) => all.push((*news, change.as_str())),
        What::Stands(news, ..) => all.push((*news, "")),
        What::VendorSaid(_, mark) => all.push((News::VendorSaid, mark)),
        What::Ended => {}
    }
    if flap.begins && !matches!(item.what, What::VendorSaid(..)) {
        all.push((News::Flapping, ""));
    }
    let subject = subject(item, named);
    let notice = |news: News, mark: &str| {
        let subject = &subject;
        let (incident, began_at) = if news == News::Flapping {
            (None, now)
        } else {
            (Some(item.incident), item.began_at)
        };
        let notice = move |planned: Planned| Notice {
            workspace: item.look.workspace,
            channel: planned.channel,
            key: outbox::key(named.id, began_at, planned.kind, mark),
            kind: planned.kind,
            service: Some(named.id),
            incident,
            occurred_at: item.at,
            due_at: planned.due_at,
            subject: Subject {
                incident,
                ..subject.clone()
            },
            promise: planned.promise,
            dropped: None,
        };
        plan(rules, &about, news, &moment)
            .into_iter()
            .map(notice)
            .collect::<Vec<_>>()
    };
    all.into_iter()
        .flat_map(|(news, mark)| notice(news, mark))
        .collect()
}

fn subject(item: &Item<'_>, named: &Named) -> Subject {
    let (severity, cause, vendor) = match &item.what {
        What::Stands(_, severity, cause) => (Some(*severity), *cause, said(item.look).map(words)),
        What::VendorSaid(words, _) => (
            item.look.verdict.severity(),
            item.look.failure.as_ref(),
            Some(words.clone()),
        ),
        What::Ended => (None, None, None),
    };
    let observation = item.look.observation.as_deref();
    Subject {
        service: Some(named.id),
        incident: Some(item.incident),
        name: named.name.clone(),
        target: named.target.clone(),
        category: named.category.clone(),
        state: severity.map_or(item.look.verdict, state),
        worst: severity,
        cause: cause.map(Failure::sentence),
        since: item.began_at,
        lasted: None,
        latency: observation
            .filter(|seen| seen.total_us > 0)
            .map(|seen| std::time::Duration::from_micros(seen.total_us.into())),
        certificate_days: None,
        vendor,
        link: None,
        said: None,
    }
}

fn said(look: &Look) -> Option<&Said> {
    look.observation.as_deref()?.vendor.as_deref()
}

/// The vendor's own words about what is wrong now.
fn words(said: &Said) -> VendorWords {
    let incident = said.incidents.first();
    let update = incident.and_then(|incident| incident.updates.first());
    VendorWords {
        page: said.page.clone(),
        incident: incident.map(|incident| incident.name.clone()),
        phase: incident.map(|incident| incident.phase.clone()),
        text: update.map(|update| update.text.clone()),
        url: incident.and_then(|incident| incident.url.as_ref()?.parse().ok()),
    }
}
