//! Tables and properties of when a service is due.

use std::time::Duration;

use domain::id::ServiceId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// A service whose slots are at whole multiples of its interval, as far as the tests need.
fn grid(seconds: u64) -> Grid {
    Grid::new(ServiceId(Uuid::from_u128(7)), Duration::from_secs(seconds))
}

/// `ms` after a slot of the grid.
fn after_slot(grid: Grid, ms: i64) -> (DateTime<Utc>, DateTime<Utc>) {
    let slot = grid.after(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    (slot, slot + TimeDelta::milliseconds(ms))
}

fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}

#[test]
fn tables_of_first_looks() {
    use Arrival::{Changed, Start, TakeOver};
    let grid = grid(30);
    // ms since the slot, the last slot in steps before it, who arrives, (slot in steps after it, longest wait in ms)
    let table = [
        (0, Some(1), Start, 0, 15_000),
        (7_000, Some(1), Start, 0, 1_000),
        (8_000, Some(1), Start, 1, 22_000),
        (8_000, Some(1), TakeOver, 0, 500),
        (16_000, Some(0), TakeOver, 1, 14_000),
        (100, Some(1), Changed, 0, 500),
        (100, Some(0), Changed, 1, 29_900),
        (100, Some(0), Start, 1, 29_900),
        (100, Some(0), TakeOver, 1, 29_900),
        (13_000, Some(1), TakeOver, 0, 500),
        (100, None, TakeOver, 0, 500),
        // The clock was set back: a last slot a little ahead holds, one far ahead counts as none.
        (100, Some(-1), TakeOver, 2, 59_900),
        (100, Some(-120), TakeOver, 0, 500),
    ];
    for (ms, last, arrival, steps, longest) in table {
        let (slot, now) = after_slot(grid, ms);
        let last_slot = last.map(|n| slot - seconds(30) * n);
        let facts = Facts {
            grid,
            last_slot,
            asked_at: None,
            now,
        };
        let due = facts.first(arrival);
        let row = format!("{ms} {last:?} {arrival:?}: {due:?}");
        assert_eq!(due.slot, slot + seconds(30) * steps, "{row}");
        assert!(
            due.at >= now && due.at - now <= TimeDelta::milliseconds(longest),
            "{row}"
        );
    }
}

#[test]
fn what_was_missed_before_a_take_over_is_made_good_at_once() {
    use Arrival::{Changed, Start, TakeOver};
    let grid = grid(10);
    // ms since the slot, the last slot in steps before it, who arrives, whether it is made good
    let table = [
        // Not too late yet, but it may be when its turn comes.
        (3_001, Some(1), TakeOver, true),
        (6_000, Some(1), TakeOver, true),
        (9_400, Some(1), TakeOver, true),
        (6_000, Some(3), TakeOver, true),
        // The next slot comes as soon.
        (9_999, Some(1), TakeOver, false),
        // It was looked at, or nothing was ever to be looked at.
        (6_000, Some(0), TakeOver, false),
        (6_000, None, TakeOver, false),
        (6_000, Some(1), Start, false),
        (6_000, Some(1), Changed, false),
    ];
    for (ms, last, arrival, made_good) in table {
        let (slot, now) = after_slot(grid, ms);
        let facts = Facts {
            grid,
            last_slot: last.map(|n| slot - seconds(10) * n),
            asked_at: None,
            now,
        };
        let due = facts.first(arrival);
        let row = format!("{ms} {last:?} {arrival:?}: {due:?}");
        if made_good {
            assert!(
                due.slot >= now && due.slot - now < TimeDelta::milliseconds(500),
                "{row}"
            );
            assert_eq!(due.at, due.slot, "{row}");
            assert_eq!(
                Facts {
                    last_slot: Some(due.slot),
                    now: due.at,
                    ..facts
                }
                .next()
                .slot,
                slot + seconds(10),
                "{row}"
            );
        } else {
            assert_eq!(due.slot, slot + seconds(10), "{row}");
        }
    }
}

#[test]
fn a_look_that_was_asked_for_is_due_until_it_was_answered() {
    let grid = grid(30);
    let (slot, now) = after_slot(grid, 10_000);
    let facts = |asked: DateTime<Utc>, last_slot| Facts {
        grid,
        last_slot,
        asked_at: Some(asked),
        now,
    };
    let asked = now - seconds(1);
    assert_eq!(
        facts(asked, Some(slot)).first(Arrival::Changed),
        Due {
            slot: asked,
            at: now,
            asked: true
        }
    );
    assert_eq!(
        facts(asked, Some(slot)).next(),
        Due {
            slot: asked,
            at: now,
            asked: true
        }
    );
    assert_eq!(
        facts(asked, Some(asked)).first(Arrival::Changed).slot,
        slot + seconds(30)
    );
    assert_eq!(facts(asked, None).first(Arrival::Start).slot, asked);
}

