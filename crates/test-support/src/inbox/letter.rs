//! A received letter, read by a library that had no part in writing it.

use mail_parser::MessageParser;

use super::Received;

/// What a mail reader shows of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    /// The name and address of the sender.
    pub from: (String, String),
    pub to: Vec<String>,
    pub text: String,
    pub html: String,
    /// Names in lower case with their values unfolded, in their order.
    pub headers: Vec<(String, String)>,
}

impl Letter {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Received {
    /// The letter as a mail reader understands it; empty when it is none.
    pub fn letter(&self) -> Letter {
        let Some(message) = MessageParser::default().parse(self.source.as_bytes()) else {
            return Letter::default();
        };
        let address = |address: &mail_parser::Addr<'_>| {
            let part = |text: Option<&str>| text.unwrap_or_default().to_owned();
            (part(address.name()), part(address.address()))
        };
        let from = message.from().and_then(|from| from.first());
        let to = message.to().into_iter().flat_map(|to| to.iter());
        let headers = message.headers_raw().map(|(name, value)| {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            (name.to_ascii_lowercase(), value)
        });
        Letter {
            subject: message.subject().unwrap_or_default().to_owned(),
            from: from.map(address).unwrap_or_default(),
            to: to.map(|to| address(to).1).collect(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            headers: headers.collect(),
        }
    }
}
