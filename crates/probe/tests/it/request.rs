//! What a target gets to see of us.

use domain::target::{Header, Method};
use test_support::{Mode, Upstream};

use crate::lab::{Lab, target};

#[tokio::test]
async fn a_get_says_who_we_are_and_asks_for_plain_bytes() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.get(&upstream.url("/a%20b?c=d#e")).await.is_up();
    let request = &upstream.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("GET", "/a%20b?c=d")
    );
    assert_eq!(
        request.header("host"),
        Some(upstream.address().to_string().as_str())
    );
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("PulseCheck/")
    );
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("connection"), Some("close"));
    assert_eq!(request.header("content-length"), None);
}

#[tokio::test]
async fn headers_and_body_of_the_user_are_sent() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    let mut target = target(&upstream.url("/"));
    target.method = Method::Post;
    target.body = Some("{\"a\":1}".into());
    target.headers = [
        ("X-Token", "s3cret"),
        ("User-Agent", "mine"),
        ("X-Two", "1"),
        ("X-Two", "2"),
    ]
    .map(|(name, value)| Header {
        name: name.into(),
        value: value.into(),
    })
    .into();
    lab.look(&target).await.is_up();
    let request = &upstream.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.body.as_str()),
        ("POST", "{\"a\":1}")
    );
    assert_eq!(
        (request.header("x-token"), request.header("user-agent")),
        (Some("s3cret"), Some("mine"))
    );
    assert_eq!(
        request
            .headers
            .iter()
            .filter(|(name, _)| name == "x-two")
            .count(),
        2
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn every_method_is_sent_as_it_is() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    for method in [Method::Put, Method::Patch, Method::Delete, Method::Options] {
        let mut target = target(&upstream.url("/"));
        target.method = method;
        lab.look(&target).await.is_up();
    }
    let methods: Vec<_> = upstream
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(methods, ["PUT", "PATCH", "DELETE", "OPTIONS"]);
}

#[tokio::test]
async fn a_secret_header_is_in_no_observation() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::status(500)).await;
    let mut target = target(&upstream.url("/"));
    target.headers = vec![Header {
        name: "Authorization".into(),
        value: "Bearer s3cret".into(),
    }];
    let look = lab.look(&target).await;
    assert!(!format!("{look:?}{target:?}").contains("s3cret"));
}
