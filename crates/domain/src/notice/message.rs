//! What a notice says: plain values that every channel renders in its own idiom, and the words they share.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    id::{IncidentId, ServiceId},
    incident::Severity,
    verdict::Verdict,
};

mod sentences;
#[cfg(test)]
mod tests;
mod words;

pub use words::{instant, span};

/// What happened. Words are stored and sent: they are added to, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An incident opened as down, or became down.
    Down,
    /// An incident opened as degraded, or became milder.
    Degraded,
    /// The incident is over.
    Recovered,
    /// A reminder: the incident is still open.
    Still,
    /// Somebody has taken it on; reminders stop.
    Acknowledged,
    /// Nobody could tell for long how the service is.
    UnknownLong,
    /// It can be told again.
    UnknownOver,
    /// A certificate ends soon.
    Certificate,
    /// A vendor wrote something about its own incident.
    VendorUpdate,
    MaintenanceUpcoming,
    MaintenanceStarted,
    MaintenanceEnded,
    /// The service goes up and down; further changes are held.
    Flapping,
    /// It no longer does.
    Settled,
    /// Several of the above together, because many came at once.
    Digest,
    /// PulseCheck itself is cut off; no verdicts for now.
    Isolated,
    /// Another channel did not take its notices.
    DeliveryFailed,
    /// A person tries the channel.
    Test,
}

impl Kind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [Self; 18] = [
        Self::Down,
        Self::Degraded,
        Self::Recovered,
        Self::Still,
        Self::Acknowledged,
        Self::UnknownLong,
        Self::UnknownOver,
        Self::Certificate,
        Self::VendorUpdate,
        Self::MaintenanceUpcoming,
        Self::MaintenanceStarted,
        Self::MaintenanceEnded,
        Self::Flapping,
        Self::Settled,
        Self::Digest,
        Self::Isolated,
        Self::DeliveryFailed,
        Self::Test,
    ];

    /// The word used in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Recovered => "recovered",
            Self::Still => "still",
            Self::Acknowledged => "acknowledged",
            Self::UnknownLong => "unknown_long",
            Self::UnknownOver => "unknown_over",
            Self::Certificate => "certificate",
            Self::VendorUpdate => "vendor_update",
            Self::MaintenanceUpcoming => "maintenance_upcoming",
            Self::MaintenanceStarted => "maintenance_started",
            Self::MaintenanceEnded => "maintenance_ended",
            Self::Flapping => "flapping",
            Self::Settled => "settled",
            Self::Digest => "digest",
            Self::Isolated => "isolated",
            Self::DeliveryFailed => "delivery_failed",
            Self::Test => "test",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One message for one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every attempt to say the same thing, so that receivers recognise a repeat. At most 200 of `A-Za-z0-9._:-`.
    pub key: String,
    pub kind: Kind,
    /// The workspace's name, as people wrote it.
    pub workspace: String,
    /// Those that are named, gravest first.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// Those beyond the named ones, by where they stand.
    #[serde(default, skip_serializing_if = "Counts::is_none")]
    pub more: Counts,
    /// What they have in common, as one sentence: "All of them are on db-1.example.com."
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_cause: Option<String>,
    /// Further sentences, where a kind needs them: who acknowledged, which channel failed and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(default)]
    pub links: Links,
    /// When it happened, not when it is said.
    pub occurred_at: DateTime<Utc>,
    /// How much later than intended it is said, where that is worth saying.
    #[serde(
        default,
        rename = "late_ms",
        with = "milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub late: Option<Duration>,
}

/// One service that a message is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// None when it is no service, as with a part of PulseCheck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// As people wrote it; untrusted like every text here.
    pub name: String,
    /// What is watched: a URL, or a vendor's page and component.
    pub target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Where it stands now.
    pub state: Verdict,
    /// The worst it has been in this incident; of one that recovered, what it recovered from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Severity>,
    /// Why, as one sentence, from `Failure::sentence`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// When the trouble began: the first failing look.
    pub since: DateTime<Utc>,
    /// How long it lasted, or in a reminder has lasted so far.
    #[serde(
        default,
        rename = "lasted_ms",
        with = "milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub lasted: Option<Duration>,
    /// What the latest look measured.
    #[serde(
        default,
        rename = "latency_ms",
        with = "milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub latency: Option<Duration>,
    /// Days until the certificate ends; negative once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_days: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<VendorWords>,
    /// Its page in the web app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Url>,
    /// What is said of it, in a message that says several kinds of things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Kind>,
}

