//! Finding a status page at an address that somebody pasted, or at addresses that they know to be data.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use domain::fields::Fields;
use futures_util::future::join_all;
use serde::Deserialize;
use statuspage_parser::discover::{AddressError, Advice};
use statuspage_reader::{Discovered, NotDiscovered};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Editor, Member},
    input::{Lenient, input, service::forbidden},
    problem::{Problem, ProblemBody},
    state::AppState,
    vendor::{self, Fresh},
    view::discovery::{self, AdviceView, DiscoveryView, EvidenceView},
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(discover_page))
        .routes(routes!(validate_urls))
}

/// An address to search.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct DiscoverInput {
    /// Any address of a status page; https is assumed
    #[schema(example = "status.claude.com")]
    url: Option<String>,
}

input!(DiscoverInput { url });

/// Addresses of data.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct ValidateInput {
    /// 1–10 addresses of JSON or feeds
    urls: Option<Vec<String>>,
}

input!(ValidateInput { urls });

/// Searches for a status page, within 15 s. Finding nothing is an answer too: it says what was tried and what can be done.
#[utoipa::path(post, path = "/api/services/discover", tag = "services", request_body = DiscoverInput, responses(
    (status = 200, description = "What was found, or why nothing was", body = DiscoveryView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "This is no address, or none that may be asked", body = ProblemBody),
    (status = 429, description = "Asked too often", body = ProblemBody),
))]
async fn discover_page(
    member: Member<Editor>,
    State(state): State<AppState>,
    Lenient(input): Lenient<DiscoverInput>,
) -> Result<Json<DiscoveryView>, Problem> {
    let text = input.url.unwrap_or_default();
    let pasted = pasted(&text);
    if let Some(Err(code)) = pasted
        .as_ref()
        .map(|url| state.egress.policy().check_url(url))
    {
        return Err(Problem::field("url", forbidden(code)));
    }
    let _turn = state.pace.probe_turn(member.user().id)?;
    let now = state.clock.now();
    let nothing = match search(&state, &text, now).await? {
        Ok(found) => return show(&state, found, pasted, now).await,
        Err(nothing) => nothing,
    };
    // Somebody pasted the address of the service itself, whose status page is known.
    let host = pasted.as_ref().and_then(Url::host_str);
    if let Some(known) = host.and_then(|host| state.site.catalogue.by_host(host))
        && let Ok(mut found) = search(&state, &known.status, now).await?
    {
        found.evidence.splice(0..0, nothing.evidence);
        return show(&state, found, known.status.parse().ok(), now).await;
    }
    Ok(Json(DiscoveryView {
        advice: Some(AdviceView::from(&nothing.advice)),
        evidence: nothing.evidence.iter().map(EvidenceView::from).collect(),
        ..DiscoveryView::default()
    }))
}

async fn search(
    state: &AppState,
    address: &str,
    now: DateTime<Utc>,
) -> Result<Result<Discovered, NotDiscovered>, Problem> {
    let searched = state.reader.discover(address, now).await;
    searched.map_err(|error| {
        let reason = match error {
            AddressError::Empty | AddressError::NotAnAddress => "must be a web address",
            AddressError::Scheme => "must be an http or https address",
            AddressError::UserInfo => "must not carry a user name or password",
        };
        Problem::field("url", reason)
    })
}

/// Keeps what was found, so that following it needs no second search.
async fn show(
    state: &AppState,
    found: Discovered,
    pasted: Option<Url>,
    now: DateTime<Utc>,
) -> Result<Json<DiscoveryView>, Problem> {
    let fresh = Fresh {
        source: found.source,
        page: found.page,
        documents: found.documents,
        whole: found.whole,
        pasted,
    };
    let kept = vendor::keep(state, &fresh, now).await?;
    let mut view = DiscoveryView::found(&fresh.page, kept.urls, (&kept.name, &kept.home));
    view.confidence = Some(discovery::confidence(found.confidence));
    view.evidence = found.evidence.iter().map(EvidenceView::from).collect();
    Ok(Json(view))
}

/// The address as it will be asked; the search itself says what is wrong with it.
fn pasted(text: &str) -> Option<Url> {
    let text = text.trim();
    if text.contains("://") {
        return text.parse().ok();
    }
    format!("https://{}", text.trim_start_matches('/'))
        .parse()
        .ok()
}

/// Reads addresses as one page and keeps those that contribute to it, within 15 s.
#[utoipa::path(post, path = "/api/services/validate-url", tag = "services", request_body = ValidateInput, responses(
    (status = 200, description = "What these addresses say together, or why they say nothing", body = DiscoveryView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "These are no addresses, or none that may be asked", body = ProblemBody),
    (status = 429, description = "Asked too often", body = ProblemBody),
))]
async fn validate_urls(
    member: Member<Editor>,
    State(state): State<AppState>,
    Lenient(input): Lenient<ValidateInput>,
) -> Result<Json<DiscoveryView>, Problem> {
    let mut fields = Fields::default();
    let urls = input.urls.unwrap_or_default();
    let urls = vendor::addresses(&state, &urls, "urls", &mut fields);
    if urls.is_empty() && fields.is_empty() {
        fields.push("urls", "must be 1 to 10 addresses");
    }
    fields.finish(())?;
    let _turn = state.pace.probe_turn(member.user().id)?;
    let now = state.clock.now();
    let Ok(mut fresh) = vendor::read_given(&state, &urls, now).await else {
        let advice = AdviceView::from(&Advice::EnterDataAddress);
        return Ok(Json(DiscoveryView {
            advice: Some(advice),
            evidence: reasons(&state, &urls, now).await,
            ..DiscoveryView::default()
        }));
    };
    let (contributed, rest): (Vec<Url>, Vec<Url>) = urls
        .into_iter()
        .partition(|url| fresh.documents.contains(url));
    let evidence = reasons(&state, &rest, now).await;
    fresh.source.given = contributed;
    let kept = vendor::keep(&state, &fresh, now).await?;
    let mut view = DiscoveryView::found(&fresh.page, kept.urls, (&kept.name, &kept.home));
    view.confidence = Some("shape");
    view.evidence = evidence;
    Ok(Json(view))
}

/// Why each of these says nothing.
async fn reasons(state: &AppState, urls: &[Url], now: DateTime<Utc>) -> Vec<EvidenceView> {
    let reason = async |url: &Url| {
        let read = vendor::read_given(state, std::slice::from_ref(url), now).await;
        EvidenceView {
            url: url.to_string(),
            outcome: match read {
                Ok(_) => "it answered only when it was asked again".to_owned(),
                Err(unread) => unread.reason,
            },
        }
    };
    join_all(urls.iter().map(reason)).await
}
