//! How every channel looks, as snapshots: read them when they change.

use domain::{channel::ChannelKind, notice::message::Kind};
use serde_json::{Value, json};

use crate::ground::{channel, digest, message, rendered, slack_bot};

#[test]
fn every_channel_looks_as_it_did() {
    for kind in ChannelKind::ALL.iter().copied() {
        let say = |message| Value::from(rendered(&channel(kind), &message));
        let looks = json!({
            "down": say(message(Kind::Down)),
            "recovered": say(message(Kind::Recovered)),
            "vendor update": say(message(Kind::VendorUpdate)),
            "digest": say(digest()),
            "test": say(message(Kind::Test)),
        });
        if kind == ChannelKind::Email {
            insta::assert_snapshot!("email", looks["digest"][0].as_str().unwrap());
        } else {
            insta::assert_json_snapshot!(kind.as_str(), looks);
        }
    }
    insta::assert_json_snapshot!("slack_bot", rendered(&slack_bot(), &message(Kind::Down)));
}

#[test]
fn every_kind_of_message_can_be_said_everywhere() {
    for kind in Kind::ALL {
        for channel in ChannelKind::ALL.iter().copied().map(channel) {
            let said = rendered(&channel, &message(kind));
            assert!(!said.is_empty(), "{kind:?} {:?}", channel.kind());
        }
    }
}
