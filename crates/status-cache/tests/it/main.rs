//! The cache and the bus against real Redis servers, which are killed, flushed and paused.

mod server;

use std::time::Duration;

use chrono::DateTime;
use domain::{
    failure::FailureCode,
    id::{ServiceId, SessionId, WorkspaceId},
    verdict::Verdict,
};
use futures_util::{StreamExt as _, stream::BoxStream};
use serde_json::json;
use status_cache::{Heard, LiveEvent, Reason, StatusCache, StatusEntry};
use test_support::Authority;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use server::Server;

const PATIENCE: Duration = Duration::from_secs(20);
/// What one call may cost at worst, on a busy machine.
const BRIEFLY: Duration = Duration::from_millis(900);

fn entry() -> StatusEntry {
    StatusEntry {
        status: Verdict::Down,
        response_time: None,
        checked_at: DateTime::from_timestamp(1_800_000_000, 0).expect("a time"),
        since: None,
        reason: Some(Reason {
            code: FailureCode::ConnectRefused,
            phase: None,
            sentence: "Nobody listens.".to_owned(),
        }),
    }
}

fn service() -> ServiceId {
    ServiceId(Uuid::now_v7())
}

fn event() -> LiveEvent {
    let workspace = WorkspaceId(Uuid::from_u128(7));
    let service = service();
    LiveEvent::status(workspace, service, json!({ "service_id": service }))
}

async fn next(stream: &mut BoxStream<'static, Heard>) -> Heard {
    timeout(PATIENCE, stream.next())
        .await
        .expect("in time")
        .expect("for ever")
}

/// Publishes until somebody hears it: subscribing takes a moment.
async fn heard_by(cache: &StatusCache, stream: &mut BoxStream<'static, Heard>) -> Heard {
    let listening = next(stream);
    tokio::pin!(listening);
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    loop {
        tokio::select! {
            heard = &mut listening => return heard,
            _ = tick.tick() => cache.publish(&[event()]).await,
        }
    }
}

#[tokio::test]
async fn what_is_put_can_be_got_and_removed_in_both() {
    let server = Server::start().await;
    for cache in [StatusCache::in_memory(), server.cache()] {
        let (a, b) = (service(), service());
        cache.put(&[(a, entry()), (b, entry())]).await;
        assert_eq!(cache.get(a).await, Some(entry()));
        cache.remove(&[a]).await;
        assert_eq!(cache.get(a).await, None);
        assert_eq!(cache.get(b).await, Some(entry()));
        assert!(cache.is_reachable().await);
    }
}

#[tokio::test]
async fn every_listener_hears_events_and_ends_of_sessions_in_order() {
    let server = Server::start().await;
    for cache in [StatusCache::in_memory(), server.cache()] {
        let mut streams = [cache.subscribe(), cache.subscribe()];
        for stream in &mut streams {
            heard_by(&cache, stream).await;
        }
        let (one, two) = (event(), event());
        let session = SessionId(Uuid::now_v7());
        cache.publish(&[one.clone(), two.clone()]).await;
        cache.end_sessions(&[session]).await;
        for stream in &mut streams {
            while next(stream).await != Heard::Event(one.clone()) {}
            assert_eq!(next(stream).await, Heard::Event(two.clone()));
            assert_eq!(next(stream).await, Heard::SessionEnded(session));
        }
    }
}

#[tokio::test]
async fn flushing_redis_changes_nothing_but_the_entries() {
    let server = Server::start().await;
    let cache = server.cache();
    let mut stream = cache.subscribe();
    heard_by(&cache, &mut stream).await;
    let id = service();
    cache.put(&[(id, entry())]).await;
    server.flush().await;
    assert_eq!(cache.get(id).await, None);
    cache.put(&[(id, entry())]).await;
    assert_eq!(cache.get(id).await, Some(entry()));
    let told = event();
    cache.publish(std::slice::from_ref(&told)).await;
    while next(&mut stream).await != Heard::Event(told.clone()) {}
}

