//! What a response has to say for its service to be up: assertions on body, JSON and headers.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::clean;

mod json_path;
mod pattern;

pub use json_path::JsonPath;
pub use pattern::Pattern;

/// Most assertions per service.
pub const MAX_ASSERTIONS: usize = 20;
/// Longest text of an assertion, in bytes.
pub const MAX_TEXT: usize = 1_024;

/// One thing that must hold of a response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Assertion {
    /// The body contains this text, byte for byte.
    BodyContains { text: String },
    /// The body does not contain this text.
    BodyNotContains { text: String },
    /// The whole body matches a pattern in which `*` stands for any text and `?` for one byte.
    BodyMatches { pattern: Pattern },
    /// The body is JSON and has a value at this path, which may be null.
    JsonExists { path: JsonPath },
    /// The body is JSON with exactly this value at the path; numbers compare by value.
    JsonEquals { path: JsonPath, value: Value },
    /// A header has exactly this value.
    HeaderEquals { name: String, value: String },
    /// A header contains this text.
    HeaderContains { name: String, text: String },
}

/// Whether an assertion holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Holds,
    /// It does not; perhaps with what was found instead.
    Fails(Option<String>),
    /// The part of the body that was read does not decide it.
    Undecided,
}

/// The part of a response that assertions look at.
pub trait Response {
    /// The decoded body, as far as it was read.
    fn body(&self) -> &[u8];
    /// The body was read to its end.
    fn complete(&self) -> bool;
    /// Calls `visit` with each value of the header `name` (ASCII case does not matter) until it returns true.
    fn any_header(&self, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

impl Assertion {
    /// Whether deciding it needs the body.
    pub const fn needs_body(&self) -> bool {
        !matches!(
            self,
            Self::HeaderEquals { .. } | Self::HeaderContains { .. }
        )
    }

    /// Why this assertion cannot be stored, if it cannot.
    pub fn fault(&self) -> Option<String> {
        let (what, text) = match self {
            Self::BodyContains { text } | Self::BodyNotContains { text } => ("text", text.as_str()),
            Self::BodyMatches { pattern } => ("pattern", pattern.as_str()),
            Self::JsonExists { path } => ("path", path.as_str()),
            Self::JsonEquals { path, value } if value.to_string().len() <= MAX_TEXT => {
                ("path", path.as_str())
            }
            Self::JsonEquals { .. } => {
                return Some(format!("value must be at most {MAX_TEXT} bytes"));
            }
            Self::HeaderContains { name, text } | Self::HeaderEquals { name, value: text } => {
                if !is_token(name) {
                    return Some("name must be a header name".to_owned());
                }
                ("text", text.as_str())
            }
        };
        if text.is_empty() && !matches!(self, Self::HeaderEquals { .. }) {
            return Some(format!("{what} must not be empty"));
        }
        (text.len() > MAX_TEXT).then(|| format!("{what} must be at most {MAX_TEXT} bytes"))
    }

    fn outcome(&self, response: &impl Response, json: &mut Parsed) -> Outcome {
        let body = response.body();
        match self {
            Self::BodyContains { text } if contains(body, text.as_bytes()) => Outcome::Holds,
            Self::BodyNotContains { text } if contains(body, text.as_bytes()) => {
                Outcome::Fails(None)
            }
            Self::HeaderEquals { name, value } => {
                header(response, name, |found| found == value.as_bytes())
            }
            Self::HeaderContains { name, text } => {
                header(response, name, |found| contains(found, text.as_bytes()))
            }
            _ if !response.complete() => Outcome::Undecided,
            Self::BodyContains { .. } => Outcome::Fails(None),
            Self::BodyNotContains { .. } => Outcome::Holds,
            Self::BodyMatches { pattern } => holds(pattern.matches(body)),
            Self::JsonExists { path } => match json.of(body) {
                Some(root) => holds(path.find(root).is_some()),
                None => Outcome::Fails(Some("a body that is not JSON".to_owned())),
            },
            Self::JsonEquals { path, value } => match json.of(body).map(|root| path.find(root)) {
                Some(Some(found)) if same(found, value) => Outcome::Holds,
                Some(found) => Outcome::Fails(found.map(|found| clean(&found.to_string(), 120))),
                None => Outcome::Fails(Some("a body that is not JSON".to_owned())),
            },
        }
    }
}

/// The first assertion that does not hold, or else the first that is undecided, with its outcome.
pub fn first_unmet<'a>(
    assertions: &'a [Assertion],
    response: &impl Response,
) -> Option<(&'a Assertion, Outcome)> {
    let mut json = Parsed::NotYet;
    let mut undecided = None;
    for assertion in assertions {
        match assertion.outcome(response, &mut json) {
            Outcome::Holds => {}
            Outcome::Undecided => undecided = undecided.or(Some((assertion, Outcome::Undecided))),
            fails @ Outcome::Fails(_) => return Some((assertion, fails)),
        }
    }
    undecided
}

/// The body as JSON, parsed at most once per response.
enum Parsed {
    NotYet,
    Done(Option<Value>),
}

impl Parsed {
    fn of(&mut self, body: &[u8]) -> Option<&Value> {
        if matches!(self, Self::NotYet) {
            *self = Self::Done(serde_json::from_slice(body).ok());
        }
        match self {
            Self::Done(value) => value.as_ref(),
            Self::NotYet => None,
        }
    }
}

fn holds(yes: bool) -> Outcome {
    if yes {
        Outcome::Holds
    } else {
        Outcome::Fails(None)
    }
}

fn header(response: &impl Response, name: &str, wanted: impl Fn(&[u8]) -> bool) -> Outcome {
    let mut found = None;
    let hit = response.any_header(name, &mut |value| {
        found.get_or_insert_with(|| clean(&String::from_utf8_lossy(value), 120));
        wanted(value)
    });
    if hit {
        Outcome::Holds
    } else {
        Outcome::Fails(found)
    }
}

/// Equal as JSON, where 1 and 1.0 are the same number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        _ => a == b,
    }
}

