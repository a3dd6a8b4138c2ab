//! Finds out what is published at an address that somebody pasted, by asking one address after the other.

mod address;
mod candidates;
mod evidence;
mod finding;

use std::collections::{HashSet, VecDeque};

use url::Url;

pub use address::AddressError;
pub use evidence::{Advice, Evidence, Outcome};
pub use finding::{Confidence, Finding, NotFound, Step};

use crate::{
    Provider, Source,
    body::{Body, Content},
    html::{self, PageKind},
};
use address::normalise;
use candidates::{Candidate, Kind};

/// The most addresses that one search asks, redirects included.
pub const MAX_ASKS: usize = 32;
/// The longest chain of redirects that is followed.
pub const MAX_HOPS: usize = 5;
/// After so many refusals in a row nothing more is asked: whoever keeps us out is not pestered.
const MAX_REFUSALS: usize = 4;

/// The search. Give it the address, do what [`Discovery::next`] says, hand in what came of it.
#[derive(Debug)]
pub struct Discovery {
    pasted: Url,
    queue: VecDeque<Candidate>,
    stage: Stage,
    current: Option<(Candidate, Url)>,
    hops: usize,
    asked: HashSet<Url>,
    refusals: usize,
    /// A page whose own data can be read, should its documents not answer.
    embedded: Option<Finding>,
    feeds: Vec<Url>,
    /// A page that talks about its status: feeds are worth guessing.
    about_status: bool,
    evidence: Vec<Evidence>,
    result: Option<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// What the address itself and its page tell.
    Told,
    Probes,
    Feeds,
    Over,
}

impl Discovery {
    pub fn new(address: &str) -> Result<Self, AddressError> {
        let pasted = normalise(address)?;
        Ok(Self {
            queue: candidates::told_by_address(&pasted).into(),
            about_status: candidates::speaks_of_status(pasted.as_str()),
            pasted,
            stage: Stage::Told,
            current: None,
            hops: 0,
            asked: HashSet::new(),
            refusals: 0,
            embedded: None,
            feeds: Vec::new(),
            evidence: Vec::new(),
            result: None,
        })
    }

