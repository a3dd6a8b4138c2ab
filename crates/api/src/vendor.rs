//! Vendor pages: looked up by their addresses, read when nobody has yet, and kept for everybody.

use std::time::Duration;

use chrono::{DateTime, Utc};
use db::vendor_pages::{self, Found, VendorPage};
use domain::{
    failure::clean,
    fields::Fields,
    id::{UserId, VendorPageId},
};
use serde_json::Value;
use statuspage_parser::{Page, Provider, Source};
use statuspage_reader::{Documents, Read, Unread};
use tokio::time::timeout;
use url::Url;

use crate::{
    input::service::forbidden, problem::Problem, state::AppState, view::vendor::web_address,
};

pub mod component;

/// For one reading of addresses that somebody named.
const PATIENCE: Duration = Duration::from_secs(15);
/// Of the name of a page, in characters.
const LONGEST_NAME: usize = 120;
/// Most addresses of one page.
pub const MOST_URLS: usize = 10;

/// A page that was just read, with what reading it again takes.
#[derive(Clone, Debug)]
pub struct Fresh {
    pub source: Source,
    pub page: Page,
    pub documents: Documents,
    /// Everything was read, and not only what proves that the page is there.
    pub whole: bool,
    /// The address that was asked for, if it may be one for people.
    pub pasted: Option<Url>,
}

/// Where a page is kept, and how it is called there.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: VendorPageId,
    pub urls: Vec<String>,
    pub name: String,
    pub home: String,
}

impl Fresh {
    /// What one reading fetches.
    pub fn urls(&self) -> Vec<String> {
        let requests = self.source.requests().into_iter();
        requests.map(|request| request.url.to_string()).collect()
    }

    fn name(&self) -> String {
        let named = self.page.name.as_deref().map(str::trim);
        let host = || self.source.base.host_str().unwrap_or_default().to_owned();
        let name = named.filter(|name| !name.is_empty());
        name.map_or_else(host, |name| clean(name, LONGEST_NAME))
    }

    /// The address for people: the page's own word for it, or what led there. Everybody who follows the page sees it, so
    /// whatever else stood in the address that somebody pasted stays theirs.
    fn home(&self) -> String {
        let own = self.page.url.as_deref().and_then(web_address);
        let pasted = || {
            let mut pasted = self.pasted.clone()?;
            pasted.set_query(None);
            pasted.set_fragment(None);
            Some(pasted.to_string())
        };
        own.or_else(pasted)
            .unwrap_or_else(|| self.source.base.to_string())
    }
}

/// Keeps what was read, for whoever follows this page next.
pub async fn keep(state: &AppState, fresh: &Fresh, now: DateTime<Utc>) -> Result<Kept, Problem> {
    let (urls, name, home) = (fresh.urls(), fresh.name(), fresh.home());
    let json = |value: Result<Value, serde_json::Error>| value.map_err(anyhow::Error::from);
    let found = Found {
        source: &json(serde_json::to_value(&fresh.source))?,
        urls: &urls,
        name: &name,
        home: &home,
        page: &json(serde_json::to_value(&fresh.page))?,
        parts: &json(serde_json::to_value(&fresh.documents))?,
        whole: fresh.whole,
    };
    let mut conn = state.db.acquire().await?;
    let id = vendor_pages::keep(&mut conn, &found, now).await?;
    Ok(Kept {
        id,
        urls,
        name,
        home,
    })
}

/// The page that is read at exactly these addresses: the one that is kept, or else one that is read right now.
/// Reasons stand under `field`.
pub async fn page_at(
    state: &AppState,
    user: UserId,
    urls: &[Url],
    field: &str,
) -> Result<Result<(VendorPageId, Page), Fields>, Problem> {
    let texts: Vec<String> = urls.iter().map(ToString::to_string).collect();
    let mut conn = state.db.acquire().await?;
    let known = vendor_pages::find_by_urls(&mut conn, &texts).await?;
    drop(conn);
    if let Some(known) = known
        && let Some(page) = reading_of(&known)
    {
        return Ok(Ok((known.id, page)));
    }
    let _turn = state.pace.probe_turn(user)?;
    let now = state.clock.now();
    let fresh = match read_given(state, urls, now).await {
        Ok(fresh) => fresh,
        Err(unread) => {
            let reason = format!("could not be read as a status page: {}", unread.reason);
            return Ok(Err(Fields::one(field, reason)));
        }
    };
    let kept = keep(state, &fresh, now).await?;
    Ok(Ok((kept.id, fresh.page)))
}

/// The newest reading of a page that is kept.
pub fn reading_of(page: &VendorPage) -> Option<Page> {
    serde_json::from_value(page.page.clone()?).ok()
}

/// How a page that is kept is read.
pub fn source_of(page: &VendorPage) -> Option<Source> {
    serde_json::from_value(page.source.clone()).ok()
}

/// How addresses that a person named are read; none when there are none.
pub fn given(urls: &[Url]) -> Option<Source> {
    let mut base = urls.first()?.clone();
    base.set_path("");
    base.set_query(None);
    Some(Source {
        given: urls.to_vec(),
        ..Source::new(Provider::find("own_json")?, base)
    })
}

/// Reads addresses that a person named, as one page, in at most 15 s.
pub async fn read_given(
    state: &AppState,
    urls: &[Url],
    now: DateTime<Utc>,
) -> Result<Fresh, Unread> {
    let nothing = |reason: &str| Unread {
        code: domain::failure::FailureCode::SourceUnavailable,
        reason: reason.to_owned(),
        pause: None,
        moved: false,
    };
    let Some(mut source) = given(urls) else {
        return Err(nothing("there is no address"));
    };
    let Read {
        page, documents, ..
    } = read(state, &source, now).await?;
    source.provider = page.provider;
    Ok(Fresh {
        source,
        page,
        documents,
        whole: true,
        pasted: None,
    })
}

/// Reads a page in at most 15 s.
pub async fn read(state: &AppState, source: &Source, now: DateTime<Utc>) -> Result<Read, Unread> {
    let nothing_kept = Documents::default();
    let reading = state.reader.read(source, &nothing_kept, now);
    timeout(PATIENCE, reading).await.unwrap_or_else(|_| {
        Err(Unread {
            code: domain::failure::FailureCode::SourceUnavailable,
            reason: format!("it took longer than {} s", PATIENCE.as_secs()),
            pause: None,
            moved: false,
        })
    })
}

/// Addresses that a person named, as far as they may be asked; without repeats, in the order in which they were sent.
pub fn addresses(state: &AppState, texts: &[String], field: &str, fields: &mut Fields) -> Vec<Url> {
    let mut urls: Vec<Url> = Vec::new();
    for text in texts.iter().map(|text| text.trim()) {
        if text.is_empty() {
            continue;
        }
        match address(state, text) {
            Ok(url) if urls.contains(&url) => {}
            Ok(url) => urls.push(url),
            Err(reason) => fields.push(field, format!("{}: {reason}", clean(text, LONGEST_NAME))),
        }
    }
    if urls.len() > MOST_URLS {
        fields.push(field, format!("must be at most {MOST_URLS}"));
    }
    urls
}

/// One address, or why it may not be asked.
fn address(state: &AppState, text: &str) -> Result<Url, String> {
    let url = domain::target::parse_url(text)?;
    let policy = state.egress.policy();
    policy
        .check_url(&url)
        .map_err(|code| forbidden(code).to_owned())?;
    Ok(url)
}
