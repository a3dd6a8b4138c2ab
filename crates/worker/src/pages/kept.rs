//! What is known of one page: how it is read, what it said last, and when it may be asked again.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use db::vendor_pages::VendorPage;
use domain::{
    failure::{Detail, Failure, FailureCode, VendorFault},
    id::VendorPageId,
};
use statuspage_parser::{Page, Source};
use statuspage_reader::{Documents, Read, Unread};

use super::judge::Named;

/// A reading younger than this answers whoever asks now.
const STILL_NEWS: TimeDelta = TimeDelta::seconds(15);
/// For this long at most a page that asks to be left alone is as good as read.
const NEWS_AT_REST: TimeDelta = TimeDelta::minutes(5);
/// How often in a row a page may be unreadable while its last word stands.
const PATIENCE: u32 = 2;
/// For how many intervals the last word of a page that cannot be read stands.
const STANDS_FOR: i32 = 3;
/// A page that keeps failing is asked at least this often.
const LONGEST_BACKOFF: Duration = Duration::from_mins(15);
/// How much earlier than a page said it may be asked again, so that a freshness of one interval costs no slot.
const EARLY: TimeDelta = TimeDelta::seconds(5);
/// After so many failures a page that seems to have moved is searched for.
const SEARCH_AFTER: u32 = 5;
/// Between two searches.
const BETWEEN_SEARCHES: TimeDelta = TimeDelta::hours(1);

/// The state of one page, as it is stored beside it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) home: String,
    /// None when what is stored is not a source that we know.
    pub(crate) source: Option<Source>,
    pub(crate) documents: Arc<Documents>,
    pub(crate) page: Option<Arc<Page>>,
    pub(crate) read_at: Option<DateTime<Utc>>,
    pub(crate) failures: u32,
    /// Why it could not be read the last time.
    pub(crate) trouble: Option<(FailureCode, String)>,
    pub(crate) not_before: Option<DateTime<Utc>>,
    searched_at: Option<DateTime<Utc>>,
    /// What was published there is gone or is something else.
    moved: bool,
    /// What is stored is older than what is known here.
    unsaved: bool,
}

/// What a page's last word is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    /// As good as a reading now.
    News,
    /// It stands, but it opens nothing.
    Stands,
    Nothing,
}

/// What is to be stored of a reading.
#[derive(Clone, Debug)]
pub(crate) struct ToSave {
    pub(crate) page: Option<Arc<Page>>,
    pub(crate) documents: Option<Arc<Documents>>,
}

impl Kept {
    pub(crate) fn stored(row: VendorPage) -> Self {
        let page: Option<Page> = row.page.and_then(|page| serde_json::from_value(page).ok());
        let trouble = row.failure.and_then(|failure| {
            let failure: Failure = serde_json::from_value(failure).ok()?;
            let reason = match &failure.detail {
                Detail::Vendor(fault) => fault.reason.clone().unwrap_or_default(),
                _ => String::new(),
            };
            Some((failure.code, reason))
        });
        Self {
            name: row.name,
            home: row.home,
            source: serde_json::from_value(row.source).ok(),
            documents: Arc::new(serde_json::from_value(row.parts).unwrap_or_default()),
            read_at: row.read_at.filter(|_| page.is_some()),
            page: page.map(Arc::new),
            failures: row.failures,
            trouble,
            not_before: row.not_before,
            searched_at: None,
            moved: false,
            unsaved: false,
        }
    }

