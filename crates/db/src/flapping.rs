//! `flapping`: services that go up and down.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::ServiceKey;
use sqlx::{FromRow, PgConnection};

use crate::Result;

/// What is known of a service that has just changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    /// How often incidents opened, became worse or milder, and ended within the window, the newest change included.
    pub count: i64,
    /// Since when it counts as flapping.
    pub flapping_since: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    key: i32,
    count: i64,
    since: Option<DateTime<Utc>>,
}

/// How often these services changed in the `window` before `now`.
pub async fn changes(
    conn: &mut PgConnection,
    keys: &[i32],
    window: TimeDelta,
    now: DateTime<Utc>,
) -> Result<HashMap<ServiceKey, Changes>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select u.key, f.since,
                (select coalesce(sum((i.started_at > $2)::int + coalesce((i.resolved_at > $2)::int, 0)), 0)
                 from incidents i
                 where i.service_key = u.key and (i.started_at > $2 or i.resolved_at > $2))
                + (select count(*) from incidents i join incident_events e on e.incident_id = i.id
                   where i.service_key = u.key and (i.resolved_at is null or i.resolved_at > $2)
                     and e.at > $2 and e.event ->> 'kind' = 'severity_changed') as count
         from unnest($1::int[]) as u (key) left join flapping f on f.service_key = u.key",
    )
    .bind(keys)
    .bind(now - window)
    .fetch_all(conn)
    .await?;
    let changes = |row: Row| {
        let changes = Changes {
            count: row.count,
            flapping_since: row.since,
        };
        (ServiceKey(row.key), changes)
    };
    Ok(rows.into_iter().map(changes).collect())
}

/// Notes that these services have changed once more while flapping, or begin to flap.
pub async fn touch(conn: &mut PgConnection, keys: &[i32], now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "insert into flapping (service_key, since, changed_at) select key, $2, $2 from unnest($1::int[]) as u (key)
         on conflict (service_key) do update set changed_at = $2",
    )
    .bind(keys)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a service out. Gives since when it was flapping, if it was.
pub async fn remove(conn: &mut PgConnection, service: ServiceKey) -> Result<Option<DateTime<Utc>>> {
    Ok(
        sqlx::query_scalar("delete from flapping where service_key = $1 returning since")
            .bind(service.0)
            .fetch_optional(conn)
            .await?,
    )
}

/// Takes services out that have not changed since `before`; nobody else can settle them too.
pub async fn settle(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(ServiceKey, DateTime<Utc>)>> {
    let rows: Vec<(i32, DateTime<Utc>)> = sqlx::query_as(
        "delete from flapping where service_key in (
             select service_key from flapping where changed_at < $1 order by changed_at limit $2 for update skip locked)
         returning service_key, since",
    )
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(key, since)| (ServiceKey(key), since))
        .collect())
}
