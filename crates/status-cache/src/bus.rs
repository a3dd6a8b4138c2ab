//! What goes over the bus, and what a listener hears.

use domain::id::SessionId;
use serde::{Deserialize, Serialize};

use crate::LiveEvent;

/// One message between processes. Its kind comes first: what an event says is not taken apart, which serde cannot do for a content that it
/// has to keep until it knows the kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub(crate) enum Message {
    Events(Vec<LiveEvent>),
    SessionsEnded(Vec<SessionId>),
    /// A sender could not deliver something before this.
    Lost,
}

/// A message on its way out, without a copy of what it carries; its JSON is that of `Message`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub(crate) enum Telling<'a> {
    Events(&'a [LiveEvent]),
    SessionsEnded(&'a [SessionId]),
    Lost,
}

impl Telling<'_> {
    pub(crate) fn to_message(self) -> Message {
        match self {
            Self::Events(events) => Message::Events(events.to_vec()),
            Self::SessionsEnded(sessions) => Message::SessionsEnded(sessions.to_vec()),
            Self::Lost => Message::Lost,
        }
    }
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

#[cfg(test)]
mod tests {
    use domain::id::WorkspaceId;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::EventKind;

    #[test]
    fn a_message_is_understood_that_names_no_service() {
        let json = r#"{"kind":"events","content":[{"id":"0192b3f0-0000-7000-8000-000000000001",
            "workspace":"00000000-0000-0000-0000-000000000007","kind":"service.status","data":{"status":"up"}}]}"#;
        let message: Message = serde_json::from_str(json).expect("a message");
        let Message::Events(events) = message else {
            panic!("{message:?}");
        };
        assert_eq!(events[0].service, None);
        assert_eq!(events[0].data.get(), r#"{"status":"up"}"#);
    }

    #[test]
    fn what_is_told_is_what_is_heard() {
        let events = [LiveEvent::new(
            WorkspaceId(Uuid::nil()),
            EventKind::ServiceChanged,
            json!({"change": "created"}),
        )];
        let sessions = [SessionId(Uuid::nil())];
        for telling in [
            Telling::Events(&events),
            Telling::SessionsEnded(&sessions),
            Telling::Lost,
        ] {
            let json = serde_json::to_string(&telling).expect("JSON");
            let message: Message = serde_json::from_str(&json).expect("a message");
            assert_eq!(message, telling.to_message());
        }
    }
}
