//! Postgres and Redis away: a clear answer, and all well again without a restart.

use serde_json::json;
use sqlx::PgPool;
use status_cache::StatusCache;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::{
    services::{add, path, shop},
    world::World,
};

/// A way to a server that can be cut, connections under way included.
struct Bridge {
    port: u16,
    open: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl Bridge {
    async fn to(host: String, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let own = listener.local_addr().expect("an address").port();
        let open = watch::Sender::new(true);
        let state = open.subscribe();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut here, _)) = listener.accept().await {
                let mut state = state.clone();
                let host = host.clone();
                connections.spawn(async move {
                    if !*state.borrow() {
                        return;
                    }
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "a test's own way to its own database"
                    )]
                    let there = TcpStream::connect((host, port)).await;
                    let Ok(mut there) = there else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut here, &mut there) => {}
                        _ = state.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self {
            port: own,
            open,
            _tasks: tasks,
        }
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn postgres_away_is_a_503_that_passes_without_a_restart(pool: PgPool) {
    let options = pool.connect_options();
    let bridge = Bridge::to(options.get_host().to_owned(), options.get_port()).await;
    let through = options.as_ref().clone().host("127.0.0.1").port(bridge.port);
    let bridged = db::pooled(10)
        .acquire_timeout(std::time::Duration::from_secs(1))
        .connect_with(through)
        .await
        .expect("a pool");
    let world = World::start(bridged).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    bridge.open.send_replace(false);
    for address in ["/api/services", "/api/summary", &path(&service)] {
        let away = person.get(address).await.expect(503);
        assert_eq!(away.header("content-type"), "application/problem+json");
        assert!(away.header("retry-after").parse::<u64>().is_ok());
        assert!(away.body["request_id"].is_string());
    }
    let health = world.stranger().get("/api/health").await.expect(503);
    assert_eq!(
        (&health.body["status"], &health.body["missing"]),
        (&json!("degraded"), &json!(["database"]))
    );
    bridge.open.send_replace(true);
    person.get("/api/services").await.expect(200);
    let health = world.stranger().get("/api/health").await.expect(200);
    assert_eq!(
        health.body,
        json!({ "status": "ok", "service": "pulsecheck-api" })
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn without_redis_everything_still_works(pool: PgPool) {
    // Nobody listens on port 1 of loopback.
    let cache = StatusCache::redis("redis://127.0.0.1:1").expect("an address");
    let world = World::with_cache(pool, cache).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    person
        .put(&path(&service), json!({ "name": "B" }))
        .await
        .expect(200);
    person
        .post(&format!("{}/pause", path(&service)), json!({}))
        .await
        .expect(200);
    assert_eq!(
        person.get("/api/services").await.expect(200).body[0]["name"],
        "B"
    );
    person.delete(&path(&service)).await.expect(204);
}