#[tokio::test]
async fn a_redis_that_accepts_and_never_answers_holds_nobody() {
    let server = Server::start().await;
    let cache = server.cache();
    let id = service();
    cache.put(&[(id, entry())]).await;
    server.pause();
    let started = Instant::now();
    cache.put(&[(id, entry())]).await;
    assert!(started.elapsed() < BRIEFLY, "{:?}", started.elapsed());
    // Having failed a moment ago, it is not even asked.
    let started = Instant::now();
    for _ in 0..20 {
        cache.put(&[(id, entry())]).await;
        cache.publish(&[event()]).await;
        assert_eq!(cache.get(id).await, None);
    }
    assert!(started.elapsed() < BRIEFLY, "{:?}", started.elapsed());
    assert!(!cache.is_reachable().await);
    server.go_on();
    let back = async {
        while cache.get(id).await.is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, back).await.expect("it answers again");
}

#[tokio::test]
async fn after_a_restart_everybody_goes_on_and_listeners_learn_of_the_gap() {
    let mut server = Server::start().await;
    let cache = server.cache();
    let mut stream = cache.subscribe();
    heard_by(&cache, &mut stream).await;
    server.kill();
    let id = service();
    cache.put(&[(id, entry())]).await;
    cache.publish(&[event()]).await;
    server.start_again().await;
    while next(&mut stream).await != Heard::Gap {}
    while !matches!(heard_by(&cache, &mut stream).await, Heard::Event(_)) {}
    let back = async {
        while cache.get(id).await.is_none() {
            cache.put(&[(id, entry())]).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, back).await.expect("it stores again");
}

#[tokio::test]
async fn while_redis_is_away_listeners_know_that_they_miss_something() {
    let mut server = Server::start().await;
    let cache = server.cache();
    let mut stream = cache.subscribe();
    heard_by(&cache, &mut stream).await;
    server.kill();
    while next(&mut stream).await != Heard::Gap {}
}

#[tokio::test]
async fn what_could_not_be_published_is_known_as_a_gap_afterwards() {
    let server = Server::start().await;
    let (sender, listener) = (server.cache(), server.cache());
    let mut stream = listener.subscribe();
    heard_by(&sender, &mut stream).await;
    server.pause();
    let lost = event();
    sender.publish(std::slice::from_ref(&lost)).await;
    server.go_on();
    let mut seen = Vec::new();
    while !seen.contains(&Heard::Gap) {
        seen.push(heard_by(&sender, &mut stream).await);
    }
}

#[tokio::test]
async fn a_listener_that_is_too_slow_learns_of_the_gap() {
    let cache = StatusCache::in_memory();
    let mut stream = cache.subscribe();
    for _ in 0..10_000 {
        cache.publish(&[event()]).await;
    }
    assert_eq!(next(&mut stream).await, Heard::Gap);
    assert!(matches!(next(&mut stream).await, Heard::Event(_)));
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_refused_at_once() {
    assert!(StatusCache::redis("nonsense").is_err());
    assert!(StatusCache::redis("http://example.com").is_err());
}

#[tokio::test]
async fn a_redis_behind_tls_is_used_when_its_authority_is_trusted_and_only_then() {
    let server = Server::start().await;
    let authority = Authority::new("A company");
    let front = server.behind_tls(&authority).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authorities.pem");
    std::fs::write(&file, authority.pem()).expect("written");
    let url = format!("rediss://localhost:{}/0", front.port());
    let trusting = StatusCache::redis_trusting(&url, Some(&file)).expect("an address");
    assert!(trusting.wait(PATIENCE).await);
    let id = service();
    trusting.put(&[(id, entry())]).await;
    assert_eq!(server.cache().get(id).await, Some(entry()));
    let mut stream = trusting.subscribe();
    assert!(matches!(
        heard_by(&server.cache(), &mut stream).await,
        Heard::Event(_)
    ));
    let strict = StatusCache::redis(&url).expect("an address");
    assert!(!strict.wait(Duration::ZERO).await);
    std::fs::write(&file, "no certificate").expect("written");
    assert!(StatusCache::redis_trusting(&url, Some(&file)).is_err());
}

#[tokio::test]
async fn a_start_waits_for_redis_but_not_for_ever() {
    let mut server = Server::start().await;
    let cache = server.cache();
    server.kill();
    assert!(!cache.wait(Duration::from_millis(150)).await);
    let waiting = cache.wait(PATIENCE);
    let ((), reached) = tokio::join!(server.start_again(), waiting);
    assert!(reached);
    assert!(StatusCache::in_memory().wait(Duration::ZERO).await);
}
