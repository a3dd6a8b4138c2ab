//! What a page means for one service; a test run in the API asks the same.

pub(crate) use statuspage_reader::judging::{Judgement, Named, gravest, judge, level, unread};
