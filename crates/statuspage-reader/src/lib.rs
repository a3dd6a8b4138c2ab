//! Fetches vendor pages through the one door out, for the parser to read: politely, conditionally, and bounded in every way.

mod discovering;
mod documents;
pub mod judging;
mod manners;
mod reading;

pub use discovering::{Discovered, NotDiscovered};
pub use documents::{Document, Documents};
pub use reading::{Read, Unread};

use std::{sync::Arc, time::Duration};

use domain::failure::Failure;
use egress::{Answer, Client, Question};
use http::{HeaderMap, HeaderValue, header};
use statuspage_parser::Provider;
use url::Url;

use manners::Manners;

/// How long one document may take.
pub const DOCUMENT_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest document, before it is read.
const MOST_BYTES: usize = statuspage_parser::MAX_BYTES;

/// Searches and reads vendor pages. Clones share their manners: at most two requests at once to one host, and the pauses
/// that providers ask for.
#[derive(Clone)]
pub struct Reader {
    client: Client,
    manners: Arc<Manners>,
    document_timeout: Duration,
}

impl Reader {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            manners: Arc::default(),
            document_timeout: DOCUMENT_TIMEOUT,
        }
    }

    /// The same with another patience for one document.
    #[must_use]
    pub fn waiting(self, document_timeout: Duration) -> Self {
        Self {
            document_timeout,
            ..self
        }
    }

    /// Fetches one document when its host may be asked.
    async fn fetch(
        &self,
        url: &Url,
        headers: HeaderMap,
        provider: Option<Provider>,
        (most_redirects, timeout): (u8, Duration),
    ) -> Result<Answer, Failure> {
        let _turn = self.manners.turn(url, provider).await;
        let mut question = Question {
            headers,
            timeout: timeout.min(self.document_timeout),
            most_bytes: MOST_BYTES,
            most_redirects,
            ..Question::get(url.clone())
        };
        question.headers.insert(
            header::ACCEPT,
            HeaderValue::from_static(
                "application/json, application/atom+xml;q=0.9, application/rss+xml;q=0.9, text/html;q=0.8, */*;q=0.5",
            ),
        );
        self.client.ask(&question).await
    }
}
