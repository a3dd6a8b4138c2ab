//! Signing in through a provider, and every way in which that can go wrong.

mod linking;

use std::time::Duration;

use api::auth::config::{AuthSettings, ClientApp, GithubSettings, GoogleSettings, SignUp};
use chrono::TimeDelta;
use futures_util::future::join_all;
use sqlx::PgPool;
use test_support::{CLIENT_ID, CLIENT_SECRET, OauthMode, OauthPerson, OauthProvider};

use crate::{
    browser::{Answer, Browser},
    world::World,
};

const BOTH: [&str; 2] = ["google", "github"];

fn ann() -> OauthPerson {
    OauthPerson {
        subject: 4711,
        email: "ann@example.com".to_owned(),
        verified: true,
        name: "Ann".to_owned(),
    }
}

/// Settings under which `provider` is Google and GitHub at once.
fn settings(provider: &OauthProvider, sign_up: SignUp) -> AuthSettings {
    let app = ClientApp {
        id: CLIENT_ID.to_owned(),
        secret: CLIENT_SECRET.into(),
    };
    let url = || provider.url().parse().expect("a URL");
    AuthSettings {
        sign_up,
        google: Some(GoogleSettings {
            app: app.clone(),
            issuer: url(),
        }),
        github: Some(GithubSettings {
            app,
            base: url(),
            api: url(),
        }),
        ..AuthSettings::default()
    }
}

async fn world(pool: PgPool, sign_up: SignUp) -> (World, OauthProvider) {
    let provider = OauthProvider::start(ann()).await;
    let auth = settings(&provider, sign_up);
    (World::with(pool, |site| site.auth = auth).await, provider)
}

/// Somewhere where nobody waits long for a provider.
async fn impatient_world(pool: PgPool) -> (World, OauthProvider) {
    let provider = OauthProvider::start(ann()).await;
    let mut auth = settings(&provider, SignUp::Open);
    auth.timeout = Duration::from_millis(1_500);
    (World::with(pool, |site| site.auth = auth).await, provider)
}

/// To the provider and back, up to our own answer.
async fn come_back(browser: &Browser, name: &str) -> Answer {
    let there = browser
        .get(&format!(
            "/api/auth/{name}?return_to=/services/7?tab=checks"
        ))
        .await;
    let back = browser.get(there.location()).await;
    browser.get(back.location()).await
}

