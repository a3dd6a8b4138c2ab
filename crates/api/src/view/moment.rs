//! Times as text, for answers that hold hundreds: what chrono writes, which asks for each character by itself.

use chrono::{DateTime, Datelike as _, SubsecRound as _, Timelike as _, Utc};
use serde::{Serialize as _, Serializer};

/// `0000-00-00T00:00:00.000000Z`
const LENGTH: usize = 27;

/// For `serialize_with`.
pub(crate) fn serialize<S: Serializer>(
    at: &DateTime<Utc>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut text = [0; LENGTH];
    match write(at, &mut text) {
        Some(text) => serializer.serialize_str(text),
        // Not of our days, or more exact than Postgres.
        None => at.serialize(serializer),
    }
}

/// The same for a time that may be missing.
#[expect(clippy::ref_option, reason = "serde hands out references")]
pub(crate) fn serialize_option<S: Serializer>(
    at: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serialize(at, serializer),
        None => serializer.serialize_none(),
    }
}

fn write<'a>(at: &DateTime<Utc>, text: &'a mut [u8; LENGTH]) -> Option<&'a str> {
    let micros = at.timestamp_subsec_micros();
    let year = u32::try_from(at.year())
        .ok()
        .filter(|year| *year < 10_000)?;
    if at.trunc_subsecs(6) != *at || micros >= 1_000_000 {
        return None;
    }
    let mut rest = text.as_mut_slice();
    let parts = [
        (4, year, b'-'),
        (2, at.month(), b'-'),
        (2, at.day(), b'T'),
        (2, at.hour(), b':'),
        (2, at.minute(), b':'),
    ];
    for (digits, number, after) in parts {
        rest = number_and(rest, digits, number, after)?;
    }
    let end = if micros == 0 { b'Z' } else { b'.' };
    rest = number_and(rest, 2, at.second(), end)?;
    if micros > 0 {
        let (digits, fraction) = if micros.is_multiple_of(1000) {
            (3, micros / 1000)
        } else {
            (6, micros)
        };
        rest = number_and(rest, digits, fraction, b'Z')?;
    }
    let unused = rest.len();
    str::from_utf8(&text[..LENGTH - unused]).ok()
}

/// Writes a number and what stands after it; leaves the room behind that.
fn number_and(text: &mut [u8], digits: usize, mut number: u32, after: u8) -> Option<&mut [u8]> {
    let (place, rest) = text.split_at_mut_checked(digits + 1)?;
    let (last, place) = place.split_last_mut()?;
    *last = after;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).ok()?;
        number /= 10;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    #[derive(serde::Serialize)]
    struct Shown {
        #[serde(serialize_with = "serialize")]
        at: DateTime<Utc>,
        #[serde(serialize_with = "serialize_option")]
        maybe: Option<DateTime<Utc>>,
    }

    fn assert_as_chrono(at: DateTime<Utc>) {
        for maybe in [Some(at), None] {
            let shown = serde_json::to_value(Shown { at, maybe }).expect("JSON");
            assert_eq!(shown, serde_json::json!({ "at": at, "maybe": maybe }));
        }
    }

    proptest! {
        #[test]
        fn a_time_is_written_as_chrono_writes_it(
            seconds in -70_000_000_000i64..260_000_000_000,
            nanos in prop_oneof![
                Just(0u32), (0u32..1000).prop_map(|ms| ms * 1_000_000), (0u32..1_000_000).prop_map(|us| us * 1000), 0u32..2_000_000_000,
            ],
        ) {
            let second = seconds - seconds.rem_euclid(60) + 59;
            let second = if nanos < 1_000_000_000 { seconds } else { second };
            let at = DateTime::from_timestamp(second, nanos).expect("a time");
            assert_as_chrono(at);
        }
    }

    #[test]
    fn the_ends_of_what_can_be_written_are_written_right() {
        let first = DateTime::from_timestamp(-62_167_219_200, 0).expect("the year 0");
        let last = DateTime::from_timestamp(253_402_300_799, 999_999_000).expect("the year 9999");
        let step = TimeDelta::microseconds(1);
        for at in [first - step, first, first + step, last, last + step] {
            assert_as_chrono(at);
        }
    }
}
