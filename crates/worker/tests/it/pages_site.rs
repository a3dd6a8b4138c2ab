//! A vendor's page on the stage's server, and services that follow it.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::time::Duration;

use chrono::{DateTime, Utc};
use db::{
    checks::reading::Check,
    health, incidents, services,
    vendor_pages::{self, Found},
    watched,
};
use domain::{
    id::{IncidentId, ServiceId, VendorPageId},
    incident::{IncidentEvent, Severity},
    latest::LatestLook,
    schedule,
    service::{ServiceConfig, Target},
    vendor::{Component, Said, VendorTarget},
    verdict::Verdict,
};
use serde_json::{Value, json};
use statuspage_parser::{Provider, Source};
use test_support::Mode;
use uuid::Uuid;
use worker::pace::Pace;

use crate::stage::{Placed, Stage, brisk, draft, eventually};

/// A page of the Statuspage family with one document at `/NAME/api/v2/summary.json`; the list of components beside it
/// is missing, as with many who copied that shape.
pub(crate) struct Site {
    pub(crate) name: &'static str,
    pub(crate) id: VendorPageId,
}

/// A clockwork in which a page has a slot every second.
pub(crate) fn eager() -> Pace {
    Pace {
        page: Duration::from_secs(1),
        compare: Duration::from_millis(300),
        document: Duration::from_millis(700),
        ..brisk()
    }
}

impl Site {
    /// A page that was found but never read whole.
    pub(crate) async fn found(stage: &Stage, name: &'static str) -> Self {
        let base = stage.upstream.url(&format!("/{name}")).parse().unwrap();
        let source = Source::new(Provider::find("atlassian").unwrap(), base);
        Self::of(stage, name, &source).await
    }

    /// A page whose address a person gave.
    pub(crate) async fn given(stage: &Stage, name: &'static str) -> Self {
        let url = stage.upstream.url(&summary(name)).parse().unwrap();
        let base = stage.upstream.url(&format!("/{name}")).parse().unwrap();
        let source = Source {
            given: vec![url],
            ..Source::new(Provider::find("atlassian").unwrap(), base)
        };
        Self::of(stage, name, &source).await
    }

    async fn of(stage: &Stage, name: &'static str, source: &Source) -> Self {
        let requests = source.requests();
        let urls: Vec<String> = requests.iter().map(|one| one.url.to_string()).collect();
        let found = Found {
            source: &serde_json::to_value(source).unwrap(),
            urls: &urls,
            name: "Acme",
            home: &stage.upstream.url(&format!("/{name}")),
            page: &Value::Null,
            parts: &json!({}),
            whole: true,
        };
        let mut conn = stage.conn().await;
        let now = services::now(&mut conn).await.unwrap();
        let id = vendor_pages::keep(&mut conn, &found, now).await.unwrap();
        let components = format!("/{name}/api/v2/components.json");
        stage.upstream.set_for(&components, Mode::status(404));
        Self { name, id }
    }

    /// What the page says from now on.
    pub(crate) fn says(&self, stage: &Stage, page: &Value) {
        self.does(stage, Mode::body(&page.to_string()));
    }

    /// How the page's document behaves from now on.
    pub(crate) fn does(&self, stage: &Stage, mode: Mode) {
        stage.upstream.set_for(&summary(self.name), mode);
    }

    /// How often its document was asked for.
    pub(crate) fn asked(&self, stage: &Stage) -> usize {
        stage.asked(&summary(self.name))
    }

    /// Adds a service that follows this component, or the page as a whole, as the API does.
    pub(crate) async fn follow(&self, stage: &Stage, component: Option<&str>) -> Placed {
        let placed = self.follow_quietly(stage, component).await;
        self.tell(stage, placed).await;
        placed
    }

