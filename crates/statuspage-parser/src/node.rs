//! Tolerant reading of JSON: a field of the wrong type is an absent field, never a panic.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A place in a JSON document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self(value)
    }

    /// A field that is there and says something: `null` and the `"$undefined"` of page data do not.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        match self.0.get(key)? {
            Value::Null => None,
            Value::String(text) if text == "$undefined" => None,
            value => Some(Self(value)),
        }
    }

    pub(crate) fn has(self, key: &str) -> bool {
        self.0.get(key).is_some()
    }

    pub(crate) fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.is_object()
    }

    pub(crate) fn as_object(self) -> Option<&'a Map<String, Value>> {
        self.0.as_object()
    }

    pub(crate) fn as_array(self) -> Option<&'a [Value]> {
        self.0.as_array().map(Vec::as_slice)
    }

    pub(crate) fn as_str(self) -> Option<&'a str> {
        self.0
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// A string or a number, as text.
    pub(crate) fn as_word(self) -> Option<Cow<'a, str>> {
        match self.0 {
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
            _ => self.as_str().map(Cow::Borrowed),
        }
    }

    /// Non-empty text of a field.
    pub(crate) fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    pub(crate) fn string(self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    /// A string or number of a field, as text: how ids and status words come.
    pub(crate) fn word(self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key)?.as_word()
    }

    /// The first of several spellings of a field.
    pub(crate) fn any_word(self, keys: &[&str]) -> Option<Cow<'a, str>> {
        keys.iter().find_map(|key| self.word(key))
    }

    pub(crate) fn id(self, key: &str) -> String {
        self.word(key).map(Cow::into_owned).unwrap_or_default()
    }

    pub(crate) fn integer(self, key: &str) -> Option<i64> {
        let value = self.get(key)?.0;
        value
            .as_i64()
            .or_else(|| value.as_str()?.trim().parse().ok())
    }

    pub(crate) fn flag(self, key: &str) -> Option<bool> {
        match self.get(key)?.0 {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => Some(number.as_i64()? != 0),
            _ => None,
        }
    }

    pub(crate) fn is_true(self, key: &str) -> bool {
        self.flag(key) == Some(true)
    }

    /// The objects of a list; nothing where the field is no list.
    pub(crate) fn objects(self, key: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let list = self.get(key).and_then(Node::as_array).unwrap_or_default();
        list.iter().map(Node).filter(|node| node.is_object())
    }

    /// The objects of this list itself.
    pub(crate) fn items(self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.as_array()
            .unwrap_or_default()
            .iter()
            .map(Node)
            .filter(|node| node.is_object())
    }

    pub(crate) fn values(self, key: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.get(key)
            .and_then(Node::as_array)
            .unwrap_or_default()
            .iter()
            .map(Node)
    }

    pub(crate) fn is_list(self, key: &str) -> bool {
        self.get(key).is_some_and(|node| node.as_array().is_some())
    }
}
