//! Rules: which channel hears of what, about which services, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::quiet::Quiet;
use crate::{
    fields::Fields,
    id::{ChannelId, RuleId, ServiceId},
};

/// The longest wait before the first message.
pub const LONGEST_DELAY: Duration = Duration::from_hours(24);
/// The shortest and the longest time between two reminders.
pub const SHORTEST_REMINDER: Duration = Duration::from_mins(5);
pub const LONGEST_REMINDER: Duration = Duration::from_hours(7 * 24);

/// What there is to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Down,
    Degraded,
    /// What was told of is over.
    Recovered,
    /// We could not tell for a long time.
    Unknown,
    /// A certificate ends in 30, 14, 7, 3 or 1 days.
    Certificate,
    /// A vendor wrote something new about an open incident.
    VendorUpdate,
    /// A service that cannot decide.
    Flapping,
    /// A maintenance window of our own begins or ends.
    Maintenance,
}

impl Topic {
    pub const ALL: [Self; 8] = [
        Self::Down,
        Self::Degraded,
        Self::Recovered,
        Self::Unknown,
        Self::Certificate,
        Self::VendorUpdate,
        Self::Flapping,
        Self::Maintenance,
    ];

    /// What somebody hears of who said nothing else.
    pub const USUAL: [Self; 5] = [
        Self::Down,
        Self::Recovered,
        Self::Unknown,
        Self::Certificate,
        Self::Flapping,
    ];

    /// The word under which it is stored and shown in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Recovered => "recovered",
            Self::Unknown => "unknown",
            Self::Certificate => "certificate",
            Self::VendorUpdate => "vendor_update",
            Self::Flapping => "flapping",
            Self::Maintenance => "maintenance",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == word)
    }
}

/// The services that a rule is about. Ordered: the later one is the more specific.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All of the workspace.
    Workspace,
    Category(String),
    Service(ServiceId),
}

/// What a rule says, whoever it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// None: nothing is told.
    pub topics: BTreeSet<Topic>,
    /// How long a service has to be in trouble before the first message.
    pub delay: Duration,
    /// How long until it is said again that the trouble is not over; none: never.
    pub remind: Option<Duration>,
    pub quiet: Option<Quiet>,
}

/// For each channel the most specific rule about a service decides, and it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: RuleId,
    pub channel: ChannelId,
    pub scope: Scope,
    pub wish: Wish,
}

/// The service that something happened to, as far as rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    pub service: ServiceId,
    pub category: Option<&'a str>,
}

impl Default for Wish {
    /// The usual topics, at once, and once.
    fn default() -> Self {
        Self {
            topics: Topic::USUAL.into_iter().collect(),
            delay: Duration::ZERO,
            remind: None,
            quiet: None,
        }
    }
}

impl Wish {
    /// Every number that is out of its range.
    pub fn check(&self) -> Result<(), Fields> {
        let mut fields = Fields::default();
        let tells_trouble = [Topic::Down, Topic::Degraded]
            .iter()
            .any(|topic| self.topics.contains(topic));
        if self.topics.contains(&Topic::Recovered) && !tells_trouble {
            fields.push(
                "topics",
                "recovered is told of what was told to be down or degraded: choose one of these too",
            );
        }
        if self.remind.is_some() && !tells_trouble && !self.topics.is_empty() {
            fields.push(
                "remind_s",
                "reminds of what is down or degraded: choose one of these topics too, or no reminders",
            );
        }
        if self.delay > LONGEST_DELAY {
            fields.push("delay_s", "must be at most 86400 (a day)");
        }
        let in_range = |remind: Duration| (SHORTEST_REMINDER..=LONGEST_REMINDER).contains(&remind);
        if self.remind.is_some_and(|remind| !in_range(remind)) {
            fields.push(
                "remind_s",
                "must be from 300 (5 minutes) to 604800 (a week)",
            );
        }
        fields.finish(())
    }
}

impl Scope {
    pub fn covers(&self, about: &About<'_>) -> bool {
        match self {
            Self::Workspace => true,
            Self::Category(name) => about.category == Some(name),
            Self::Service(id) => about.service == *id,
        }
    }
}

/// The rule of each channel that decides about a service.
pub fn deciding<'a>(rules: &'a [Rule], about: &About<'_>) -> Vec<&'a Rule> {
    let mut decides: BTreeMap<ChannelId, &Rule> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.scope.covers(about)) {
        decides
            .entry(rule.channel)
            .and_modify(|other| {
                if (&rule.scope, rule.id) > (&other.scope, other.id) {
                    *other = rule;
                }
            })
            .or_insert(rule);
    }
    decides.into_values().collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rule(n: u128, channel: u128, scope: Scope) -> Rule {
        Rule {
            id: RuleId(Uuid::from_u128(n)),
            channel: ChannelId(Uuid::from_u128(channel)),
            scope,
            wish: Wish::default(),
        }
    }

    fn service(n: u128) -> ServiceId {
        ServiceId(Uuid::from_u128(n))
    }

    #[test]
    fn words_lead_back_to_their_topic() {
        for topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.as_str()), Some(topic));
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.as_str());
        }
    }

    #[test]
    fn the_most_specific_rule_of_each_channel_decides_alone() {
        let rules = [
            rule(1, 1, Scope::Service(service(7))),
            rule(2, 1, Scope::Workspace),
            rule(3, 1, Scope::Category("Shop".into())),
            rule(4, 2, Scope::Category("Shop".into())),
            rule(5, 3, Scope::Category("Other".into())),
        ];
        let decide = |service, category| {
            let about = About { service, category };
            let ids = deciding(&rules, &about);
            ids.iter()
                .map(|rule| rule.id.0.as_u128())
                .collect::<Vec<_>>()
        };
        assert_eq!(decide(service(7), Some("Shop")), [1, 4]);
        assert_eq!(decide(service(8), Some("Shop")), [3, 4]);
        assert_eq!(decide(service(8), Some("shop")), [2]);
        assert_eq!(decide(service(8), None), [2]);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let wish = Wish {
            delay: LONGEST_DELAY + Duration::from_secs(1),
            remind: Some(Duration::from_secs(299)),
            ..Wish::default()
        };
        let fields = wish.check().unwrap_err();
        assert_eq!(fields.0.keys().collect::<Vec<_>>(), ["delay_s", "remind_s"]);
        assert!(Wish::default().check().is_ok());
        let only = |topic| Wish {
            topics: [topic].into(),
            remind: Some(SHORTEST_REMINDER),
            ..Wish::default()
        };
        let fields = only(Topic::Recovered).check().unwrap_err();
        assert_eq!(fields.0.keys().collect::<Vec<_>>(), ["remind_s", "topics"]);
        assert!(only(Topic::Degraded).check().is_ok());
        let deaf = Wish {
            topics: BTreeSet::new(),
            ..only(Topic::Down)
        };
        assert!(deaf.check().is_ok());
    }
}
