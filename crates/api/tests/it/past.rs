//! A past for services: what recorders would have written, without one.

use chrono::{DateTime, TimeDelta, Utc};
use db::rollups::{Hour, closing};
use domain::{
    coverage::{Spent, Stand, Tally},
    failure::{Detail, Failure, FailureCode, Phase},
    id::ServiceKey,
    incident::{IncidentEvent, Severity},
    latest::LatestLook,
    observation::{Hop, Observation},
    open_hours::OpenHours,
    recent::Recent,
    vendor::Said,
    verdict::Verdict,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

/// Writes the past of one service.
pub(crate) struct Past<'a> {
    pub(crate) pool: &'a PgPool,
    pub(crate) key: i32,
    pub(crate) now: DateTime<Utc>,
}

/// What the server answered when it was down.
pub(crate) fn refusal() -> Failure {
    let detail = Detail::Status {
        status: 503,
        expected: "200".to_owned(),
    };
    Failure::new(FailureCode::UnexpectedStatus, Phase::Ttfb, detail)
}

impl<'a> Past<'a> {
    pub(crate) async fn of(pool: &'a PgPool, service: &Value, now: DateTime<Utc>) -> Self {
        let id: Uuid = service["id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("a UUID");
        let key =
            sqlx::query_scalar("update services set created_at = $2 where id = $1 returning key")
                .bind(id)
                .bind(now - TimeDelta::days(60))
                .fetch_one(pool)
                .await
                .expect("a service");
        Self { pool, key, now }
    }

    /// The newest look, at the moment.
    pub(crate) async fn look(&self, verdict: Verdict) {
        let failure = verdict.severity().map(|_| refusal());
        let look = LatestLook {
            checked_at: self.now,
            reason: failure.as_ref().map(Into::into),
            hops: vec![Hop {
                url: "https://shop.example.com/health".to_owned(),
                status: Some(if failure.is_some() { 503 } else { 200 }),
                ..Hop::default()
            }],
            total_us: 123_400,
            certificate: None,
            advisories: Vec::new(),
            vendor: None,
        };
        sqlx::query(
            "update service_health set health = 1, verdict = $2, since = $3, last_slot = $3, last_started_at = $3,
                    last_stands_for_ms = 30000, last_total_us = 123400, last_status_code = $4, look = $5
             where service_key = $1",
        )
        .bind(self.key)
        .bind(verdict.number())
        .bind(self.now)
        .bind(if failure.is_some() { 503i16 } else { 200 })
        .bind(serde_json::to_value(look).expect("JSON"))
        .execute(self.pool)
        .await
        .expect("written");
    }

    /// The verdict has been the same for so long.
    pub(crate) async fn since(&self, ago: TimeDelta) {
        sqlx::query("update service_health set since = $2 where service_key = $1")
            .bind(self.key)
            .bind(self.now - ago)
            .execute(self.pool)
            .await
            .expect("written");
    }

    /// The newest look at a vendor's page, at the moment.
    pub(crate) async fn said(&self, verdict: Verdict, failure: Option<Failure>, said: Said) {
        let look = LatestLook {
            checked_at: self.now,
            reason: failure.as_ref().map(Into::into),
            hops: Vec::new(),
            total_us: 0,
            certificate: None,
            advisories: Vec::new(),
            vendor: Some(Box::new(said)),
        };
        sqlx::query(
            "update service_health set health = 1, verdict = $2, since = $3, last_slot = $3, last_started_at = $3,
                    last_stands_for_ms = 60000, last_total_us = null, last_status_code = null, look = $4
             where service_key = $1",
        )
        .bind(self.key)
        .bind(verdict.number())
        .bind(self.now)
        .bind(serde_json::to_value(look).expect("JSON"))
        .execute(self.pool)
        .await
        .expect("written");
    }

    /// Something more that happened in an incident.
    pub(crate) async fn event(&self, incident: Uuid, event: &IncidentEvent) {
        sqlx::query("insert into incident_events (incident_id, at, event) values ($1, $2, $3)")
            .bind(incident)
            .bind(self.now)
            .bind(serde_json::to_value(event).expect("JSON"))
            .execute(self.pool)
            .await
            .expect("written");
    }

    /// Thirty days of up, the last closed hour being down for `down`.
    pub(crate) async fn month(&self, down: TimeDelta) {
        let this_hour = self.now.timestamp().div_euclid(3600);
        let mut recent = Recent::new(self.now - TimeDelta::days(31));
        let mut hours = Vec::new();
        for back in (1..=24 * 29).rev() {
            let hour = DateTime::from_timestamp((this_hour - back) * 3600, 0).expect("an hour");
            let down_ms = if back == 1 {
                down.num_milliseconds()
            } else {
                0
            };
            let spent = Spent {
                up_ms: 3_600_000 - down_ms,
                down_ms,
                ..Spent::default()
            };
            recent.close(hour, spent, None);
            let mut tally = Tally {
                spent,
                looks: 120,
                ..Tally::default()
            };
            tally.latency.add(100_000);
            hours.push(Hour {
                service: ServiceKey(self.key),
                hour,
                tally,
            });
        }
        let mut conn = self.pool.acquire().await.expect("a connection");
        closing::write_hours(&mut conn, &hours)
            .await
            .expect("written");
        closing::write_days(&mut conn, &hours)
            .await
            .expect("written");
        sqlx::query("update service_health set recent = $2 where service_key = $1")
            .bind(self.key)
            .bind(recent.encode())
            .execute(self.pool)
            .await
            .expect("written");
    }

    /// A check per minute, the newest one minute ago; every tenth is down.
    pub(crate) async fn checks(&self, count: i32) {
        for day in 0..=2 {
            let day = (self.now - TimeDelta::days(day)).date_naive();
            let sql = format!(
                "create table if not exists checks_{} partition of checks for values from ('{day}') to ('{}')",
                day.format("%Y%m%d"),
                day.succ_opt().expect("a day")
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(self.pool)
                .await
                .expect("a partition");
        }
        sqlx::query(
            "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
             select $2 - n * interval '1 minute', $1, 60000, 50000, case when n % 10 = 0 then 503 else 200 end, 20,
                    case when n % 10 = 0 then 3 else 1 end, case when n % 10 = 0 then 57 else 0 end,
                    case when n % 10 = 0 then '5' else '0' end::\"char\", '1'
             from generate_series(1, $3) n",
        )
        .bind(self.key)
        .bind(self.now)
        .bind(count)
        .execute(self.pool)
        .await
        .expect("written");
    }

    /// What those checks speak for, oldest first.
    pub(crate) fn stands(&self, count: i32) -> Vec<Stand> {
        let stand = |n: i32| Stand {
            slot: self.now - TimeDelta::minutes(n.into()),
            stands_for: TimeDelta::minutes(1),
            verdict: if n % 10 == 0 {
                Verdict::Down
            } else {
                Verdict::Up
            },
            total_us: Some(50_000),
        };
        (1..=count).rev().map(stand).collect()
    }

    /// Counts those checks into the health, as recording them does.
    pub(crate) async fn counted(&self, count: i32) {
        let stands = self.stands(count);
        let mut open = OpenHours::default();
        for (n, stand) in stands.iter().enumerate() {
            open.settle(n.checked_sub(1).map(|before| &stands[before]), stand.slot);
        }
        let newest = stands.last().expect("a check");
        sqlx::query(
            "update service_health set open_hours = $2, verdict = $3, last_slot = $4, last_started_at = $4, last_stands_for_ms = 60000
             where service_key = $1",
        )
        .bind(self.key)
        .bind(open.encode())
        .bind(newest.verdict.number())
        .bind(newest.slot)
        .execute(self.pool)
        .await
        .expect("written");
    }

    /// An incident; an open one also stands in the service's health.
    pub(crate) async fn incident(
        &self,
        severity: Severity,
        (from, to): (TimeDelta, Option<TimeDelta>),
    ) -> Uuid {
        let id = Uuid::now_v7();
        let started_at = self.now - from;
        let kept = json!({ "at": started_at, "observation": Observation::default() });
        sqlx::query(
            "insert into incidents (id, service_key, workspace_id, started_at, opened_at, resolved_at, resolution, severity,
                                    worst, cause, checks_failed, first_failed, last_good)
             select $1, s.key, s.workspace_id, $3, $3 + interval '12 seconds', $4, $5, $6, $6, $7, 3, $8, $8
             from services s where key = $2",
        )
        .bind(id)
        .bind(self.key)
        .bind(started_at)
        .bind(to.map(|to| self.now - to))
        .bind(to.map(|_| "recovered"))
        .bind(severity.number())
        .bind(serde_json::to_value(refusal()).expect("JSON"))
        .bind(kept)
        .execute(self.pool)
        .await
        .expect("written");
        let opened =
            json!({ "kind": "opened", "severity": severity, "cause": refusal(), "attempts": 3 });
        sqlx::query("insert into incident_events (incident_id, at, event) values ($1, $2, $3)")
            .bind(id)
            .bind(started_at)
            .bind(opened)
            .execute(self.pool)
            .await
            .expect("written");
        if to.is_none() {
            sqlx::query(
                "update service_health set health = 2, incident_id = $2, incident_severity = $3, incident_worst = $3,
                        incident_started_at = $4 where service_key = $1",
            )
            .bind(self.key)
            .bind(id)
            .bind(severity.number())
            .bind(started_at)
            .execute(self.pool)
            .await
            .expect("written");
        }
        id
    }
}
