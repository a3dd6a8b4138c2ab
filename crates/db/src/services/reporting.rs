//! What the report of a week knows of services and incidents of a workspace beside their sums.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    id::{ServiceKey, WorkspaceId},
    report::{Disturbance, ServiceWeek, Week},
};
use sqlx::{FromRow, PgConnection};

use crate::{Result, rollups::weeks};

/// Services whose sums are read at once.
const AT_ONCE: usize = 500;

#[derive(FromRow)]
struct Row {
    key: i32,
    name: String,
    created_at: DateTime<Utc>,
    paused: bool,
    certificate_ends: Option<DateTime<Utc>>,
}

/// Every service of the workspace with its sums of the week.
pub async fn week(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    week: Week,
) -> Result<Vec<ServiceWeek>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.key, s.name, s.created_at, s.paused_at is not null as paused,
                (h.look -> 'certificate' ->> 'not_after')::timestamptz as certificate_ends
         from services s left join service_health h on h.service_key = s.key
         where s.workspace_id = $1 and s.created_at < $2 order by s.key",
    )
    .bind(workspace.0)
    .bind(week.until)
    .fetch_all(&mut *conn)
    .await?;
    let mut sums = HashMap::with_capacity(rows.len());
    for chunk in rows.chunks(AT_ONCE) {
        let keys: Vec<ServiceKey> = chunk.iter().map(|row| ServiceKey(row.key)).collect();
        sums.extend(weeks::tallies(conn, &keys, week.from, week.until).await?);
    }
    let service = |row: Row| ServiceWeek {
        tally: sums.remove(&ServiceKey(row.key)).unwrap_or_default(),
        name: row.name,
        created_at: row.created_at,
        paused: row.paused,
        certificate_ends: row.certificate_ends,
    };
    Ok(rows.into_iter().map(service).collect())
}

/// Every span of the workspace in which a service was not up and that reaches into the week.
pub async fn disturbances(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    week: Week,
) -> Result<Vec<Disturbance>> {
    let rows: Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select s.name, i.started_at, i.resolved_at from incidents i join services s on s.key = i.service_key
         where i.workspace_id = $1 and i.started_at < $3 and (i.resolved_at is null or i.resolved_at > $2)
         order by i.started_at, i.id",
    )
    .bind(workspace.0)
    .bind(week.from)
    .bind(week.until)
    .fetch_all(conn)
    .await?;
    let span = |(service, started_at, resolved_at)| Disturbance {
        service,
        started_at,
        resolved_at,
    };
    Ok(rows.into_iter().map(span).collect())
}
