//! Times as vendors write them: with an offset, with a zone's name, with neither, or as a number.

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::node::Node;

/// A time, and whether its zone had to be assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant {
    pub(crate) at: DateTime<Utc>,
    pub(crate) assumed_utc: bool,
}

/// Years outside of these are placeholders ("0001-01-01") or mistakes.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2200;

/// Reads a time; one without a zone is taken to be in `zone` (IANA or Rails name), else in UTC, which is flagged.
pub(crate) fn read(node: Node<'_>, zone: Option<&str>) -> Option<Instant> {
    let word = node.as_word()?;
    match word.parse::<f64>() {
        Ok(number) => epoch(number),
        Err(_) => parse(&word, zone),
    }
}

pub(crate) fn parse(text: &str, zone: Option<&str>) -> Option<Instant> {
    let text = text.trim();
    if text.len() > 80 {
        return None;
    }
    let exact = DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| rfc2822(text))
        .or_else(|| spelled(text));
    if let Some(at) = exact {
        return plausible(at.to_utc(), false);
    }
    if let Some(at) = named_zone(text) {
        return plausible(at, false);
    }
    let naive = naive(text)?;
    match zone
        .and_then(zone_named)
        .map(|zone| zone.from_local_datetime(&naive))
    {
        Some(LocalResult::Single(at) | LocalResult::Ambiguous(at, _)) => {
            plausible(at.to_utc(), false)
        }
        _ => plausible(naive.and_utc(), true),
    }
}

/// Seconds or milliseconds since 1970.
fn epoch(number: f64) -> Option<Instant> {
    let millis = if number.abs() < 1e11 {
        number * 1000.0
    } else {
        number
    };
    if !(0.0..1e13).contains(&millis) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked just above"
    )]
    let at = DateTime::from_timestamp_millis(millis as i64)?;
    plausible(at, false)
}

fn plausible(at: DateTime<Utc>, assumed_utc: bool) -> Option<Instant> {
    use chrono::Datelike;
    YEARS
        .contains(&at.year())
        .then_some(Instant { at, assumed_utc })
}

/// Feed dates; the weekday is dropped because vendors get it wrong, `Z` stands for UTC.
fn rfc2822(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.split_once(", ").map_or(text, |(_, rest)| rest);
    let (rest, zone) = text.rsplit_once(' ')?;
    let offset = FixedOffset::east_opt(abbreviation(zone).or_else(|| numeric(zone))?)?;
    let naive = ["%d %b %Y %H:%M:%S", "%d %b %Y %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(rest, format).ok())?;
    offset.from_local_datetime(&naive).single()
}

/// Go's and JavaScript's own ways of printing a time.
fn spelled(text: &str) -> Option<DateTime<FixedOffset>> {
    let bare = text.split(" (").next().unwrap_or(text);
    let bare = bare.strip_suffix(" UTC").unwrap_or(bare);
    [
        "%Y-%m-%d %H:%M:%S%.f %z",
        "%a %b %d %Y %H:%M:%S GMT%z",
        "%Y-%m-%dT%H:%M:%S%.f%z",
        "%Y-%m-%d %H:%M:%S%.f%z",
    ]
    .iter()
    .find_map(|format| DateTime::parse_from_str(bare, format).ok())
}

/// A local time followed by the name or abbreviation of its zone.
fn named_zone(text: &str) -> Option<DateTime<Utc>> {
    let (rest, zone) = text.rsplit_once(' ')?;
    let naive = naive(rest)?;
    if let Some(seconds) = abbreviation(zone) {
        return Some(
            FixedOffset::east_opt(seconds)?
                .from_local_datetime(&naive)
                .single()?
                .to_utc(),
        );
    }
    let zone: Tz = zone.parse().ok()?;
    Some(zone.from_local_datetime(&naive).earliest()?.to_utc())
}

fn naive(text: &str) -> Option<NaiveDateTime> {
    [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%m/%d/%Y %H:%M",
    ]
    .iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    .or_else(|| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()?
            .and_hms_opt(0, 0, 0)
    })
}

fn numeric(zone: &str) -> Option<i32> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let number: i32 = (digits.len() == 4).then(|| digits.parse().ok()).flatten()?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

/// Seconds east of Greenwich for the abbreviations that vendors use.
fn abbreviation(zone: &str) -> Option<i32> {
    let hours = match zone {
        "Z" | "UTC" | "GMT" | "UT" => 0,
        "PDT" | "MST" => -7,
        "PST" => -8,
        "MDT" | "CST" => -6,
        "CDT" | "EST" => -5,
        "EDT" => -4,
        "BST" | "CET" => 1,
        "CEST" => 2,
        _ => return None,
    };
    Some(hours * 3600)
}

