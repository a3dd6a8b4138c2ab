//! Which other services of its workspace a service stands behind.

use db::{
    PgConnection, Tx,
    service_needs::{self, Needed},
};
use domain::{
    fields::Fields,
    id::{ServiceId, ServiceKey, WorkspaceId},
};
use uuid::Uuid;

use crate::{problem::Problem, view::service::NeededServiceView};

const FIELD: &str = "depends_on_services";

/// Most services that one depends on.
const MOST: usize = 10;

/// Makes these everything that a service depends on, if they are of its workspace and none of them depends on it.
pub(super) async fn replace(
    tx: &mut Tx,
    (workspace, service): (WorkspaceId, ServiceKey),
    sent: &[Uuid],
) -> Result<(), Problem> {
    if sent.len() > MOST {
        return Err(Problem::field(FIELD, format!("must be at most {MOST}")));
    }
    // Two people who change it at the same time could otherwise close a circle together.
    service_needs::lock(tx, workspace).await?;
    let ids: Vec<ServiceId> = sent.iter().copied().map(ServiceId).collect();
    let found = service_needs::find(tx, workspace, &ids).await?;
    let keys: Vec<ServiceKey> = found.iter().map(|one| one.key).collect();
    let behind = service_needs::behind(tx, service, &keys).await?;
    let mut fields = Fields::default();
    for (index, id) in ids.iter().enumerate() {
        let reason = match found.iter().find(|one| one.id == *id) {
            None => "is not a service of yours",
            Some(one) if one.key == service => "is the service itself",
            Some(one) if behind.contains(&one.key) => "depends on this service itself",
            Some(_) => continue,
        };
        fields.push(FIELD, format!("entry {}: {reason}", index + 1));
    }
    fields.finish(())?;
    service_needs::replace(tx, workspace, service, &keys).await?;
    Ok(())
}

/// What a service depends on, as ids.
pub(super) async fn ids(
    conn: &mut PgConnection,
    service: ServiceKey,
) -> Result<Vec<Uuid>, Problem> {
    let all = service_needs::list(conn, service).await?;
    Ok(all.into_iter().map(|one| one.id.0).collect())
}

/// What a service depends on, with how that is.
pub(super) async fn views(
    conn: &mut PgConnection,
    service: ServiceKey,
) -> Result<Vec<NeededServiceView>, Problem> {
    let view = |one: Needed| NeededServiceView {
        id: one.id.0,
        name: one.name,
        status: one.status,
    };
    let all = service_needs::list(conn, service).await?;
    Ok(all.into_iter().map(view).collect())
}
