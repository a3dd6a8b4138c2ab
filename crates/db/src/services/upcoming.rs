//! Maintenance of vendors that concerns a workspace: what its services' newest looks know of.

use domain::{
    id::{ServiceId, WorkspaceId},
    vendor::Maintenance,
};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::Result;

/// One maintenance, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// As the vendor's page calls itself.
    pub page: String,
    pub maintenance: Maintenance,
    /// How many services it concerns, and the first of them by name.
    pub services: i64,
    pub first: (ServiceId, String),
}

#[derive(FromRow)]
struct Row {
    page: Option<String>,
    maintenance: serde_json::Value,
    services: i64,
    id: Uuid,
    name: String,
}

/// What is under way or to come, by its beginning, at most `limit`. Only services that follow a vendor's page are read.
pub async fn maintenances(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    limit: u16,
) -> Result<Vec<Upcoming>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select min(h.look -> 'vendor' ->> 'page') as page, (array_agg(m.value))[1] as maintenance, count(*) as services,
                (array_agg(s.id order by lower(s.name), s.id))[1] as id,
                (array_agg(s.name order by lower(s.name), s.id))[1] as name
         from services s join service_health h on h.service_key = s.key,
              jsonb_array_elements(h.look -> 'vendor' -> 'maintenances') as m
         where s.workspace_id = $1 and s.vendor_page_id is not null and s.paused_at is null
         group by s.vendor_page_id, m.value ->> 'id'
         order by min(m.value ->> 'scheduled_for') nulls first, min(m.value ->> 'name') limit $2",
    )
    .bind(workspace.0)
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

impl Row {
    /// None for what makes no sense any more.
    fn read(self) -> Option<Upcoming> {
        Some(Upcoming {
            page: self.page.unwrap_or_default(),
            maintenance: serde_json::from_value(self.maintenance).ok()?,
            services: self.services,
            first: (ServiceId(self.id), self.name),
        })
    }
}