#[test]
fn a_look_asked_for_long_ago_or_in_the_future_stands_at_the_present() {
    let grid = grid(30);
    let (slot, now) = after_slot(grid, 10_000);
    for asked in [now - seconds(3_600), now + seconds(3_600)] {
        let last_slot = Some(slot - seconds(7_200));
        let due = Facts {
            grid,
            last_slot,
            asked_at: Some(asked),
            now,
        }
        .first(Arrival::Start);
        assert_eq!((due.slot, due.at), (now, now));
    }
}

#[test]
fn tables_of_late_slots() {
    let grid = grid(30);
    // ms after the slot, (missed, next slot in steps)
    let table = [
        (14_999, None),
        (15_001, Some((1, 1))),
        (29_000, Some((1, 1))),
        (31_000, Some((1, 1))),
        (50_000, Some((2, 2))),
        (3_600_000, Some((120, 120))),
    ];
    for (ms, expected) in table {
        let (slot, now) = after_slot(grid, ms);
        let facts = Facts {
            grid,
            last_slot: Some(slot - seconds(30)),
            asked_at: None,
            now,
        };
        let late = facts
            .late(slot)
            .map(|late| (late.missed, (late.next.slot - slot).num_seconds() / 30));
        assert_eq!(late, expected, "{ms}");
    }
}

#[test]
fn what_passed_in_a_pause_is_counted_once() {
    let grid = grid(30);
    for (ms, passed) in [
        (1_000, 0),
        (16_000, 0),
        (31_000, 0),
        (46_000, 1),
        (301_000, 9),
    ] {
        let (slot, now) = after_slot(grid, ms);
        let facts = Facts {
            grid,
            last_slot: Some(slot),
            asked_at: None,
            now,
        };
        assert_eq!(facts.passed(), passed, "{ms}");
        // A look outside the grid, shortly before the slot, changes nothing but the slot itself.
        let last_slot = Some(slot - seconds(10));
        let lost = u32::from(ms > 15_000);
        let more = Facts { last_slot, ..facts }.passed();
        assert_eq!(more, passed + lost, "{ms}");
    }
}

#[test]
fn a_start_adds_at_most_half_of_the_usual_rate() {
    let mut per_second = [0_u32; 30];
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    for n in 0..30_000_u128 {
        let grid = Grid::new(ServiceId(Uuid::from_u128(n << 80)), Duration::from_secs(30));
        let last_slot = Some(grid.at_or_before(now - seconds(40)));
        let due = Facts {
            grid,
            last_slot,
            asked_at: None,
            now,
        }
        .first(Arrival::Start);
        let second = (due.at - now).num_seconds();
        per_second[usize::try_from(second).unwrap().min(29)] += 1;
    }
    assert!(per_second.iter().all(|n| *n < 1_750), "{per_second:?}");
    assert!(per_second[..3].iter().all(|n| *n > 1_000), "{per_second:?}");
}

proptest! {
    #[test]
    fn after_a_take_over_what_was_missed_is_looked_at_within_the_spread(interval in 10_u64..3_600, ago in 1_i64..100_000, ms in 0_i64..3_600_000) {
        let grid = grid(interval);
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(ms);
        let newest = grid.at_or_before(now);
        let facts = Facts { grid, last_slot: Some(newest - seconds(ago)), asked_at: None, now };
        prop_assert!(facts.first(Arrival::TakeOver).at - now < TimeDelta::milliseconds(500));
    }

    #[test]
    fn the_next_look_is_later_than_the_last_and_never_late(interval in 10_u64..86_400, last in 0_i64..200_000, t in 100_000_000_i64..100_200_000) {
        let grid = grid(interval);
        let now = DateTime::UNIX_EPOCH + seconds(t);
        let last_slot = Some(grid.at_or_before(now - seconds(last)));
        for arrival in [Arrival::Start, Arrival::TakeOver, Arrival::Changed] {
            let facts = Facts { grid, last_slot, asked_at: None, now };
            let due = facts.first(arrival);
            prop_assert!(Some(due.slot) > last_slot && due.at >= now);
            let at_start = Facts { now: due.at, ..facts };
            prop_assert_eq!(at_start.late(due.slot), None);
        }
    }
}
