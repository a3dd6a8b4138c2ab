//! Identities, one type each, so that a user can never be passed where a service is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// The tenant; every owned row carries it.
    WorkspaceId
    /// A person who signs in.
    UserId
    /// One sign-in on one device: a family of refresh tokens.
    SessionId
    /// What a workspace asks us to watch.
    ServiceId
    /// A span in which a service was not up.
    IncidentId
    /// One worker process, from start to stop.
    WorkerId
    /// Somebody else's status page, shared by all who watch it.
    VendorPageId
    /// A place where somebody wants to hear.
    ChannelId
    /// Which channel hears of what.
    RuleId
    /// What one channel is told at once; the same in every attempt to tell it.
    MessageId
    /// One attempt to say it.
    DeliveryId
    /// A maintenance window.
    WindowId
    /// Mail to one person, such as the report of a week.
    LetterId
}

/// The narrow number under which a service's checks are stored; never leaves the database's side of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceKey(pub i32);
