//! `/api/services/groups`: the categories of a list with how many services stand where, in the reader's order.

use axum::{extract::State, http::Uri};
use db::{
    services::counting::{self, Group},
    users,
};
use domain::fields::Fields;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::filter::FilterQuery;
use crate::{
    auth::{Member, Viewer},
    input::query::{self, Asked},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{
        counts::StatusCounts,
        page::{Paged, next_link},
    },
};

/// Most groups of one answer.
const MOST: u16 = 500;
const USUAL: u16 = 200;
/// Most tags of one answer.
const MOST_TAGS: u16 = 200;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_groups))
        .routes(routes!(list_tags))
}

/// Which part of the groups.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct GroupsQuery {
    /// 1–500; without it 200
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// From the `Link` header of the page before
    cursor: Option<String>,
}

/// The services of one category.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ServiceGroup)]
struct GroupView {
    /// Null for services without a category
    category: Option<String>,
    /// All services of the category that the filter matches
    total: i64,
    counts: StatusCounts,
}

/// A tag in use.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
struct TagView {
    tag: String,
    /// Services that carry it
    total: i64,
}

/// Categories as one likes them ordered, the others by name, services without one last.
#[utoipa::path(get, path = "/api/services/groups", tag = "services", params(FilterQuery, GroupsQuery), responses(
    (status = 200, description = "Groups; `Link` and `X-Total-Count` tell of further ones", body = [GroupView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn list_groups(
    member: Member<Viewer>,
    State(state): State<AppState>,
    uri: Uri,
    Asked(filter): Asked<FilterQuery>,
    Asked(asked): Asked<GroupsQuery>,
) -> Result<Paged<GroupView>, Problem> {
    let mut fields = Fields::default();
    let filter = filter.read(&mut fields);
    let limit = query::number(
        &mut fields,
        "limit",
        asked.limit.as_deref(),
        1..=MOST,
        USUAL,
    );
    let cursor = query::cursor::<(usize,)>(&mut fields, asked.cursor.as_deref());
    fields.finish(())?;
    let mut conn = state.db.acquire().await?;
    let mut groups = counting::groups(&mut conn, member.workspace(), &filter).await?;
    let preferences = users::preferences(&mut conn, member.user().id).await?;
    drop(conn);
    let order: Vec<&str> = preferences["category_order"]
        .as_array()
        .map_or_else(Vec::new, |names| {
            names.iter().filter_map(|name| name.as_str()).collect()
        });
    groups.sort_by_key(|group| rank(group, &order));
    let (total, (from,)) = (groups.len(), cursor.unwrap_or_default());
    let to = from.saturating_add(limit.into());
    let items = groups.into_iter().skip(from).take(limit.into());
    Ok(Paged {
        items: items.map(GroupView::from).collect(),
        total: i64::try_from(total).ok(),
        next: (to < total).then(|| next_link(&uri, &(to,))),
    })
}

/// The tags in use, most used first, at most 200.
#[utoipa::path(get, path = "/api/services/tags", tag = "services", responses(
    (status = 200, description = "Tags", body = [TagView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_tags(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<axum::Json<Vec<TagView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let tags = counting::tags(&mut conn, member.workspace(), MOST_TAGS).await?;
    let tags = tags.into_iter();
    Ok(axum::Json(
        tags.map(|(tag, total)| TagView { tag, total }).collect(),
    ))
}

/// Where a group stands: by the reader's order first; the database has sorted the others.
fn rank(group: &Group, order: &[&str]) -> usize {
    let Some(category) = &group.category else {
        return usize::MAX;
    };
    let at = order.iter().position(|name| name == category);
    at.unwrap_or(order.len())
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self {
            category: group.category,
            total: group.counts.total,
            counts: group.counts.into(),
        }
    }
}
