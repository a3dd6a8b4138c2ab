//! How a letter looks: one card with a bar of colour, buttons, and a quiet footer.

use domain::notice::message::Message;
use minijinja::{AutoEscape, Environment, Value, context};
use url::Url;

use crate::rendering::{Tone, ending, footer, links};

const TEMPLATE: &str = include_str!("letter.html");
/// Lines of one letter; a storm counts the rest in its last line.
const MOST_LINES: usize = 200;

/// The HTML of a letter. Everything in it is escaped by the engine.
pub(super) fn html(message: &Message, unsubscribe: Option<&Url>, public_url: &Url) -> String {
    let mut sentences = message.sentences();
    let left = sentences.len().saturating_sub(MOST_LINES);
    sentences.truncate(MOST_LINES);
    if left > 0 {
        sentences.push(ending(left, message.more.total()));
    }
    let tone = Tone::of(message);
    let links: Vec<Value> = links(message)
        .into_iter()
        .map(|(label, url)| context! { label, url => url.as_str() })
        .collect();
    let values = context! {
        headline => message.headline(),
        sign => tone.sign(),
        colour => tone.hex(),
        lines => sentences,
        links,
        footer => footer(message),
        home => public_url.as_str(),
        unsubscribe => unsubscribe.map(Url::as_str),
    };
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let rendered = environment.render_str(TEMPLATE, values);
    // The template is ours and a test renders it; a letter is never lost to its looks.
    rendered.unwrap_or_else(|_| crate::rendering::html(&message.headline()))
}
