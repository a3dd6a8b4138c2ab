//! Hund: an Atom feed of states, in which only the bracketed word of a title says how things stand.

use super::{Adapter, Document, feed};
use crate::{ParseError, feed::Feed};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "hund",
    name: "Hund",
    documents: &[Document {
        name: "feed",
        at: "{base}/state_feed/feed",
        required: true,
    }],
    suffixes: &["hund.io"],
    in_html: |html| {
        html.contains("/state_feed/feed")
            .then(|| "{base}".to_owned())
    },
    recognises: |body| body.feed().is_some_and(is_hund),
    read: |body, page| {
        let notes = body.expect_feed(ADAPTER.name)?;
        if !is_hund(notes) {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "its state feed",
            });
        }
        feed::read_notes(notes, page);
        Ok(())
    },
    ..Adapter::BLANK
};

fn is_hund(feed: &Feed) -> bool {
    feed.id.contains("/state_feed/")
}

#[cfg(test)]
mod tests {
    use super::ADAPTER;
    use crate::body::Body;

    #[test]
    fn a_feed_of_another_kind_is_not_hunds() {
        let body = Body::read(b"<feed><id>x</id></feed>").expect("a feed");
        assert!(!(ADAPTER.recognises)(&body));
    }
}
