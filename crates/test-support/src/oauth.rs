//! A sign-in provider on loopback, shaped like GitHub and like an OpenID provider at once, that misbehaves as told.

use std::{
    collections::{HashMap, HashSet},
    future::pending,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use crate::upstream::lock;

/// Client id and secret of the app that the provider knows.
pub const CLIENT_ID: &str = "pulsecheck-tests";
pub const CLIENT_SECRET: &str = "secret of the tests: not URL-safe/+";

/// Who signs in at the provider.
#[derive(Clone, Debug)]
pub struct OauthPerson {
    pub subject: u64,
    pub email: String,
    pub verified: bool,
    pub name: String,
}

/// How the provider behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OauthMode {
    #[default]
    Works,
    /// The person says no.
    Denied,
    /// Sends the browser back with a state that nobody asked for.
    WrongState,
    /// Answers every call of ours with 500 and a page.
    Fails,
    /// Never answers a call of ours.
    Stalls,
    /// Answers every call of ours with a redirect.
    Redirects,
}

/// The provider. It ends when this is dropped.
pub struct OauthProvider {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: JoinSet<()>,
}

struct Shared {
    address: SocketAddr,
    inner: Mutex<Inner>,
}

struct Inner {
    mode: OauthMode,
    person: OauthPerson,
    /// Codes that were given out and not used, with the challenge and the redirect address they are bound to.
    codes: HashMap<String, Grant>,
    tokens: HashSet<String>,
    made: u64,
}

struct Grant {
    challenge: String,
    redirect_uri: String,
}

type Pairs = HashMap<String, String>;

impl OauthProvider {
    /// Starts a provider where `person` is signed in.
    pub async fn start(person: OauthPerson) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Inner {
            mode: OauthMode::Works,
            person,
            codes: HashMap::new(),
            tokens: HashSet::new(),
            made: 0,
        };
        let shared = Arc::new(Shared {
            address,
            inner: Mutex::new(inner),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/login/oauth/authorize", get(authorize))
            .route("/login/oauth/access_token", post(github_token))
            .route("/user", get(github_user))
            .route("/user/emails", get(github_emails))
            .with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move {
            axum::serve(listener, router).await.expect("a server");
        });
        Self {
            address,
            shared,
            _server: server,
        }
    }

    /// `GOOGLE_ISSUER_URL`, `GITHUB_BASE_URL` and `GITHUB_API_URL` alike.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn behave(&self, mode: OauthMode) {
        lock(&self.shared.inner).mode = mode;
    }

    pub fn sign_in_as(&self, person: OauthPerson) {
        lock(&self.shared.inner).person = person;
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(trouble) = shared.trouble().await {
        return trouble;
    }
    let base = format!("http://{}", shared.address);
    Json(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
    }))
    .into_response()
}

/// What the person's browser asks; it agrees at once, or refuses.
async fn authorize(State(shared): State<Arc<Shared>>, Query(asked): Query<Pairs>) -> Response {
    let get = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let sound = get("client_id") == CLIENT_ID
        && get("response_type") == "code"
        && get("code_challenge_method") == "S256"
        && get("code_challenge").len() == 43
        && get("state").len() >= 16;
    if !sound {
        return (StatusCode::BAD_REQUEST, "not an authorization request").into_response();
    }
    let redirect_uri = get("redirect_uri");
    let mut inner = lock(&shared.inner);
    let back = match inner.mode {
        OauthMode::Denied => format!("{redirect_uri}?error=access_denied&state={}", get("state")),
        mode => {
            inner.made += 1;
            let code = format!("code-{}", inner.made);
            let grant = Grant {
                challenge: get("code_challenge"),
                redirect_uri: redirect_uri.clone(),
            };
            inner.codes.insert(code.clone(), grant);
            let state = if mode == OauthMode::WrongState {
                "made-up".to_owned()
            } else {
                get("state")
            };
            format!("{redirect_uri}?code={code}&state={state}")
        }
    };
    (StatusCode::FOUND, [(header::LOCATION, back)]).into_response()
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let asked = form(&body);
    if let Some(trouble) = shared.trouble().await {
        return trouble;
    }
    // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    let secret = CLIENT_SECRET.replace(' ', "+").replace(':', "%3A");
    let secret = secret.replace("/+", "%2F%2B");
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{secret}")));
    let known = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value == expected.as_str());
    match if known {
        shared.grant(&asked)
    } else {
        Err("invalid_client")
    } {
        Ok(token) => Json(token).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response(),
    }
}

