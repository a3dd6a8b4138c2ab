//! A part of a page that knows why it is empty.

use serde::{Deserialize, Serialize};

/// An empty list has five different meanings, and only one of them is good news.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section<T> {
    /// No document that could hold it has been read.
    NotAttempted,
    Available(Vec<T>),
    /// The vendor says that there is nothing.
    NoneReported,
    /// This provider does not publish it.
    Unsupported,
    /// It should have been there and could not be read, for this reason.
    Failed(String),
}

impl<T> Section<T> {
    /// A list that was published: empty means that nothing is reported.
    pub fn of(items: Vec<T>) -> Self {
        if items.is_empty() {
            Self::NoneReported
        } else {
            Self::Available(items)
        }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::Available(items) => items,
            _ => &[],
        }
    }

    /// Whether the vendor was heard on this, be it with an empty list.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Available(_) | Self::NoneReported)
    }

    pub(crate) fn items_mut(&mut self) -> &mut [T] {
        match self {
            Self::Available(items) => items,
            _ => &mut [],
        }
    }

    pub(crate) fn take(&mut self) -> Vec<T> {
        match self {
            Self::Available(items) => std::mem::take(items),
            _ => Vec::new(),
        }
    }

    /// How much this section says: the better informed of two documents is believed.
    pub(crate) fn weight(&self) -> u8 {
        match self {
            Self::NotAttempted => 0,
            Self::Unsupported => 1,
            Self::Failed(_) => 2,
            Self::NoneReported => 3,
            Self::Available(_) => 4,
        }
    }
}

impl<'a, T> IntoIterator for &'a Section<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
