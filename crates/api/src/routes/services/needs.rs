//! What services of one's own depend on.

use db::{PgConnection, dependencies, vendor_pages};
use domain::{id::ServiceKey, vendor::Component};
use statuspage_parser::{
    Page,
    page::{Level, Located, Selection},
};

use crate::{
    problem::Problem,
    vendor,
    view::vendor::{DependencyView, web_address},
};

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
                .map_or(Level::Unknown, |reading| level(&reading, component))
                .as_str(),
        });
    }
    Ok(views)
}

fn level(page: &Page, component: Option<&Component>) -> Level {
    let Some(component) = component else {
        return page.overall.meaning;
    };
    let selection = Selection {
        key: statuspage_parser::page::ComponentKey::new(&component.key),
        group_path: component.group_path.clone(),
        name: component.name.clone(),
    };
    match page.locate(&selection) {
        Located::Found(found) => page.effective(found).level,
        Located::AbsentIsOperational => Level::Operational,
        _ => Level::Unknown,
    }
}
