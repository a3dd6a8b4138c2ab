//! How many messages a channel gets: the first at once, then few, each naming everything that gathered meanwhile.

use chrono::{DateTime, TimeDelta, Utc};

/// What falls together within this is told together.
const FIRST_WINDOW: TimeDelta = TimeDelta::milliseconds(500);
/// How long the further messages of a minute gather, by how many it had already.
const WINDOWS: [TimeDelta; 3] = [FIRST_WINDOW, TimeDelta::seconds(10), TimeDelta::seconds(20)];
const MINUTE: TimeDelta = TimeDelta::seconds(60);

/// Messages that a channel gets in any minute, if nothing else is said.
pub const USUAL_MOST: u16 = 3;

/// When the next message may leave, given when the messages of the last minute left and since when something waits.
pub fn next_message(
    recent: &[DateTime<Utc>],
    waiting_since: DateTime<Utc>,
    most_per_minute: u16,
) -> DateTime<Utc> {
    let mut recent = recent.to_vec();
    recent.sort_unstable();
    let most = usize::from(most_per_minute.max(1));
    // As many as are allowed left before: the oldest of them has to be a minute old.
    let room = recent
        .len()
        .checked_sub(most)
        .and_then(|index| recent.get(index))
        .map(|oldest| *oldest + MINUTE);
    let lately = recent
        .iter()
        .filter(|at| waiting_since - **at < MINUTE)
        .count();
    let window = WINDOWS.get(lately).or(WINDOWS.last());
    let gathered = waiting_since + window.copied().unwrap_or(FIRST_WINDOW);
    room.map_or(gathered, |room| room.max(gathered))
}

/// How many messages may leave at `now`.
pub fn room(recent: &[DateTime<Utc>], now: DateTime<Utc>, most_per_minute: u16) -> usize {
    let lately = recent.iter().filter(|at| now - **at < MINUTE).count();
    usize::from(most_per_minute.max(1)).saturating_sub(lately)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
    }

    #[test]
    fn the_first_message_leaves_at_once_and_further_ones_gather() {
        let rows: [(&[i64], i64, i64); 5] = [
            (&[], 100_000, 100_500),
            (&[30_000], 100_000, 100_500),
            (&[95_000], 100_000, 110_000),
            (&[90_000, 95_000], 100_000, 120_000),
            (&[70_000, 90_000, 95_000], 100_000, 130_000),
        ];
        for (recent, waiting, expected) in rows {
            let recent: Vec<_> = recent.iter().map(|ms| at(*ms)).collect();
            assert_eq!(next_message(&recent, at(waiting), 3), at(expected));
        }
    }

    proptest! {
        #[test]
        fn no_minute_has_more_messages_than_are_allowed(
            gaps in proptest::collection::vec(0i64..30_000, 1..80),
            most in 1u16..6,
        ) {
            let mut sent: Vec<DateTime<Utc>> = Vec::new();
            let mut now = 0;
            for gap in gaps {
                now += gap;
                let next = next_message(&sent, at(now), most);
                prop_assert!(next >= at(now));
                prop_assert!(room(&sent, next, most) > 0);
                sent.push(next);
                now = (next - DateTime::UNIX_EPOCH).num_milliseconds();
                let minute = sent.iter().filter(|one| next - **one < MINUTE).count();
                prop_assert!(minute <= usize::from(most));
            }
        }
    }
}
