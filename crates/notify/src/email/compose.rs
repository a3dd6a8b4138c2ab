//! A letter: its words, its headers, and its bytes.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::notice::message::Message;
use mail_builder::{
    MessageBuilder,
    headers::{raw::Raw, text::Text},
};
use url::Url;

use super::{Mail, look};
use crate::rendering::{cut, fit, footer, plain_links};

/// Longest plain text before the links, in characters.
const TEXT: usize = 60_000;

/// A letter to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The recipient's address.
    pub to: String,
    /// One line.
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The same for every attempt to send this letter; becomes its Message-ID.
    pub key: String,
    /// Letters of one thread stand together.
    pub thread: Option<String>,
    /// Where the recipient stops such letters: a page that takes a POST as well (RFC 8058).
    pub unsubscribe: Option<Url>,
}

/// The letter that says this to this recipient.
pub(super) fn letter(message: &Message, recipient: &str, public_url: &Url) -> Letter {
    let unsubscribe = message.links.unsubscribe.get(recipient).cloned();
    let thread = match &message.subjects[..] {
        [only] => only.incident.map(|incident| incident.to_string()),
        _ => None,
    };
    Letter {
        to: recipient.to_owned(),
        subject: cut(&message.headline(), 150),
        text: text(message, unsubscribe.as_ref()),
        html: look::html(message, unsubscribe.as_ref(), public_url),
        key: message.key.clone(),
        thread,
        unsubscribe,
    }
}

fn text(message: &Message, unsubscribe: Option<&Url>) -> String {
    let sentences = fit(&message.sentences(), TEXT, message.more.total());
    let mut parts = vec![message.headline(), sentences];
    parts.push(plain_links(message).join("\n"));
    let mut end = format!("-- \n{}", footer(message));
    if let Some(url) = unsubscribe {
        end = format!("{end}\nNo more mail of this kind: {url}");
    }
    parts.push(end);
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

/// The letter as it goes over the wire.
pub(super) fn source(letter: &Letter, mail: &Mail, now: DateTime<Utc>) -> Result<Vec<u8>, String> {
    let domain = mail.domain();
    let mut builder = MessageBuilder::new()
        .from((mail.from_name.as_str(), mail.from.as_str()))
        .to(letter.to.as_str())
        .subject(one_line(&letter.subject))
        .date(now.timestamp())
        .message_id(format!(
            "{}@{domain}",
            digest_of(&[&letter.key, &letter.to])
        ))
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .header("X-Auto-Response-Suppress", Raw::new("All"))
        .text_body(letter.text.as_str())
        .html_body(letter.html.as_str());
    if let Some(thread) = &letter.thread {
        // Nobody has sent a letter of this name, but mail readers put together what refers to it.
        let root = format!("<{}@{domain}>", digest_of(&["thread", thread]));
        builder = builder
            .header("References", Raw::new(root.clone()))
            .header("In-Reply-To", Raw::new(root));
    }
    if let Some(url) = &letter.unsubscribe {
        // An URL that was parsed contains neither line breaks nor angle brackets.
        builder = builder.header("List-Unsubscribe", Raw::new(format!("<{url}>")));
        if url.scheme() == "https" {
            builder = builder.header(
                "List-Unsubscribe-Post",
                Raw::new("List-Unsubscribe=One-Click"),
            );
        }
    }
    builder = builder.header("X-PulseCheck-Key", Text::new(one_line(&letter.key)));
    builder
        .write_to_vec()
        .map_err(|error| format!("The letter cannot be written: {error}."))
}

/// What stands in a header is one line, whatever it was.
fn one_line(text: &str) -> String {
    domain::failure::clean(text, 250)
}

/// A short name that is the same for the same parts.
fn digest_of(parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    let digest = context.finish();
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..18])
}