/// Until so many statements wait for what another transaction holds.
async fn wait_for_locked(world: &World, statements: i64) {
    let mut conn = world.state.db.acquire().await.expect("a connection");
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        .fetch_one(&mut *conn)
        .await
        .expect("counted");
        if waiting == statements {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[track_caller]
fn assert_error(answer: &Answer, code: &str) {
    assert_eq!(answer.location(), format!("/login?error={code}"));
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/api/auth/me").await.status == 200
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_newcomer_gets_an_account_and_a_returning_person_the_same_one(pool: PgPool) {
    let (world, provider) = world(pool, SignUp::Open).await;
    for (number, name) in (1_u64..).zip(BOTH) {
        provider.sign_in_as(OauthPerson {
            email: format!("{name}@example.com"),
            subject: number,
            ..ann()
        });
        let browser = world.stranger();
        assert_eq!(
            come_back(&browser, name).await.location(),
            "/services/7?tab=checks"
        );
        let first = browser.get("/api/auth/me").await.expect(200).body;
        assert_eq!(first["auth_provider"], name);
        assert_eq!(first["name"], "Ann");
        assert_eq!(first["is_operator"], false);
        assert_eq!(first["identities"][0]["provider"], name);
        // A renamed address at the provider is still the same person.
        provider.sign_in_as(OauthPerson {
            email: format!("{name}2@example.com"),
            subject: number,
            ..ann()
        });
        let again = world.stranger();
        come_back(&again, name).await;
        assert_eq!(
            again.get("/api/auth/me").await.expect(200).body["id"],
            first["id"]
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whoever_says_no_at_the_provider_is_told_so(pool: PgPool) {
    let (world, provider) = world(pool, SignUp::Open).await;
    provider.behave(OauthMode::Denied);
    for name in BOTH {
        let browser = world.stranger();
        assert_error(&come_back(&browser, name).await, "denied");
        assert!(!is_signed_in(&browser).await);
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_foreign_replayed_or_old_state_signs_nobody_in(pool: PgPool) {
    let (world, provider) = world(pool, SignUp::Open).await;
    for name in BOTH {
        let email = format!("{name}@example.com");
        provider.sign_in_as(OauthPerson { email, ..ann() });
        let browser = world.stranger();
        provider.behave(OauthMode::WrongState);
        assert_error(&come_back(&browser, name).await, "state");
        provider.behave(OauthMode::Works);

        // Begun here, finished in another browser.
        let there = browser.get(&format!("/api/auth/{name}")).await;
        let back = browser.get(there.location()).await;
        assert_error(&world.stranger().get(back.location()).await, "state");

        // The same address a second time, with the cookie of the first.
        let copy = browser.copy();
        assert_eq!(browser.get(back.location()).await.location(), "/");
        assert_error(&copy.get(back.location()).await, "state");
        assert!(is_signed_in(&browser).await && !is_signed_in(&copy).await);

        // Too late.
        let there = browser.get(&format!("/api/auth/{name}")).await;
        let back = browser.get(there.location()).await;
        world.later(TimeDelta::minutes(10));
        assert_error(&browser.get(back.location()).await, "state");

        // Begun at one provider, finished at the other.
        let there = browser.get("/api/auth/google").await;
        let back = browser.get(there.location()).await;
        let other = back.location().replace("/google/", "/github/");
        assert_error(&browser.get(&other).await, "state");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_replayed_or_made_up_code_signs_nobody_in(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    for name in BOTH {
        let first = world.stranger();
        let there = first.get(&format!("/api/auth/{name}")).await;
        let back = first.get(there.location()).await;
        first.get(back.location()).await;
        let spent = query(back.location(), "code");
        for code in [spent.as_str(), "made-up"] {
            let browser = world.stranger();
            let there = browser.get(&format!("/api/auth/{name}")).await;
            let state = query(there.location(), "state");
            let replay = format!("/api/auth/{name}/callback?code={code}&state={state}");
            assert_error(&browser.get(&replay).await, "code");
            assert!(!is_signed_in(&browser).await);
        }
    }
}

/// A parameter of an address.
fn query(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).expect("a URL");
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.expect("the parameter").1.into_owned()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_intercepted_code_is_worth_nothing_without_the_verifier(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    for name in BOTH {
        let victim = world.stranger();
        let there = victim.get(&format!("/api/auth/{name}")).await;
        let back = victim.get(there.location()).await;
        let code = query(back.location(), "code");
        let thief = world.stranger();
        let there = thief.get(&format!("/api/auth/{name}")).await;
        let state = query(there.location(), "state");
        let stolen = format!("/api/auth/{name}/callback?code={code}&state={state}");
        assert_error(&thief.get(&stolen).await, "code");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_address_that_the_provider_did_not_verify_is_nobodys(pool: PgPool) {
    let (world, provider) = world(pool, SignUp::Open).await;
    provider.sign_in_as(OauthPerson {
        verified: false,
        ..ann()
    });
    for name in BOTH {
        assert_error(
            &come_back(&world.stranger(), name).await,
            "email_unverified",
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_provider_that_fails_stalls_or_redirects_costs_a_sentence_and_no_hanging(pool: PgPool) {
    let (world, provider) = impatient_world(pool).await;
    // Google's endpoints are known from here on, so that the code itself meets the trouble.
    world.stranger().get("/api/auth/google").await;
    for mode in [OauthMode::Fails, OauthMode::Stalls, OauthMode::Redirects] {
        provider.behave(mode);
        for name in BOTH {
            let browser = world.stranger();
            assert_error(&come_back(&browser, name).await, "provider");
            assert!(!is_signed_in(&browser).await);
        }
    }
    provider.behave(OauthMode::Works);
    for name in BOTH {
        let browser = world.stranger();
        come_back(&browser, name).await;
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn discovery_that_fails_costs_a_sentence_and_is_tried_again(pool: PgPool) {
    let (world, provider) = impatient_world(pool).await;
    for mode in [OauthMode::Fails, OauthMode::Stalls] {
        provider.behave(mode);
        assert_error(&world.stranger().get("/api/auth/google").await, "provider");
    }
    provider.behave(OauthMode::Works);
    assert_eq!(
        come_back(&world.stranger(), "google").await.location(),
        "/services/7?tab=checks"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn where_sign_up_is_closed_only_people_with_accounts_and_operators_come_in(pool: PgPool) {
    let provider = OauthProvider::start(ann()).await;
    let mut auth = settings(&provider, SignUp::Closed);
    auth.operator_emails = vec!["boss@example.com".to_owned()];
    let world = World::with(pool, |site| site.auth = auth).await;
    for name in BOTH {
        assert_error(&come_back(&world.stranger(), name).await, "sign_up_closed");
    }
    provider.sign_in_as(OauthPerson {
        email: "Boss@example.com".to_owned(),
        ..ann()
    });
    let boss = world.stranger();
    come_back(&boss, "google").await;
    assert_eq!(
        boss.get("/api/auth/me").await.expect(200).body["is_operator"],
        true
    );
    let providers = world
        .stranger()
        .get("/api/auth/providers")
        .await
        .expect(200)
        .body;
    assert_eq!(providers["setup_required"], false);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_allowlist_lets_in_whom_it_names_and_nobody_else(pool: PgPool) {
    let provider = OauthProvider::start(ann()).await;
    let mut auth = settings(&provider, SignUp::Allowlist);
    auth.allowlist = vec!["ann@example.com".to_owned(), "@friends.example".to_owned()];
    let world = World::with(pool, |site| site.auth = auth).await;
    for (subject, email, let_in) in [
        (1, "ann@example.com", true),
        (2, "anybody@friends.example", true),
        (3, "bob@example.com", false),
        (4, "x@friends.example.evil.example", false),
    ] {
        provider.sign_in_as(OauthPerson {
            subject,
            email: email.to_owned(),
            ..ann()
        });
        let browser = world.stranger();
        let answer = come_back(&browser, "github").await;
        if !let_in {
            assert_error(&answer, "not_allowed");
        }
        assert_eq!(is_signed_in(&browser).await, let_in, "{email}");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn two_tabs_of_a_newcomer_make_one_account(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let tabs: Vec<_> = (0..4).map(|_| world.stranger()).collect();
    let answers = join_all(tabs.iter().map(|tab| come_back(tab, "github"))).await;
    for answer in answers {
        assert_eq!(answer.location(), "/services/7?tab=checks");
    }
    let users: i64 = sqlx::query_scalar("select count(*) from users")
        .fetch_one(world.state.db.pool())
        .await
        .expect("a number");
    assert_eq!(users, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn who_arrives_in_another_tab_meanwhile_is_no_stranger(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let tab = world.stranger();
    // Nobody was known when this tab asked; the other tab's account is there before it looks for the address.
    let mut other = world.state.db.begin().await.expect("begun");
    sqlx::query("lock table users in access exclusive mode")
        .execute(&mut *other)
        .await
        .expect("locked");
    let arriving = async {
        wait_for_locked(&world, 1).await;
        sqlx::query(
            "with ann as (insert into users (id, email, name, is_operator, created_at)
                          values (gen_random_uuid(), 'ann@example.com', 'Ann', false, now()) returning id)
             insert into identities (provider, subject, user_id, email, created_at)
             select 'github', '4711', id, 'ann@example.com', now() from ann",
        )
        .execute(&mut *other)
        .await
        .expect("inserted");
        other.commit().await.expect("committed");
    };
    let (answer, ()) = tokio::join!(come_back(&tab, "github"), arriving);
    assert_eq!(answer.location(), "/services/7?tab=checks");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_provider_that_is_not_configured_is_not_offered(pool: PgPool) {
    let world = World::start(pool).await;
    for name in BOTH {
        assert_error(
            &world.stranger().get(&format!("/api/auth/{name}")).await,
            "not_configured",
        );
        assert_error(
            &world
                .stranger()
                .get(&format!("/api/auth/{name}/callback?code=1&state=2"))
                .await,
            "state",
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_sign_in_begun_under_another_name_moves_to_the_one_that_the_provider_knows(pool: PgPool) {
    let provider = OauthProvider::start(ann()).await;
    let auth = settings(&provider, SignUp::Open);
    let world = World::with(pool, |site| {
        site.auth = auth;
        site.public_url = "https://pulse.example".parse().expect("a URL");
        site.oauth_redirect_base = site.public_url.clone();
    })
    .await;
    let moved = world
        .stranger()
        .get("/api/auth/github?return_to=/incidents")
        .await;
    assert_eq!(
        moved.location(),
        "https://pulse.example/api/auth/github?moved=1&return_to=%2Fincidents"
    );
    // A proxy that hides the name does not make it go round in circles.
    let there = world.stranger().get("/api/auth/github?moved=1").await;
    assert!(there.location().starts_with(&provider.url()));
    assert!(there.header("set-cookie").contains("; Secure"));
}
