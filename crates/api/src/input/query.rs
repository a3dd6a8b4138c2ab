//! Query parameters: every wrong one at once.

use std::{ops::RangeInclusive, str::FromStr};

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use chrono::{DateTime, Utc};
use domain::fields::Fields;
use serde::de::DeserializeOwned;

use crate::{problem::Problem, view::page};

/// Query parameters as texts, to be read one by one.
#[derive(Clone, Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(asked)| Self(asked))
            .map_err(|error| Problem::Malformed(format!("{}.", error.body_text())))
    }
}

/// A whole number in `range`, or `default` when it is not there.
pub fn number<T>(
    fields: &mut Fields,
    name: &str,
    text: Option<&str>,
    range: RangeInclusive<T>,
    default: T,
) -> T
where
    T: FromStr + PartialOrd + std::fmt::Display + Copy,
{
    let Some(text) = filled(text) else {
        return default;
    };
    if let Some(number) = text.parse().ok().filter(|n| range.contains(n)) {
        return number;
    }
    let (least, most) = (range.start(), range.end());
    let reason = format!("must be a whole number from {least} to {most}");
    fields.push(name, reason);
    default
}

/// An instant as RFC 3339.
pub fn time(fields: &mut Fields, name: &str, text: Option<&str>) -> Option<DateTime<Utc>> {
    let text = filled(text)?;
    let time = DateTime::parse_from_rfc3339(text);
    if time.is_err() {
        fields.push(name, "must be a time such as 2026-01-31T12:00:00Z");
    }
    Some(time.ok()?.to_utc())
}

/// One of some words, each with its meaning.
pub fn word<T: Copy>(
    fields: &mut Fields,
    name: &str,
    text: Option<&str>,
    words: &[(&str, T)],
) -> Option<T> {
    let text = filled(text)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        fields.push(name, format!("must be one of {}", all.join(", ")));
    }
    found.map(|(_, meaning)| *meaning)
}

/// Anything that is written as text, such as an id.
pub fn parsed<T: FromStr>(
    fields: &mut Fields,
    name: &str,
    text: Option<&str>,
    reason: &str,
) -> Option<T> {
    let parsed = filled(text)?.parse();
    parsed.map_err(|_| fields.push(name, reason)).ok()
}

/// Where the page before ended.
pub fn cursor<C: DeserializeOwned>(fields: &mut Fields, text: Option<&str>) -> Option<C> {
    let cursor = page::decode(filled(text)?);
    if cursor.is_none() {
        fields.push(
            "cursor",
            "must be taken from the Link header of the page before",
        );
    }
    cursor
}

/// A parameter that is there but empty counts as not there.
pub fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
