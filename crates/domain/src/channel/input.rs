//! Reading what a person sent, field by field, so that every wrong one is named at once.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

use super::Secret;
use crate::{fields::Fields, target::parse_url};

/// An object that is being read. What is not asked for by the end is refused.
pub struct Input<'a> {
    object: Option<&'a Map<String, Value>>,
    before: Option<&'a Map<String, Value>>,
    asked: BTreeSet<String>,
    kept: Vec<String>,
    fields: Fields,
}

/// How a secret that is set is shown; sent back, it means that nothing changes.
pub(super) fn set() -> Value {
    json!({"set": true})
}

impl<'a> Input<'a> {
    /// `before`: what is being edited, whole.
    pub(super) fn new(sent: &'a Value, before: Option<&'a Value>) -> Self {
        Self {
            object: sent.as_object(),
            before: before.and_then(Value::as_object),
            asked: BTreeSet::new(),
            kept: Vec::new(),
            fields: Fields::default(),
        }
    }

    /// What was wrong, and the secrets that were kept.
    pub(super) fn finish(mut self) -> (Fields, Vec<String>) {
        match self.object {
            None => self.fields.push("config", "must be an object"),
            Some(object) => {
                for name in object.keys().filter(|name| !self.asked.contains(*name)) {
                    self.fields
                        .push(name, "is not a field of this kind of channel");
                }
            }
        }
        (self.fields, self.kept)
    }

    /// Notes what is wrong.
    pub fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        self.fields.push(field, reason);
    }

    /// `value`, unless something was wrong so far.
    pub fn done<T>(&self, value: T) -> Option<T> {
        self.fields.is_empty().then_some(value)
    }

    /// The value of a field, if it was sent and is not null.
    pub fn value(&mut self, field: &str) -> Option<&'a Value> {
        self.asked.insert(field.to_owned());
        self.object?.get(field).filter(|value| !value.is_null())
    }

    /// What the field was before the edit.
    pub fn before(&self, field: &str) -> Option<&'a Value> {
        self.before?.get(field).filter(|value| !value.is_null())
    }

    /// Notes that the field's secret was taken from before.
    pub fn keep(&mut self, field: &str) {
        self.kept.push(field.to_owned());
    }

    /// A text without control characters and outer spaces; None when it was left out, is empty, or is wrong.
    pub fn optional(&mut self, field: &str, most: usize) -> Option<String> {
        let value = self.value(field)?;
        let Some(text) = value.as_str() else {
            self.wrong(field, "must be a text");
            return None;
        };
        self.text(field, text, most)
    }

    /// Like `optional`, but it has to be there.
    pub fn required(&mut self, field: &str, most: usize) -> Option<String> {
        self.demand(field, |input| input.optional(field, most))
    }

    /// A secret text; one that was left out or sent back as it was shown stays as it was.
    pub fn optional_secret(&mut self, field: &str, most: usize) -> Option<Secret> {
        let sent = self.value(field);
        if sent.is_none_or(|value| *value == set()) {
            let kept = self.before(field)?.as_str()?.to_owned();
            self.keep(field);
            return Some(Secret::new(kept));
        }
        self.optional(field, most).map(Secret::new)
    }

    /// Like `optional_secret`, but it has to be there.
    pub fn secret(&mut self, field: &str, most: usize) -> Option<Secret> {
        self.demand(field, |input| input.optional_secret(field, most))
    }

    /// An address that may be asked over http or https.
    pub fn url(&mut self, field: &str) -> Option<Url> {
        let text = self.required(field, 2_048)?;
        self.checked(field, parse_url(&text))
    }

    /// The same, where the address itself is a secret; `hosts` are the providers' own, with their subdomains, or empty for any.
    pub fn secret_url(&mut self, field: &str, hosts: &[&str], example: &str) -> Option<Secret> {
        let secret = self.secret(field, 2_048)?;
        let url = self.checked(field, parse_url(secret.expose()))?;
        let host = url.host_str().unwrap_or_default();
        let known = hosts.iter().any(|known| {
            host == *known
                || host
                    .strip_suffix(known)
                    .is_some_and(|rest| rest.ends_with('.'))
        });
        if hosts.is_empty() || (known && url.scheme() == "https") {
            return Some(Secret::new(url.to_string()));
        }
        self.wrong(field, format!("must be an address such as {example}"));
        None
    }

    /// A list of texts, each checked by `check`; a single text counts as a list of one.
    pub fn list<T>(
        &mut self,
        field: &str,
        most: usize,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let entries: Vec<&Value> = match self.value(field) {
            None => Vec::new(),
            Some(Value::Array(entries)) => entries.iter().collect(),
            Some(single) => vec![single],
        };
        if entries.is_empty() {
            self.wrong(field, "must have at least one entry");
        }
        if entries.len() > most {
            self.wrong(field, format!("must be at most {most}"));
        }
        let mut found = Vec::new();
        for (index, entry) in entries.into_iter().take(most).enumerate() {
            let checked = entry
                .as_str()
                .ok_or_else(|| "must be a text".to_owned())
                .and_then(|text| check(text.trim()));
            match checked {
                Ok(value) => found.push(value),
                Err(reason) => self.wrong(field, format!("entry {}: {reason}", index + 1)),
            }
        }
        found
    }

    /// The value of a result, noting its reason when there is none.
    pub fn checked<T>(&mut self, field: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|reason| self.wrong(field, reason)).ok()
    }

    /// Notes that a field is missing, unless something else was wrong with it.
    fn demand<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let found = read(self);
        if found.is_none() && !self.fields.0.contains_key(field) {
            self.wrong(field, "must be given");
        }
        found
    }

    fn text(&mut self, field: &str, text: &str, most: usize) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().count() > most {
            self.wrong(field, format!("must be at most {most} characters long"));
            return None;
        }
        if text.chars().any(char::is_control) {
            self.wrong(field, "must not contain control characters");
            return None;
        }
        Some(text.to_owned())
    }
}

/// A text of exactly this alphabet and length, or the reason.
pub(super) fn made_of(
    text: &str,
    length: std::ops::RangeInclusive<usize>,
    allowed: fn(char) -> bool,
    what: &str,
) -> Result<(), String> {
    if length.contains(&text.chars().count()) && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("must be {what}"))
    }
}
