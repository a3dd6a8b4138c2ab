//! “Them or us?”: the incident of a service of one's own says when what it depends on is failing.

use db::dependencies::{self, Needed};
use domain::incident::IncidentEvent;
use sqlx::PgPool;
use test_support::Mode;

use crate::{
    pages_site::{Site, chosen, eager, page, with_incident},
    stage::{Placed, Running, Stage, eventually},
};

pub(crate) async fn needing(stage: &Stage, site: &Site) -> Placed {
    let service = stage.add_quietly(&stage.config("/mine", 1)).await;
    let needed = Needed {
        page: site.id,
        component: Some(chosen("api")),
    };
    dependencies::replace(
        &mut *stage.conn().await,
        stage.workspace,
        service.key,
        &[needed],
    )
    .await
    .expect("the database answers");
    service
}

async fn dependency_events(stage: &Stage) -> Vec<IncidentEvent> {
    let Some(incident) = stage.incidents().await.pop() else {
        return Vec::new();
    };
    let timeline = stage.timeline(incident.id).await.into_iter();
    let events = timeline.map(|(_, event)| event);
    events
        .filter(|event| matches!(event, IncidentEvent::DependencyFailing { .. }))
        .collect()
}

/// A worker that has read the page.
pub(crate) async fn reading(stage: &Stage, site: &Site) -> Running {
    let worker = stage.worker(eager());
    let asked = site.asked(stage);
    eventually("two readings", async || {
        (site.asked(stage) >= asked + 2).then_some(())
    })
    .await;
    worker
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_says_what_was_failing_when_it_opened(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let bad = with_incident(
        page(&[("api", "partial_outage"), ("web", "operational")]),
        Some("api"),
        "major",
    );
    site.says(&stage, &bad);
    needing(&stage, &site).await;
    let worker = reading(&stage, &site).await;
    stage.upstream.set_for("/mine", Mode::status(503));
    let events = eventually("the explanation", async || {
        Some(dependency_events(&stage).await).filter(|events| !events.is_empty())
    })
    .await;
    worker.stop().await;
    assert_eq!(
        events,
        [IncidentEvent::DependencyFailing {
            page: "Acme".to_owned(),
            component: Some("API".to_owned()),
            level: "partial_outage".to_owned(),
            incident: Some("Requests fail".to_owned()),
            url: Some("https://status.acme.example/i1".to_owned()),
        }]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_open_incident_hears_when_its_dependency_fails_later(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(
        &stage,
        &page(&[("api", "operational"), ("web", "major_outage")]),
    );
    needing(&stage, &site).await;
    stage.upstream.set_for("/mine", Mode::status(503));
    let worker = reading(&stage, &site).await;
    eventually("an incident", async || stage.incidents().await.pop()).await;
    let asked = site.asked(&stage);
    eventually("another reading", async || {
        (site.asked(&stage) > asked + 1).then_some(())
    })
    .await;
    assert!(
        dependency_events(&stage).await.is_empty(),
        "another component says nothing"
    );
    site.says(&stage, &page(&[("api", "major_outage")]));
    eventually("the explanation", async || {
        (dependency_events(&stage).await.len() == 1).then_some(())
    })
    .await;
    let asked = site.asked(&stage);
    eventually("two more readings", async || {
        (site.asked(&stage) > asked + 1).then_some(())
    })
    .await;
    worker.stop().await;
    assert_eq!(dependency_events(&stage).await.len(), 1, "it stands once");
}
