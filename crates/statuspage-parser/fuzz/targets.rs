//! What must hold for any input, whoever makes it up: libFuzzer, or the mutations that the crate's tests run.

use statuspage_parser::{
    Page, Provider,
    discover::{Discovery, MAX_ASKS, Step},
    parse, parse_any,
};

/// Any bytes, read as every provider's document: nothing panics, and whatever was read can be asked about and stored.
pub(super) fn read(bytes: &[u8]) {
    let guessed = parse_any(bytes).ok();
    let read = Provider::all().filter_map(|provider| parse(provider, bytes).ok());
    for page in read.chain(guessed) {
        for component in &page.components {
            page.effective(component);
            page.locate(&component.into());
        }
        let stored = serde_json::to_vec(&page).expect("a page can be stored");
        let restored: Page = serde_json::from_slice(&stored).expect("a page can be restored");
        assert_eq!(restored, page, "a page survives being stored");
    }
}

/// Any address and any answers: the search ends within its limit of questions.
pub(super) fn search<'a>(
    address: &str,
    answers: impl IntoIterator<Item = (u16, &'a str, &'a [u8])>,
) {
    let Ok(mut search) = Discovery::new(address) else {
        return;
    };
    let mut asked = 0;
    let mut answers = answers.into_iter();
    while let Step::Ask(url) = search.next() {
        asked += 1;
        assert!(asked <= MAX_ASKS, "asks without end");
        match answers.next() {
            Some((status, location, body)) => {
                search.answer(&url, status, &[("location", location)], body);
            }
            None => search.failed(&url, "no more answers"),
        }
    }
}
