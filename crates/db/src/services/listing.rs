//! Lists of services: one row each, configuration and standing together, without a look at history.
//!
//! A page is found first, then read: who has seen a service at the same `Version` need not read it again.

use domain::{
    id::{ServiceId, ServiceKey, WorkspaceId},
    latest::LatestLook,
};
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
    /// Those without a category only.
    pub uncategorised: bool,
    /// Any of these; none of them is no filter.
    pub standings: Vec<Standing>,
    pub monitor_type: Option<String>,
    /// This very tag.
    pub tag: Option<String>,
    /// These only.
    pub ids: Option<Vec<ServiceId>>,
}

/// Where a service stands, in order of the attention that it needs: the column `standing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Down,
    Degraded,
    Unknown,
    Maintenance,
    Up,
    Pending,
    Paused,
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

/// Another one whenever anything that a list shows of a service was written: the transactions that wrote its two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Version {
    #[sqlx(rename = "service_xmin")]
    service: i64,
    #[sqlx(rename = "health_xmin")]
    health: i64,
}

/// A service on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: ServiceKey,
    pub version: Version,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    pub places: Vec<Place>,
    /// Where the next page begins, if there is one.
    pub next: Option<After>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    /// Begins behind this service.
    pub after: Option<&'a After>,
    /// Leaves out so many before it begins.
    pub offset: u32,
    pub limit: u16,
}

impl Sort {
    /// A text by which byte order is the order wanted; ids are in order of creation by themselves.
    fn key(self) -> &'static str {
        match self {
            Self::Created => "''",
            Self::Name => "lower(s.name)",
            Self::Category => {
                "case when s.category is null then '1' else '0' || lower(s.category) end || chr(1) || lower(s.name)"
            }
            Self::Status => "chr(48 + s.standing) || lower(s.name)",
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
    #[sqlx(flatten)]
    version: Version,
}

/// A service as its own page shows it.
#[derive(Clone, Debug)]
pub struct Whole {
    pub listed: Listed,
    /// The latest look, if it was looked at since it was added, changed or resumed.
    pub latest: Option<LatestLook>,
    /// Whether it depends on parts of vendor pages.
    pub needs_pages: bool,
    /// Whether it depends on other services.
    pub needs_services: bool,
}

#[derive(FromRow)]
struct WholeRow {
    #[sqlx(flatten)]
    listed: Row,
    #[sqlx(flatten)]
    look: reading::LookRow,
    needs_pages: bool,
    needs_services: bool,
}

#[derive(FromRow)]
struct PlaceRow {
    key: i32,
    id: Uuid,
    sort_key: String,
    #[sqlx(flatten)]
    version: Version,
}

/// Columns of `Version`.
macro_rules! version_columns {
    () => {
        "s.xmin::text::bigint as service_xmin, h.xmin::text::bigint as health_xmin"
    };
}

/// Columns of `Row`.
macro_rules! columns {
    () => {
        concat!(
            super::service_columns!(),
            ", ",
            reading::glance_columns!(),
            ", h.look -> 'certificate' as certificate, h.look -> 'vendor' as vendor, ",
            version_columns!()
        )
    };
}

/// A slice of the services that the filter matches, in order of `sort`.
pub async fn page(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
    sort: Sort,
    slice: Slice<'_>,
) -> Result<Page> {
    let mut query = QueryBuilder::default();
    ask(&mut query, workspace, filter, sort, slice);
    let mut rows: Vec<PlaceRow> = query.build_query_as().fetch_all(conn).await?;
    let more = rows.len() > usize::from(slice.limit);
    rows.truncate(slice.limit.into());
    let next = rows.last().filter(|_| more).map(|last| After {
        key: last.sort_key.clone(),
        id: ServiceId(last.id),
    });
    let places = rows.iter().map(|row| Place {
        key: ServiceKey(row.key),
        version: row.version,
    });
    Ok(Page {
        places: places.collect(),
        next,
    })
}

/// These services, in no particular order, without those that are gone.
pub async fn read(conn: &mut PgConnection, keys: &[ServiceKey]) -> Result<Vec<(Place, Listed)>> {
    let keys: Vec<i32> = keys.iter().map(|key| key.0).collect();
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from services s join service_health h on h.service_key = s.key where s.key = any($1)"
    ))
    .bind(keys)
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    rows.map(|row| {
        let version = row.version;
        let listed = Listed::try_from(row)?;
        let key = listed.stored.service.key;
        Ok((Place { key, version }, listed))
    })
    .collect()
}

