//! A small web that exists only in tests.

use std::collections::HashMap;

use statuspage_parser::discover::{Discovery, Finding, MAX_ASKS, NotFound, Step};
use url::Url;

enum Reply {
    Body(u16, String),
    To(String),
    Silence,
}

/// What the small web answers; everything else is 404.
#[derive(Default)]
pub(crate) struct Web(HashMap<String, Reply>);

impl Web {
    pub(crate) fn with(mut self, url: &str, body: &str) -> Self {
        self.0
            .insert(url.to_owned(), Reply::Body(200, body.to_owned()));
        self
    }

    pub(crate) fn status(mut self, url: &str, status: u16) -> Self {
        self.0
            .insert(url.to_owned(), Reply::Body(status, String::new()));
        self
    }

    pub(crate) fn moved(mut self, from: &str, to: &str) -> Self {
        self.0.insert(from.to_owned(), Reply::To(to.to_owned()));
        self
    }

    pub(crate) fn silent(mut self, url: &str) -> Self {
        self.0.insert(url.to_owned(), Reply::Silence);
        self
    }

    pub(crate) fn search(&self, address: &str) -> (Result<Finding, NotFound>, Vec<String>) {
        let mut search = Discovery::new(address).expect("an address");
        let mut asked = Vec::new();
        loop {
            match search.next() {
                Step::Found(finding) => return (Ok(*finding), asked),
                Step::NotFound(nothing) => return (Err(*nothing), asked),
                Step::Ask(url) => {
                    asked.push(url.to_string());
                    assert!(asked.len() <= MAX_ASKS, "asks without end");
                    self.reply(&mut search, &url);
                }
            }
        }
    }

    fn reply(&self, search: &mut Discovery, url: &Url) {
        match self.0.get(url.as_str()) {
            Some(Reply::Body(status, body)) => search.answer(url, *status, &[], body.as_bytes()),
            Some(Reply::To(target)) => search.answer(url, 302, &[("location", target)], b""),
            Some(Reply::Silence) => search.failed(url, "timed out"),
            None => search.answer(url, 404, &[], b"<html><title>Not found</title></html>"),
        }
    }
}
