//! A dry run of an unsaved service: everything that one look sees, and nothing stored.

use axum::{Json, extract::State};
use db::services;
use domain::{
    fields::Fields,
    id::ServiceId,
    service::{MonitorType, ServiceConfig},
    target::HttpTarget,
    verdict,
};
use probe::{CONTACT, LookOptions, PreparedTarget, Prober};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::secrets;
use crate::{
    auth::{Editor, Member},
    input::{Strict, service::ServiceInput},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{look::ObservationView, milliseconds, reason::ReasonView},
};

mod vendor;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(test_service))
}

/// What a look at an unsaved service would find.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TestRun)]
struct TestRunView {
    /// `up`, `degraded`, `down`, `unknown` or `maintenance`
    #[schema(value_type = crate::view::words::CheckStatus)]
    verdict: &'static str,
    /// What happened, as one plain sentence
    #[schema(example = "It answered 200 in 123 ms.")]
    sentence: String,
    /// Why it is not up
    reason: Option<ReasonView>,
    /// HTTP status of the last hop
    status_code: Option<u16>,
    /// Milliseconds; null when there was no complete answer
    response_time: Option<u32>,
    observation: ObservationView,
}

/// Looks once, right now, at what was sent; of a vendor's page it reads what it says now. Nothing is stored, and nothing is
/// tried again.
#[utoipa::path(post, path = "/api/services/test", tag = "services", request_body = ServiceInput, responses(
    (status = 200, description = "What was seen, whatever it was", body = TestRunView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
    (status = 429, description = "Asked too often", body = ProblemBody),
))]
async fn test_service(
    member: Member<Editor>,
    State(state): State<AppState>,
    Strict(input): Strict<ServiceInput>,
) -> Result<Json<TestRunView>, Problem> {
    let before = match input.service_id {
        Some(id) => Some(stored(&state, &member, ServiceId(id)).await?),
        None => None,
    };
    let mut fields = Fields::default();
    let kind = input.kind(before.as_ref(), &mut fields);
    let run = match kind {
        MonitorType::HttpPing => {
            let before = before.and_then(|config| config.target.http().cloned());
            let target = input.test_target(before, state.egress.policy(), fields)?;
            of_http(&state, &member, target).await?
        }
        MonitorType::StatusPage => {
            input.judged(Some(()), fields)?;
            vendor::run(&state, &member, &input, before).await?
        }
    };
    Ok(Json(run))
}

async fn of_http(
    state: &AppState,
    member: &Member<Editor>,
    target: HttpTarget,
) -> Result<TestRunView, Problem> {
    let _turn = state.pace.probe_turn(member.user().id)?;
    let prober = Prober::new(state.egress.clone(), CONTACT);
    let prepared = PreparedTarget::new(target.clone());
    let seen = prober.look(&prepared, LookOptions::default()).await;
    let judged = verdict::judge(&target, &seen);
    let answered = seen.status().filter(|_| seen.failure.is_none());
    let response_time = answered.map(|_| milliseconds(seen.total_us));
    let sentence = match (&judged.failure, answered, response_time) {
        (Some(failure), ..) => failure.sentence(),
        (None, Some(status), Some(ms)) => format!("It answered {status} in {ms} ms."),
        (None, ..) => "It answered.".to_owned(),
    };
    Ok(TestRunView {
        verdict: judged.verdict.as_str(),
        sentence,
        reason: judged.failure.as_ref().map(ReasonView::from),
        status_code: seen.status(),
        response_time,
        observation: ObservationView::from(&seen),
    })
}

/// A stored service with its secrets.
async fn stored(
    state: &AppState,
    member: &Member<Editor>,
    id: ServiceId,
) -> Result<ServiceConfig, Problem> {
    let mut conn = state.db.acquire().await?;
    let stored = services::find(&mut conn, member.workspace(), id).await?;
    let stored = stored.ok_or_else(|| Problem::field("service_id", "is not a service of yours"))?;
    let mut config = stored.service.config.clone();
    secrets::restore(&state.keyring, &stored, &mut config);
    Ok(config)
}
