//! A whole installation in one test: the real router on a real listener, a database of its own, a clock to turn.

use std::sync::Arc;

use api::{
    accounts::{self, AddUser},
    auth::config::{AuthSettings, SignUp},
    site::{Rates, Site},
    state::{AppState, Parts},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::service::Limits;
use runtime::{clock::Clock, seal::Keyring};
use serde_json::{Value, json};
use sqlx::PgPool;
use status_cache::StatusCache;
use statuspage_parser::catalogue;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::browser::Browser;

/// The password of everybody in these tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A running installation. It ends when this is dropped.
pub(crate) struct World {
    pub(crate) state: AppState,
    /// Where it listens, without a slash at the end.
    pub(crate) url: String,
    _server: JoinSet<()>,
}

impl World {
    /// An installation with local accounts, known by the address it listens on.
    pub(crate) async fn start(pool: PgPool) -> Self {
        Self::with(pool, |_| ()).await
    }

    /// An installation whose settings are changed first. Several on one pool are replicas of one another.
    pub(crate) async fn with(pool: PgPool, change: impl FnOnce(&mut Site)) -> Self {
        Self::build(pool, StatusCache::in_memory(), change).await
    }

    /// An installation with another cache than its own memory.
    pub(crate) async fn with_cache(pool: PgPool, cache: StatusCache) -> Self {
        Self::build(pool, cache, |_| ()).await
    }

    /// An installation where strangers may sign up: local networks are closed.
    pub(crate) async fn shared(pool: PgPool) -> Self {
        Self::with(pool, |site| site.auth.sign_up = SignUp::Open).await
    }

    async fn build(pool: PgPool, cache: StatusCache, change: impl FnOnce(&mut Site)) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut site = Site {
            public_url: url.parse().expect("a URL"),
            oauth_redirect_base: url.parse().expect("a URL"),
            keyring: Keyring::new("0123456789abcdef0123456789abcdef".into()).expect("long enough"),
            trusted_proxies: Vec::new(),
            limits: Limits::SINGLE_TENANT,
            rates: Rates::default(),
            catalogue: Arc::new(catalogue::well_known().clone()),
            auth: AuthSettings::default(),
        };
        change(&mut site);
        let reach = egress::Config::default();
        let shared = site.is_shared();
        let egress = reach
            .build(
                reach.policy(shared),
                shared,
                Arc::new(|| Some(start_of_time())),
            )
            .expect("a door out");
        let state = AppState::new(Parts {
            db: db::Db::from_pool(pool).with_readers(2),
            clock: Clock::manual(start_of_time()),
            status: cache,
            egress,
            site,
        });
        let mut server = JoinSet::new();
        let shared = state.clone();
        server.spawn(async move {
            let stop = CancellationToken::new();
            api::serve(listener, shared, stop).await.expect("it serves");
        });
        Self {
            state,
            url,
            _server: server,
        }
    }

    /// A browser that has the web app open and is signed in nowhere.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// Turns the clock.
    pub(crate) fn later(&self, by: TimeDelta) {
        self.state.clock.advance(by);
    }

    /// A set-up token as an operator finds it in the link.
    pub(crate) async fn setup_token(&self) -> String {
        let public_url = &self.state.site.public_url;
        let link = accounts::setup_link(&self.state.db, public_url, &self.state.clock).await;
        let link = link.expect("a link").expect("nobody operates it yet");
        link.split_once("/setup#token=")
            .expect("a token")
            .1
            .to_owned()
    }

    /// The first account, signed in; it operates the installation.
    pub(crate) async fn operator(&self) -> Browser {
        let token = self.setup_token().await;
        let browser = self.stranger();
        browser
            .post("/api/auth/setup", setup(&token, "owner@example.com"))
            .await
            .expect(201);
        browser
    }

    /// Somebody with a local account, signed in.
    pub(crate) async fn person(&self, email: &str) -> Browser {
        let add = AddUser {
            email: email.to_owned(),
            name: "Somebody".to_owned(),
            operator: false,
            password: Some(PASSWORD.into()),
        };
        accounts::add_user(&self.state.db, add, &self.state.clock)
            .await
            .expect("added");
        self.sign_in(email).await
    }

    /// A browser that signs in with the password of everybody.
    pub(crate) async fn sign_in(&self, email: &str) -> Browser {
        let browser = self.stranger();
        browser
            .post("/api/auth/login", login(email, PASSWORD))
            .await
            .expect(200);
        browser
    }
}

/// What the login form sends.
pub(crate) fn login(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

/// What the set-up form sends.
pub(crate) fn setup(token: &str, email: &str) -> Value {
    json!({ "setup_token": token, "email": email, "name": "Owner", "password": PASSWORD })
}

/// When every world begins.
pub(crate) fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}
