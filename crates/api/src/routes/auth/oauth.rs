//! `/api/auth/{google,github}`: to the provider and back; every failure ends at `/login?error=<code>`.

use axum::{
    extract::{FromRequestParts as _, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use db::sessions::Session;
use domain::id::SessionId;
use serde::Deserialize;
use url::{Url, form_urlencoded};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{
        SignedIn,
        oauth::{
            Provider, Refusal, arrival,
            flow::{self, Flow},
        },
        origin,
        session::{self, Device},
    },
    manners::client::Client,
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(start_google))
        .routes(routes!(start_github))
        .routes(routes!(finish_google))
        .routes(routes!(finish_github))
}

/// Sends the browser to Google. `return_to` is a path of the web app to come back to; `link=1` links Google to the
/// account that is signed in.
#[utoipa::path(get, path = "/api/auth/google", tag = "auth",
    params(("return_to" = Option<String>, Query), ("link" = Option<String>, Query)),
    responses((status = 302, description = "To Google, or to `/login?error=<code>`")))]
async fn start_google(state: State<AppState>, client: Client, parts: Parts) -> Response {
    start(state.0, client, parts, Provider::Google).await
}

/// Sends the browser to GitHub. `return_to` is a path of the web app to come back to; `link=1` links GitHub to the
/// account that is signed in.
#[utoipa::path(get, path = "/api/auth/github", tag = "auth",
    params(("return_to" = Option<String>, Query), ("link" = Option<String>, Query)),
    responses((status = 302, description = "To GitHub, or to `/login?error=<code>`")))]
async fn start_github(state: State<AppState>, client: Client, parts: Parts) -> Response {
    start(state.0, client, parts, Provider::Github).await
}

/// Where Google sends the browser back to: sets both cookies and leads to the web app.
#[utoipa::path(get, path = "/api/auth/google/callback", tag = "auth",
    params(("code" = Option<String>, Query), ("state" = Option<String>, Query), ("error" = Option<String>, Query)),
    responses((status = 302, description = "To the web app, or to `/login?error=<code>`")))]
async fn finish_google(state: State<AppState>, client: Client, parts: Parts) -> Response {
    finish(state.0, client, parts, Provider::Google).await
}

/// Where GitHub sends the browser back to: sets both cookies and leads to the web app.
#[utoipa::path(get, path = "/api/auth/github/callback", tag = "auth",
    params(("code" = Option<String>, Query), ("state" = Option<String>, Query), ("error" = Option<String>, Query)),
    responses((status = 302, description = "To the web app, or to `/login?error=<code>`")))]
async fn finish_github(state: State<AppState>, client: Client, parts: Parts) -> Response {
    finish(state.0, client, parts, Provider::Github).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Departure {
    return_to: Option<String>,
    link: Option<String>,
    /// Set when the browser was sent to the address that the provider will send it back to.
    moved: Option<String>,
}

async fn start(state: AppState, client: Client, mut parts: Parts, provider: Provider) -> Response {
    let Query(asked) = Query::<Departure>::try_from_uri(&parts.uri).unwrap_or_default();
    if let Some(there) = other_name(&state, &client, provider, &asked) {
        return redirect(there.as_str(), HeaderMap::new());
    }
    match depart(&state, &client, &mut parts, provider, asked).await {
        Ok((url, sealed)) => {
            let mut cookies = HeaderMap::new();
            state.auth.cookies.set_flow(&mut cookies, &sealed);
            redirect(url.as_str(), cookies)
        }
        Err(refusal) => refuse(&state, &client, provider, &refusal),
    }
}

/// The same route under the name that the provider sends people back to, when the browser knows us by another: the
/// cookie that it needs on return has to be set there. Goes there once, since a proxy may change names on the way.
fn other_name(
    state: &AppState,
    client: &Client,
    provider: Provider,
    asked: &Departure,
) -> Option<Url> {
    let base = &state.site.oauth_redirect_base;
    let here = Url::parse(&client.origin()).ok()?;
    if asked.moved.is_some() || here.host() == base.host() || !state.auth.providers.offers(provider)
    {
        return None;
    }
    let mut there = base
        .join(&format!("/api/auth/{}", provider.as_str()))
        .ok()?;
    let mut query = there.query_pairs_mut();
    query.append_pair("moved", "1");
    if let Some(path) = &asked.return_to {
        query.append_pair("return_to", path);
    }
    if asked.link.is_some() {
        query.append_pair("link", "1");
    }
    drop(query);
    Some(there)
}

async fn depart(
    state: &AppState,
    client: &Client,
    parts: &mut Parts,
    provider: Provider,
    asked: Departure,
) -> Result<(Url, String), Refusal> {
    if !state.auth.providers.offers(provider) {
        return Err(Refusal::NotConfigured);
    }
    let link = match asked.link {
        None => None,
        Some(_) => Some(linking(state, client, parts).await?),
    };
    let request = flow::Request {
        provider,
        return_to: asked.return_to,
        link,
    };
    flow::begin(
        &state.auth.providers,
        &state.keyring,
        request,
        state.clock.now(),
    )
    .await
}

/// The session that wants a provider linked. Only our own pages may ask: a foreign one could have signed the browser in
/// at the provider as somebody else, who would then have a way in.
async fn linking(
    state: &AppState,
    client: &Client,
    parts: &mut Parts,
) -> Result<SessionId, Refusal> {
    let text = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let own = match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(header::REFERER.as_str())
            .and_then(|referer| Url::parse(referer).ok())
            .is_some_and(|page| origin::is_own(&state.site, Some(client), &page)),
    };
    if !own {
        return Err(Refusal::LinkOrigin);
    }
    Ok(signed_in(state, parts).await?.session_id())
}

