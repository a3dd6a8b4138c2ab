//! A set of HTTP statuses, written as `200-299,401`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Statuses from 100 to 599 as ordered ranges that neither touch nor overlap; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StatusSet(Vec<(u16, u16)>);

/// The text is not such a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be statuses from 100 to 599 such as 200-299,401")]
pub struct NotAStatusSet;

/// Longest text that is read.
const MAX_LENGTH: usize = 200;

impl StatusSet {
    /// The set of one status.
    pub fn one(status: u16) -> Result<Self, NotAStatusSet> {
        Self::of(vec![(status, status)])
    }

    /// Whether the status is in the set.
    pub fn contains(&self, status: u16) -> bool {
        self.0
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&status))
    }

    /// The only status of the set, if it has just one.
    pub fn single(&self) -> Option<u16> {
        match self.0[..] {
            [(from, to)] if from == to => Some(from),
            _ => None,
        }
    }

    fn of(mut ranges: Vec<(u16, u16)>) -> Result<Self, NotAStatusSet> {
        if ranges.is_empty()
            || ranges
                .iter()
                .any(|(from, to)| *from < 100 || *to > 599 || from > to)
        {
            return Err(NotAStatusSet);
        }
        ranges.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some(last) if from <= last.1 + 1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Ok(Self(merged))
    }
}

impl FromStr for StatusSet {
    type Err = NotAStatusSet;

    /// Reads `200`, `200-299`, `2xx` and lists of these with commas.
    fn from_str(text: &str) -> Result<Self, NotAStatusSet> {
        if text.len() > MAX_LENGTH {
            return Err(NotAStatusSet);
        }
        text.split(',')
            .map(|part| range(part.trim()))
            .collect::<Result<_, _>>()
            .and_then(Self::of)
    }
}

fn range(text: &str) -> Result<(u16, u16), NotAStatusSet> {
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let class = status(class)?;
        return if class < 6 {
            Ok((class * 100, class * 100 + 99))
        } else {
            Err(NotAStatusSet)
        };
    }
    match text.split_once('-') {
        Some((from, to)) => Ok((status(from.trim())?, status(to.trim())?)),
        None => status(text).map(|only| (only, only)),
    }
}

/// Plain digits; `parse` alone would also take a sign.
fn status(text: &str) -> Result<u16, NotAStatusSet> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAStatusSet);
    }
    text.parse().map_err(|_| NotAStatusSet)
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (from, to)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if from == to {
                write!(f, "{comma}{from}")?;
            } else {
                write!(f, "{comma}{from}-{to}")?;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for StatusSet {
    type Error = NotAStatusSet;

    fn try_from(text: String) -> Result<Self, NotAStatusSet> {
        text.parse()
    }
}

impl From<StatusSet> for String {
    fn from(set: StatusSet) -> Self {
        set.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_written_in_one_way() {
        for (text, written) in [
            ("200", "200"),
            ("200-299, 401", "200-299,401"),
            ("401,200-250,251-299,210", "200-299,401"),
            ("2xx,3XX", "200-399"),
            ("100-599", "100-599"),
        ] {
            assert_eq!(text.parse::<StatusSet>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn odd_sets_are_refused() {
        for text in [
            "", ",", "99", "600", "299-200", "abc", "2x", "9xx", "+200", "200--299", "-1", "0xx",
        ] {
            assert_eq!(text.parse::<StatusSet>(), Err(NotAStatusSet), "{text}");
        }
    }

    #[test]
    fn membership_includes_both_ends() {
        let set: StatusSet = "200-299,401".parse().unwrap();
        for (status, expected) in [
            (199, false),
            (200, true),
            (299, true),
            (300, false),
            (401, true),
            (999, false),
        ] {
            assert_eq!(set.contains(status), expected, "{status}");
        }
        assert_eq!(
            (set.single(), StatusSet::one(204).unwrap().single()),
            (None, Some(204))
        );
    }
}