/// GitHub reads the secret from the form, and refuses with status 200.
async fn github_token(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let asked = form(&body);
    if let Some(trouble) = shared.trouble().await {
        return trouble;
    }
    let known = asked
        .get("client_secret")
        .is_some_and(|secret| secret == CLIENT_SECRET);
    let answer = if known {
        shared.grant(&asked)
    } else {
        Err("incorrect_client_credentials")
    };
    Json(match answer {
        Ok(token) => token,
        Err("invalid_grant") => json!({ "error": "bad_verification_code" }),
        Err(error) => json!({ "error": error }),
    })
    .into_response()
}

async fn userinfo(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    shared
        .about(&headers, |person| {
            json!({
                "sub": person.subject.to_string(),
                "email": person.email,
                "email_verified": person.verified,
                "name": person.name,
            })
        })
        .await
}

async fn github_user(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    shared.about(&headers, |person| {
        json!({ "id": person.subject, "login": "login", "name": person.name, "avatar_url": null })
    })
    .await
}

async fn github_emails(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    shared.about(&headers, |person| {
        json!([
            { "email": "other@elsewhere.example", "primary": false, "verified": true, "visibility": null },
            { "email": person.email, "primary": true, "verified": person.verified, "visibility": "private" },
        ])
    })
    .await
}

/// A form is written like the query of an address.
fn form(body: &str) -> Pairs {
    let uri = format!("/?{body}").parse().unwrap_or_default();
    let Query(pairs) = Query::try_from_uri(&uri).unwrap_or_default();
    pairs
}

impl Shared {
    async fn trouble(&self) -> Option<Response> {
        let mode = lock(&self.inner).mode;
        match mode {
            OauthMode::Fails => {
                Some((StatusCode::INTERNAL_SERVER_ERROR, "<h1>Unicorn!</h1>").into_response())
            }
            OauthMode::Redirects => {
                Some((StatusCode::FOUND, [(header::LOCATION, "http://192.0.2.1/")]).into_response())
            }
            OauthMode::Stalls => pending().await,
            _ => None,
        }
    }

    /// Trades a code for a token, once, and only for whoever began.
    fn grant(&self, asked: &Pairs) -> Result<Value, &'static str> {
        let get = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let mut inner = lock(&self.inner);
        let grant = inner.codes.remove(get("code")).ok_or("invalid_grant")?;
        let proof = digest(&SHA256, get("code_verifier").as_bytes());
        let proven = URL_SAFE_NO_PAD.encode(proof) == grant.challenge;
        if !proven || get("redirect_uri") != grant.redirect_uri {
            return Err("invalid_grant");
        }
        inner.made += 1;
        let token = format!("token-{}", inner.made);
        inner.tokens.insert(token.clone());
        Ok(
            json!({ "access_token": token, "token_type": "bearer", "scope": "read:user,user:email" }),
        )
    }

    async fn about(
        &self,
        headers: &HeaderMap,
        say: impl FnOnce(&OauthPerson) -> Value,
    ) -> Response {
        if let Some(trouble) = self.trouble().await {
            return trouble;
        }
        let inner = lock(&self.inner);
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = bearer.and_then(|bearer| bearer.strip_prefix("Bearer "));
        if token.is_some_and(|token| inner.tokens.contains(token)) {
            Json(say(&inner.person)).into_response()
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}
