//! Answering to a message: taking an incident on, in the app or by a link; muting a service; hearing no more by mail.

use std::collections::HashSet;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::Redirect,
};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    acknowledgements::{self, Acknowledgement, Taking},
    audit::{self, Entry},
    channels::{self, Draft, sealed},
    incidents::reading,
    letters::verifying,
    mutes,
    outbox::acknowledging::{self, Mentioned},
    report_wishes, services,
};
use domain::{
    channel::ChannelConfig,
    id::{ChannelId, IncidentId, LetterId, ServiceId, UserId},
    notice::link::{CONTEXT, Permit},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use status_cache::{EventKind, LiveEvent};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{Strict, input, path::Id},
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 500;
/// The longest mute.
const LONGEST_MUTE: TimeDelta = TimeDelta::days(90);
const SPENT: &str = "This link was used before, is older than a day, or a newer one took its place. Ask for another one on your account page.";
const OVER: &str = "The incident is over: there is nothing to take on.";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(acknowledge_incident))
        .routes(routes!(show_acknowledgement))
        .routes(routes!(mute_service, unmute_service))
        .routes(routes!(list_mutes))
        .routes(routes!(follow_link))
        .routes(routes!(show_unsubscription, unsubscribe))
}

/// What to say with it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct AcknowledgeInput {
    /// At most 500 characters
    note: Option<String>,
}

input!(AcknowledgeInput { note });

/// Who has taken an incident on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Acknowledgement)]
struct AcknowledgementView {
    incident_id: Uuid,
    /// A person's name, or the channel whose link was followed
    by: String,
    note: String,
    at: DateTime<Utc>,
}

/// Until when.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct MuteInput {
    /// At most 90 days ahead
    until: Option<DateTime<Utc>>,
}

input!(MuteInput { until });

/// A service of which nobody wants to hear for a while.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Mute)]
struct MuteView {
    service_id: Uuid,
    until: DateTime<Utc>,
    /// The name of who muted it; null when that account is gone
    by: Option<String>,
}

/// A link out of a message.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct LinkInput {
    /// What stands behind `token=` in it
    token: Option<String>,
}

input!(LinkInput { token });

/// What following a link did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LinkFollowed)]
struct LinkFollowedView {
    /// `acknowledged`, `unsubscribed`, `reports_stopped` or `verified`
    done: &'static str,
    /// The services that it was about
    services: Vec<String>,
    /// How many incidents were taken on now; the others are over, or somebody has taken them on before
    changed: usize,
    /// The address that is verified from now on
    email: Option<String>,
}

impl LinkFollowedView {
    fn of(done: &'static str) -> Self {
        Self {
            done,
            services: Vec::new(),
            changed: 0,
            email: None,
        }
    }
}

/// The link of an unsubscription, as mail programs follow it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct UnsubscribeQuery {
    /// Out of the message
    token: String,
}

/// Takes an open incident on: no more reminders of it. The first one counts.
#[utoipa::path(post, path = "/api/incidents/{id}/acknowledge", tag = "incidents", params(("id" = Uuid, Path)), request_body = AcknowledgeInput, responses(
    (status = 200, description = "Who has taken it on", body = AcknowledgementView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "It is over", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn acknowledge_incident(
    member: Member<Editor>,
    State(state): State<AppState>,
    Id(id): Id,
    Strict(input): Strict<AcknowledgeInput>,
) -> Result<Json<AcknowledgementView>, Problem> {
    let id = IncidentId(id);
    let note = input.note.unwrap_or_default().trim().to_owned();
    if note.chars().count() > LONGEST_NOTE {
        return Err(Problem::field(
            "note",
            "must be at most 500 characters long",
        ));
    }
    let mut tx = state.db.begin().await?;
    let incident = reading::find(&mut tx, member.workspace(), id).await?;
    let incident = incident.ok_or(Problem::NotFound)?;
    let taking = Taking {
        user: Some(member.user().id),
        by: member.user().name.clone(),
        note,
        at: services::now(&mut tx).await?,
    };
    let taken = acknowledging::acknowledge(&mut tx, member.workspace(), &[id], &taking).await?;
    let found = acknowledgements::find(&mut tx, member.workspace(), id).await?;
    tx.commit().await.map_err(db::Error::from)?;
    if !taken.is_empty() {
        let data = json!({ "incident_id": id, "service_id": incident.service });
        let event = LiveEvent::new(member.workspace(), EventKind::IncidentChanged, data);
        state.status.publish(&[event]).await;
    }
    Ok(Json(view(found.ok_or(Problem::Conflict(OVER))?)))
}

/// Who has taken an incident on; 404 while nobody has.
#[utoipa::path(get, path = "/api/incidents/{id}/acknowledgement", tag = "incidents", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Who has taken it on", body = AcknowledgementView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown, foreign, or nobody has", body = ProblemBody),
))]
async fn show_acknowledgement(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<AcknowledgementView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let found = acknowledgements::find(&mut conn, member.workspace(), IncidentId(id)).await?;
    Ok(Json(view(found.ok_or(Problem::NotFound)?)))
}

