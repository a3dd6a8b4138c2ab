//! What whoever follows a link of a message may do, without signing in. Sealed before it leaves.

use serde::{Deserialize, Serialize};

use crate::id::{ChannelId, LetterId, MessageId, UserId, WorkspaceId};

/// The context under which links are sealed.
pub const CONTEXT: &str = "notice-link";

/// What a link permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Permit {
    /// Take on every incident that this message tells of.
    Acknowledge { message: MessageId },
    /// Read when maintenance is planned.
    Calendar { workspace: WorkspaceId },
    /// Take this address out of a channel.
    Unsubscribe { channel: ChannelId, address: String },
    /// Say that the address to which this letter went is one's own. Once, and not for long.
    Verify { letter: LetterId },
    /// Get no more reports of the week.
    StopReports { user: UserId },
}
