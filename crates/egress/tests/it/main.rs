//! The small client against servers that misbehave, on loopback.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{sync::Arc, time::Duration};

use domain::{
    failure::{Failure, FailureCode},
    target::Method,
};
use egress::{Answer, Client, Egress, Policy, Question, Resolver, Tls};
use http::HeaderValue;
use test_support::{Mode, Upstream};

fn client(policy: Policy) -> Client {
    let tls = Tls::new(Vec::new(), Arc::new(|| None)).unwrap();
    let egress = Egress::new(policy, Resolver::Fixed([].into()), tls);
    Client::new(
        Arc::new(egress),
        HeaderValue::from_static("PulseCheck/test"),
    )
}

async fn ask(upstream: &Upstream, change: impl FnOnce(&mut Question)) -> Result<Answer, Failure> {
    let mut question = Question::get(upstream.url("/page").parse().unwrap());
    question.timeout = Duration::from_millis(600);
    change(&mut question);
    client(Policy::single_tenant()).ask(&question).await
}

fn code(result: Result<Answer, Failure>) -> FailureCode {
    result.unwrap_err().code
}

#[tokio::test]
async fn an_answer_is_read_whole_whatever_its_status() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(404)).await;
    let answer = ask(&upstream, |_| {}).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..]),
        (404, &b"status 404"[..])
    );
    assert_eq!(
        upstream.requests()[0].header("user-agent"),
        Some("PulseCheck/test")
    );
}

#[tokio::test]
async fn size_time_and_hops_are_bounded() {
    let upstream = Upstream::start();
    upstream.set(Mode::Endless).await;
    assert_eq!(
        code(ask(&upstream, |_| {}).await),
        FailureCode::BodyTooLarge
    );
    upstream.set(Mode::DripBody { ms: 10 }).await;
    assert_eq!(code(ask(&upstream, |_| {}).await), FailureCode::HttpTimeout);
    upstream.set(Mode::Truncate).await;
    assert_eq!(
        code(ask(&upstream, |_| {}).await),
        FailureCode::BodyTruncated
    );
    upstream.set(Mode::RedirectLoop).await;
    assert_eq!(
        code(ask(&upstream, |_| {}).await),
        FailureCode::TooManyRedirects
    );
    assert_eq!(
        ask(&upstream, |question| question.most_redirects = 0)
            .await
            .unwrap()
            .status
            .as_u16(),
        302
    );
}

#[tokio::test]
async fn forbidden_addresses_are_refused_at_every_hop() {
    let upstream = Upstream::start();
    let question = Question::get(upstream.url("/").parse().unwrap());
    assert_eq!(
        code(client(Policy::shared()).ask(&question).await),
        FailureCode::BlockedAddress
    );
    assert_eq!(upstream.connections(), 0);
    upstream
        .set(Mode::redirect("http://169.254.169.254/latest/meta-data/"))
        .await;
    let refused = ask(&upstream, |_| {}).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.hop),
        (FailureCode::BlockedAddress, 1)
    );
    upstream.set(Mode::redirect("http://127.0.0.1:6379/")).await;
    assert_eq!(code(ask(&upstream, |_| {}).await), FailureCode::BlockedPort);
}

#[tokio::test]
async fn a_delivery_carries_its_body_and_keeps_its_secrets_at_home() {
    let (home, away) = (Upstream::start(), Upstream::start());
    home.set(Mode::Redirect {
        status: 307,
        location: away.url("/in"),
    })
    .await;
    let sent = ask(&home, |question| {
        question.method = Method::Post;
        question.body = "s3cret".into();
        question
            .headers
            .insert("x-signature", HeaderValue::from_static("s3cret"));
    });
    sent.await.unwrap();
    assert_eq!(
        (
            home.requests()[0].body.as_str(),
            home.requests()[0].header("x-signature")
        ),
        ("s3cret", Some("s3cret"))
    );
    assert!(!format!("{:?}", away.requests()).contains("s3cret"));
}