    /// The next address, or the result. Asking again without an answer repeats the question.
    #[expect(
        clippy::should_implement_trait,
        reason = "a search that needs answers is no iterator"
    )]
    pub fn next(&mut self) -> Step {
        if let Some(result) = &self.result {
            return result.clone();
        }
        if let Some((_, url)) = &self.current {
            return Step::Ask(url.clone());
        }
        while self.asked.len() < MAX_ASKS && self.refusals < MAX_REFUSALS {
            match self.queue.pop_front() {
                Some(candidate) if self.asked.insert(candidate.url.clone()) => {
                    let url = candidate.url.clone();
                    self.hops = 0;
                    self.current = Some((candidate, url.clone()));
                    return Step::Ask(url);
                }
                Some(_) => {}
                None if self.stage == Stage::Over => break,
                None => self.advance(),
            }
            if let Some(result) = &self.result {
                return result.clone();
            }
        }
        self.give_up()
    }

    fn advance(&mut self) {
        self.stage = match self.stage {
            Stage::Told => {
                if let Some(finding) = self.embedded.take() {
                    self.found(finding);
                    return;
                }
                self.queue.extend(candidates::probes(&self.pasted));
                Stage::Probes
            }
            Stage::Probes => {
                self.queue.extend(
                    self.feeds
                        .drain(..)
                        .map(|url| Candidate::new(url, Kind::Feed)),
                );
                if self.about_status {
                    self.queue.extend(candidates::usual_feeds(&self.pasted));
                }
                Stage::Feeds
            }
            Stage::Feeds | Stage::Over => Stage::Over,
        };
    }

    fn give_up(&mut self) -> Step {
        let evidence = std::mem::take(&mut self.evidence);
        let step = Step::NotFound(Box::new(NotFound {
            advice: Advice::from(&evidence),
            evidence,
        }));
        self.result = Some(step.clone());
        step
    }

    fn found(&mut self, mut finding: Finding) {
        finding.evidence = std::mem::take(&mut self.evidence);
        self.result = Some(Step::Found(Box::new(finding)));
    }

    fn note(&mut self, url: &Url, outcome: Outcome) {
        self.evidence.push(Evidence {
            url: url.clone(),
            outcome,
        });
    }

    /// Nothing came back: a timeout, a refused address, a broken connection.
    pub fn failed(&mut self, url: &Url, reason: &str) {
        let Some((candidate, _)) = self.current.take() else {
            return;
        };
        self.note(
            url,
            Outcome::Unreachable {
                reason: reason.to_owned(),
            },
        );
        if candidate.kind == Kind::Page && candidate.url == self.pasted {
            // Whoever does not answer for the page will not answer for its documents.
            let host = self.pasted.host_str().map(str::to_owned);
            self.queue
                .retain(|other| other.url.host_str() != host.as_deref());
            self.stage = if self.queue.is_empty() {
                Stage::Over
            } else {
                Stage::Feeds
            };
        }
    }

    /// What came back. `url` is where it came from, `headers` are pairs of name and value.
    pub fn answer(&mut self, url: &Url, status: u16, headers: &[(&str, &str)], bytes: &[u8]) {
        let Some((candidate, _)) = self.current.take() else {
            return;
        };
        match status {
            301 | 302 | 303 | 307 | 308 => self.redirect(candidate, url, headers),
            200 => {
                self.refusals = 0;
                self.read(&candidate, url, bytes);
            }
            401 | 403 | 407 | 420 | 429 | 451 => {
                self.refusals += 1;
                self.note(url, Outcome::Refused { status });
            }
            _ => self.note(url, Outcome::Status { status }),
        }
    }

    fn redirect(&mut self, candidate: Candidate, url: &Url, headers: &[(&str, &str)]) {
        let location = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("location"))
            .map(|(_, value)| *value);
        let target = location
            .and_then(|location| url.join(location).ok())
            .and_then(|to| normalise(to.as_str()).ok());
        let Some(target) = target else {
            return self.note(url, Outcome::BadRedirect);
        };
        self.note(url, Outcome::Redirected { to: target.clone() });
        self.hops += 1;
        if self.hops > MAX_HOPS || self.asked.len() >= MAX_ASKS {
            return self.note(&target, Outcome::TooManyRedirects);
        }
        if !self.asked.insert(target.clone()) {
            return;
        }
        if candidate.kind == Kind::Page && candidate.url == self.pasted {
            self.pasted = target.clone();
            // The page may have moved to a host that tells its provider.
            let told = candidates::told_by_host(&target);
            let page = Candidate {
                url: target.clone(),
                ..candidate
            };
            let mut known = told
                .into_iter()
                .filter(|other| !self.asked.contains(&other.url))
                .collect::<VecDeque<_>>();
            known.append(&mut self.queue);
            self.queue = known;
            self.current = Some((page, target));
            return;
        }
        self.current = Some((candidate, target));
    }

    fn read(&mut self, candidate: &Candidate, url: &Url, bytes: &[u8]) {
        match Body::read(bytes) {
            Err(error) => self.note(
                url,
                Outcome::Unreadable {
                    reason: error.to_string(),
                },
            ),
            Ok(body) => match candidate.kind {
                Kind::Document {
                    provider,
                    confidence,
                } => self.read_document(candidate, url, body, (provider, confidence)),
                Kind::Page | Kind::Linked => self.read_page(url, &body),
                Kind::Feed => self.read_feed(url, &body),
            },
        }
    }

    fn read_document(
        &mut self,
        candidate: &Candidate,
        url: &Url,
        mut body: Body,
        told: (Provider, Confidence),
    ) {
        let (provider, confidence) = told;
        // Several vendors answer at the same address: the shape says which it is.
        let shaped =
            Provider::of_shape(&body).filter(|shaped| candidates::publishes_at(*shaped, candidate));
        let provider = shaped.unwrap_or(provider);
        body.document = provider.proof().map(|document| document.name);
        match provider.read(&body) {
            Err(error) => self.note(
                url,
                Outcome::Unreadable {
                    reason: error.to_string(),
                },
            ),
            Ok(mut page) => {
                page.settle(None);
                self.note(url, Outcome::Recognised { provider });
                let base = candidates::base_after(provider, candidate, url);
                let source = Source::new(provider, base);
                self.found(Finding {
                    source,
                    confidence,
                    page,
                    evidence: Vec::new(),
                });
            }
        }
    }

    fn read_page(&mut self, url: &Url, body: &Body) {
        let Content::Html(text) = &body.content else {
            return self.read_pasted_document(url, body);
        };
        let kind = html::kind(text);
        self.note(url, Outcome::Page { kind });
        self.about_status |=
            html::title(text).is_some_and(|title| candidates::speaks_of_status(&title));
        let claims = candidates::told_by_page(text, url);
        let gone = kind == PageKind::NoSuchPage
            || matches!(kind, PageKind::Inactive | PageKind::Login) && !claims.is_empty();
        if gone {
            // Its feed still answers and would look like a page without incidents.
            self.queue.clear();
            self.stage = Stage::Over;
            return;
        }
        if let Some(provider) = Provider::of_shape(body)
            && let Ok(mut page) = provider.read(body)
        {
            page.settle(None);
            let source = Source {
                given: vec![url.clone()],
                ..Source::new(provider, address::base_of(url))
            };
            self.embedded = Some(Finding {
                source,
                confidence: Confidence::Marker,
                page,
                evidence: Vec::new(),
            });
        }
        let linked = candidates::linked_pages(text, url, &self.pasted);
        for candidate in claims.into_iter().chain(linked).rev() {
            self.queue.push_front(candidate);
        }
        self.feeds.extend(candidates::linked_feeds(text, url));
    }

    /// The address was that of a document.
    fn read_pasted_document(&mut self, url: &Url, body: &Body) {
        let Some(provider) = Provider::of_shape(body) else {
            return self.note(url, Outcome::UnknownShape);
        };
        match provider.read(body) {
            Err(error) => self.note(
                url,
                Outcome::Unreadable {
                    reason: error.to_string(),
                },
            ),
            Ok(mut page) => {
                page.settle(None);
                self.note(url, Outcome::Recognised { provider });
                let source = candidates::source_of_document(provider, url);
                let confidence = if body.feed().is_some() {
                    Confidence::Feed
                } else {
                    Confidence::Shape
                };
                self.found(Finding {
                    source,
                    confidence,
                    page,
                    evidence: Vec::new(),
                });
            }
        }
    }

    fn read_feed(&mut self, url: &Url, body: &Body) {
        let title = body.feed().map(|feed| feed.title.clone());
        match title {
            None => self.note(url, Outcome::UnknownShape),
            Some(title) if self.about_status || candidates::speaks_of_status(&title) => {
                self.read_pasted_document(url, body);
            }
            Some(_) => self.note(url, Outcome::ForeignFeed),
        }
    }
}
