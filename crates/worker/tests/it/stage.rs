//! A database, a server to look at, and workers that can be stopped or killed.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    Db, PgConnection,
    checks::reading::{self, Check},
    health, incidents, services, users, watched, workers, workspaces,
};
use domain::{
    id::{ServiceId, ServiceKey, UserId, WorkspaceId},
    schedule,
    service::ServiceConfig,
    target::HttpTarget,
};
use egress::{Egress, Policy, Resolver, Tls};
use probe::Prober;
use runtime::{admin::Readiness, seal::Keyring, tasks::Tasks};
use sqlx::{AssertSqlSafe, Connection as _, PgPool};
use status_cache::StatusCache;
use test_support::Upstream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::{Parts, clock::DatabaseClock, config::Looking, notices::courier::Courier, pace::Pace};

/// Longer than anything here may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) workspace: WorkspaceId,
    pub(crate) upstream: Upstream,
    pub(crate) cache: StatusCache,
    pub(crate) courier: Courier,
}

/// A service of the stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) id: ServiceId,
    pub(crate) key: ServiceKey,
}

/// A worker in this process. Dropping it is `kill -9`.
pub(crate) struct Running {
    stop: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Stage {
    pub(crate) async fn set(pool: PgPool) -> Self {
        let db = Db::from_pool(pool);
        let mut conn = db.acquire().await.unwrap();
        let now = services::now(&mut conn).await.unwrap();
        let user = UserId(Uuid::now_v7());
        users::insert(
            &mut conn,
            &users::User {
                id: user,
                email: "a@example.com".to_owned(),
                email_verified_at: None,
                name: "A".to_owned(),
                avatar_url: None,
                is_operator: false,
                created_at: now,
                last_sign_in_at: None,
            },
        )
        .await
        .unwrap();
        let workspace = workspaces::insert_personal(&mut conn, user, "A", now)
            .await
            .unwrap();
        drop(conn);
        Self {
            db,
            workspace,
            upstream: Upstream::start(),
            cache: StatusCache::in_memory(),
            courier: Courier::scripted(|_, _, _| async { panic!("nobody listens on this stage") }),
        }
    }

    pub(crate) async fn conn(&self) -> sqlx::pool::PoolConnection<sqlx::Postgres> {
        self.db.acquire().await.unwrap()
    }

    /// A service that asks for this path every so many seconds. It times out after 950 ms, which a server of ours keeps even
    /// where a test has to share its machine, and is never too slow before that.
    pub(crate) fn config(&self, path: &str, seconds: u64) -> ServiceConfig {
        let mut target = HttpTarget::get(self.upstream.url(path).parse().unwrap());
        target.timeout = Duration::from_millis(950);
        target.degraded_threshold = Duration::from_millis(949);
        ServiceConfig {
            name: path.to_owned(),
            target: target.into(),
            category: None,
            tags: Vec::new(),
            check_interval: Duration::from_secs(seconds),
            retries: 2,
            status_page_url: None,
        }
    }

    /// Adds a service as the API does, but for the notification.
    pub(crate) async fn add_quietly(&self, config: &ServiceConfig) -> Placed {
        let id = ServiceId(Uuid::now_v7());
        let mut tx = self.db.begin().await.unwrap();
        let draft = draft(id, config);
        let key = services::insert(&mut tx, self.workspace, &draft)
            .await
            .unwrap();
        let now = services::now(&mut tx).await.unwrap();
        health::insert(&mut tx, self.workspace, key, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Placed { id, key }
    }

    pub(crate) async fn add(&self, config: &ServiceConfig) -> Placed {
        let placed = self.add_quietly(config).await;
        self.tell(placed).await;
        placed
    }

    /// Changes a service as the API does: under the lock on its health, with a notification.
    pub(crate) async fn change(
        &self,
        placed: Placed,
        change: impl AsyncFnOnce(&mut PgConnection) -> db::Result<()>,
    ) {
        let mut tx = self.db.begin().await.unwrap();
        assert!(health::lock(&mut tx, placed.key).await.unwrap());
        change(&mut tx).await.unwrap();
        watched::notify(&mut tx, schedule::shard(placed.id), placed.key)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn tell(&self, placed: Placed) {
        let mut conn = self.conn().await;
        watched::notify(&mut conn, schedule::shard(placed.id), placed.key)
            .await
            .unwrap();
    }

    pub(crate) async fn checks(&self, placed: Placed) -> Vec<Check> {
        let wanted = reading::Wanted {
            limit: 1_000,
            ..reading::Wanted::default()
        };
        let mut checks = reading::list(&mut *self.conn().await, placed.key, &wanted)
            .await
            .unwrap();
        checks.reverse();
        checks
    }

    /// The incidents of the workspace, newest first.
    pub(crate) async fn incidents(&self) -> Vec<incidents::reading::Incident> {
        let wanted = incidents::reading::Wanted {
            limit: 100,
            ..incidents::reading::Wanted::default()
        };
        let list = incidents::reading::list(&mut *self.conn().await, self.workspace, &wanted).await;
        list.unwrap().0
    }

    /// Every check with the time it speaks for, oldest first.
    pub(crate) async fn stands(&self, placed: Placed) -> Vec<(DateTime<Utc>, TimeDelta)> {
        let rows: Vec<(DateTime<Utc>, i32)> = sqlx::query_as(
            "select slot_at, stands_for_ms from checks where service_key = $1 order by slot_at",
        )
        .bind(placed.key.0)
        .fetch_all(&mut *self.conn().await)
        .await
        .unwrap();
        let stand = |(slot, ms): (_, i32)| (slot, TimeDelta::milliseconds(ms.into()));
        rows.into_iter().map(stand).collect()
    }

    /// The workers that have a heartbeat.
    pub(crate) async fn live(&self) -> Vec<workers::Worker> {
        workers::list(&mut *self.conn().await).await.unwrap()
    }

    /// How often a path was asked.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let requests = self.upstream.requests();
        requests
            .iter()
            .filter(|request| request.path == path)
            .count()
    }

    pub(crate) fn worker(&self, pace: Pace) -> Running {
        self.worker_with(pace, Looking::default())
    }

    pub(crate) fn worker_with(&self, pace: Pace, looking: Looking) -> Running {
        self.worker_by(DatabaseClock::new(), pace, looking)
    }

    pub(crate) fn worker_by(&self, clock: DatabaseClock, pace: Pace, looking: Looking) -> Running {
        let judging = clock.clone();
        let tls = Tls::new(Vec::new(), Arc::new(move || judging.now())).unwrap();
        let egress = Egress::new(Policy::single_tenant(), Resolver::system(true), tls);
        let parts = Parts {
            db: self.db.clone(),
            cache: self.cache.clone(),
            prober: Prober::new(Arc::new(egress), "https://example.com"),
            clock,
            keyring: keyring(),
            readiness: Readiness::default(),
            looking,
            shared: false,
            heartbeat_file: None,
            pace,
            courier: self.courier.clone(),
            public_url: "https://status.example/".parse().unwrap(),
        };
        let stop = CancellationToken::new();
        let until = stop.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut inner = Tasks::default();
            worker::run(parts, &mut inner);
            inner.run_until(until.cancelled_owned()).await
        });
        Running { stop, tasks }
    }
}

