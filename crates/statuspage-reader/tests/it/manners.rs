//! How hosts and providers are treated.

use statuspage_parser::{Provider, Source};
use statuspage_reader::Documents;
use test_support::{Mode, Upstream};

use crate::ground::{HEALTHY, given, now, reader};

#[tokio::test]
async fn a_host_is_asked_two_things_at_once() {
    let upstream = Upstream::start();
    upstream.set(Mode::body(HEALTHY).after(200)).await;
    let source = given(&upstream, &["/1", "/2", "/3", "/4", "/5", "/6"]);
    let reader = reader();
    reader
        .read(&source, &Documents::default(), now())
        .await
        .unwrap();
    let asked = upstream.requests();
    assert_eq!(asked.len(), 6);
    for three in asked.windows(3) {
        let gap = three[2].at - three[0].at;
        assert!(gap.num_milliseconds() >= 190, "three at once: {gap}");
    }
    assert!(
        (asked[1].at - asked[0].at).num_milliseconds() < 190,
        "two go together"
    );
}

#[tokio::test]
async fn a_provider_that_wants_a_pause_gets_it_across_its_pages() {
    let patient = Provider::all().find(|provider| !provider.pause().is_zero());
    let patient = patient.expect("a provider that wants a pause");
    let (one, other) = (Upstream::start(), Upstream::start());
    let reader = reader();
    let read = async |upstream: &Upstream| {
        let source = Source {
            given: vec![upstream.url("/1").parse().unwrap()],
            ..Source::new(patient, upstream.url("").parse().unwrap())
        };
        let _ = reader.read(&source, &Documents::default(), now()).await;
    };
    tokio::join!(read(&one), read(&other));
    let gap = (one.requests()[0].at - other.requests()[0].at).abs();
    let pause = i64::try_from(patient.pause().as_millis()).unwrap();
    assert!(gap.num_milliseconds() >= pause - 5, "{gap}");
}
