//! How well something works, and the vendor's word for it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Operational,
    Degraded,
    PartialOutage,
    MajorOutage,
    Maintenance,
    /// The vendor lists it and does not watch it.
    NotMonitored,
    /// Nothing was said, or a word that we do not know. Never shown as operational.
    #[default]
    Unknown,
}

impl Level {
    pub const ALL: [Self; 7] = [
        Self::Operational,
        Self::Degraded,
        Self::PartialOutage,
        Self::MajorOutage,
        Self::Maintenance,
        Self::NotMonitored,
        Self::Unknown,
    ];

    /// Rank among the levels that say something; `None` where nothing is known.
    pub fn severity(self) -> Option<u8> {
        match self {
            Self::Operational => Some(0),
            Self::Maintenance => Some(1),
            Self::Degraded => Some(2),
            Self::PartialOutage => Some(3),
            Self::MajorOutage => Some(4),
            Self::NotMonitored | Self::Unknown => None,
        }
    }

    /// The worse of two; a level that says nothing never hides one that does.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        match (self.severity(), other.severity()) {
            (Some(mine), Some(theirs)) if theirs > mine => other,
            (None, Some(_)) => other,
            _ => self,
        }
    }

    /// The worst of many. Nothing known among them makes `Unknown`; an unknown beside operational ones makes `Unknown`
    /// too, because "all is well" was not said of all.
    pub fn roll_up(levels: impl IntoIterator<Item = Self>) -> Self {
        let (mut worst, mut doubtful) = (Self::Unknown, false);
        for level in levels {
            doubtful |= level == Self::Unknown;
            worst = worst.worse(level);
        }
        if doubtful && worst == Self::Operational {
            Self::Unknown
        } else {
            worst
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Degraded => "degraded",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
            Self::Maintenance => "maintenance",
            Self::NotMonitored => "not_monitored",
            Self::Unknown => "unknown",
        }
    }
}

/// What a vendor's word means to us, and the word itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said<T> {
    pub meaning: T,
    /// As published; `None` when nothing was said and the meaning was derived.
    pub raw: Option<String>,
}

impl<T> Said<T> {
    pub fn new(meaning: T, raw: impl Into<String>) -> Self {
        Self {
            meaning,
            raw: Some(raw.into()),
        }
    }

    /// A meaning that follows from other things the page says.
    pub fn derived(meaning: T) -> Self {
        Self { meaning, raw: None }
    }
}

#[cfg(test)]
mod tests {
    use super::Level::{self, Degraded, MajorOutage, NotMonitored, Operational, Unknown};

    #[test]
    fn unknown_never_hides_worse_and_never_becomes_operational() {
        assert_eq!(Level::roll_up([Operational, Unknown]), Unknown);
        assert_eq!(Level::roll_up([Operational, NotMonitored]), Operational);
        assert_eq!(
            Level::roll_up([Unknown, MajorOutage, Degraded]),
            MajorOutage
        );
        assert_eq!(Level::roll_up([NotMonitored]), Unknown);
        assert_eq!(Level::roll_up([]), Unknown);
    }
}
