//! `incidents` and their timeline: spans in which a service was not up.

use chrono::{DateTime, Utc};
use domain::{
    id::{IncidentId, ServiceKey},
    incident::{IncidentEvent, Resolution},
};
use sqlx::PgConnection;

use crate::{
    Result, columns,
    outbox::ending::{self, Ended},
};

pub mod reading;
pub mod recording;

/// Ends the incident that is open, for a reason other than recovery. Needs the lock on the service's health.
pub async fn resolve_open(
    conn: &mut PgConnection,
    key: ServiceKey,
    resolution: Resolution,
    now: DateTime<Utc>,
) -> Result<Option<IncidentId>> {
    let ended: Option<(uuid::Uuid, DateTime<Utc>)> = sqlx::query_as(
        "update incidents set resolved_at = greatest($3, started_at), resolution = $2
         where service_key = $1 and resolved_at is null returning id, resolved_at",
    )
    .bind(key.0)
    .bind(resolution.as_str())
    .bind(now)
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query(
        "update service_health set health = 0, incident_id = null, incident_severity = null, incident_worst = null,
                incident_started_at = null, good_since = null
         where service_key = $1 and incident_id is not null",
    )
    .bind(key.0)
    .execute(&mut *conn)
    .await?;
    if matches!(resolution, Resolution::Paused | Resolution::Deleted) {
        ending::end_flapping(conn, key, why(resolution), now).await?;
    }
    let Some((id, at)) = ended else {
        return Ok(None);
    };
    sqlx::query("insert into incident_events (incident_id, at, event) values ($1, $2, $3::jsonb)")
        .bind(id)
        .bind(at)
        .bind(columns::json(&IncidentEvent::Resolved { resolution }))
        .execute(&mut *conn)
        .await?;
    let ended = Ended {
        incident: IncidentId(id),
        at,
        cause: why(resolution),
    };
    ending::end(conn, &[ended], now).await?;
    Ok(Some(IncidentId(id)))
}

/// Why it is over without a recovery, for those who were told of it.
fn why(resolution: Resolution) -> Option<String> {
    let why = match resolution {
        Resolution::Recovered => return None,
        Resolution::Paused => "Somebody paused it; it is no longer looked at.",
        Resolution::ConfigChanged => "Somebody changed what is asked of it; it is looked at anew.",
        Resolution::Deleted => "Somebody deleted it.",
    };
    Some(why.to_owned())
}
