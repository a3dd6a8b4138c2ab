//! Five thousand services with nasty names: every rendering keeps to its provider's limits and calls nobody.

use domain::{
    channel::ChannelKind,
    notice::message::{Kind, Message},
};
use serde_json::Value;

use crate::ground::{channel, http_channels, message, nasty_name, rendered, storm};

/// A message about one service with a nasty name.
fn nasty() -> Message {
    let mut nasty = message(Kind::Down);
    nasty.subjects[0].name = nasty_name();
    nasty.subjects[0].target = nasty_name();
    nasty.subjects[0].cause = Some(nasty_name());
    nasty.workspace = nasty_name();
    nasty
}

fn characters(value: &Value) -> usize {
    value.as_str().unwrap().chars().count()
}

#[test]
fn a_storm_stays_within_every_providers_limits() {
    for message in [storm(), nasty()] {
        let one = |kind| rendered(&channel(kind), &message).remove(0);

        let slack = one(ChannelKind::Slack);
        assert!(characters(&slack["text"]) <= 4_000);
        let blocks = slack["attachments"][0]["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50);
        for block in blocks.iter().filter(|block| block["type"] == "section") {
            assert!(characters(&block["text"]["text"]) <= 3_000);
        }

        let embed = &one(ChannelKind::Discord)["embeds"][0];
        let (title, text) = (
            characters(&embed["title"]),
            characters(&embed["description"]),
        );
        let footer = characters(&embed["footer"]["text"]);
        assert!(title <= 256 && text <= 4_096 && title + text + footer <= 6_000);

        assert!(one(ChannelKind::Teams).to_string().len() <= 28_000);
        assert!(characters(&one(ChannelKind::Telegram)["text"]) <= 4_096);
        assert!(characters(&one(ChannelKind::Mattermost)["attachments"][0]["text"]) <= 16_383);
        assert!(one(ChannelKind::GoogleChat).to_string().len() <= 32_000);
        assert!(one(ChannelKind::Matrix).to_string().len() <= 65_000);
        assert!(one(ChannelKind::Ntfy)["message"].as_str().unwrap().len() <= 4_096);
        let pushover = one(ChannelKind::Pushover);
        assert!(characters(&pushover["message"]) <= 1_024 && characters(&pushover["title"]) <= 250);
        for event in rendered(&channel(ChannelKind::PagerDuty), &message) {
            assert!(event.to_string().len() <= 512 * 1024);
            assert!(characters(&event["payload"]["summary"]) <= 1_024);
            assert!(characters(&event["dedup_key"]) <= 255);
        }
        assert!(rendered(&channel(ChannelKind::PagerDuty), &message).len() <= 50);
    }
}

#[test]
fn every_text_that_is_cut_says_how_much_is_missing() {
    for kind in [
        ChannelKind::Slack,
        ChannelKind::Telegram,
        ChannelKind::Ntfy,
        ChannelKind::Pushover,
        ChannelKind::Teams,
    ] {
        let text = rendered(&channel(kind), &storm()).remove(0).to_string();
        assert!(text.contains(" more"), "{kind:?}: {text}");
    }
}

#[test]
fn markup_in_names_is_shown_and_calls_nobody() {
    for channel in http_channels() {
        let kind = channel.kind();
        let all = rendered(&channel, &nasty());
        let text = Value::from(all.clone()).to_string();
        // A webhook gets the data as it is.
        let is_data = kind == ChannelKind::Webhook;
        assert!(is_data || !text.contains("\\r\\nBcc"), "{kind:?}");
        let forbidden: &[&str] = match kind {
            ChannelKind::Telegram | ChannelKind::GoogleChat => &["<script>", "<users/all>"],
            ChannelKind::Mattermost | ChannelKind::Discord => {
                &["@all", "@everyone", "[x](", " *b*"]
            }
            _ => &[],
        };
        for word in forbidden {
            let text = marked_up(kind, &all);
            assert!(!text.contains(word), "{kind:?} {word}: {text}");
        }
    }
    // In Slack only what is no plain text is markup.
    let slack = rendered(&channel(ChannelKind::Slack), &nasty()).remove(0);
    assert!(!slack["text"].as_str().unwrap().contains("<!channel>"));
    let blocks = slack["attachments"][0]["blocks"].as_array().unwrap();
    for block in blocks
        .iter()
        .filter(|block| block["text"]["type"] == "mrkdwn")
    {
        assert!(!block.to_string().contains("<!channel>"));
    }
    let matrix = rendered(&channel(ChannelKind::Matrix), &nasty()).remove(0);
    assert!(
        !matrix["formatted_body"]
            .as_str()
            .unwrap()
            .contains("<script>")
    );
    assert_eq!(matrix["m.mentions"], serde_json::json!({}));
    let discord = rendered(&channel(ChannelKind::Discord), &nasty()).remove(0);
    assert_eq!(discord["allowed_mentions"]["parse"], serde_json::json!([]));
}

/// The part of a message that the provider reads for markup.
fn marked_up(kind: ChannelKind, bodies: &[Value]) -> String {
    let body = &bodies[0];
    match kind {
        ChannelKind::GoogleChat => body["cardsV2"][0]["card"]["sections"].to_string(),
        ChannelKind::Discord => {
            let embed = &body["embeds"][0];
            format!("{} {}", embed["title"], embed["description"])
        }
        ChannelKind::Mattermost => {
            let attachment = &body["attachments"][0];
            format!("{} {}", attachment["title"], attachment["text"])
        }
        _ => body.to_string(),
    }
}
