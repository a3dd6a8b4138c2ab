//! One reading of a page: its documents fetched side by side, conditionally where they were read before.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::failure::{Failure, FailureCode};
use egress::Answer as Response;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use statuspage_parser::{Answer, Page, Reading, Request, Source};

use crate::{DOCUMENT_TIMEOUT, Document, Documents, Reader};

/// Redirects that a document may take.
const MOST_REDIRECTS: u8 = 5;
/// However long a page wants to be left alone: longer than this and nobody is served.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// However long a page may be kept by its own word.
const LONGEST_FRESHNESS: Duration = Duration::from_mins(5);

/// A page that was read.
#[derive(Clone, Debug)]
pub struct Read {
    pub page: Page,
    pub documents: Documents,
    /// The page asked not to be fetched again sooner, by `Cache-Control` or `Retry-After`; at most an hour.
    pub pause: Option<Duration>,
}

/// A page that could not be read. It says nothing about the vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// `source_unavailable` when documents did not come, `source_invalid` when they came and were something else.
    pub code: FailureCode,
    /// A few words.
    pub reason: String,
    /// As in [`Read::pause`].
    pub pause: Option<Duration>,
    /// What is published there is gone or is something else now: worth searching for anew.
    pub moved: bool,
}

/// What came of one request.
enum Got {
    Body(Response),
    Unchanged(Response),
    Status(Response),
    Nothing(Failure),
}

/// What is noted while documents arrive.
#[derive(Default)]
struct Notes {
    pause: Option<Duration>,
    invalid: bool,
    gone: bool,
    /// Where no document is required, any of them decides whether the page is still what it was.
    some_required: bool,
}

impl Reader {
    /// Reads the page. `kept` are the documents of the reading before.
    pub async fn read(
        &self,
        source: &Source,
        kept: &Documents,
        now: DateTime<Utc>,
    ) -> Result<Read, Unread> {
        let mut reading = Reading::new(source);
        let mut documents = Documents::default();
        let mut notes = Notes {
            some_required: source.requests().iter().any(|request| request.required),
            ..Notes::default()
        };
        loop {
            let pending = reading.pending().to_vec();
            if pending.is_empty() {
                break;
            }
            let answers = join_all(
                pending
                    .iter()
                    .map(|request| self.get(source, request, kept)),
            )
            .await;
            for (request, got) in pending.iter().zip(answers) {
                take(
                    &mut reading,
                    &mut documents,
                    &mut notes,
                    (request, got, kept),
                );
            }
        }
        match reading.finish(now) {
            Ok(page) => Ok(Read {
                page,
                documents,
                pause: notes.pause,
            }),
            Err(error) => Err(Unread {
                code: if notes.invalid {
                    FailureCode::SourceInvalid
                } else {
                    FailureCode::SourceUnavailable
                },
                reason: error.to_string(),
                pause: notes.pause,
                moved: notes.invalid || notes.gone,
            }),
        }
    }

    async fn get(&self, source: &Source, request: &Request, kept: &Documents) -> Got {
        let mut headers = HeaderMap::new();
        if let Some(document) = kept.get(&request.url) {
            validate(&mut headers, header::IF_NONE_MATCH, document.etag.as_ref());
            validate(
                &mut headers,
                header::IF_MODIFIED_SINCE,
                document.last_modified.as_ref(),
            );
        }
        let bounds = (MOST_REDIRECTS, DOCUMENT_TIMEOUT);
        match self
            .fetch(&request.url, headers, Some(source.provider), bounds)
            .await
        {
            Err(failure) => Got::Nothing(failure),
            Ok(response) => match response.status {
                StatusCode::NOT_MODIFIED => Got::Unchanged(response),
                status if status.is_success() => Got::Body(response),
                _ => Got::Status(response),
            },
        }
    }
}

/// Hands one answer to the reading, and keeps what is worth keeping.
fn take(
    reading: &mut Reading,
    documents: &mut Documents,
    notes: &mut Notes,
    (request, got, kept): (&Request, Got, &Documents),
) {
    let decides = request.required || !notes.some_required;
    match got {
        Got::Nothing(failure) => {
            notes.invalid |= decides && failure.code == FailureCode::BodyTooLarge;
            // The reading itself remembers why.
            let _ = reading.answer(request, Answer::Failed(failure.sentence()));
        }
        Got::Status(response) => {
            let status = response.status.as_u16();
            notes.gone |= decides && matches!(status, 404 | 410);
            // What the page can do without keeps the rest from being read for a short while only.
            let longest = if decides {
                LONGEST_PAUSE
            } else {
                LONGEST_FRESHNESS
            };
            notes.pause(retry_after(&response.headers).map(|pause| pause.min(longest)));
            let _ = reading.answer(request, Answer::Failed(format!("status {status}")));
        }
        Got::Unchanged(response) => {
            notes.pause(fresh_for(&response.headers));
            let Some(document) = kept.get(&request.url) else {
                let reason = "it says “not modified” although it was never read".to_owned();
                let _ = reading.answer(request, Answer::Failed(reason));
                return;
            };
            let _ = reading.answer(request, Answer::Unchanged(document.part.clone()));
            documents.keep(request.url.clone(), document.clone());
        }
        Got::Body(response) => {
            notes.pause(fresh_for(&response.headers));
            match reading.answer(request, Answer::Body(&response.body)) {
                Ok(part) => {
                    let document = Document {
                        etag: text(&response.headers, &header::ETAG),
                        last_modified: text(&response.headers, &header::LAST_MODIFIED),
                        part,
                    };
                    documents.keep(request.url.clone(), document);
                }
                Err(_) => notes.invalid |= decides,
            }
        }
    }
}

impl Notes {
    /// The longest pause that any document asks for.
    fn pause(&mut self, pause: Option<Duration>) {
        self.pause = self.pause.max(pause);
    }
}

fn validate(headers: &mut HeaderMap, name: HeaderName, validator: Option<&String>) {
    let value = validator.and_then(|validator| HeaderValue::from_str(validator).ok());
    if let Some(value) = value {
        headers.insert(name, value);
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Seconds or a date, by the page's own clock where it tells it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    let wait = if let Ok(seconds) = value.trim().parse() {
        Duration::from_secs(seconds)
    } else {
        let until = httpdate::parse_http_date(value.trim()).ok()?;
        let now = httpdate::parse_http_date(&text(headers, &header::DATE)?).ok()?;
        until.duration_since(now).ok()?
    };
    Some(wait)
}

/// How long the page says that its answer stays fresh.
fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let control = text(headers, &header::CACHE_CONTROL)?.to_ascii_lowercase();
    let mut directives = control.split(',').map(str::trim);
    if directives
        .clone()
        .any(|one| matches!(one, "no-cache" | "no-store"))
    {
        return None;
    }
    let seconds: u64 = directives
        .find_map(|one| one.strip_prefix("max-age="))?
        .trim_matches('"')
        .parse()
        .ok()?;
    let age: u64 = text(headers, &header::AGE)
        .and_then(|age| age.parse().ok())
        .unwrap_or(0);
    let left = Duration::from_secs(seconds.saturating_sub(age));
    Some(left.min(LONGEST_FRESHNESS)).filter(|left| !left.is_zero())
}
