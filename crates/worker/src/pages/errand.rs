//! The errands of the pages: whatever takes time, each in a task of its own.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use db::{
    Db, dependencies,
    vendor_pages::{self, Moved, Reading, VendorPage},
};
use domain::{failure::FailureCode, id::VendorPageId, ownership::Shards};
use status_cache::StatusCache;
use statuspage_parser::Source;
use statuspage_reader::{Documents, Read, Reader, Unread};
use tokio::time::timeout;

use super::{LONGEST_READING, Parts, kept::ToSave};
use crate::dependency;

/// A page that nobody follows and nobody has searched for is kept this long.
const UNUSED_AFTER: Duration = Duration::from_hours(24);
/// Most pages that are kept because somebody searched for them.
const MOST_UNUSED: u32 = 500;
/// Storing a reading may not hold up the next one for longer.
const LONGEST_SAVING: Duration = Duration::from_secs(10);

/// What came of an errand.
pub(super) enum Done {
    Loaded(db::Result<Vec<VendorPage>>, Vec<VendorPageId>),
    Read(Box<Result<Read, Unread>>),
    /// How the page is read from now on, where that is known, once what was read is stored; or that it could not be.
    Saved(Result<Option<Source>, ()>),
    /// Where a page was found anew, if anywhere.
    Searched(Option<Source>),
    /// The pages that services of one's own depend on.
    Needed(db::Result<Vec<VendorPageId>>),
    Cleaned,
}

/// What is to be stored after a reading.
pub(super) enum Saving {
    Read {
        at: DateTime<Utc>,
        news: ToSave,
        not_before: Option<DateTime<Utc>>,
        /// The page as it stands, when services of one's own depend on it and something on it is wrong.
        trouble: Option<dependency::Trouble>,
    },
    Unread {
        at: DateTime<Utc>,
        failure: serde_json::Value,
        not_before: Option<DateTime<Utc>>,
    },
}

/// What all errands need.
#[derive(Clone)]
pub(super) struct Errands {
    db: Db,
    cache: StatusCache,
    reader: Reader,
}

impl Errands {
    pub(super) fn new(parts: &Parts) -> Self {
        Self {
            db: parts.db.clone(),
            cache: parts.cache.clone(),
            reader: parts.reader.clone(),
        }
    }

    pub(super) async fn load(self, ids: Vec<VendorPageId>) -> Done {
        let loading = async {
            let mut conn = self.db.acquire().await?;
            vendor_pages::list(&mut conn, &ids).await
        };
        Done::Loaded(loading.await, ids)
    }

    pub(super) async fn read(
        self,
        source: Option<Source>,
        documents: Arc<Documents>,
        now: DateTime<Utc>,
    ) -> Done {
        let Some(source) = source else {
            return Done::Read(Box::new(Err(Unread {
                code: FailureCode::SourceInvalid,
                reason: "it is stored in a way that is no longer understood".to_owned(),
                pause: None,
                moved: true,
            })));
        };
        let reading = self.reader.read(&source, &documents, now);
        let read = timeout(LONGEST_READING, reading).await;
        let too_long = |_| {
            Err(Unread {
                code: FailureCode::SourceUnavailable,
                reason: "it took too long".to_owned(),
                pause: None,
                moved: false,
            })
        };
        Done::Read(Box::new(read.unwrap_or_else(too_long)))
    }

    pub(super) async fn save(self, id: VendorPageId, saving: Saving) -> Done {
        Done::Saved(
            match timeout(LONGEST_SAVING, self.try_save(id, saving)).await {
                Ok(Ok(source)) => Ok(source),
                Ok(Err(error)) => {
                    tracing::warn!(page = %id.0, %error, "a reading could not be stored");
                    Err(())
                }
                Err(_) => {
                    tracing::warn!(page = %id.0, "a reading could not be stored in time");
                    Err(())
                }
            },
        )
    }

    async fn try_save(&self, id: VendorPageId, saving: Saving) -> db::Result<Option<Source>> {
        let mut conn = self.db.acquire().await?;
        match saving {
            Saving::Unread {
                at,
                failure,
                not_before,
            } => {
                vendor_pages::could_not_be_read(&mut conn, id, at, &failure, not_before).await?;
                Ok(None)
            }
            Saving::Read {
                at,
                news,
                not_before,
                trouble,
            } => {
                let page = news.page.as_deref().and_then(as_json);
                let parts = news.documents.as_deref().and_then(as_json);
                let reading = Reading {
                    at,
                    page: page.as_ref(),
                    parts: parts.as_ref(),
                    not_before,
                };
                let source = vendor_pages::was_read(&mut conn, id, &reading).await?;
                if let Some(trouble) = trouble {
                    let told = dependency::tell_sufferers(&mut conn, &trouble, at).await?;
                    drop(conn);
                    self.cache.publish(&told).await;
                }
                Ok(source.and_then(|source| serde_json::from_value(source).ok()))
            }
        }
    }

    /// Searches for a page that has moved, and notes where it is now.
    pub(super) async fn search(self, id: VendorPageId, home: String, now: DateTime<Utc>) -> Done {
        let Ok(Ok(found)) = self.reader.discover(&home, now).await else {
            return Done::Searched(None);
        };
        let requests = found.source.requests();
        let urls: Vec<String> = requests.iter().map(|one| one.url.to_string()).collect();
        let moving = async {
            let source = serde_json::to_value(&found.source).unwrap_or_default();
            let mut tx = self.db.begin().await?;
            let moved = vendor_pages::move_to(&mut tx, id, &source, &urls).await?;
            tx.commit().await?;
            Ok::<_, db::Error>(moved)
        };
        match moving.await {
            Ok(Moved::Itself) => {
                tracing::info!(page = %id.0, "a page was found again elsewhere");
                Done::Searched(Some(found.source))
            }
            Ok(Moved::Into(other)) => {
                tracing::info!(page = %id.0, other = %other.0, "a page went where another one is read already");
                Done::Searched(None)
            }
            Err(error) => {
                tracing::warn!(page = %id.0, %error, "where a page has moved could not be stored");
                Done::Searched(None)
            }
        }
    }

    pub(super) async fn needed(self, shards: Arc<Shards>) -> Done {
        let asking = async {
            let shards: Vec<i16> = shards
                .iter()
                .filter_map(|one| one.try_into().ok())
                .collect();
            let mut conn = self.db.acquire().await?;
            dependencies::pages(&mut conn, &shards).await
        };
        Done::Needed(asking.await)
    }

    pub(super) async fn clean(self) -> Done {
        let cleaning = async {
            let mut conn = self.db.acquire().await?;
            vendor_pages::forget_unused(&mut conn, UNUSED_AFTER, MOST_UNUSED).await
        };
        if let Err(error) = cleaning.await {
            tracing::warn!(%error, "pages that nobody follows could not be forgotten; they will be");
        }
        Done::Cleaned
    }
}

fn as_json(value: &impl serde::Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(value).ok()
}
