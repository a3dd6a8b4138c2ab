//! What goes over the bus, and what a listener hears.

use domain::id::SessionId;
use serde::{Deserialize, Serialize};

use crate::LiveEvent;

/// One message between processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub(crate) enum Message {
    Events(Vec<LiveEvent>),
    SessionsEnded(Vec<SessionId>),
    /// A sender could not deliver something before this.
    Lost,
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Event(LiveEvent),
    SessionEnded(SessionId),
    /// Something may have been missed: whoever shows live data should read it again.
    Gap,
}

impl From<Message> for Vec<Heard> {
    fn from(message: Message) -> Self {
        match message {
            Message::Events(events) => events.into_iter().map(Heard::Event).collect(),
            Message::SessionsEnded(sessions) => {
                sessions.into_iter().map(Heard::SessionEnded).collect()
            }
            Message::Lost => vec![Heard::Gap],
        }
    }
}
