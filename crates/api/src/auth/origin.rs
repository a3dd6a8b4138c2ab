//! Which pages may write in the name of a signed-in browser: ours, under the name it is known by or reached at.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use url::Url;

use crate::{manners::client::Client, problem::Problem, site::Site, state::AppState};

/// Refuses writes that another site made a browser send. Requests without our cookies speak for nobody and pass,
/// except to the sign-in routes, where a foreign page could sign a visitor in as somebody else.
pub async fn require_own_page(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let is_write = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if is_write && let Err(problem) = judge(&state, &request) {
        return problem.into_response();
    }
    next.run(request).await
}

fn judge(state: &AppState, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let with_cookies = state.auth.cookies.come_with(headers);
    let signs_in = request.uri().path().starts_with("/api/auth/");
    match headers.get(header::ORIGIN) {
        None if with_cookies => Err(Problem::OriginMismatch(format!(
            "A request that changes something in the name of a browser needs an Origin header, such as {}.",
            plain(&state.site.public_url),
        ))),
        Some(origin) if with_cookies || signs_in => {
            let client = request.extensions().get::<Client>();
            let origin = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
            match origin.filter(Url::has_host) {
                Some(origin) if is_own(&state.site, client, &origin) => Ok(()),
                origin => Err(Problem::OriginMismatch(foreign(
                    &state.site,
                    client,
                    origin.as_ref(),
                ))),
            }
        }
        _ => Ok(()),
    }
}

/// Whether a page at `origin` belongs to this installation, as far as this request can tell.
pub fn is_own(site: &Site, client: Option<&Client>, origin: &Url) -> bool {
    let reached = client.and_then(|client| Url::parse(&client.origin()).ok());
    origin.origin() == site.public_url.origin()
        || reached.is_some_and(|reached| origin.origin() == reached.origin())
}

/// Refuses to sign somebody in whose browser would not keep the cookies: they are for https, the page came over http.
pub fn cookies_will_stick(site: &Site, headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok());
    match origin.and_then(|origin| Url::parse(origin).ok()) {
        Some(origin) if site.is_https() && origin.scheme() == "http" => {
            let (public, here) = (plain(&site.public_url), plain(&origin));
            Err(Problem::OriginMismatch(format!(
                "This page was opened at {here} without encryption, but PUBLIC_URL is {public}, so the browser \
                 would not keep you signed in. Open {public}, or set PUBLIC_URL={here}."
            )))
        }
        _ => Ok(()),
    }
}

fn foreign(site: &Site, client: Option<&Client>, origin: Option<&Url>) -> String {
    let public = plain(&site.public_url);
    let Some(origin) = origin.map(plain) else {
        return format!("This request came from a page of another site. Open {public}.");
    };
    let reached = client.map_or_else(String::new, |client| {
        format!(" and was reached as {}", client.origin())
    });
    format!(
        "This page is open at {origin}, but the installation has PUBLIC_URL={public}{reached}. Open {public}, or set \
         PUBLIC_URL={origin}. Behind a proxy, TRUSTED_PROXIES makes its forwarded host and scheme count."
    )
}

/// The address without a trailing slash, as it is typed into a setting.
fn plain(url: &Url) -> String {
    url.origin().ascii_serialization()
}
