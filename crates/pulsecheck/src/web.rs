//! The built web app, inside the program: hashed files for ever, the page for every other address, and nothing but ourselves may run in it.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH,
    REFERRER_POLICY,
};
use axum::http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, DefaultPredicate, Predicate as _, predicate::NotForContentType,
    },
    set_header::SetResponseHeaderLayer,
};
use url::{Host, Position, Url};

#[derive(RustEmbed)]
#[folder = "../../frontend/dist"]
#[allow_missing = true]
struct Files;

/// Only what we ship runs; pictures of people come from the providers they signed in with.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

const NOT_BUILT: &str = "<!doctype html><title>PulseCheck</title><p>This program was built without its web app. \
                         <code>make run</code> builds both; in development the page is at http://localhost:5173.";

/// Whether the program was built after the web app was.
pub fn is_built() -> bool {
    Files::get("index.html").is_some()
}

/// The API at its addresses, and the web app at all others. `public_url` is where people open it.
pub fn beside(api: Router, public_url: &Url) -> Router {
    let web = router();
    let encrypted = (public_url.scheme() == "https")
        .then(|| public_url[Position::BeforeHost..Position::AfterPort].to_owned());
    // Not routes with a wildcard: what it matched would count among the parameters of the API's own routes.
    Router::new().fallback(async move |request: Request| {
        let path = request.uri().path();
        if path == "/api" || path.starts_with("/api/") {
            return api.oneshot(request).await;
        }
        let is_trustworthy = is_trustworthy(request.headers(), encrypted.as_deref());
        let mut response = web.oneshot(request).await?;
        if is_trustworthy {
            response
                .headers_mut()
                .insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
        }
        Ok(response)
    })
}

/// Whether the browser takes the origin for trustworthy: only there it heeds the opener policy, and elsewhere it logs an
/// error at each load. Whoever lies about the scheme lies to nobody but itself, so every proxy is believed.
/// <https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy>
fn is_trustworthy(headers: &HeaderMap, encrypted: Option<&str>) -> bool {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let host = text(HOST).unwrap_or_default();
    let forwarded = text(FORWARDED_PROTO).and_then(|list| list.rsplit(',').next());
    if forwarded.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https")) {
        return true;
    }
    if encrypted.is_some_and(|known| known.eq_ignore_ascii_case(host)) {
        return true;
    }
    let url = Url::parse(&format!("http://{host}")).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Answers everything that is not the API's.
fn router() -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    // Fonts come compressed; a browser keeps what is hashed, so that everything is compressed once for each of them.
    let worthwhile = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(worthwhile);
    let headers = ServiceBuilder::new()
        .layer(compression)
        .layer(header(CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(X_FRAME_OPTIONS, "DENY"))
        .layer(header(REFERRER_POLICY, "same-origin"))
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

#[cfg(test)]
mod tests {
    use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

    use super::*;

    #[tokio::test]
    async fn what_is_text_travels_compressed() {
        let app = beside(Router::new(), &"http://localhost:8000".parse().unwrap());
        let mut request = Request::new(Body::empty());
        request
            .headers_mut()
            .insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_ENCODING], "br");
    }

    #[tokio::test]
    async fn the_opener_policy_is_sent_only_to_origins_that_a_browser_trusts() {
        let served = async |public_url: &str, host: &'static str, scheme: &'static str| {
            let app = beside(Router::new(), &public_url.parse().unwrap());
            let mut request = Request::new(Body::empty());
            request
                .headers_mut()
                .insert(HOST, HeaderValue::from_static(host));
            if !scheme.is_empty() {
                let scheme = HeaderValue::from_static(scheme);
                request.headers_mut().insert(FORWARDED_PROTO, scheme);
            }
            let response = app.oneshot(request).await.unwrap();
            response.headers().contains_key(OPENER_POLICY)
        };
        let (plain, encrypted) = ("http://nas.lan:8000", "https://status.example");
        for (public_url, host, scheme, expected) in [
            (plain, "nas.lan:8000", "", false),
            (plain, "192.168.1.7:8000", "", false),
            (plain, "nas.lan", "http", false),
            (plain, "nas.lan", "https", true),
            (plain, "localhost:8000", "", true),
            (plain, "app.localhost", "", true),
            (plain, "127.0.0.1:8000", "", true),
            (plain, "[::1]:8000", "", true),
            (plain, "notlocalhost", "", false),
            (plain, "", "", false),
            (encrypted, "status.example", "", true),
            (encrypted, "nas.lan:8000", "", false),
        ] {
            let found = served(public_url, host, scheme).await;
            assert_eq!(found, expected, "{public_url} {host} {scheme}");
        }
    }
}
