//! “Them or us?”: what somebody else's page says of what a failing service depends on.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection,
    dependencies::{self, Needed},
    incidents::recording::{self, Entry, Opening},
    vendor_pages::{self, VendorPage},
};
use domain::{
    id::{IncidentId, ServiceId, VendorPageId},
    incident::{IncidentEvent, Severity},
    vendor::Component,
};
use serde_json::json;
use status_cache::{EventKind, LiveEvent};
use statuspage_parser::{Page, page::Level};

use crate::pages::judge::{gravest, level};

/// What a page said longer ago explains nothing.
const EXPLAINS_FOR: TimeDelta = TimeDelta::minutes(15);

/// A page on which something is wrong.
pub(crate) struct Trouble {
    id: VendorPageId,
    page: Arc<Page>,
    name: String,
    home: String,
}

impl Trouble {
    /// None when everything on the page is operational.
    pub(crate) fn of(
        id: VendorPageId,
        page: &Arc<Page>,
        (name, home): (&str, &str),
    ) -> Option<Self> {
        let wrong = is_trouble(page.overall.meaning)
            || page
                .components
                .iter()
                .any(|component| is_trouble(page.effective(component).level));
        wrong.then(|| Self {
            id,
            page: page.clone(),
            name: name.to_owned(),
            home: home.to_owned(),
        })
    }

    fn stored(row: VendorPage, now: DateTime<Utc>) -> Option<Self> {
        if now - row.read_at? > EXPLAINS_FOR {
            return None;
        }
        let page: Arc<Page> = Arc::new(serde_json::from_value(row.page?).ok()?);
        Self::of(row.id, &page, (&row.name, &row.home))
    }

    /// How a component stands, unless it is operational.
    fn level(&self, component: Option<&Component>) -> Option<Level> {
        level(&self.page, component).filter(|level| is_trouble(*level))
    }

    /// What it means for an incident of a service that needs this component; none while that is operational.
    fn event(
        &self,
        incident: IncidentId,
        component: Option<&Component>,
        at: DateTime<Utc>,
    ) -> Option<Entry> {
        let level = self.level(component)?;
        let gravest = gravest(&self.page, component);
        let (title, url) = gravest.map_or((None, None), |(title, url)| (Some(title), url));
        let key = component.map_or("", |component| component.key.as_str());
        Some(Entry {
            incident,
            at,
            event: IncidentEvent::DependencyFailing {
                page: self.name.clone(),
                component: component.map(|component| component.name.clone()),
                level: level.as_str().to_owned(),
                incident: title,
                url: url.or_else(|| Some(self.home.clone())),
            },
            mark: Some(mark(self.id, key)),
        })
    }
}

/// What the stored pages say of what services depend on whose incidents have just opened.
pub(crate) async fn explain(
    conn: &mut PgConnection,
    openings: &[&Opening],
    now: DateTime<Utc>,
) -> db::Result<Vec<Entry>> {
    let services: Vec<_> = openings.iter().map(|opening| opening.service).collect();
    let needed = dependencies::list(conn, &services).await?;
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    let troubles = stored(conn, needed.iter().map(|one| &one.needed), now).await?;
    let event = |opening: &Opening, needed: &Needed| {
        let trouble = troubles.get(&needed.page)?;
        trouble.event(opening.id, needed.component.as_ref(), now)
    };
    Ok(needed
        .iter()
        .filter_map(|one| {
            let opening = openings.iter().find(|open| open.service == one.service)?;
            event(opening, &one.needed)
        })
        .collect())
}

/// Those of these services that depend on something whose vendor says that it is in trouble, and how grave the gravest is.
/// Maintenance is as grave as an outage: what stands behind it may well be away.
pub(crate) async fn troubled(
    conn: &mut PgConnection,
    services: &[ServiceId],
    now: DateTime<Utc>,
) -> db::Result<HashMap<ServiceId, Severity>> {
    let needed = dependencies::of(conn, services).await?;
    let troubles = stored(conn, needed.iter().map(|(_, needed)| needed), now).await?;
    let mut gravest: HashMap<ServiceId, Severity> = HashMap::new();
    for (service, needed) in &needed {
        let trouble = troubles.get(&needed.page);
        let level = trouble.and_then(|trouble| trouble.level(needed.component.as_ref()));
        let Some(level) = level else {
            continue;
        };
        let severity = match level {
            Level::Degraded => Severity::Degraded,
            _ => Severity::Down,
        };
        let known = gravest.entry(*service).or_insert(severity);
        *known = severity.max(*known);
    }
    Ok(gravest)
}

/// Those of the pages of what is needed on which something is wrong.
async fn stored(
    conn: &mut PgConnection,
    needed: impl Iterator<Item = &Needed>,
    now: DateTime<Utc>,
) -> db::Result<HashMap<VendorPageId, Trouble>> {
    let mut ids: Vec<VendorPageId> = needed.map(|one| one.page).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let pages = vendor_pages::list(conn, &ids).await?;
    Ok(pages
        .into_iter()
        .filter_map(|row| Some((row.id, Trouble::stored(row, now)?)))
        .collect())
}

/// Tells the timelines of open incidents that what their services depend on is failing; gives what is to be published.
pub(crate) async fn tell_sufferers(
    conn: &mut PgConnection,
    trouble: &Trouble,
    now: DateTime<Utc>,
) -> db::Result<Vec<LiveEvent>> {
    let mut entries = Vec::new();
    let mut events = Vec::new();
    let mark = mark(trouble.id, "");
    for suffering in dependencies::suffering(conn, trouble.id, &mark).await? {
        let component = suffering.component.as_ref();
        let Some(entry) = trouble.event(suffering.incident, component, now) else {
            continue;
        };
        entries.push(entry);
        let data = json!({
            "incident_id": suffering.incident,
            "service_id": suffering.service,
            "type": suffering.severity.incident_type(),
            "started_at": suffering.started_at,
            "resolved_at": null,
        });
        events.push(LiveEvent::new(
            suffering.workspace,
            EventKind::IncidentChanged,
            data,
        ));
    }
    if !entries.is_empty() {
        recording::tell(conn, &entries.iter().collect::<Vec<_>>()).await?;
    }
    Ok(events)
}

/// The same component is told of once in one timeline.
fn mark(page: VendorPageId, component: &str) -> String {
    format!("dependency:{}:{component}", page.0)
}

/// Anything that could explain a failure; what is not known explains nothing.
fn is_trouble(level: Level) -> bool {
    level.severity().is_some_and(|severity| severity > 0)
}
