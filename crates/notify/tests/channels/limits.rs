//! Five thousand services with nasty names: every rendering keeps to its provider's limits and calls nobody.

use domain::{
    channel::ChannelKind,
    id::IncidentId,
    notice::message::{Counts, Kind, Message, Subject},
    verdict::Verdict,
};
use serde_json::Value;
use uuid::Uuid;

use crate::ground::{channel, digest, http_channels, message, nasty_name, rendered, storm};

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

/// Fifty named, thousands beyond, late, and a cause of them all.
#[test]
fn what_has_to_be_known_of_a_storm_is_on_every_channel() {
    let mut storm = digest();
    storm.kind = Kind::Down;
    let mut one = storm.subjects[0].clone();
    one.name = "A service with a name of some length".to_owned();
    storm.subjects = (0..50)
        .map(|n| Subject {
            incident: Some(IncidentId(Uuid::from_u128(n))),
            ..one.clone()
        })
        .collect();
    storm.more = Counts {
        down: 4_950,
        ..Counts::default()
    };
    storm.notes = vec!["3 of them were held back.".to_owned()];
    for channel in http_channels() {
        let kind = channel.kind();
        // A form has plus signs for spaces.
        let text = Value::from(rendered(&channel, &storm)).to_string();
        let text = text.replace('+', " ");
        assert!(text.contains("12 min late"), "{kind:?}: {text}");
        assert!(
            kind == ChannelKind::TwilioSms || text.contains("held back"),
            "{kind:?}: {text}"
        );
        let is_counted = match kind {
            ChannelKind::PagerDuty => text.contains("\"more\":4950"),
            ChannelKind::TwilioSms => text.contains("5000 services down"),
            // All of them fit, or those that were cut off are counted with those beyond.
            _ => {
                let left = text.split("… and ").skip(1);
                let left: Vec<u32> = left
                    .filter_map(|rest| rest.split(' ').next()?.parse().ok())
                    .collect();
                let all = text.contains("And 4950 more, all down.");
                all || !left.is_empty() && left.iter().all(|left| (4_951..5_000).contains(left))
            }
        };
        assert!(is_counted, "{kind:?}: {text}");
    }
}

#[test]
fn an_example_of_many_shows_many_and_counts_more() {
    let example = message(Kind::Digest);
    assert_eq!(example.subjects.len(), 5);
    let lines = example.sentences();
    assert_eq!(lines[1], "Shop is flapping: it goes up and down.");
    assert_eq!(lines[5], "And 211 more, all down.");
}

#[test]
fn a_pager_that_was_told_of_flapping_hears_that_it_is_over_whatever_comes_after() {
    for state in [Verdict::Up, Verdict::Unknown] {
        let mut settled = message(Kind::Settled);
        settled.subjects[0].incident = None;
        settled.subjects[0].state = state;
        let event = rendered(&channel(ChannelKind::PagerDuty), &settled).remove(0);
        assert_eq!(event["event_action"], "resolve", "{state:?}");
        let key = event["dedup_key"].as_str().unwrap();
        assert!(key.starts_with("pulsecheck-flapping-"), "{key}");
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
