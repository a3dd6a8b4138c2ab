//! A channel that does not take its notices, as the owners of its workspace are told by mail.

use serde::{Deserialize, Serialize};

use crate::id::ChannelId;

/// What its owners have to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub channel: ChannelId,
    /// Its name, and what its kind is called.
    pub name: String,
    pub kind: String,
    /// The name of the workspace.
    pub workspace: String,
    /// In one sentence, without secrets.
    pub why: String,
}
