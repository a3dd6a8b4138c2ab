//! Tables and properties of the limits.

use proptest::prelude::*;

use super::*;

fn want(origin: u64, address: u64, lane: Lane) -> Want {
    Want {
        origin,
        address,
        lane,
    }
}

#[test]
fn three_burnt_attempts_lead_to_the_slow_lane_and_a_quick_one_leads_back() {
    let timeout = Duration::from_secs(10);
    let mut count = 0;
    // (how long the attempt took in ms, the lane of the next one)
    let table = [
        (9_000, Lane::Fast),
        (10_000, Lane::Fast),
        (8_001, Lane::Slow),
        (10_000, Lane::Slow),
        (8_000, Lane::Fast),
        (9_000, Lane::Fast),
    ];
    for (ms, lane) in table {
        count = burnt(count, Duration::from_millis(ms), timeout);
        assert_eq!(Lane::of(count), lane, "{ms}");
    }
}

#[test]
fn ten_thousand_hanging_targets_leave_the_fast_lane_alone() {
    let mut admission = Admission::new(Limits::alone(100));
    for n in 0..10_000 {
        admission.enter(n, want(0, n, Lane::Slow));
    }
    assert_eq!((admission.under_way(), admission.waiting()), (100, 9_900));
    assert!(admission.enter(20_000, want(0, 20_000, Lane::Fast)));
}

#[test]
fn one_address_is_never_asked_more_than_its_limit_at_once() {
    let mut admission = Admission::new(Limits::alone(4_096));
    let at_once = (0..100_u32)
        .filter(|n| admission.enter(*n, want(0, 7, Lane::Fast)))
        .count();
    assert_eq!(at_once, 32);
    let mut ready = Vec::new();
    admission.leave(want(0, 7, Lane::Fast), &mut ready);
    assert_eq!(ready, [(32, want(0, 7, Lane::Fast))]);
}

#[test]
fn a_workspace_starts_twice_a_second_at_one_host_and_others_are_not_held_up() {
    let mut admission = Admission::<u32>::new(Limits::shared(4_096));
    let now = DateTime::UNIX_EPOCH;
    let latest = now + TimeDelta::seconds(2);
    let starts: Vec<_> = (0..6)
        .map(|_| {
            admission
                .reserve(1, now, latest)
                .map(|at| (at - now).num_milliseconds())
        })
        .collect();
    assert_eq!(
        starts,
        [
            Some(0),
            Some(500),
            Some(1_000),
            Some(1_500),
            Some(2_000),
            None
        ]
    );
    assert_eq!(admission.reserve(2, now, latest), Some(now));
    assert_eq!(
        Admission::<u32>::new(Limits::alone(1)).reserve(1, now, latest),
        Some(now)
    );
}

#[test]
fn a_workspace_has_four_connections_to_one_host_at_once() {
    let mut admission = Admission::new(Limits::shared(4_096));
    let started = (0..9_u32)
        .filter(|n| admission.enter(*n, want(3, u64::from(*n), Lane::Fast)))
        .count();
    assert_eq!(started, 4);
}

proptest! {
    #[test]
    fn everybody_gets_a_turn_and_no_limit_is_exceeded(wants in proptest::collection::vec((0_u64..3, 0_u64..4, any::<bool>()), 1..200)) {
        let limits = Limits { lane: 5, per_address: 2, per_origin: Some(PerOrigin { at_once: 3, apart: Duration::ZERO }) };
        let mut admission = Admission::new(limits);
        let mut running: VecDeque<(usize, Want)> = VecDeque::new();
        for (n, (origin, address, slow)) in wants.iter().enumerate() {
            let want = want(*origin, *address, if *slow { Lane::Slow } else { Lane::Fast });
            if admission.enter(n, want) {
                running.push_back((n, want));
            }
        }
        let mut done = vec![false; wants.len()];
        while let Some((n, want)) = running.pop_front() {
            for (_, other) in &running {
                prop_assert!(running.iter().filter(|(_, w)| w.address == other.address).count() <= 2);
                prop_assert!(running.iter().filter(|(_, w)| w.origin == other.origin).count() <= 3);
                prop_assert!(running.iter().filter(|(_, w)| w.lane == other.lane).count() <= 5);
            }
            prop_assert!(!std::mem::replace(&mut done[n], true));
            let mut ready = Vec::new();
            admission.leave(want, &mut ready);
            running.extend(ready);
        }
        prop_assert!(done.iter().all(|done| *done));
        prop_assert_eq!((admission.waiting(), admission.under_way()), (0, 0));
    }
}
