//! The built web app, inside the program: hashed files for ever, the page for every other address, and nothing but ourselves may run in it.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
};
use axum::http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::set_header::SetResponseHeaderLayer;

#[derive(RustEmbed)]
#[folder = "../../frontend/dist"]
#[allow_missing = true]
struct Files;

/// Only what we ship runs; pictures of people come from the providers they signed in with.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html><title>PulseCheck</title><p>This program was built without its web app. \
                         <code>make run</code> builds both; in development the page is at http://localhost:5173.";

/// Whether the program was built after the web app was.
pub fn is_built() -> bool {
    Files::get("index.html").is_some()
}

/// The API at its addresses, and the web app at all others.
pub fn beside(api: Router) -> Router {
    let web = router();
    // Not routes with a wildcard: what it matched would count among the parameters of the API's own routes.
    Router::new().fallback(async move |request: Request| {
        let path = request.uri().path();
        let chosen = if path == "/api" || path.starts_with("/api/") {
            api
        } else {
            web
        };
        chosen.oneshot(request).await
    })
}

/// Answers everything that is not the API's.
fn router() -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let headers = ServiceBuilder::new()
        .layer(header(CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(X_FRAME_OPTIONS, "DENY"))
        .layer(header(REFERRER_POLICY, "same-origin"))
        .layer(header(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .layer(header(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ));
    Router::new().fallback(answer).layer(headers)
}

async fn answer(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let path = uri.path().trim_start_matches('/');
    if method != Method::GET && method != Method::HEAD {
        return plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "This address can only be read.",
        );
    }
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        return send(path, &file, &headers);
    }
    // A file that is not there any more must not become a page: a script tag would choke on it.
    if path.starts_with("assets/") {
        return plain(StatusCode::NOT_FOUND, "There is nothing here.");
    }
    match Files::get("index.html") {
        Some(page) => send("index.html", &page, &headers),
        None => with(
            StatusCode::OK,
            "text/html; charset=utf-8",
            Body::from(NOT_BUILT),
        ),
    }
}

fn send(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response<Body> {
    let hash = file.metadata.sha256_hash();
    let tag = hash
        .first_chunk()
        .map_or(0, |half| u128::from_be_bytes(*half));
    let tag = format!("\"{tag:032x}\"");
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.contains(&tag)) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        with(
            StatusCode::OK,
            file.metadata.mimetype(),
            Body::from(file.data.clone()),
        )
    };
    // Vite puts a hash of the content into the names of everything below assets/.
    let lasting = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(lasting));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    with(status, "text/plain; charset=utf-8", Body::from(text))
}

fn with(status: StatusCode, kind: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Ok(kind) = HeaderValue::from_str(kind) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}
