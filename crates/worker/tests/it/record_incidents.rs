//! Incidents as the record opens, changes and ends them.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    failure::{Failure, FailureCode},
    health::Health,
    id::IncidentId,
    incident::{IncidentEvent, KeptLook, Resolution, Severity},
    verdict::Verdict,
};
use sqlx::{FromRow, PgPool, types::Json};
use uuid::Uuid;

use crate::ground::{Ground, Watched, saw};

#[derive(FromRow)]
struct Incident {
    id: Uuid,
    started_at: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    resolution: Option<String>,
    severity: i16,
    worst: i16,
    cause: Option<Json<Failure>>,
    checks_failed: i32,
    first_failed: Option<Json<KeptLook>>,
    last_good: Option<Json<KeptLook>>,
}

impl Ground {
    async fn incidents(&self) -> Vec<Incident> {
        sqlx::query_as("select * from incidents order by started_at")
            .fetch_all(self.db.pool())
            .await
            .expect("the database answers")
    }

    async fn timeline(&self) -> Vec<(DateTime<Utc>, IncidentEvent)> {
        let rows: Vec<(DateTime<Utc>, Json<IncidentEvent>)> =
            sqlx::query_as("select at, event from incident_events order by at, id")
                .fetch_all(self.db.pool())
                .await
                .expect("the database answers");
        rows.into_iter().map(|(at, event)| (at, event.0)).collect()
    }

    async fn health(&self, service: &Watched) -> (i16, Option<Uuid>) {
        sqlx::query_as("select health, incident_id from service_health where service_key = $1")
            .bind(service.key.0)
            .fetch_one(self.db.pool())
            .await
            .expect("the database answers")
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_opens_and_resolves_with_true_times_and_keeps_its_evidence(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.record([service.up(ground.ago(150))]).await;
    let mut failing = service.down(ground.ago(120));
    failing.attempts = 3;
    failing.first_failed = Some(Box::new(saw(500)));
    failing.started_at = ground.ago(119);
    failing.first_failed_at = Some(ground.ago(119));
    ground.record([failing]).await;
    let open = ground.incidents().await.remove(0);
    assert_eq!(
        ground.health(&service).await,
        (Health::Failing.number(), Some(open.id))
    );
    assert_eq!(open.started_at, ground.ago(119));
    assert!(open.opened_at >= ground.now);
    assert_eq!(open.cause.unwrap().0.code, FailureCode::UnexpectedStatus);
    let (first, good) = (open.first_failed.unwrap().0, open.last_good.unwrap().0);
    assert_eq!(
        (first.at, first.observation.status()),
        (ground.ago(119), Some(500))
    );
    assert_eq!(good.at, ground.ago(150) + TimeDelta::milliseconds(20));
    assert_eq!(good.observation.hops, saw(200).hops);

    ground
        .record([service.look(ground.ago(90), Verdict::Degraded)])
        .await;
    ground.record([service.recovered(ground.ago(60))]).await;
    let over = ground.incidents().await.remove(0);
    let recovered = ground.ago(60) + TimeDelta::milliseconds(20);
    assert_eq!(over.resolved_at, Some(recovered));
    assert_eq!(over.resolution.as_deref(), Some("recovered"));
    assert_eq!((over.severity, over.worst), (1, 2));
    assert_eq!(over.checks_failed, 2);
    assert_eq!(
        ground.health(&service).await,
        (Health::Healthy.number(), None)
    );
    let timeline = ground.timeline().await;
    assert!(
        matches!(timeline[0], (at, IncidentEvent::Opened { severity: Severity::Down, attempts: 3, .. }) if at == ground.ago(119))
    );
    assert!(matches!(
        timeline[1].1,
        IncidentEvent::SeverityChanged {
            from: Severity::Down,
            to: Severity::Degraded,
            ..
        }
    ));
    assert_eq!(
        timeline[2],
        (
            recovered,
            IncidentEvent::Resolved {
                resolution: Resolution::Recovered
            }
        )
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_that_began_and_ended_within_a_batch_is_whole(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let looks = [
        service.up(ground.ago(180)),
        service.down(ground.ago(150)),
        service.recovered(ground.ago(120)),
        service.down(ground.ago(90)),
        service.down(ground.ago(60)),
    ];
    ground.record(looks).await;
    let incidents = ground.incidents().await;
    assert_eq!(incidents.len(), 2);
    assert!(incidents[0].resolved_at.is_some() && incidents[1].resolved_at.is_none());
    assert_eq!(
        (incidents[0].checks_failed, incidents[1].checks_failed),
        (1, 2)
    );
    let good = |n: usize| incidents[n].last_good.as_ref().unwrap().0.at;
    assert_eq!(good(0), ground.ago(180) + TimeDelta::milliseconds(20));
    assert_eq!(good(1), ground.ago(120) + TimeDelta::milliseconds(20));
    assert_eq!(ground.timeline().await.len(), 3);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_last_good_look_survives_a_time_of_not_knowing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.record([service.up(ground.ago(120))]).await;
    ground
        .record([service.look(ground.ago(90), Verdict::Unknown)])
        .await;
    ground
        .record([service.look(ground.ago(60), Verdict::Unknown)])
        .await;
    assert!(ground.incidents().await.is_empty(), "unknown never opens");
    ground.record([service.down(ground.ago(30))]).await;
    let incident = ground.incidents().await.remove(0);
    let good = incident.last_good.unwrap().0;
    assert_eq!(good.at, ground.ago(120) + TimeDelta::milliseconds(20));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_open_incident_that_the_health_does_not_know_goes_on_instead_of_a_second_one(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.record([service.down(ground.ago(120))]).await;
    let known = ground.incidents().await.remove(0);
    ground
        .run("update service_health set health = 0, verdict = null, incident_id = null, incident_severity = null, incident_worst = null, incident_started_at = null")
        .await;
    ground.record([service.down(ground.ago(90))]).await;
    assert_eq!(ground.count("incidents").await, 1);
    assert_eq!(ground.health(&service).await.1, Some(known.id));
    ground.record([service.recovered(ground.ago(60))]).await;
    assert_eq!(ground.count("incidents where resolved_at is null").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn pausing_ends_the_incident_and_starts_over_without_forgetting_slots(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.record([service.down(ground.ago(120))]).await;
    let known = ground.incidents().await.remove(0);
    let mut tx = ground.db.begin().await.unwrap();
    assert!(db::health::lock(&mut tx, service.key).await.unwrap());
    let ended =
        db::incidents::resolve_open(&mut tx, service.key, Resolution::Paused, ground.ago(100))
            .await
            .unwrap();
    assert_eq!(ended, Some(IncidentId(known.id)));
    let again =
        db::incidents::resolve_open(&mut tx, service.key, Resolution::Paused, ground.ago(100))
            .await
            .unwrap();
    assert_eq!(again, None);
    db::health::reset(&mut tx, service.key, ground.ago(100))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        ground.health(&service).await,
        (Health::Pending.number(), None)
    );
    let over = ground.incidents().await.remove(0);
    assert_eq!(
        (over.resolved_at, over.resolution.as_deref()),
        (Some(ground.ago(100)), Some("paused"))
    );
    assert_eq!(ground.timeline().await.len(), 2);
    // A look from before the pause, of the same slot: nothing to see.
    ground.record([service.down(ground.ago(120))]).await;
    assert_eq!(
        ground.health(&service).await,
        (Health::Pending.number(), None)
    );
    ground.record([service.up(ground.ago(60))]).await;
    assert_eq!(
        ground.health(&service).await,
        (Health::Healthy.number(), None)
    );
}
