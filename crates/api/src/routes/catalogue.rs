//! `/api/catalogue`: well-known services and where they publish their status.

use axum::{Json, extract::State};
use domain::fields::Fields;
use serde::{Deserialize, Serialize};
use statuspage_parser::catalogue::Service;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Member, Viewer},
    input::query::{self, Asked, filled},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::vendor::ProviderView,
};

/// Most entries of one answer.
const MOST: usize = 50;
const USUAL: usize = 8;
/// Nobody types more to find a service, and no host name is longer.
const LONGEST: usize = 253;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search_catalogue))
}

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct CatalogueQuery {
    /// Part of a name, another name or a category
    q: Option<String>,
    /// Instead: the host of a service of one's own, to find whose it is
    #[param(example = "api.github.com")]
    host: Option<String>,
    /// 1–50, 8 if absent
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
}

/// A well-known service.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueEntry)]
struct CatalogueEntryView {
    #[schema(example = "Claude")]
    name: String,
    /// The service's own site
    #[schema(example = "https://claude.ai")]
    home: String,
    /// The address to discover
    #[schema(example = "https://status.claude.com")]
    status_page: String,
    /// Null where it is not known before the page is searched
    provider: Option<ProviderView>,
    categories: Vec<String>,
}

/// Well-known services for what somebody types, best first. Without a question none.
#[utoipa::path(get, path = "/api/catalogue", tag = "services", params(CatalogueQuery), responses(
    (status = 200, description = "Services of the catalogue", body = [CatalogueEntryView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn search_catalogue(
    _member: Member<Viewer>,
    State(state): State<AppState>,
    Asked(asked): Asked<CatalogueQuery>,
) -> Result<Json<Vec<CatalogueEntryView>>, Problem> {
    let mut fields = Fields::default();
    let limit = query::number(
        &mut fields,
        "limit",
        asked.limit.as_deref(),
        1..=MOST,
        USUAL,
    );
    let (q, host) = (filled(asked.q.as_deref()), filled(asked.host.as_deref()));
    for (name, text) in [("q", q), ("host", host)] {
        if text.is_some_and(|text| text.len() > LONGEST) {
            fields.push(name, format!("must be at most {LONGEST} bytes"));
        }
    }
    fields.finish(())?;
    let catalogue = &state.site.catalogue;
    let found: Vec<&Service> = match (host, q) {
        (Some(host), _) => {
            let host = host.to_ascii_lowercase();
            catalogue
                .by_status_host(&host)
                .or_else(|| catalogue.by_host(&host))
                .into_iter()
                .collect()
        }
        (None, Some(q)) => catalogue.search(q, limit),
        (None, None) => Vec::new(),
    };
    Ok(Json(
        found.into_iter().map(CatalogueEntryView::from).collect(),
    ))
}

impl From<&Service> for CatalogueEntryView {
    fn from(service: &Service) -> Self {
        Self {
            name: service.name.clone(),
            home: service.home.clone(),
            status_page: service.status.clone(),
            provider: service.provider.map(ProviderView::from),
            categories: service.categories.clone(),
        }
    }
}
