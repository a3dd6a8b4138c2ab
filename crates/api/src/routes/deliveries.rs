//! `/api/deliveries`: the ledger of everything that was said, or was tried to.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
};
use chrono::DateTime;
use db::{
    channels,
    deliveries::{self, Wanted},
    messages, outbox, services,
};
use domain::{
    fields::Fields,
    id::{ChannelId, DeliveryId},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{
        path::Id,
        query::{self, Asked},
    },
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{
        delivery::{DeliveryDetailView, DeliveryView},
        page::{Paged, next_link},
    },
};

const UNDER_WAY: &str = "It is being sent at this moment.";
const NOT_TAKING: &str =
    "Its channel is switched off or refuses everything: change it or try it, then send this again.";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_deliveries))
        .routes(routes!(show_delivery))
        .routes(routes!(resend_delivery))
}

/// Which attempts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct DeliveriesQuery {
    /// To this channel only
    #[param(value_type = Option<Uuid>)]
    channel_id: Option<String>,
    /// `sent`, `retry`, `refused`, `given_up` or `interrupted`
    outcome: Option<String>,
    /// Then or later
    #[param(value_type = Option<DateTime<chrono::Utc>>)]
    since: Option<String>,
    /// Before then
    #[param(value_type = Option<DateTime<chrono::Utc>>)]
    until: Option<String>,
    /// 1–200, 50 if absent
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// From the `Link` header of the page before
    cursor: Option<String>,
}

/// Attempts to say something, newest first; kept for 90 days.
#[utoipa::path(get, path = "/api/deliveries", tag = "notices", params(DeliveriesQuery), responses(
    (status = 200, description = "Attempts; `Link` tells of further pages", body = [DeliveryView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn list_deliveries(
    member: Member<Viewer>,
    State(state): State<AppState>,
    uri: Uri,
    Asked(asked): Asked<DeliveriesQuery>,
) -> Result<Paged<DeliveryView>, Problem> {
    let mut wanted = wanted(&asked)?;
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    wanted.limit += 1;
    let mut conn = state.db.acquire().await?;
    let mut found = deliveries::list(&mut conn, member.workspace(), &wanted).await?;
    drop(conn);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(|last| &last.delivery);
    let next = last.map(|last| next_link(&uri, &(last.at.timestamp_micros(), last.id.0)));
    Ok(Paged {
        items: found.iter().map(DeliveryView::new).collect(),
        total: None,
        next,
    })
}

/// One attempt with what was sent and answered.
#[utoipa::path(get, path = "/api/deliveries/{id}", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The attempt", body = DeliveryDetailView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn show_delivery(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<DeliveryDetailView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let found = deliveries::find(&mut conn, member.workspace(), DeliveryId(id)).await?;
    let found = found.ok_or(Problem::NotFound)?;
    Ok(Json(DeliveryDetailView::new(&found)))
}

/// Sends the message of an attempt once more, under the same key.
#[utoipa::path(post, path = "/api/deliveries/{id}/resend", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 202, description = "It will be sent"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "It is being sent, or the channel takes nothing", body = ProblemBody),
))]
async fn resend_delivery(
    member: Member<Editor>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let mut tx = state.db.begin().await?;
    let found = deliveries::find(&mut tx, member.workspace(), DeliveryId(id)).await?;
    let delivery = found.ok_or(Problem::NotFound)?.listed.delivery;
    let channel = channels::find(&mut tx, member.workspace(), delivery.channel).await?;
    if channel.is_none_or(|channel| channel.paused_at.is_some() || channel.broken.is_some()) {
        return Err(Problem::Conflict(NOT_TAKING));
    }
    let message = delivery.message;
    let now = services::now(&mut tx).await?;
    if !messages::resend(&mut tx, member.workspace(), message, now).await? {
        return Err(Problem::Conflict(UNDER_WAY));
    }
    outbox::wake(&mut tx).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(StatusCode::ACCEPTED)
}

fn wanted(asked: &DeliveriesQuery) -> Result<Wanted, Fields> {
    let mut fields = Fields::default();
    let id = asked.channel_id.as_deref();
    let id = query::parsed::<Uuid>(&mut fields, "channel_id", id, "must be the id of a channel");
    let words = ["sent", "retry", "refused", "given_up", "interrupted"].map(|word| (word, word));
    let after = query::cursor::<(i64, Uuid)>(&mut fields, asked.cursor.as_deref());
    let wanted = Wanted {
        channel: id.map(ChannelId),
        outcome: query::word(&mut fields, "outcome", asked.outcome.as_deref(), &words),
        since: query::time(&mut fields, "since", asked.since.as_deref()),
        before: query::time(&mut fields, "until", asked.until.as_deref()),
        after: after.and_then(|(micros, id)| {
            Some((DateTime::from_timestamp_micros(micros)?, DeliveryId(id)))
        }),
        limit: query::number(&mut fields, "limit", asked.limit.as_deref(), 1..=200, 50),
    };
    fields.finish(wanted)
}
