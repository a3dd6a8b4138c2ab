//! A reader that may ask this machine's own address and nothing else outside the public internet.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use egress::{Client, Egress, Policy, Resolver, Tls};
use http::HeaderValue;
use statuspage_parser::{Provider, Source};
use statuspage_reader::Reader;
use test_support::Upstream;

/// What the summary of a healthy page says.
pub(crate) const HEALTHY: &str = r#"{"page":{"id":"p1","name":"Acme"},"status":{"indicator":"none"},
    "components":[{"id":"api","name":"API","status":"operational"}],"incidents":[],"scheduled_maintenances":[]}"#;

pub(crate) const SUMMARY: &str = "/api/v2/summary.json";

pub(crate) fn reader() -> Reader {
    let policy = Policy::shared().allowing(["127.0.0.1/32".parse().unwrap()]);
    let tls = Tls::new(Vec::new(), Arc::new(|| None)).unwrap();
    let egress = Egress::new(policy, Resolver::system(true), tls);
    let agent = HeaderValue::from_static("PulseCheck/test");
    Reader::new(Client::new(Arc::new(egress), agent))
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-10-01T10:00:00Z".parse().unwrap()
}

/// A page whose one document was given by a person.
pub(crate) fn given(upstream: &Upstream, paths: &[&str]) -> Source {
    Source {
        given: paths
            .iter()
            .map(|path| upstream.url(path).parse().unwrap())
            .collect(),
        ..atlassian(upstream)
    }
}

pub(crate) fn atlassian(upstream: &Upstream) -> Source {
    let base = upstream.url("").parse().unwrap();
    Source::new(Provider::find("atlassian").unwrap(), base)
}