/// Tells nobody of a service until then. What is still wrong at the end is told then.
#[utoipa::path(put, path = "/api/services/{id}/mute", tag = "notices", params(("id" = Uuid, Path)), request_body = MuteInput, responses(
    (status = 200, description = "Until when", body = MuteView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn mute_service(
    member: Member<Editor>,
    State(state): State<AppState>,
    Id(id): Id,
    Strict(input): Strict<MuteInput>,
) -> Result<Json<MuteView>, Problem> {
    let service = ServiceId(id);
    let mut tx = state.db.begin().await?;
    let found = services::find(&mut tx, member.workspace(), service).await?;
    found.ok_or(Problem::NotFound)?;
    let now = services::now(&mut tx).await?;
    let until = input
        .until
        .ok_or_else(|| Problem::field("until", "must be given"))?;
    if until <= now || until > now + LONGEST_MUTE {
        return Err(Problem::field(
            "until",
            "must be later than now, by at most 90 days",
        ));
    }
    let by = Some(member.user().id);
    mutes::put(&mut tx, member.workspace(), service, until, by).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(Json(MuteView {
        service_id: id,
        until,
        by: Some(member.user().name.clone()),
    }))
}

/// Ends a mute. What was held back and is still wrong is told at once.
#[utoipa::path(delete, path = "/api/services/{id}/mute", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is not muted"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn unmute_service(
    member: Member<Editor>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let service = ServiceId(id);
    let mut tx = state.db.begin().await?;
    let found = services::find(&mut tx, member.workspace(), service).await?;
    found.ok_or(Problem::NotFound)?;
    mutes::end(&mut tx, member.workspace(), service).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Services of the workspace that are muted, the one that ends soonest first.
#[utoipa::path(get, path = "/api/mutes", tag = "notices", responses(
    (status = 200, description = "Mutes", body = [MuteView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_mutes(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<Vec<MuteView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let found = mutes::list(&mut conn, member.workspace(), now).await?;
    let view = |(service, until, by): (ServiceId, _, _)| MuteView {
        service_id: service.0,
        until,
        by,
    };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// Does what a link out of a message permits. Whoever has the message may; nobody needs to be signed in.
#[utoipa::path(post, path = "/api/links", tag = "notices", request_body = LinkInput, responses(
    (status = 200, description = "What it did", body = LinkFollowedView),
    (status = 404, description = "The link is of another installation, or what it is about is gone", body = ProblemBody),
    (status = 409, description = "The link was used, is too old, or another one took its place", body = ProblemBody),
    (status = 422, description = "The address belongs to somebody else by now", body = ProblemBody),
))]
async fn follow_link(
    State(state): State<AppState>,
    Strict(input): Strict<LinkInput>,
) -> Result<Json<LinkFollowedView>, Problem> {
    let permit = permit(&state, input.token.as_deref().unwrap_or_default())?;
    match permit {
        Permit::Acknowledge { message } => {
            let mut conn = state.db.acquire().await?;
            let mentioned = acknowledging::mentioned(&mut conn, message).await?;
            drop(conn);
            take_on(&state, &mentioned).await.map(Json)
        }
        Permit::Calendar { .. } => Err(Problem::NotFound),
        Permit::Unsubscribe { channel, address } => {
            take_out(&state, channel, &address).await?;
            Ok(Json(LinkFollowedView::of("unsubscribed")))
        }
        Permit::StopReports { user } => {
            stop_reports(&state, user).await?;
            Ok(Json(LinkFollowedView::of("reports_stopped")))
        }
        Permit::Verify { letter } => verify(&state, letter).await.map(Json),
    }
}

/// To the page that asks whether somebody wants no more mail: where people go who follow the link that is meant for mail programs.
#[utoipa::path(get, path = "/api/unsubscribe", tag = "notices", params(UnsubscribeQuery),
    responses((status = 303, description = "To the web app")))]
async fn show_unsubscription(
    State(state): State<AppState>,
    Query(query): Query<UnsubscribeQuery>,
) -> Redirect {
    let mut page = state.site.public_url.clone();
    page.set_path("unsubscribe");
    page.query_pairs_mut().append_pair("token", &query.token);
    Redirect::to(page.as_str())
}

