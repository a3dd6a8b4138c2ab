//! Everything about reading vendors' pages that is tested from outside.

mod recordings;
