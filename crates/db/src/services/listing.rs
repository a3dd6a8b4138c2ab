//! Lists of services: one row each, configuration and standing together, without a look at history.

use domain::id::{ServiceId, WorkspaceId};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::Stored;
use crate::{
    Result,
    health::reading::{self, Glance},
};

/// A service and where it stands.
#[derive(Clone, Debug)]
pub struct Listed {
    pub stored: Stored,
    pub glance: Glance,
    /// The latest look's certificate as JSON (`domain::observation::Certificate`).
    pub certificate: Option<serde_json::Value>,
    /// What the vendor said at the latest look, as JSON (`domain::vendor::Said`).
    pub vendor: Option<serde_json::Value>,
}

/// Which services; an empty filter is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of name, address or tag, whatever its case.
    pub q: Option<String>,
    pub category: Option<String>,
    /// One of the words of a status; others match nothing.
    pub status: Option<String>,
    pub monitor_type: Option<String>,
    /// These only.
    pub ids: Option<Vec<ServiceId>>,
}

/// In which order; equal ones by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// In the order in which they were added.
    #[default]
    Created,
    Name,
    /// By category, then by name; without category last.
    Category,
    /// What needs attention first, then by name.
    Status,
}

/// Where a page ended: the sort key and id of its last service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    pub key: String,
    pub id: ServiceId,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    pub services: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<After>,
}

/// The word that the API knows for where a service stands.
const STATUS: &str =
    "case when s.paused_at is not null then 'paused' when h.verdict is null then 'pending'
    when h.verdict = 1 then 'up' when h.verdict = 2 then 'degraded' when h.verdict = 3 then 'down'
    when h.verdict = 4 then 'unknown' else 'maintenance' end";

impl Sort {
    /// A text by which byte order is the order wanted; ids are in order of creation by themselves.
    fn key(self) -> &'static str {
        match self {
            Self::Created => "''",
            Self::Name => "lower(s.name)",
            Self::Category => {
                "case when s.category is null then '1' else '0' || lower(s.category) end || chr(1) || lower(s.name)"
            }
            Self::Status => {
                "case when s.paused_at is not null then '6' when h.verdict is null then '5' when h.verdict = 3 then '0'
                 when h.verdict = 2 then '1' when h.verdict = 4 then '2' when h.verdict = 5 then '3' else '4' end
                 || lower(s.name)"
            }
        }
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    service: super::Row,
    #[sqlx(flatten)]
    health: reading::Row,
    certificate: Option<serde_json::Value>,
    vendor: Option<serde_json::Value>,
    sort_key: String,
}

/// Columns of `Row` but for the sort key.
macro_rules! columns {
    () => {
        concat!(
            super::service_columns!(),
            ", ",
            reading::glance_columns!(),
            ", h.look -> 'certificate' as certificate, h.look -> 'vendor' as vendor"
        )
    };
}

/// Up to `limit` services after `after`, in order of `sort`.
pub async fn page(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
    sort: Sort,
    (after, limit): (Option<&After>, u16),
) -> Result<Page> {
    let mut query = page_query(workspace, filter, sort, (after, limit));
    let mut rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let next = rows.last().filter(|_| more).map(|last| After {
        key: last.sort_key.clone(),
        id: ServiceId(last.service.id),
    });
    let services = rows
        .into_iter()
        .map(Listed::try_from)
        .collect::<Result<_>>()?;
    Ok(Page { services, next })
}

fn page_query(
    workspace: WorkspaceId,
    filter: &Filter,
    sort: Sort,
    (after, limit): (Option<&After>, u16),
) -> QueryBuilder<Postgres> {
    let key = sort.key();
    let mut query = QueryBuilder::new(concat!("select ", columns!(), ", "));
    query.push(key).push(
        " as sort_key from services s join service_health h on h.service_key = s.key where s.workspace_id = ",
    );
    query.push_bind(workspace.0);
    narrow(&mut query, filter);
    match (after, sort) {
        (None, _) => {}
        (Some(after), Sort::Created) => {
            // As a pair, so that the index finds the place.
            query
                .push(" and (s.created_at, s.id) > ((select created_at from services where id = ")
                .push_bind(after.id.0)
                .push("), ")
                .push_bind(after.id.0)
                .push(")");
        }
        (Some(after), _) => {
            query
                .push(" and ((")
                .push(key)
                .push(") collate \"C\", s.id) > (");
            query.push_bind(after.key.clone()).push(", ");
            query.push_bind(after.id.0).push(")");
        }
    }
    match sort {
        Sort::Created => query.push(" order by s.created_at, s.id"),
        _ => query
            .push(" order by (")
            .push(key)
            .push(") collate \"C\", s.id"),
    };
    // One more than asked for tells whether there is a next page.
    query.push(" limit ").push_bind(i64::from(limit) + 1);
    query
}

/// How many services the filter matches.
pub async fn count(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
) -> Result<i64> {
    // Health is looked at only where the filter asks for it: counting thousands is then one index and one table.
    let mut query = QueryBuilder::new("select count(*) from services s ");
    if filter.status.is_some() {
        query.push("join service_health h on h.service_key = s.key ");
    }
    query.push("where s.workspace_id = ");
    query.push_bind(workspace.0);
    narrow(&mut query, filter);
    Ok(query.build_query_scalar().fetch_one(conn).await?)
}

/// The ids that the filter matches, in order of their keys: the order in which they may be locked.
pub async fn ids(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
) -> Result<Vec<ServiceId>> {
    let mut query = QueryBuilder::new(
        "select s.id from services s join service_health h on h.service_key = s.key where s.workspace_id = ",
    );
    query.push_bind(workspace.0);
    narrow(&mut query, filter);
    query.push(" order by s.key");
    let ids: Vec<Uuid> = query.build_query_scalar().fetch_all(conn).await?;
    Ok(ids.into_iter().map(ServiceId).collect())
}

/// One service and where it stands.
pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ServiceId,
) -> Result<Option<Listed>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        ", '' as sort_key from services s join service_health h on h.service_key = s.key
         where s.workspace_id = $1 and s.id = $2"
    ))
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    row.map(Listed::try_from).transpose()
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    if let Some(q) = &filter.q {
        query
            .push(" and strpos(lower(s.name || ' ' || coalesce(s.url, '') || ' ' || array_to_string(s.tags, ' ')), lower(")
            .push_bind(q.clone())
            .push(")) > 0");
    }
    if let Some(category) = &filter.category {
        query.push(" and s.category = ").push_bind(category.clone());
    }
    if let Some(kind) = &filter.monitor_type {
        query.push(" and s.monitor_type = ").push_bind(kind.clone());
    }
    if let Some(status) = &filter.status {
        query
            .push(" and ")
            .push(STATUS)
            .push(" = ")
            .push_bind(status.clone());
    }
    if let Some(ids) = &filter.ids {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        query.push(" and s.id = any(").push_bind(ids).push(")");
    }
}

impl TryFrom<Row> for Listed {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            stored: row.service.try_into()?,
            glance: row.health.into(),
            certificate: row.certificate,
            vendor: row.vendor,
        })
    }
}
