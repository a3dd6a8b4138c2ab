//! What services of one's own depend on.

use db::{
    PgConnection,
    dependencies::{self, Needed},
    vendor_pages,
};
use domain::{
    fields::Fields,
    id::{ServiceKey, UserId},
};
use statuspage_reader::judging::level;

use crate::{
    input::{query::filled, service::DependencyInput},
    problem::Problem,
    state::AppState,
    vendor::{
        self,
        component::{self, Wish},
    },
    view::vendor::{DependencyView, web_address},
};

/// Most parts of pages that one service depends on.
const MOST: usize = 10;

/// What is meant by what was sent; what is `known` already holds whatever its page says today.
pub(super) async fn resolve(
    state: &AppState,
    user: UserId,
    sent: &[DependencyInput],
    known: &[Needed],
) -> Result<Result<Vec<Needed>, Fields>, Problem> {
    if sent.len() > MOST {
        let reason = format!("must be at most {MOST}");
        return Ok(Err(Fields::one("depends_on", reason)));
    }
    let mut fields = Fields::default();
    let mut all: Vec<Needed> = Vec::with_capacity(sent.len());
    for (index, one) in sent.iter().enumerate() {
        match needed(state, user, one, known).await? {
            Ok(needed) if all.contains(&needed) => {}
            Ok(needed) => all.push(needed),
            Err(reasons) => {
                for reason in reasons.0.into_values().flatten() {
                    fields.push("depends_on", format!("entry {}: {reason}", index + 1));
                }
            }
        }
    }
    Ok(fields.finish(all))
}

async fn needed(
    state: &AppState,
    user: UserId,
    sent: &DependencyInput,
    known: &[Needed],
) -> Result<Result<Needed, Fields>, Problem> {
    let mut fields = Fields::default();
    let urls = vendor::addresses(state, &sent.api_urls, "api_urls", &mut fields);
    if urls.is_empty() && fields.is_empty() {
        fields.push("api_urls", "must name the addresses of a status page");
    }
    if !fields.is_empty() {
        return Ok(Err(fields));
    }
    let (page, reading) = match vendor::page_at(state, user, &urls, "api_urls").await? {
        Ok(found) => found,
        Err(fields) => return Ok(Err(fields)),
    };
    let wish = Wish {
        key: filled(sent.component_key.as_deref()),
        name: filled(sent.component_name.as_deref()),
    };
    let same = |one: &&Needed| one.page == page && one.component_key() == wish.key.unwrap_or("");
    let before = known.iter().find(same).filter(|_| wish.key.is_some());
    if let Some(before) = before {
        return Ok(Ok(before.clone()));
    }
    let component = component::choose(&reading, wish);
    Ok(component
        .map(|component| Needed { page, component })
        .map_err(|(field, reason)| Fields::one(field, reason)))
}

/// What one service depends on.
pub(super) async fn known(
    conn: &mut PgConnection,
    service: ServiceKey,
) -> Result<Vec<Needed>, Problem> {
    let all = dependencies::list(conn, &[service]).await?;
    Ok(all.into_iter().map(|one| one.needed).collect())
}

/// Everything that one service depends on, with how its vendors say it is.
pub(super) async fn views(
    conn: &mut PgConnection,
    service: ServiceKey,
) -> Result<Vec<DependencyView>, Problem> {
    let all = dependencies::list(conn, &[service]).await?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = all.iter().map(|one| one.needed.page).collect();
    let pages = vendor_pages::list(conn, &ids).await?;
    let mut views = Vec::with_capacity(all.len());
    for needed in all.iter().map(|one| &one.needed) {
        let Some(page) = pages.iter().find(|page| page.id == needed.page) else {
            continue;
        };
        let component = needed.component.as_ref();
        let reading = vendor::reading_of(page);
        views.push(DependencyView {
            page_name: page.name.clone(),
            page_url: web_address(&page.home),
            api_urls: page.urls.clone(),
            component_key: component.map(|component| component.key.clone()),
            component_name: component.map(|component| component.name.clone()),
            status: reading
                .and_then(|reading| level(&reading, component))
                .unwrap_or_default()
                .as_str(),
        });
    }
    Ok(views)
}