fn zone_named(name: &str) -> Option<Tz> {
    name.parse().ok().or_else(|| {
        let (_, iana) = RAILS_ZONES.iter().find(|(rails, _)| *rails == name)?;
        iana.parse().ok()
    })
}

/// Zone names of Ruby on Rails, in which some hosted pages give their zone.
const RAILS_ZONES: &[(&str, &str)] = &[
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("London", "Europe/London"),
    ("Dublin", "Europe/Dublin"),
    ("Lisbon", "Europe/Lisbon"),
    ("Paris", "Europe/Paris"),
    ("Berlin", "Europe/Berlin"),
    ("Bern", "Europe/Zurich"),
    ("Vienna", "Europe/Vienna"),
    ("Amsterdam", "Europe/Amsterdam"),
    ("Madrid", "Europe/Madrid"),
    ("Rome", "Europe/Rome"),
    ("Prague", "Europe/Prague"),
    ("Warsaw", "Europe/Warsaw"),
    ("Stockholm", "Europe/Stockholm"),
    ("Helsinki", "Europe/Helsinki"),
    ("Kyiv", "Europe/Kyiv"),
    ("Istanbul", "Europe/Istanbul"),
    ("Jerusalem", "Asia/Jerusalem"),
    ("Mumbai", "Asia/Kolkata"),
    ("Singapore", "Asia/Singapore"),
    ("Tokyo", "Asia/Tokyo"),
    ("Sydney", "Australia/Sydney"),
    ("Brasilia", "America/Sao_Paulo"),
];

#[cfg(test)]
mod tests {
    use super::{Instant, epoch, parse};

    fn utc(text: &str, zone: Option<&str>) -> (String, bool) {
        let Instant { at, assumed_utc } = parse(text, zone).expect("a time");
        (at.format("%Y-%m-%dT%H:%M:%S").to_string(), assumed_utc)
    }

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        let cases = [
            ("2026-08-02T14:59:36.991-04:00", "2026-08-02T18:59:36"),
            ("2022-12-14T12:25:16.394+01:00", "2022-12-14T11:25:16"),
            ("2020-07-30T15:12:34-07:00", "2020-07-30T22:12:34"),
            ("Thu, 23 Jul 2026 18:12:58 Z", "2026-07-23T18:12:58"),
            ("Tue, 18 Aug 2026 05:20:30 PDT", "2026-08-18T12:20:30"),
            ("Tue, 15 Apr 2026 10:00:00 +0200", "2026-04-15T08:00:00"),
            ("2019-01-01 10:00:00 +0000 UTC", "2019-01-01T10:00:00"),
            ("10/22/2020 16:28 PDT", "2020-10-22T23:28:00"),
        ];
        for (text, expected) in cases {
            assert_eq!(utc(text, None), (expected.to_owned(), false), "{text}");
        }
        let javascript = "Sat Jul 09 2022 04:20:00 GMT+0000 (Coordinated Universal Time)";
        assert_eq!(
            utc(javascript, None),
            ("2022-07-09T04:20:00".to_owned(), false)
        );
    }

    #[test]
    fn a_time_without_a_zone_is_in_the_pages_zone_or_flagged() {
        let cases = [
            ("2026-09-12 13:00:03", None, "2026-09-12T13:00:03", true),
            (
                "2026-09-12 13:00:03",
                Some("Asia/Tehran"),
                "2026-09-12T09:30:03",
                false,
            ),
            (
                "2026-01-12 13:00",
                Some("Eastern Time (US & Canada)"),
                "2026-01-12T18:00:00",
                false,
            ),
            (
                "2026-01-12 13:00",
                Some("Nowhere/At_all"),
                "2026-01-12T13:00:00",
                true,
            ),
        ];
        for (text, zone, expected, assumed) in cases {
            assert_eq!(utc(text, zone), (expected.to_owned(), assumed), "{text}");
        }
    }

    #[test]
    fn seconds_and_milliseconds_are_told_apart() {
        assert_eq!(epoch(1_772_369_485.0), epoch(1_772_369_485_000.0));
        assert_eq!(epoch(f64::NAN), None);
        assert_eq!(epoch(-1.0), None);
    }

    #[test]
    fn placeholders_and_nonsense_are_no_times() {
        for text in [
            "0001-01-01T00:00:00Z",
            "",
            "soon",
            "2026-13-40",
            "+",
            "- é",
            "é 2026-01-01",
        ] {
            assert_eq!(parse(text, None), None, "{text}");
        }
    }
}
