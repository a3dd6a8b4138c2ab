//! Coalescing, pace and resuming, without a network.

use domain::id::ServiceId;
use serde_json::json;
use status_cache::LiveEvent;

use super::*;

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(7));

fn status(service: u128, word: &str) -> LiveEvent {
    let service = ServiceId(Uuid::from_u128(service));
    let data = json!({"service_id": service, "status": word});
    LiveEvent::status(WORKSPACE, service, data)
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test(start_paused = true)]
async fn many_changes_of_one_service_within_half_a_second_are_one_frame_with_the_newest() {
    let bus = StatusCache::in_memory();
    let live = Live::new(bus.clone());
    let mut seat = live.enter(WORKSPACE, None);
    let stop = CancellationToken::new();
    let client = async {
        tokio::task::yield_now().await;
        bus.publish(&[status(1, "down")]).await;
        let first = seat.frames.recv().await.expect("a frame");
        let at = Instant::now();
        bus.publish(&[status(1, "up"), status(2, "up"), status(1, "degraded")])
            .await;
        let second = seat.frames.recv().await.expect("a frame");
        assert!(at.elapsed() >= PACE);
        assert!(text(&first).contains("down"));
        assert_eq!(text(&second).matches("event: service.status").count(), 2);
        assert!(text(&second).contains("degraded"));
        stop.cancel();
    };
    tokio::join!(live.run(stop.clone()), client);
    assert!(seat.closing.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_stream_resumes_where_it_was_and_is_told_when_that_is_forgotten() {
    let mut room = Room::default();
    let now = Instant::now();
    let (first, second, third) = (status(1, "down"), status(2, "up"), status(3, "up"));
    for event in [&first, &second] {
        room.add(event);
    }
    assert!(room.flush(now, PACE));
    let missed = room.since(first.id).expect("remembered");
    assert!(!text(&missed).contains(&first.id.simple().to_string()));
    assert!(text(&missed).contains(&second.id.simple().to_string()));
    assert_eq!(room.since(second.id).expect("remembered"), Bytes::new());
    assert!(room.since(third.id).is_none());

    let later = now + MEMORY + Duration::from_secs(1);
    room.add(&third);
    assert!(room.flush(later, PACE));
    room.is_of_use(later, MEMORY);
    assert!(room.since(first.id).is_none());
    assert!(room.since(third.id).is_some());
    room.forget();
    assert!(room.since(third.id).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_a_newer_look_made_pointless_is_not_replayed_but_its_id_still_resumes() {
    let mut room = Room::default();
    let now = Instant::now();
    let (old, new) = (status(1, "down"), status(1, "up"));
    room.add(&old);
    assert!(room.flush(now, PACE));
    room.add(&new);
    assert!(!room.flush(now, PACE));
    assert!(room.flush(now + PACE, PACE));
    assert!(text(&room.since(old.id).expect("remembered")).contains("\"up\""));
}

#[tokio::test(start_paused = true)]
async fn of_many_events_of_one_service_the_newest_is_kept_until_it_is_old() {
    let mut room = Room::default();
    let _seat = room.subscribe();
    let mut now = Instant::now();
    let first = status(1, "down");
    let (mut last, mut count) = (first.clone(), 0);
    room.add(&first);
    while count < 1_000 {
        assert!(room.flush(now, PACE));
        last = status(1, "up");
        room.add(&last);
        now += PACE;
        count += 1;
    }
    assert!(room.flush(now, PACE));
    assert!(room.is_of_use(now, MEMORY));
    assert!(room.since(first.id).is_none(), "older than five minutes");
    assert_eq!(room.since(last.id).expect("remembered"), Bytes::new());
    let size = room.size();
    assert_eq!((size.kept, size.services), (1, 1));
    assert!(
        size.ids <= 600,
        "two a second for five minutes: {}",
        size.ids
    );
    now += MEMORY;
    room.is_of_use(now, MEMORY);
    let size = room.size();
    assert_eq!((size.kept, size.services, size.ids), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_room_that_nobody_entered_for_five_minutes_is_given_up() {
    let mut room = Room::default();
    let seat = room.subscribe();
    let later = Instant::now() + MEMORY * 2;
    assert!(room.is_of_use(later, MEMORY));
    drop(seat);
    assert!(room.is_of_use(later + MEMORY / 2, MEMORY));
    assert!(!room.is_of_use(later + MEMORY, MEMORY));
}