/// Whether `needle` occurs in `hay`; linear in practice, for needles of at most `MAX_TEXT`.
fn contains(hay: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else {
        return true;
    };
    let mut from = 0;
    while let Some(at) = hay[from..].iter().position(|byte| byte == first) {
        let start = from + at + 1;
        match hay.get(start..start + rest.len()) {
            Some(window) if window == rest => return true,
            Some(_) => from = start,
            None => return false,
        }
    }
    false
}

fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// In words, as a sentence needs it: `body contains "ok"`.
impl fmt::Display for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyContains { text } => write!(f, "body contains “{}”", clean(text, 60)),
            Self::BodyNotContains { text } => {
                write!(f, "body does not contain “{}”", clean(text, 60))
            }
            Self::BodyMatches { pattern } => {
                write!(f, "body matches “{}”", clean(pattern.as_str(), 60))
            }
            Self::JsonExists { path } => write!(f, "JSON has {}", clean(path.as_str(), 60)),
            Self::JsonEquals { path, value } => {
                write!(
                    f,
                    "JSON {} is {}",
                    clean(path.as_str(), 40),
                    clean(&value.to_string(), 40)
                )
            }
            Self::HeaderEquals { name, value } => {
                write!(f, "header {name} is “{}”", clean(value, 60))
            }
            Self::HeaderContains { name, text } => {
                write!(f, "header {name} contains “{}”", clean(text, 60))
            }
        }
    }
}

/// The faults of a list of assertions, each with the number of its entry.
pub fn faults(assertions: &[Assertion]) -> Vec<String> {
    let mut reasons = Vec::new();
    if assertions.len() > MAX_ASSERTIONS {
        reasons.push(format!("must be at most {MAX_ASSERTIONS}"));
    }
    for (index, assertion) in assertions.iter().take(MAX_ASSERTIONS).enumerate() {
        if let Some(reason) = assertion.fault() {
            reasons.push(format!("entry {}: {reason}", index + 1));
        } else if assertions[..index].contains(assertion) {
            reasons.push(format!("entry {}: is there twice", index + 1));
        }
    }
    reasons
}

#[cfg(test)]
mod tests;
