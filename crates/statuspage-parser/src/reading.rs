//! One reading of a page: what is to be fetched, and what came of it, put together.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Page, ParseError, Provider, Request, Source, body::Body, page::Section};

/// Parts of a list that are followed beyond the first.
const MAX_CONTINUATIONS: usize = 10;

/// A document that has been read. Keep it beside its validators (`ETag`): when the server answers "not modified", hand
/// it in again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part(Box<Page>);

/// What came of one request.
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    Body(&'a [u8]),
    /// Not modified: what was read the last time.
    Unchanged(Part),
    /// Nothing that could be read, for this reason: a status, a timeout, a refused address.
    Failed(String),
}

/// Why there is no reading. It says nothing about the vendor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    #[error("{document}: {reason}")]
    Missing { document: String, reason: String },
    #[error("no document was read")]
    Nothing,
}

/// Collects the answers of one reading.
#[derive(Debug)]
pub struct Reading {
    provider: Provider,
    pending: Vec<Request>,
    read: Vec<(Request, Result<Page, String>)>,
    continuations: usize,
}

impl Reading {
    pub fn new(source: &Source) -> Self {
        Self {
            provider: source.provider,
            pending: source.requests(),
            read: Vec::new(),
            continuations: 0,
        }
    }

    /// What is still to be fetched; answering one can add more. They do not depend on each other.
    pub fn pending(&self) -> &[Request] {
        &self.pending
    }

    /// Takes the answer to a pending request and returns what is worth keeping of it.
    pub fn answer(&mut self, request: &Request, answer: Answer<'_>) -> Result<Part, String> {
        self.pending.retain(|pending| pending != request);
        let page = match answer {
            Answer::Body(bytes) => self
                .read_body(request, bytes)
                .map_err(|error| error.to_string()),
            Answer::Unchanged(Part(page)) => Ok(*page),
            Answer::Failed(reason) => Err(reason),
        };
        if let Ok(page) = &page {
            self.follow(request, page);
        }
        self.read.push((request.clone(), page.clone()));
        page.map(|page| Part(Box::new(page)))
    }

    fn read_body(&self, request: &Request, bytes: &[u8]) -> Result<Page, ParseError> {
        let mut body = Body::read(bytes)?;
        body.document = request.document;
        let provider = match request.document {
            Some(_) => self.provider,
            None => Provider::of_shape(&body).unwrap_or(self.provider),
        };
        provider.read(&body)
    }

    fn follow(&mut self, request: &Request, page: &Page) {
        let next = page
            .continues
            .as_ref()
            .and_then(|next| request.url.join(next).ok());
        // A list that leads elsewhere is not followed.
        let next =
            next.filter(|next: &Url| next.origin() == request.url.origin() && *next != request.url);
        let (Some(url), true) = (next, self.continuations < MAX_CONTINUATIONS) else {
            return;
        };
        self.continuations += 1;
        self.pending.push(Request {
            name: format!(
                "{}+{}",
                request.document.unwrap_or(&request.name),
                self.continuations
            ),
            url,
            required: request.required,
            document: request.document,
        });
    }

    /// The page as a whole. `now` decides what has gone stale and which maintenance is under way.
    pub fn finish(self, now: DateTime<Utc>) -> Result<Page, ReadingError> {
        let mut whole: Option<Page> = None;
        let mut failures: Vec<String> = Vec::new();
        let mut seen: Vec<Option<&'static str>> = Vec::new();
        for (request, read) in self.read {
            match read {
                Err(reason) if request.required => {
                    return Err(ReadingError::Missing {
                        document: request.name,
                        reason,
                    });
                }
                Err(reason) => failures.push(format!("{}: {reason}", request.name)),
                Ok(page) => {
                    let place = match request.document {
                        None => Place::Beside,
                        document if seen.contains(&document) => Place::Continuation,
                        Some(_) => Place::After,
                    };
                    whole = Some(join(whole, page, place));
                    seen.push(request.document);
                }
            }
        }
        if let Some(unanswered) = self.pending.iter().find(|request| request.required) {
            let reason = "it was not fetched".to_owned();
            return Err(ReadingError::Missing {
                document: unanswered.name.clone(),
                reason,
            });
        }
        let mut page = whole.ok_or_else(|| nothing_read(&failures))?;
        explain_gaps(&mut page, &failures);
        page.settle(Some(now));
        Ok(page)
    }
}

fn nothing_read(failures: &[String]) -> ReadingError {
    if failures.is_empty() {
        return ReadingError::Nothing;
    }
    ReadingError::Missing {
        document: "every document".to_owned(),
        reason: failures.join("; "),
    }
}

/// How a document stands to those that were read before it.
#[derive(Clone, Copy)]
enum Place {
    /// The next part of the same list.
    Continuation,
    /// Another address that a person gave.
    Beside,
    /// Another document of the provider, less authoritative.
    After,
}

fn join(whole: Option<Page>, page: Page, place: Place) -> Page {
    match whole {
        None => page,
        Some(mut whole) => {
            match place {
                Place::Continuation => whole.append(page),
                Place::Beside => whole.join(page),
                Place::After => whole.complete_with(page),
            }
            whole
        }
    }
}

/// What no document told is unsupported when all were read, and failed when one was not.
fn explain_gaps(page: &mut Page, failures: &[String]) {
    fn explain<T>(section: &mut Section<T>, failures: &[String]) {
        if matches!(section, Section::NotAttempted) {
            *section = if failures.is_empty() {
                Section::Unsupported
            } else {
                Section::Failed(failures.join("; "))
            };
        }
    }
    explain(&mut page.components, failures);
    explain(&mut page.incidents, failures);
    explain(&mut page.maintenances, failures);
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.url)
    }
}