    pub(crate) fn named(&self) -> Named<'_> {
        Named {
            name: &self.name,
            home: &self.home,
        }
    }

    /// Whether its provider wants a pause between any two requests.
    pub(crate) fn wants_patience(&self) -> bool {
        let source = self.source.as_ref();
        source.is_some_and(|source| !source.provider.pause().is_zero())
    }

    /// Whether the page asked to be left alone now, or keeps failing.
    pub(crate) fn rests(&self, now: DateTime<Utc>) -> bool {
        self.not_before.is_some_and(|until| now < until)
    }

    /// What its last word is worth while nobody reads it.
    pub(crate) fn worth(&self, now: DateTime<Utc>, interval: Duration) -> Worth {
        let (Some(read_at), Some(_)) = (self.read_at, &self.page) else {
            return Worth::Nothing;
        };
        let age = now - read_at;
        let at_rest = self.rests(now) && age <= NEWS_AT_REST;
        if self.failures == 0 && (age < STILL_NEWS || at_rest) {
            return Worth::News;
        }
        let bearable = delta(interval) * STANDS_FOR;
        if self.failures <= PATIENCE && age <= bearable {
            Worth::Stands
        } else {
            Worth::Nothing
        }
    }

    /// Takes a reading that began at `started_at`; says what of it is to be stored.
    pub(crate) fn was_read(&mut self, started_at: DateTime<Utc>, read: Read) -> ToSave {
        let (page, documents) = (Arc::new(read.page), Arc::new(read.documents));
        let is_new = self.unsaved || self.page.as_ref() != Some(&page);
        let other_documents = self.unsaved || *self.documents != *documents;
        self.not_before = read.pause.map(|pause| started_at + delta(pause) - EARLY);
        self.read_at = Some(started_at);
        self.failures = 0;
        self.trouble = None;
        self.moved = false;
        self.page = Some(page.clone());
        self.documents = documents.clone();
        ToSave {
            page: is_new.then_some(page),
            documents: other_documents.then_some(documents),
        }
    }

    /// It could not be read, once more.
    pub(crate) fn could_not_be_read(
        &mut self,
        now: DateTime<Utc>,
        unread: Unread,
        (id, interval): (VendorPageId, Duration),
    ) {
        self.failures = self.failures.saturating_add(1);
        self.moved |= unread.moved;
        self.trouble = Some((unread.code, unread.reason));
        let backoff = backoff(self.failures, id, interval);
        self.not_before = unread.pause.max(backoff).map(|pause| now + delta(pause));
    }

    /// The failure as it is stored.
    pub(crate) fn failure(&self) -> Failure {
        let (code, reason) = self.trouble();
        let fault = VendorFault {
            page: self.name.clone(),
            reason: Some(reason.to_owned()),
            ..VendorFault::default()
        };
        Failure {
            detail: Detail::Vendor(Box::new(fault)),
            ..Failure::bare(code)
        }
    }

    /// Why nothing is known.
    pub(crate) fn trouble(&self) -> (FailureCode, &str) {
        match &self.trouble {
            Some((code, reason)) => (*code, reason),
            None => (
                FailureCode::SourceUnavailable,
                "it was not read for too long",
            ),
        }
    }

    pub(crate) fn saved(&mut self, saved: bool) {
        self.unsaved = !saved;
    }

    /// How it is read from now on; a search may have told more than was known here.
    pub(crate) fn is_read_as(&mut self, source: Source) {
        if self.source.as_ref() != Some(&source) {
            self.source = Some(source);
            self.documents = Arc::default();
        }
    }

    /// Whether it should be searched for anew; says so once an hour.
    pub(crate) fn wants_search(&mut self, now: DateTime<Utc>) -> bool {
        let given = self
            .source
            .as_ref()
            .is_some_and(|source| !source.given.is_empty());
        let lately = self
            .searched_at
            .is_some_and(|at| now - at < BETWEEN_SEARCHES);
        let wants = self.moved && self.failures >= SEARCH_AFTER && !given && !lately;
        if wants {
            self.searched_at = Some(now);
        }
        wants
    }

    /// It was found again elsewhere.
    pub(crate) fn has_moved(&mut self, source: Source) {
        self.source = Some(source);
        self.documents = Arc::default();
        self.failures = 0;
        self.moved = false;
        self.not_before = None;
        self.unsaved = true;
    }
}

/// From the third failure on: two intervals, four, and so on, and a little more that differs from page to page.
fn backoff(failures: u32, id: VendorPageId, interval: Duration) -> Option<Duration> {
    let doublings = failures.checked_sub(PATIENCE).filter(|n| *n > 0)?;
    let pause = interval.saturating_mul(2_u32.saturating_pow(doublings.min(16)));
    let jitter = u32::try_from(id.0.as_u128() % 100).unwrap_or(0);
    let pause = pause.min(LONGEST_BACKOFF);
    Some(pause + pause / 1_000 * jitter)
}

pub(super) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests;
