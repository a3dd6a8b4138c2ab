//! Whose turn comes when: what is near lies in order, what is far only by the second. A turn that comes in minutes costs no more among
//! a hundred thousand than among ten.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, binary_heap::PeekMut},
};

use chrono::{DateTime, Utc};

use crate::roster::Turn;

/// When a turn comes, by the database's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alarm {
    at: DateTime<Utc>,
    turn: Turn,
}

/// All alarms that are set.
#[derive(Debug)]
pub(super) struct Alarms {
    /// Those up to the end of the second `edge`.
    near: BinaryHeap<Reverse<Alarm>>,
    /// Those after it, by the second since 1970.
    far: BTreeMap<i64, Vec<Alarm>>,
    edge: i64,
}

impl Alarms {
    pub(super) fn new() -> Self {
        Self {
            near: BinaryHeap::new(),
            far: BTreeMap::new(),
            edge: i64::MIN,
        }
    }

    pub(super) fn set(&mut self, at: DateTime<Utc>, turn: Turn) {
        let (alarm, second) = (Alarm { at, turn }, at.timestamp());
        if second <= self.edge {
            self.near.push(Reverse(alarm));
        } else {
            self.far.entry(second).or_default().push(alarm);
        }
    }

    /// When to ask for a turn: when the next one comes, or where that is far, when its second begins.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        let far = || DateTime::from_timestamp_secs(*self.far.first_key_value()?.0);
        let near = self.near.peek().map(|Reverse(alarm)| alarm.at);
        near.or_else(far)
    }

    /// The next turn, if it has come.
    pub(super) fn pop_due(&mut self, now: DateTime<Utc>) -> Option<Turn> {
        if self.near.is_empty() {
            self.draw_near(now.timestamp());
        }
        let first = self.near.peek_mut().filter(|first| first.0.at <= now)?;
        Some(PeekMut::pop(first).0.turn)
    }

    fn draw_near(&mut self, now: i64) {
        if let Some(first) = self.far.first_entry().filter(|first| *first.key() <= now) {
            self.edge = *first.key();
            self.near.extend(first.remove().into_iter().map(Reverse));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(ms)
    }

    proptest! {
        #[test]
        fn turns_come_in_order_of_time_whenever_they_were_set(steps in prop::collection::vec((-2_000_i64..20_000, 0_i64..3_000), 1..200)) {
            let (mut alarms, mut oracle, mut now) = (Alarms::new(), Vec::new(), 0);
            for (n, (ahead, pause)) in steps.into_iter().enumerate() {
                let turn = Turn { index: u32::try_from(n).unwrap_or(0), stamp: 0 };
                alarms.set(at(now + ahead), turn);
                oracle.push((at(now + ahead), turn));
                let (next, first) = (alarms.next(), oracle.iter().map(|(at, _)| *at).min());
                let (next, first) = (next.unwrap_or_default(), first.unwrap_or_default());
                prop_assert!(next <= first && next.timestamp() == first.timestamp());
                now += pause;
                while let Some(turn) = alarms.pop_due(at(now)) {
                    let first = oracle.iter().map(|(at, _)| *at).min();
                    let place = oracle.iter().position(|one| one.1 == turn);
                    let (due, _) = oracle.swap_remove(place.unwrap_or(usize::MAX));
                    prop_assert_eq!(Some(due), first);
                    prop_assert!(due <= at(now));
                }
                prop_assert!(oracle.iter().all(|(due, _)| *due > at(now)));
            }
        }
    }
}
