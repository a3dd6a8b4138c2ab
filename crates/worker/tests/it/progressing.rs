//! The file by which others see that the program `worker` truly works, and when it is left as it is.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sqlx::PgPool;
use tempfile::TempDir;
use test_support::Signal;

use crate::{
    programs::Program,
    stage::{Stage, eventually},
};

/// Three times as long as from one touch to the next.
const SILENCE: Duration = Duration::from_secs(6);

struct Heartbeat {
    file: PathBuf,
    _folder: TempDir,
}

impl Heartbeat {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self {
            file: folder.path().join("heartbeat"),
            _folder: folder,
        }
    }

    fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }

    async fn is_touched(&self) {
        let before = touched(&self.file);
        eventually("a touch", async || {
            (touched(&self.file) > before).then_some(())
        })
        .await;
    }

    async fn is_left_alone(&self) {
        // One that was under way.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let before = touched(&self.file);
        tokio::time::sleep(SILENCE).await;
        assert_eq!(touched(&self.file), before);
    }
}

fn touched(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).ok()?.modified().ok()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_cannot_begin_or_is_stopped_leaves_its_file_alone_until_it_goes_on(
    pool: PgPool,
) {
    let stage = Stage::set(pool).await;
    let heartbeat = Heartbeat::new();
    // Which migrations were applied is what a worker reads first.
    let mut migrating = stage.db.begin().await.unwrap();
    sqlx::query("lock table _sqlx_migrations in access exclusive mode")
        .execute(&mut *migrating)
        .await
        .unwrap();
    let worker = Program::start(&stage, &[], &[("HEARTBEAT_FILE", heartbeat.path())]);
    heartbeat.is_left_alone().await;
    assert!(!heartbeat.file.exists(), "nobody looks yet");
    migrating.rollback().await.unwrap();
    heartbeat.is_touched().await;
    heartbeat.is_touched().await;

    worker.signal(Signal::STOP);
    heartbeat.is_left_alone().await;
    worker.signal(Signal::CONT);
    heartbeat.is_touched().await;
}

/// Whoever restarts a worker for it would lose the looks that wait.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_record_that_postgres_holds_up_is_no_standstill_of_the_worker(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let heartbeat = Heartbeat::new();
    let _worker = Program::start(&stage, &[], &[("HEARTBEAT_FILE", heartbeat.path())]);
    eventually("a look", async || stage.checks(service).await.pop()).await;
    let mut holding = stage.db.begin().await.unwrap();
    sqlx::query("lock table checks in access exclusive mode")
        .execute(&mut *holding)
        .await
        .unwrap();
    let before = stage.asked("/");
    // More than a record may be silent.
    eventually("looks meanwhile", async || {
        (stage.asked("/") >= before + 15).then_some(())
    })
    .await;
    heartbeat.is_touched().await;
    holding.rollback().await.unwrap();
    eventually("all that waited", async || {
        (stage.checks(service).await.len() >= before + 15).then_some(())
    })
    .await;
}