/// Takes the stage's database away: no connection is left, and none is let in.
pub(crate) struct Away {
    admin: PgConnection,
    database: String,
}

impl Away {
    pub(crate) async fn begin(stage: &Stage) -> Self {
        let options = (*stage.db.pool().connect_options()).clone();
        let database = options.get_database().unwrap().to_owned();
        let mut away = Self {
            admin: PgConnection::connect_with(&options.database("postgres"))
                .await
                .unwrap(),
            database,
        };
        away.allow(false).await;
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1")
            .bind(&away.database)
            .execute(&mut away.admin)
            .await
            .unwrap();
        away
    }

    pub(crate) async fn end(mut self) {
        self.allow(true).await;
    }

    async fn allow(&mut self, allow: bool) {
        let sql = format!(
            "alter database \"{}\" allow_connections {allow}",
            self.database
        );
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut self.admin)
            .await
            .unwrap();
    }
}

impl Running {
    /// Ends as on SIGTERM.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        let ended = self.tasks.join_next().await.expect("one task");
        ended.unwrap().unwrap();
    }
}

pub(crate) fn draft(id: ServiceId, config: &ServiceConfig) -> services::Draft<'_> {
    services::Draft {
        id,
        config,
        secrets: None,
        look: true,
    }
}

pub(crate) fn keyring() -> Keyring {
    Keyring::new("0123456789abcdef0123456789abcdef".into()).unwrap()
}

/// A clockwork ten times as fast, which trusts a slow test machine.
pub(crate) fn brisk() -> Pace {
    Pace {
        heartbeat: Duration::from_millis(200),
        live_for: Duration::from_secs(3),
        frozen_for: Duration::from_secs(1),
        compare: Duration::from_mins(1),
        stall: Duration::from_secs(20),
        ..Pace::default()
    }
}

/// Waits until `holds` says so.
pub(crate) async fn eventually<T>(what: &str, mut holds: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = holds().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, waiting).await;
    found.unwrap_or_else(|_| panic!("never: {what}"))
}
