//! What a service follows on other people's pages: found out before any lock is taken, because it may have to be read first.

use db::{Tx, dependencies::Needed, vendor_pages};
use domain::{
    fields::Fields,
    id::{UserId, VendorPageId},
    incident::Severity,
    service::{MonitorType, ServiceConfig},
    vendor::{Component, VendorTarget},
};
use statuspage_parser::Page;
use url::Url;

use super::needs;
use crate::{
    input::service::{
        ServiceInput,
        vendor::{Addresses, Part},
    },
    problem::Problem,
    state::AppState,
    vendor::{self, component},
};

/// What an input means, as far as vendor pages are concerned.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// None: what it was before.
    pub(super) target: Result<Option<VendorTarget>, Fields>,
    /// What it depends on from now on, if that was sent.
    pub(super) needs: Option<Vec<Needed>>,
}

/// A service before an edit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a> {
    pub(super) config: &'a ServiceConfig,
    pub(super) needs: &'a [Needed],
}

pub(super) async fn resolve(
    state: &AppState,
    user: UserId,
    input: &ServiceInput,
    before: Option<Before<'_>>,
) -> Result<Resolved, Problem> {
    // What is wrong with the kind is said where everything else is.
    let kind = input.kind(before.map(|before| before.config), &mut Fields::default());
    match kind {
        MonitorType::StatusPage => {
            let before = before.and_then(|before| before.config.target.vendor());
            Ok(Resolved {
                target: target(state, user, input, before).await?.map(Some),
                needs: None,
            })
        }
        MonitorType::HttpPing => {
            let known = before.map_or(&[][..], |before| before.needs);
            let needs = match &input.depends_on {
                None => Ok(None),
                Some(sent) => needs::resolve(state, user, sent, known).await?.map(Some),
            };
            Ok(match needs {
                Ok(needs) => Resolved {
                    target: Ok(None),
                    needs,
                },
                Err(fields) => Resolved {
                    target: Err(fields),
                    needs: None,
                },
            })
        }
    }
}

/// What a service of somebody else's follows from now on.
pub(super) async fn target(
    state: &AppState,
    user: UserId,
    input: &ServiceInput,
    before: Option<&VendorTarget>,
) -> Result<Result<VendorTarget, Fields>, Problem> {
    let mut fields = Fields::default();
    let partial_outage_is = input.partial_outage(&mut fields);
    let sent = input.addresses(&mut fields);
    let urls = sent.map(|sent| vendor::addresses(state, sent.texts, sent.field, &mut fields));
    if sent.is_none() && before.is_none() && !fields.0.contains_key("user_defined_urls") {
        let reason = "must be sent, or else user_defined_urls";
        fields.push("status_page_api_urls", reason);
    }
    if !fields.is_empty() {
        return Ok(Err(fields));
    }
    let chosen = match (before, sent.zip(urls)) {
        (Some(before), None) => kept(state, input, before).await?,
        (Some(before), Some((_, urls))) if same(&before.urls, &urls) => {
            kept(state, input, before).await?
        }
        (_, Some((sent, urls))) => other(state, user, input, (sent, urls)).await?,
        (None, None) => Err(fields),
    };
    let usual = before.map_or(Severity::Down, |before| before.partial_outage_is);
    Ok(chosen.map(|target| VendorTarget {
        partial_outage_is: partial_outage_is.unwrap_or(usual),
        ..target
    }))
}

/// The same page as before, perhaps another part of it.
async fn kept(
    state: &AppState,
    input: &ServiceInput,
    before: &VendorTarget,
) -> Result<Result<VendorTarget, Fields>, Problem> {
    let part = input.part();
    if is_what_it_was(part, before.component.as_ref()) {
        return Ok(Ok(before.clone()));
    }
    let Part::Component(wish) = part else {
        return Ok(Ok(VendorTarget {
            component: None,
            ..before.clone()
        }));
    };
    let mut conn = state.db.acquire().await?;
    let page = vendor_pages::find(&mut conn, before.page).await?;
    drop(conn);
    let Some(page) = page.as_ref().and_then(vendor::reading_of) else {
        let reason = "cannot be changed before the page was read once";
        return Ok(Err(Fields::one("component_name", reason)));
    };
    Ok(
        chosen(&page, Part::Component(wish)).map(|component| VendorTarget {
            component,
            ..before.clone()
        }),
    )
}

/// Another page, or the first one.
async fn other(
    state: &AppState,
    user: UserId,
    input: &ServiceInput,
    (sent, urls): (Addresses<'_>, Vec<Url>),
) -> Result<Result<VendorTarget, Fields>, Problem> {
    let (page, reading) = match vendor::page_at(state, user, &urls, sent.field).await? {
        Ok(found) => found,
        Err(fields) => return Ok(Err(fields)),
    };
    Ok(
        chosen(&reading, input.part()).map(|component| VendorTarget {
            page,
            component,
            partial_outage_is: Severity::Down,
            urls,
            user_defined: sent.user_defined,
        }),
    )
}

/// The part that is meant, on this reading of the page.
pub(super) fn chosen(page: &Page, part: Part<'_>) -> Result<Option<Component>, Fields> {
    match part {
        Part::Unsaid | Part::Whole => Ok(None),
        Part::Component(wish) => {
            component::choose(page, wish).map_err(|(field, reason)| Fields::one(field, reason))
        }
    }
}

/// Existing clients send back what they were shown: that changes nothing, even when the component is gone meanwhile.
pub(super) fn is_what_it_was(part: Part<'_>, before: Option<&Component>) -> bool {
    match (part, before) {
        (Part::Unsaid, _) | (Part::Whole, None) => true,
        (Part::Component(wish), Some(before)) => match wish.key {
            Some(key) => key == before.key,
            None => wish.name == Some(before.name.as_str()),
        },
        _ => false,
    }
}

/// In whatever order.
fn same(before: &[Url], sent: &[Url]) -> bool {
    before.len() == sent.len() && sent.iter().all(|url| before.contains(url))
}

/// Keeps the pages from being forgotten until the transaction ends.
pub(super) async fn hold(
    tx: &mut Tx,
    config: &ServiceConfig,
    needs: Option<&[Needed]>,
) -> Result<(), Problem> {
    let followed = config.target.vendor().map(|target| target.page);
    let needed = needs.unwrap_or_default().iter().map(|one| one.page);
    let mut pages: Vec<VendorPageId> = followed.into_iter().chain(needed).collect();
    // Always in the same order, so that nobody waits for whoever waits for them.
    pages.sort_unstable_by_key(|page| page.0);
    pages.dedup();
    for page in pages {
        if !vendor_pages::hold(tx, page).await? {
            return Err(Problem::Conflict(
                "The status page was forgotten at this moment, because nobody followed it. Try again.",
            ));
        }
    }
    Ok(())
}
