//! Out of files, a look says nothing about its target.

use std::{fs::File, time::Duration};

use domain::{failure::FailureCode, verdict::Verdict};
use test_support::{Answer, Upstream, with_few_files};

use crate::lab::Lab;

#[tokio::test]
async fn without_a_free_file_a_look_is_internal_resource_and_unknown() {
    const TEST: &str = concat!(
        module_path!(),
        "::without_a_free_file_a_look_is_internal_resource_and_unknown"
    );
    if !with_few_files(TEST, 128) {
        return;
    }
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.dns.set("named.lab.test", Answer::address("127.0.0.1"));
    let named = upstream.url_as("named.lab.test", "/");
    lab.get(&named).await.is_up();
    let mut files = Vec::new();
    // At connecting, and already at asking for the name.
    for url in [upstream.url("/"), named.clone()] {
        // What ended before may give back its files only now.
        tokio::time::sleep(Duration::from_millis(50)).await;
        while let Ok(file) = File::open("/dev/null") {
            files.push(file);
        }
        let look = lab.get(&url).await;
        // A resolver that gets no socket says only that it has none.
        let ours = [FailureCode::InternalResource, FailureCode::InternalResolver];
        assert!(look.code().is_some_and(|code| ours.contains(&code)));
        assert_eq!(look.judgement.verdict, Verdict::Unknown);
    }
    drop(files);
    lab.get(&named).await.is_up();
}