/// What a vendor says of its own trouble, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorWords {
    /// As the page calls itself.
    pub page: String,
    /// The title of the vendor's incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// As in `vendor::Incident::phase`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The latest update, in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
}

/// Where a reader may go from here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The incident, the service or the list of what is not up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Url>,
    /// Signed: whoever follows it acknowledges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge: Option<Url>,
    /// Signed, by e-mail address: whoever follows it gets no more mail of this kind. The address takes a POST as in RFC 8058.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unsubscribe: BTreeMap<String, Url>,
}

/// How many stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub down: u32,
    pub degraded: u32,
    pub unknown: u32,
    pub maintenance: u32,
    pub up: u32,
    /// Said to go up and down, wherever they stand.
    pub flapping: u32,
    /// Of which only the certificate is spoken.
    pub certificates: u32,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, subject: &Subject) {
        let count = match (subject.said, subject.state) {
            (Some(Kind::Flapping), _) => &mut self.flapping,
            (Some(Kind::Certificate), _) => &mut self.certificates,
            (_, Verdict::Down) => &mut self.down,
            (_, Verdict::Degraded) => &mut self.degraded,
            (_, Verdict::Unknown) => &mut self.unknown,
            (_, Verdict::Maintenance) => &mut self.maintenance,
            (_, Verdict::Up) => &mut self.up,
        };
        *count = count.saturating_add(1);
    }

    pub fn total(self) -> u32 {
        [
            self.down,
            self.degraded,
            self.unknown,
            self.maintenance,
            self.up,
            self.flapping,
            self.certificates,
        ]
        .into_iter()
        .fold(0, u32::saturating_add)
    }

    pub fn is_none(&self) -> bool {
        self.total() == 0
    }

    fn plus(self, other: Self) -> Self {
        Self {
            down: self.down.saturating_add(other.down),
            degraded: self.degraded.saturating_add(other.degraded),
            unknown: self.unknown.saturating_add(other.unknown),
            maintenance: self.maintenance.saturating_add(other.maintenance),
            up: self.up.saturating_add(other.up),
            flapping: self.flapping.saturating_add(other.flapping),
            certificates: self.certificates.saturating_add(other.certificates),
        }
    }
}

impl Message {
    /// How many services it is about, named or counted.
    pub fn affected(&self) -> u32 {
        self.counts().total()
    }

    /// Where all of them stand, named or counted.
    pub fn counts(&self) -> Counts {
        let mut named = Counts::default();
        for subject in &self.subjects {
            named.add(subject);
        }
        named.plus(self.more)
    }

    /// Everything in one line of at most 200 characters, without markup and line breaks.
    pub fn headline(&self) -> String {
        sentences::headline(self)
    }

    /// The rest, a line each, without markup and line breaks: what they have in common, whether this is late and what else has to
    /// be known, then each service with its cause, then how many more.
    pub fn sentences(&self) -> Vec<String> {
        sentences::all(self)
    }

    /// That this is late, as one sentence; none when it is not.
    pub fn lateness(&self) -> Option<String> {
        sentences::lateness(self)
    }
}

impl Subject {
    /// What is said of it in a message of this kind.
    pub fn kind(&self, of_message: Kind) -> Kind {
        self.said.unwrap_or(of_message)
    }

    /// What is known of it beyond its name, a line each.
    pub fn sentences(&self, kind: Kind) -> Vec<String> {
        sentences::of_subject(self, kind)
    }
}

/// An optional duration as whole milliseconds in JSON.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde's `with` passes the field itself")]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => {
                serializer.serialize_some(&u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
            }
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}
