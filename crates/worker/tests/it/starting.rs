//! How the program `worker` begins where something that it can do without is not there.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::{
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use futures_util::StreamExt as _;
use sqlx::PgPool;
use status_cache::{EventKind, Heard, StatusCache};
use tempfile::TempDir;
use test_support::{Mode, redis_server};

use crate::{
    programs::Program,
    stage::{Stage, eventually},
};

/// What a machine that does much else may take; whoever waits for Redis before it looks takes longer.
const SOON: Duration = Duration::from_secs(15);

/// A Redis on a socket of its own; it is killed when this is dropped.
struct Redis(Child);

impl Redis {
    fn start(socket: &Path) -> Self {
        let child = redis_server()
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .arg("--unixsocket")
            .arg(socket)
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn without_redis_looking_begins_at_once_and_is_told_of_as_soon_as_redis_is_there(
    pool: PgPool,
) {
    let stage = Stage::set(pool).await;
    let service = stage.add_quietly(&stage.config("/", 1)).await;
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("redis.sock");
    let url = format!("redis+unix://{}", socket.display());
    let _worker = Program::start(&stage, &[], &[("REDIS_URL", &url)]);
    let look = eventually("a look", async || stage.checks(service).await.pop());
    let look = tokio::time::timeout(SOON, look).await;
    look.expect("looking does not wait for Redis");

    let _redis = Redis::start(&socket);
    let cache = StatusCache::redis(&url).unwrap();
    eventually("its status", async || cache.get(service.id).await).await;
    let mut events = cache.subscribe();
    stage.upstream.set(Mode::status(503)).await;
    let told = async {
        loop {
            if let Some(Heard::Event(event)) = events.next().await
                && event.kind == EventKind::IncidentOpened
            {
                return;
            }
        }
    };
    let told = tokio::time::timeout(SOON, told).await;
    told.expect("a live event");
}