/// First the services of the page, which an index gives in order; only then their health.
fn ask(
    query: &mut QueryBuilder<Postgres>,
    workspace: WorkspaceId,
    filter: &Filter,
    sort: Sort,
    slice: Slice<'_>,
) {
    query.push(concat!(
        "select s.key, s.id, s.sort_key, ",
        version_columns!(),
        " from (select s.xmin, s.key, s.id, s.created_at, "
    ));
    query.push(sort.key());
    query.push(" as sort_key from services s where s.workspace_id = ");
    query.push_bind(workspace.0);
    narrow(query, filter);
    begin(query, sort, slice.after);
    match sort {
        Sort::Created => query.push(" order by s.created_at, s.id"),
        _ => query
            .push(" order by (")
            .push(sort.key())
            .push(") collate \"C\", s.id"),
    };
    // One more than asked for tells whether there is a next page.
    let limit = i64::from(slice.limit) + 1;
    if reads_little(filter, slice) {
        // With the number as a parameter Postgres plans it anew each time.
        query.push(" limit ").push(limit);
    } else {
        query.push(" limit ").push_bind(limit);
        query.push(" offset ").push_bind(i64::from(slice.offset));
    }
    query.push(") as s join service_health h on h.service_key = s.key ");
    match sort {
        Sort::Created => query.push("order by s.created_at, s.id"),
        _ => query.push("order by s.sort_key collate \"C\", s.id"),
    };
}

/// Whether an index leads to the page, and the page is small.
pub fn reads_little(filter: &Filter, slice: Slice<'_>) -> bool {
    *filter == Filter::default() && slice.offset == 0 && slice.limit <= 100
}

/// As a pair, so that the index finds the place.
fn begin(query: &mut QueryBuilder<Postgres>, sort: Sort, after: Option<&After>) {
    let Some(After { key, id }) = after else {
        return;
    };
    if sort == Sort::Created {
        query
            .push(" and (s.created_at, s.id) > ((select created_at from services where id = ")
            .push_bind(id.0)
            .push("), ");
    } else {
        query
            .push(" and ((")
            .push(sort.key())
            .push(") collate \"C\", s.id) > (")
            .push_bind(key.clone())
            .push(", ");
    }
    query.push_bind(id.0).push(")");
}

/// How many services the filter matches.
pub async fn count(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
) -> Result<i64> {
    let mut query = QueryBuilder::new("select count(*) from services s where s.workspace_id = ");
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
    let mut query = QueryBuilder::new("select s.id from services s where s.workspace_id = ");
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
        " from services s join service_health h on h.service_key = s.key where s.workspace_id = $1 and s.id = $2"
    ))
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    row.map(Listed::try_from).transpose()
}

/// One service with all that its own page shows of it.
pub async fn find_whole(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ServiceId,
) -> Result<Option<Whole>> {
    let row: Option<WholeRow> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        ", h.look, h.timings,
           exists (select from service_dependencies d where d.service_key = s.key) as needs_pages,
           exists (select from service_needs d where d.service_key = s.key) as needs_services
         from services s join service_health h on h.service_key = s.key where s.workspace_id = $1 and s.id = $2"
    ))
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let listed = Listed::try_from(row.listed)?;
        Ok(Whole {
            latest: row.look.read(&listed.glance),
            listed,
            needs_pages: row.needs_pages,
            needs_services: row.needs_services,
        })
    })
    .transpose()
}