/// Sends no more mail of the kind that the link came with, as mail programs ask for it (RFC 8058).
#[utoipa::path(post, path = "/api/unsubscribe", tag = "notices", params(UnsubscribeQuery), responses(
    (status = 204, description = "No more mail goes there"),
    (status = 404, description = "The link is of another installation, or the channel is gone", body = ProblemBody),
))]
async fn unsubscribe(
    State(state): State<AppState>,
    Query(query): Query<UnsubscribeQuery>,
) -> Result<StatusCode, Problem> {
    match permit(&state, &query.token)? {
        Permit::Unsubscribe { channel, address } => take_out(&state, channel, &address).await?,
        Permit::StopReports { user } => stop_reports(&state, user).await?,
        _ => return Err(Problem::NotFound),
    }
    Ok(StatusCode::NO_CONTENT)
}

fn permit(state: &AppState, token: &str) -> Result<Permit, Problem> {
    let plain = state.keyring.open_text(CONTEXT, token);
    let plain = plain.map_err(|_| Problem::NotFound)?;
    serde_json::from_slice(&plain).map_err(|_| Problem::NotFound)
}

async fn take_on(state: &AppState, mentioned: &[Mentioned]) -> Result<LinkFollowedView, Problem> {
    // A message is one channel's, and that is one workspace's.
    let first = mentioned.first().ok_or(Problem::NotFound)?;
    let incidents: Vec<IncidentId> = mentioned.iter().filter_map(|one| one.incident).collect();
    let mut tx = state.db.begin().await?;
    let taking = Taking {
        user: None,
        by: format!("Somebody in {}", first.channel),
        note: String::new(),
        at: services::now(&mut tx).await?,
    };
    let taken = acknowledging::acknowledge(&mut tx, first.workspace, &incidents, &taking).await?;
    tx.commit().await.map_err(db::Error::from)?;
    let taken: HashSet<IncidentId> = taken.into_iter().collect();
    let events: Vec<LiveEvent> = mentioned
        .iter()
        .filter(|one| one.incident.is_some_and(|id| taken.contains(&id)))
        .map(|one| {
            let data = json!({ "incident_id": one.incident, "service_id": one.service });
            LiveEvent::new(one.workspace, EventKind::IncidentChanged, data)
        })
        .collect();
    state.status.publish(&events).await;
    let mut services: Vec<String> = mentioned.iter().map(|one| one.name.clone()).collect();
    services.dedup();
    Ok(LinkFollowedView {
        done: "acknowledged",
        services,
        changed: taken.len(),
        email: None,
    })
}

/// Whoever is gone gets none anyway.
async fn stop_reports(state: &AppState, user: UserId) -> Result<(), Problem> {
    let mut conn = state.db.acquire().await?;
    report_wishes::stop(&mut conn, user).await?;
    Ok(())
}

/// The address to which the letter went is its reader's.
async fn verify(state: &AppState, letter: LetterId) -> Result<LinkFollowedView, Problem> {
    let mut tx = state.db.begin().await?;
    let verified = verifying::spend(&mut tx, letter).await?;
    let verified = verified.ok_or(Problem::Conflict(SPENT))?;
    let entry = Entry {
        user: Some(verified.user),
        action: "email.verified",
        subject: verified.user.to_string(),
        detail: json!({ "email": verified.address }),
        ..Entry::default()
    };
    audit::insert(&mut tx, &entry, state.clock.now()).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(LinkFollowedView {
        email: Some(verified.address),
        ..LinkFollowedView::of("verified")
    })
}

/// Takes an address out of a mail channel; one without any address is switched off.
async fn take_out(state: &AppState, id: ChannelId, address: &str) -> Result<(), Problem> {
    let mut tx = state.db.begin().await?;
    let channel = channels::sending(&mut tx, id).await?;
    let channel = channel.ok_or(Problem::NotFound)?;
    let Ok(ChannelConfig::Email(mut email)) = sealed::open(&state.keyring, &channel) else {
        return Err(Problem::NotFound);
    };
    let before = email.recipients.len();
    email
        .recipients
        .retain(|one| !one.eq_ignore_ascii_case(address));
    if email.recipients.len() == before {
        return Ok(());
    }
    let is_last = email.recipients.is_empty();
    if is_last {
        // It stays as it is, so that somebody who switches it on again knows where it went.
        email.recipients.push(address.to_owned());
    }
    let sealed = sealed::seal(&state.keyring, id, &ChannelConfig::Email(email))?;
    let draft = Draft {
        id,
        name: &channel.name,
        kind: channel.kind,
        config: &sealed.config,
        secrets: sealed.secrets.as_deref(),
        paused: is_last || channel.paused_at.is_some(),
        most_per_minute: channel.most_per_minute,
    };
    let now = services::now(&mut tx).await?;
    if !channels::update(&mut tx, channel.workspace, &draft, channel.revision, now).await? {
        return Err(Problem::Unavailable);
    }
    Ok(tx.commit().await.map_err(db::Error::from)?)
}

fn view(acknowledgement: Acknowledgement) -> AcknowledgementView {
    AcknowledgementView {
        incident_id: acknowledgement.incident.0,
        by: acknowledgement.by,
        note: acknowledgement.note,
        at: acknowledgement.at,
    }
}
