//! A small dotted path into JSON: `status.checks[0].ok`, with `[…]` for numbers and quoted keys.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A path such as `a.b[0]["odd.key"]`, optionally with a leading `$.`; at most 32 steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JsonPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

const MAX_STEPS: usize = 32;

/// The text is not such a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a path such as status.checks[0].ok")]
pub struct NotAPath;

impl JsonPath {
    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value at this path.
    pub fn find<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        })
    }
}

impl TryFrom<String> for JsonPath {
    type Error = NotAPath;

    fn try_from(text: String) -> Result<Self, NotAPath> {
        let mut rest = text.strip_prefix('$').unwrap_or(&text);
        let mut steps = Vec::new();
        if !rest.is_empty() && !rest.starts_with(['.', '[']) {
            (rest, steps) = key(rest)?;
        }
        while let Some(separator) = rest.chars().next() {
            let (tail, step) = match separator {
                '.' => key(&rest[1..])?,
                '[' => bracket(&rest[1..])?,
                _ => return Err(NotAPath),
            };
            rest = tail;
            steps.extend(step);
            if steps.len() > MAX_STEPS {
                return Err(NotAPath);
            }
        }
        Ok(Self { text, steps })
    }
}

impl From<JsonPath> for String {
    fn from(path: JsonPath) -> Self {
        path.text
    }
}

fn key(text: &str) -> Result<(&str, Vec<Step>), NotAPath> {
    let end = text.find(['.', '[', ']']).unwrap_or(text.len());
    match &text[..end] {
        "" => Err(NotAPath),
        name => Ok((&text[end..], vec![Step::Key(name.to_owned())])),
    }
}

fn bracket(text: &str) -> Result<(&str, Vec<Step>), NotAPath> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted.split_once("\"]").ok_or(NotAPath)?;
        return Ok((rest, vec![Step::Key(name.to_owned())]));
    }
    let (number, rest) = text.split_once(']').ok_or(NotAPath)?;
    let index = number.parse().map_err(|_| NotAPath)?;
    Ok((rest, vec![Step::Index(index)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_values() {
        let root = serde_json::json!({"a": {"b": [{"c": 1}, null]}, "odd.key": {"x": true}});
        for (path, found) in [
            ("a.b[0].c", Some(serde_json::json!(1))),
            ("$.a.b[1]", Some(Value::Null)),
            ("[\"odd.key\"].x", Some(serde_json::json!(true))),
            ("$", Some(root.clone())),
            ("a.b[2]", None),
            ("a.b.c", None),
        ] {
            let path = JsonPath::try_from(path.to_owned()).unwrap();
            assert_eq!(path.find(&root).cloned(), found, "{path:?}");
        }
    }

    #[test]
    fn odd_paths_are_refused() {
        for path in [
            ".",
            "a..b",
            "a[",
            "a[x]",
            "a[-1]",
            "a[\"x]",
            "a]",
            &"a.".repeat(40),
        ] {
            assert_eq!(JsonPath::try_from(path.to_owned()), Err(NotAPath), "{path}");
        }
    }
}