async fn signed_in(state: &AppState, parts: &mut Parts) -> Result<SignedIn, Refusal> {
    use crate::problem::Problem;
    SignedIn::from_request_parts(parts, state)
        .await
        .map_err(|problem| match problem {
            Problem::Unauthorized => Refusal::LinkSignIn,
            other => other.into(),
        })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Return {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

async fn finish(state: AppState, client: Client, mut parts: Parts, provider: Provider) -> Response {
    let Query(brought) = Query::<Return>::try_from_uri(&parts.uri).unwrap_or_default();
    match arrive(&state, &client, &mut parts, provider, brought).await {
        Ok((flow, session)) => {
            let mut cookies = HeaderMap::new();
            state.auth.cookies.clear_flow(&mut cookies);
            if let Some(session) = session
                && let Err(problem) = session::set_cookies(&state, &session, &mut cookies)
            {
                return refuse(&state, &client, provider, &problem.into());
            }
            redirect(&in_web_app(&state, &client, &flow.return_to), cookies)
        }
        Err(refusal) => refuse(&state, &client, provider, &refusal),
    }
}

/// Who came back: a new session, or none when a provider was linked to the one there is.
async fn arrive(
    state: &AppState,
    client: &Client,
    parts: &mut Parts,
    provider: Provider,
    brought: Return,
) -> Result<(Flow, Option<Session>), Refusal> {
    if brought.error.as_deref() == Some("access_denied") {
        return Err(Refusal::Denied);
    }
    let cookies = state.auth.cookies.flow(&parts.headers);
    let given = brought.state.unwrap_or_default();
    let flow = flow::resume(&state.keyring, cookies, provider, &given, state.clock.now())?;
    flow.spend(&state.db).await?;
    if let Some(error) = brought.error {
        tracing::warn!(
            provider = provider.as_str(),
            error,
            "A sign-in provider refused"
        );
        return Err(Refusal::Provider);
    }
    let code = brought.code.ok_or(Refusal::Code)?;
    state.auth.throttle.try_from_address(client.address)?;
    let profile = state
        .auth
        .providers
        .finish(provider, code, flow.verifier.clone())
        .await?;
    let device = Device::new(client, &parts.headers);
    let Some(session) = flow.link else {
        let session = arrival::sign_in(state, &profile, &device).await?;
        return Ok((flow, Some(session)));
    };
    let signed_in = signed_in(state, parts).await?;
    if signed_in.session_id() != session {
        return Err(Refusal::LinkSignIn);
    }
    arrival::link(state, &profile, signed_in.id(), &device).await?;
    Ok((flow, None))
}

fn refuse(state: &AppState, client: &Client, provider: Provider, refusal: &Refusal) -> Response {
    match refusal {
        Refusal::Internal(error) => {
            tracing::error!(
                provider = provider.as_str(),
                error = format!("{error:#}"),
                "A sign-in failed by our fault"
            );
        }
        other => {
            tracing::info!(provider = provider.as_str(), reason = %other, "A sign-in was refused");
        }
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("error", refusal.code())
        .finish();
    let mut cookies = HeaderMap::new();
    state.auth.cookies.clear_flow(&mut cookies);
    redirect(
        &in_web_app(state, client, &format!("/login?{query}")),
        cookies,
    )
}

/// Where a path of the web app is. It is usually served beside the API, so the path alone says it, under whatever name
/// the browser knows us by. With the web app on another port of the same host (as in development), its full address.
fn in_web_app(state: &AppState, client: &Client, path: &str) -> String {
    let public = &state.site.public_url;
    let here = Url::parse(&client.origin()).ok();
    let elsewhere =
        here.is_some_and(|here| here.host() == public.host() && here.origin() != public.origin());
    match public.join(path) {
        Ok(url) if elsewhere => url.into(),
        _ => path.to_owned(),
    }
}

fn redirect(location: &str, mut headers: HeaderMap) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            headers.insert(header::LOCATION, location);
            (StatusCode::FOUND, headers).into_response()
        }
        Err(error) => crate::problem::Problem::Internal(error.into()).into_response(),
    }
}
