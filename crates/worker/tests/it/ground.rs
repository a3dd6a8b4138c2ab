//! What the tests of the record stand on: a workspace with services, looks at them, and what is stored.

use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use db::{Db, partitions};
use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    id::{ServiceId, ServiceKey, WorkspaceId},
    look::Look,
    observation::{Hop, Observation, Timings},
    schedule,
    verdict::Verdict,
};
use sqlx::PgPool;
use status_cache::StatusCache;
use tokio::sync::{
    mpsc::{self, UnboundedReceiver},
    watch,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::record::{Parts, Recorder, Settings, Standings};

/// One database with one workspace.
pub(crate) struct Ground {
    pub(crate) db: Db,
    pub(crate) workspace: WorkspaceId,
    /// The database's time when the test began, in whole seconds.
    pub(crate) now: DateTime<Utc>,
}

/// A service that is looked at every 30 s.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) id: ServiceId,
    pub(crate) key: ServiceKey,
    pub(crate) workspace: WorkspaceId,
}

impl Ground {
    pub(crate) async fn new(pool: PgPool) -> Self {
        let now: DateTime<Utc> = sqlx::query_scalar("select now()")
            .fetch_one(&pool)
            .await
            .expect("the database answers");
        let db = Db::from_pool(pool);
        let workspace = workspace(&db).await;
        partitions::ensure(&db, now.date_naive())
            .await
            .expect("the database answers");
        Self {
            db,
            workspace,
            now: now.trunc_subsecs(0),
        }
    }

    /// Another workspace of the same database.
    pub(crate) async fn other_workspace(&self) -> Self {
        Self {
            db: self.db.clone(),
            workspace: workspace(&self.db).await,
            now: self.now,
        }
    }

    /// A service that exists since two days ago.
    pub(crate) async fn service(&self) -> Watched {
        let id = ServiceId(Uuid::now_v7());
        let key: i32 = sqlx::query_scalar(
            "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard, created_at)
             values ($1, $2, 'S', 'http_ping', 'http://s.test/', '{}', 30, $3, now() - interval '2 days') returning key",
        )
        .bind(id.0)
        .bind(self.workspace.0)
        .bind(i16::try_from(schedule::shard(id)).expect("the database answers"))
        .fetch_one(self.db.pool())
        .await
        .expect("the database answers");
        let key = ServiceKey(key);
        let mut conn = self.db.acquire().await.expect("the database answers");
        db::health::insert(&mut conn, self.workspace, key, self.now)
            .await
            .expect("the database answers");
        Watched {
            id,
            key,
            workspace: self.workspace,
        }
    }

    pub(crate) async fn services(&self, n: usize) -> Vec<Watched> {
        let mut services = Vec::with_capacity(n);
        for _ in 0..n {
            services.push(self.service().await);
        }
        services
    }

    /// `seconds` before the test began.
    pub(crate) fn ago(&self, seconds: i64) -> DateTime<Utc> {
        self.now - TimeDelta::seconds(seconds)
    }

    /// Records looks and waits until all are recorded.
    pub(crate) async fn record(&self, looks: impl IntoIterator<Item = Look>) {
        record(&self.db, looks).await;
    }

    pub(crate) async fn count(&self, from: &'static str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {from}")))
            .fetch_one(self.db.pool())
            .await
            .expect("the database answers")
    }

    pub(crate) async fn run(&self, statement: &str) {
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(self.db.pool())
            .await
            .expect("the database answers");
    }

    /// Every row of everything that the record writes, as text.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in [
            "checks",
            "service_health",
            "incidents",
            "incident_events",
            "rollup_hours",
            "rollup_days",
        ] {
            let sql = format!("select '{table} ' || t::text from {table} t order by 1");
            let mut part: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_all(self.db.pool())
                .await
                .expect("the database answers");
            rows.append(&mut part);
        }
        rows
    }

    /// Waits until a statement that gives a boolean gives true.
    pub(crate) async fn until(&self, holds: &'static str) {
        let waiting = async {
            while !sqlx::query_scalar::<_, bool>(holds)
                .fetch_one(self.db.pool())
                .await
                .expect("the database answers")
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .unwrap_or_else(|_| panic!("never came true: {holds}"));
    }
}

