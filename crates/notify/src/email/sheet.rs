//! A letter that is no notice: a headline, some sentences, lists of names and figures, and one button.

use minijinja::{AutoEscape, Environment, Value, context};
use url::Url;

use super::Letter;
use crate::rendering::cut;

const TEMPLATE: &str = include_str!("sheet.html");

/// What stands on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// Also the subject.
    pub(super) headline: String,
    pub(super) sentences: Vec<String>,
    pub(super) lists: Vec<List>,
    /// What it says, and where it leads.
    pub(super) button: Option<(&'static str, Url)>,
    /// Why the reader has it.
    pub(super) footer: String,
}

/// Names and figures under a heading.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub(super) heading: &'static str,
    pub(super) rows: Vec<(String, String)>,
    /// What was left out, in words; empty when nothing was.
    pub(super) more: String,
}

/// Where it goes, and what it is known by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'a> {
    pub(super) to: &'a str,
    pub(super) key: &'a str,
    /// A page that takes a POST as well (RFC 8058).
    pub(super) unsubscribe: Option<&'a Url>,
    pub(super) public_url: &'a Url,
}

impl Sheet {
    pub(super) fn letter(&self, envelope: Envelope<'_>) -> Letter {
        Letter {
            to: envelope.to.to_owned(),
            subject: cut(&self.headline, 150),
            text: self.text(envelope.unsubscribe),
            html: self.html(envelope),
            key: envelope.key.to_owned(),
            thread: None,
            unsubscribe: envelope.unsubscribe.cloned(),
        }
    }

    fn text(&self, unsubscribe: Option<&Url>) -> String {
        let mut parts = vec![self.headline.clone(), self.sentences.join("\n")];
        for list in &self.lists {
            let rows = list.rows.iter();
            let mut lines = vec![list.heading.to_owned()];
            lines.extend(rows.map(|(name, figure)| format!("  {name}: {figure}")));
            if !list.more.is_empty() {
                lines.push(format!("  {}", list.more));
            }
            parts.push(lines.join("\n"));
        }
        if let Some((label, url)) = &self.button {
            parts.push(format!("{label}: {url}"));
        }
        let mut end = format!("-- \n{}", self.footer);
        if let Some(url) = unsubscribe {
            end = format!("{end}\nNo more mail of this kind: {url}");
        }
        parts.push(end);
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }

    /// Everything in it is escaped by the engine.
    fn html(&self, envelope: Envelope<'_>) -> String {
        let lists = self.lists.iter().map(|list| {
            let rows = list.rows.iter();
            let rows: Vec<Value> = rows
                .map(|(name, figure)| context! { name, figure })
                .collect();
            context! { heading => list.heading, rows, more => list.more }
        });
        let button = self.button.as_ref();
        let values = context! {
            headline => self.headline,
            sentences => self.sentences,
            lists => lists.collect::<Vec<Value>>(),
            button => button.map(|(label, url)| context! { label, url => url.as_str() }),
            footer => self.footer,
            home => envelope.public_url.as_str(),
            unsubscribe => envelope.unsubscribe.map(Url::as_str),
        };
        let mut environment = Environment::empty();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let rendered = environment.render_str(TEMPLATE, values);
        // The template is ours and a test renders it; a letter is never lost to its looks.
        rendered.unwrap_or_else(|_| crate::rendering::html(&self.headline))
    }
}
