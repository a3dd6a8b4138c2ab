//! The search for a status page at an address that somebody pasted.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use statuspage_parser::{
    Page, Source,
    discover::{AddressError, Advice, Confidence, Discovery, Evidence, Finding, Step},
};
use tokio::time::{Instant, timeout_at};

use crate::{Documents, Reader};

/// For the whole search, the full reading included.
const BUDGET: Duration = Duration::from_secs(15);
/// What one question of the search may take.
const STEP_TIMEOUT: Duration = Duration::from_secs(6);

/// A page that was found, and read whole.
#[derive(Clone, Debug)]
pub struct Discovered {
    pub source: Source,
    pub confidence: Confidence,
    pub page: Page,
    pub documents: Documents,
    /// Everything was read; otherwise the page is what its proof alone says.
    pub whole: bool,
    pub evidence: Vec<Evidence>,
}

/// Nothing was found, and what that was concluded from.
#[derive(Clone, Debug)]
pub struct NotDiscovered {
    pub advice: Advice,
    pub evidence: Vec<Evidence>,
}

impl Reader {
    /// Searches for a status page; within 15 s, whatever is there. `Err` means that this is no address at all.
    pub async fn discover(
        &self,
        address: &str,
        now: DateTime<Utc>,
    ) -> Result<Result<Discovered, NotDiscovered>, AddressError> {
        let mut search = Discovery::new(address)?;
        let deadline = Instant::now() + BUDGET;
        loop {
            match search.next() {
                Step::NotFound(nothing) => {
                    return Ok(Err(NotDiscovered {
                        advice: nothing.advice,
                        evidence: nothing.evidence,
                    }));
                }
                Step::Found(finding) => {
                    return Ok(Ok(self.whole(*finding, deadline, now).await));
                }
                Step::Ask(url) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        search.failed(&url, "the search took too long");
                        continue;
                    }
                    let bounds = (0, STEP_TIMEOUT.min(left));
                    let fetched = self.fetch(&url, HeaderMap::new(), None, bounds);
                    match timeout_at(deadline, fetched).await {
                        Err(_) => search.failed(&url, "the search took too long"),
                        Ok(Err(failure)) => search.failed(&url, &failure.sentence()),
                        Ok(Ok(answer)) => {
                            let headers: Vec<(&str, &str)> = answer
                                .headers
                                .iter()
                                .filter_map(|(name, value)| {
                                    Some((name.as_str(), value.to_str().ok()?))
                                })
                                .collect();
                            search.answer(&url, answer.status.as_u16(), &headers, &answer.body);
                        }
                    }
                }
            }
        }
    }

    /// Reads everything that the finding's page publishes; the document that proved it is better than nothing.
    async fn whole(&self, finding: Finding, deadline: Instant, now: DateTime<Utc>) -> Discovered {
        let nothing_kept = Documents::default();
        let reading = self.read(&finding.source, &nothing_kept, now);
        let read = timeout_at(deadline, reading)
            .await
            .ok()
            .and_then(Result::ok);
        let (page, documents, whole) = match read {
            Some(read) => (read.page, read.documents, true),
            None => (finding.page, nothing_kept, false),
        };
        Discovered {
            source: finding.source,
            confidence: finding.confidence,
            page,
            documents,
            whole,
            evidence: finding.evidence,
        }
    }
}