    pub(crate) async fn follow_quietly(&self, stage: &Stage, component: Option<&str>) -> Placed {
        let config = self.config(stage, component);
        let id = ServiceId(Uuid::now_v7());
        let mut tx = stage.db.begin().await.unwrap();
        let key = services::insert(&mut tx, stage.workspace, &draft(id, &config))
            .await
            .unwrap();
        let now = services::now(&mut tx).await.unwrap();
        health::insert(&mut tx, stage.workspace, key, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Placed { id, key }
    }

    fn config(&self, stage: &Stage, component: Option<&str>) -> ServiceConfig {
        ServiceConfig {
            check_interval: Duration::from_secs(1),
            target: Target::Vendor(VendorTarget {
                page: self.id,
                component: component.map(chosen),
                partial_outage_is: Severity::Down,
                urls: Vec::new(),
                user_defined: false,
            }),
            ..stage.config("/", 1)
        }
    }

    /// Makes a service follow another component, as the API does.
    pub(crate) async fn change(&self, stage: &Stage, placed: Placed, component: Option<&str>) {
        let config = self.config(stage, component);
        let mut tx = stage.db.begin().await.unwrap();
        assert!(health::lock(&mut tx, placed.key).await.unwrap());
        services::update(&mut tx, stage.workspace, &draft(placed.id, &config))
            .await
            .unwrap();
        let now = services::now(&mut tx).await.unwrap();
        health::reset(&mut tx, placed.key, now).await.unwrap();
        watched::notify(&mut tx, schedule::page_shard(self.id), placed.key)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Makes a service of another page follow this one, as the API does.
    pub(crate) async fn take_over(&self, stage: &Stage, placed: Placed, from: &Self) {
        self.change(stage, placed, Some("api")).await;
        from.tell(stage, placed).await;
    }

    pub(crate) async fn tell(&self, stage: &Stage, placed: Placed) {
        let shard = schedule::page_shard(self.id);
        watched::notify(&mut *stage.conn().await, shard, placed.key)
            .await
            .unwrap();
    }
}

fn summary(name: &str) -> String {
    format!("/{name}/api/v2/summary.json")
}

/// A component as it was chosen; its name is its key in capitals.
pub(crate) fn chosen(key: &str) -> Component {
    Component {
        key: key.to_owned(),
        name: key.to_uppercase(),
        group_path: Vec::new(),
    }
}

/// A page with these components and states.
pub(crate) fn page(components: &[(&str, &str)]) -> Value {
    let components: Vec<Value> = components
        .iter()
        .map(|(key, status)| json!({"id": key, "name": key.to_uppercase(), "status": status}))
        .collect();
    json!({
        "page": {"id": "p1", "name": "Acme", "url": "https://status.acme.example"},
        "components": components,
        "incidents": [],
        "scheduled_maintenances": [],
    })
}

/// The same with an open incident that names this component, or none.
pub(crate) fn with_incident(mut page: Value, component: Option<&str>, impact: &str) -> Value {
    let components: Vec<Value> = component
        .iter()
        .map(|key| json!({"id": key, "name": key.to_uppercase()}))
        .collect();
    page["incidents"] = json!([{
        "id": "i1",
        "name": "Requests fail",
        "status": "investigating",
        "impact": impact,
        "started_at": "2099-01-01T00:00:00Z",
        "shortlink": "https://status.acme.example/i1",
        "components": components,
        "incident_updates": [
            {"status": "investigating", "body": "We look into it.", "created_at": "2099-01-01T00:00:00Z"},
        ],
    }]);
    page
}

impl Stage {
    /// Waits for the newest check with this verdict.
    pub(crate) async fn seen(&self, placed: Placed, verdict: Verdict) -> Check {
        eventually(&format!("{verdict:?}"), async || {
            let newest = self.checks(placed).await.pop()?;
            (newest.verdict == verdict).then_some(newest)
        })
        .await
    }

    /// Waits until the service has so many checks.
    pub(crate) async fn seen_times(&self, placed: Placed, count: usize) -> Vec<Check> {
        eventually("more looks", async || {
            let checks = self.checks(placed).await;
            (checks.len() >= count).then_some(checks)
        })
        .await
    }

    /// The vendor's words in the latest look.
    pub(crate) async fn said(&self, placed: Placed) -> Said {
        let look: Value =
            sqlx::query_scalar("select look from service_health where service_key = $1")
                .bind(placed.key.0)
                .fetch_one(&mut *self.conn().await)
                .await
                .unwrap();
        let look: LatestLook = serde_json::from_value(look).unwrap();
        *look.vendor.unwrap()
    }

    pub(crate) async fn timeline(&self, id: IncidentId) -> Vec<(DateTime<Utc>, IncidentEvent)> {
        incidents::reading::timeline(&mut *self.conn().await, id)
            .await
            .unwrap()
    }

    /// The only incident, once it is over.
    pub(crate) async fn over(&self) -> incidents::reading::Incident {
        eventually("the end of the incident", async || {
            let mut all = self.incidents().await;
            assert!(all.len() <= 1, "{all:?}");
            all.pop().filter(|one| one.resolved_at.is_some())
        })
        .await
    }
}