pub(super) fn narrow(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
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
    if filter.uncategorised {
        query.push(" and s.category is null");
    }
    if let Some(tag) = &filter.tag {
        query
            .push(" and ")
            .push_bind(tag.clone())
            .push(" = any(s.tags)");
    }
    if !filter.standings.is_empty() {
        let standings = filter.standings.iter().map(|standing| *standing as i16);
        query
            .push(" and s.standing = any(")
            .push_bind(standings.collect::<Vec<_>>())
            .push(")");
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

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;

    /// Three thousand services in one workspace and as many elsewhere, one in a hundred of them down.
    async fn seeded(pool: &PgPool) -> Result<WorkspaceId> {
        let here = Uuid::now_v7();
        for workspace in [here, Uuid::now_v7()] {
            sqlx::query("insert into workspaces (id, name) values ($1, 'Large')")
                .bind(workspace)
                .execute(pool)
                .await?;
            sqlx::query(
                "insert into services (id, workspace_id, name, monitor_type, url, target, category, tags, check_interval_s, shard)
                 select gen_random_uuid(), $1, 'Service ' || n, 'http_ping', 'http://127.0.0.1/',
                        jsonb_build_object('url', 'http://127.0.0.1/'), 'Category ' || n % 12, '{eu}', 30, 7
                 from generate_series(1, 3000) as n",
            )
            .bind(workspace)
            .execute(pool)
            .await?;
        }
        sqlx::query(
            "insert into service_health (service_key, workspace_id, since, recent)
             select key, workspace_id, now(), decode(repeat('00', 1088), 'hex') from services",
        )
        .execute(pool)
        .await?;
        sqlx::query(
            "update service_health set verdict = case when service_key % 100 = 0 then 3 else 1 end",
        )
        .execute(pool)
        .await?;
        sqlx::query("analyze services, service_health")
            .execute(pool)
            .await?;
        Ok(WorkspaceId(here))
    }

    async fn plan(
        pool: &PgPool,
        workspace: WorkspaceId,
        filter: &Filter,
        sort: Sort,
        offset: u32,
    ) -> Result<String> {
        let mut query = QueryBuilder::new("explain ");
        let slice = Slice {
            after: None,
            offset,
            limit: 50,
        };
        ask(&mut query, workspace, filter, sort, slice);
        let lines: Vec<String> = query.build_query_scalar().fetch_all(pool).await?;
        Ok(lines.join("\n"))
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn the_first_page_of_all_is_planned_once(pool: PgPool) -> Result<()> {
        let workspace = seeded(&pool).await?;
        let slice = Slice {
            after: None,
            offset: 0,
            limit: 50,
        };
        for sort in [Sort::Created, Sort::Name, Sort::Category, Sort::Status] {
            let mut conn = pool.acquire().await?;
            for _ in 0..9 {
                page(&mut conn, workspace, &Filter::default(), sort, slice).await?;
            }
            let planned: (i64, i64) = sqlx::query_as(
                "select custom_plans, generic_plans from pg_prepared_statements where statement like $1",
            )
            .bind("select s.key, s.id, s.sort_key%")
            .fetch_one(&mut *conn)
            .await?;
            // Postgres tries five plans of their own before it keeps one.
            assert_eq!(planned, (5, 4), "{sort:?}");
            conn.close().await?;
        }
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_page_reads_its_own_rows_whatever_the_order(pool: PgPool) -> Result<()> {
        let workspace = seeded(&pool).await?;
        let category = Filter {
            category: Some("Category 3".to_owned()),
            ..Filter::default()
        };
        let down = Filter {
            standings: vec![Standing::Down, Standing::Degraded],
            ..Filter::default()
        };
        for (filter, sort, index) in [
            (Filter::default(), Sort::Created, "services_workspace_idx"),
            (Filter::default(), Sort::Name, "services_by_name"),
            (Filter::default(), Sort::Category, "services_by_category"),
            (Filter::default(), Sort::Status, "services_by_status"),
            (category, Sort::Name, "services_in_category"),
            (down, Sort::Status, "services_standing"),
        ] {
            for offset in [0, 100] {
                let plan = plan(&pool, workspace, &filter, sort, offset).await?;
                assert!(plan.contains(index), "{sort:?}\n{plan}");
                assert!(!plan.contains("Seq Scan"), "{sort:?}\n{plan}");
            }
        }
        Ok(())
    }
}
