//! Chains of redirects: their limits, their manners and their end.

use domain::{
    failure::FailureCode,
    target::{Header, Method},
};
use test_support::{Answer, Mode, Upstream};

use crate::lab::{Lab, hurried, target};

#[tokio::test]
async fn a_redirect_to_itself_is_too_many_redirects() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::RedirectLoop).await;
    let look = lab.get(&upstream.url("/loop")).await;
    look.failed(FailureCode::TooManyRedirects);
    assert_eq!(look.seen.hops.len(), 11);
    assert!(
        look.sentence().starts_with("More than 10 redirects"),
        "{}",
        look.sentence()
    );
}

#[tokio::test]
async fn ten_redirects_are_followed_and_no_more() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    for (hops, code) in [
        (9, None),
        (10, None),
        (11, Some(FailureCode::TooManyRedirects)),
        (15, Some(FailureCode::TooManyRedirects)),
    ] {
        upstream
            .set(Mode::RedirectChain { hops, delay_ms: 0 })
            .await;
        let look = lab.get(&upstream.url("/chain/0")).await;
        assert_eq!(look.code(), code, "{hops}: {:?}", look.seen);
    }
}

#[tokio::test]
async fn the_deadline_covers_all_hops() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream
        .set(Mode::RedirectChain {
            hops: 8,
            delay_ms: 150,
        })
        .await;
    let look = lab.look(&hurried(&upstream.url("/chain/0"), 500)).await;
    look.failed(FailureCode::HttpTimeout);
    assert!(
        (2..=4).contains(&look.failure().hop),
        "{:?}",
        look.failure()
    );
    assert_eq!(usize::from(look.failure().hop) + 1, look.seen.hops.len());
}

#[tokio::test]
async fn unusable_places_are_redirect_invalid() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    for status in [301, 302, 303, 307, 308] {
        upstream
            .set(Mode::Status {
                status,
                body: String::new(),
                headers: Vec::new(),
            })
            .await;
        lab.get(&upstream.url("/"))
            .await
            .failed(FailureCode::RedirectInvalid);
    }
    for location in [
        "http://[::bad/",
        "ftp://example.com/",
        "http://",
        "javascript:alert(1)",
    ] {
        upstream.set(Mode::redirect(location)).await;
        lab.get(&upstream.url("/"))
            .await
            .failed(FailureCode::RedirectInvalid);
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_when_it_is_not_followed() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::redirect("/elsewhere")).await;
    let mut target = target(&upstream.url("/"));
    target.follow_redirects = false;
    lab.look(&target)
        .await
        .failed(FailureCode::UnexpectedStatus);
    target.expected_statuses = "302".parse().unwrap();
    let look = lab.look(&target).await;
    look.is_up();
    assert_eq!(look.seen.hops.len(), 1);
}

#[tokio::test]
async fn secrets_stay_at_home_when_a_redirect_leads_elsewhere() {
    let lab = Lab::new().await;
    let (first, second) = (Upstream::start(), Upstream::start());
    lab.dns.set("elsewhere.test", Answer::address("127.0.0.1"));
    first
        .set(Mode::Redirect {
            status: 307,
            location: second.url_as("elsewhere.test", "/in"),
        })
        .await;
    let mut target = target(&first.url("/"));
    target.method = Method::Post;
    target.body = Some("token=s3cret".into());
    target.headers = [("Authorization", "Bearer s3cret"), ("X-Key", "s3cret")]
        .map(|(n, v)| Header {
            name: n.into(),
            value: v.into(),
        })
        .into();
    lab.look(&target).await.is_up();
    let seen = &second.requests()[0];
    assert!(!format!("{seen:?}").contains("s3cret"), "{seen:?}");
    assert_eq!(first.requests()[0].header("x-key"), Some("s3cret"));
}

#[tokio::test]
async fn secrets_follow_within_the_origin_and_never_come_back() {
    let lab = Lab::new().await;
    let (home, away) = (Upstream::start(), Upstream::start());
    home.set_for("/", Mode::redirect("/same"));
    home.set_for("/same", Mode::redirect(away.url("/")));
    // Two hops within the foreign origin, which must not pass for ours.
    away.set_for("/", Mode::redirect("/inner"));
    away.set_for("/inner", Mode::redirect(home.url("/again")));
    let mut target = target(&home.url("/"));
    target.headers = vec![Header {
        name: "X-Key".into(),
        value: "s3cret".into(),
    }];
    lab.look(&target).await.is_up();
    let keys: Vec<_> = home
        .requests()
        .iter()
        .map(|request| request.header("x-key").is_some())
        .collect();
    assert_eq!(keys, [true, true, false]);
    let foreign: Vec<_> = away
        .requests()
        .iter()
        .map(|request| request.header("x-key").is_some())
        .collect();
    assert_eq!(foreign, [false, false]);
}

#[tokio::test]
async fn a_cookie_gate_opens() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::CookieGate).await;
    lab.get(&upstream.url("/")).await.is_up();
    // The jar lives for one look only.
    lab.get(&upstream.url("/")).await.is_up();
    let cookies: Vec<_> = upstream
        .requests()
        .iter()
        .map(|request| request.header("cookie").is_some())
        .collect();
    assert_eq!(cookies, [false, true, false, true]);
}

#[tokio::test]
async fn a_post_becomes_a_get_as_in_browsers() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    for (status, method, body) in [
        (302, "GET", ""),
        (303, "GET", ""),
        (307, "POST", "x"),
        (308, "POST", "x"),
    ] {
        upstream.set_for(
            "/",
            Mode::Redirect {
                status,
                location: "/end".into(),
            },
        );
        let mut target = target(&upstream.url("/"));
        target.method = Method::Post;
        target.body = Some("x".into());
        lab.look(&target).await.is_up();
        let last = upstream.requests().pop().unwrap();
        assert_eq!(
            (last.path.as_str(), last.method.as_str(), last.body.as_str()),
            ("/end", method, body),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_way_from_https_to_http_is_an_advisory() {
    let lab = Lab::new().await;
    let plain = Upstream::start();
    let issued = lab
        .authority
        .issue(&["127.0.0.1"], test_support::Flaw::None, crate::lab::noon());
    let secure = Upstream::start_tls(test_support::TlsMode::With(issued));
    secure.set(Mode::redirect(plain.url("/"))).await;
    let look = lab.get(&secure.url("/")).await;
    look.is_up();
    assert_eq!(look.advisories(), [FailureCode::HttpsDowngrade]);
}