async fn workspace(db: &Db) -> WorkspaceId {
    let id = WorkspaceId(Uuid::now_v7());
    sqlx::query("insert into workspaces (id, name) values ($1, 'Test')")
        .bind(id.0)
        .execute(db.pool())
        .await
        .expect("the database answers");
    id
}

impl Watched {
    /// A look that began 20 ms after its slot.
    pub(crate) fn look(&self, slot: DateTime<Utc>, verdict: Verdict) -> Look {
        let started_at = slot + TimeDelta::milliseconds(20);
        let failure = match verdict {
            Verdict::Up | Verdict::Maintenance => None,
            Verdict::Degraded => Some(Failure::new(
                FailureCode::SlowResponse,
                Phase::Body,
                Detail::Slow {
                    took_ms: 2_000,
                    limit_ms: 1_000,
                },
            )),
            Verdict::Down => Some(Failure::new(
                FailureCode::UnexpectedStatus,
                Phase::Ttfb,
                Detail::Status {
                    status: 503,
                    expected: "200".into(),
                },
            )),
            Verdict::Unknown => Some(Failure::bare(FailureCode::InternalNetwork)),
        };
        let status = if verdict == Verdict::Down { 503 } else { 200 };
        Look {
            service: self.key,
            service_id: self.id,
            workspace: self.workspace,
            revision: 1,
            asked: false,
            slot,
            stands_for: TimeDelta::seconds(30),
            started_at,
            verdict,
            failure,
            attempts: 1,
            first_failed_at: verdict.severity().map(|_| started_at),
            recovered_at: None,
            observation: Some(Box::new(saw(status))),
            first_failed: None,
        }
    }

    pub(crate) fn up(&self, slot: DateTime<Utc>) -> Look {
        self.look(slot, Verdict::Up)
    }

    pub(crate) fn down(&self, slot: DateTime<Utc>) -> Look {
        self.look(slot, Verdict::Down)
    }

    /// A look that saw two good attempts in a row.
    pub(crate) fn recovered(&self, slot: DateTime<Utc>) -> Look {
        let look = self.up(slot);
        Look {
            recovered_at: Some(look.started_at),
            attempts: 2,
            ..look
        }
    }
}

pub(crate) fn saw(status: u16) -> Observation {
    Observation {
        hops: vec![Hop {
            url: "http://s.test/".into(),
            status: Some(status),
            bytes: 5,
            timings: Timings {
                dns_us: 100,
                tcp_us: 200,
                ttfb_us: 12_000,
                ..Timings::default()
            },
            ..Hop::default()
        }],
        total_us: 12_300,
        ..Observation::default()
    }
}

/// A recorder whose batches can be heard.
pub(crate) fn recorder(
    db: &Db,
    settings: Settings,
) -> (
    mpsc::UnboundedSender<Look>,
    Recorder,
    UnboundedReceiver<Standings>,
) {
    let (standings, heard) = mpsc::unbounded_channel();
    let parts = Parts {
        db: db.clone(),
        cache: StatusCache::in_memory(),
        may_record: watch::channel(true).1,
        standings: vec![standings],
    };
    let (looks, recorder) = Recorder::new(parts, settings);
    (looks, recorder, heard)
}

/// Records looks through `db` and waits until all are recorded.
pub(crate) async fn record(db: &Db, looks: impl IntoIterator<Item = Look>) {
    let (sender, recorder, _heard) = recorder(db, Settings::default());
    for look in looks {
        sender.send(look).expect("the database answers");
    }
    drop(sender);
    recorder
        .run(CancellationToken::new())
        .await
        .expect("the database answers");
}
