//! Whose address it is: links that work once, for a day, for the one to whom they were sent; and what goes to known addresses only.

use domain::{
    id::{LetterId, UserId},
    notice::link::{CONTEXT, Permit},
};
use runtime::seal::Keyring;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    browser::Browser,
    world::{PASSWORD, World, login},
};

/// A worker that has a mail server is live.
pub(crate) async fn has_mail(pool: &PgPool) {
    sqlx::query("insert into workers (id, host, version, figures) values ($1, 'w', '0', '{\"mail\": true}')")
        .bind(Uuid::now_v7())
        .execute(pool)
        .await
        .expect("written");
}

/// The newest letter to this address.
async fn letter(pool: &PgPool, address: &str) -> LetterId {
    let id: Uuid = sqlx::query_scalar(
        "select id from letters where kind = 'verification' and address = $1 order by id desc limit 1",
    )
    .bind(address)
    .fetch_one(pool)
    .await
    .expect("a letter");
    LetterId(id)
}

fn sealed(keyring: &Keyring, permit: &Permit) -> Value {
    let plain = serde_json::to_vec(permit).expect("JSON");
    json!({ "token": keyring.seal_text(CONTEXT, &plain).expect("sealed") })
}

impl World {
    /// What follows `token=` in the letter that went to this address last.
    async fn link(&self, pool: &PgPool, address: &str) -> Value {
        let letter = letter(pool, address).await;
        sealed(&self.state.keyring, &Permit::Verify { letter })
    }
}

async fn me(browser: &Browser) -> Value {
    browser.get("/api/auth/me").await.expect(200).body
}

/// Letters were sent long enough ago for another one.
async fn an_hour_later(pool: &PgPool) {
    sqlx::query("update letters set created_at = created_at - interval '1 hour'")
        .execute(pool)
        .await
        .expect("written");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_address_is_verified_by_its_link_once_and_not_asked_for_too_often(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let ann = world.person("ann@example.com").await;
    assert_eq!(me(&ann).await["sends_mail"], false);
    let refused = ann
        .post("/api/auth/email/verification", json!({}))
        .await
        .expect(409);
    assert!(refused.detail().contains("sends no mail"), "{refused:?}");

    has_mail(&pool).await;
    let before = me(&ann).await;
    assert_eq!(
        (&before["sends_mail"], &before["email_verified"]),
        (&json!(true), &json!(false))
    );
    let sent = ann
        .post("/api/auth/email/verification", json!({}))
        .await
        .expect(202);
    assert_eq!(sent.body, json!({ "email": "ann@example.com" }));
    let again = ann
        .post("/api/auth/email/verification", json!({}))
        .await
        .expect(429);
    let wait: u64 = again.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(me(&ann).await["pending_email"], "ann@example.com");

    // Whoever reads the mailbox need not be signed in.
    let link = world.link(&pool, "ann@example.com").await;
    let done = world
        .stranger()
        .post("/api/links", link.clone())
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&done["done"], &done["email"]),
        (&json!("verified"), &json!("ann@example.com"))
    );
    let after = me(&ann).await;
    assert_eq!(
        (&after["email_verified"], &after["pending_email"]),
        (&json!(true), &Value::Null)
    );
    world.stranger().post("/api/links", link).await.expect(409);
    an_hour_later(&pool).await;
    ann.post("/api/auth/email/verification", json!({}))
        .await
        .expect(409);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_link_that_is_too_old_or_of_another_installation_verifies_nothing(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    has_mail(&pool).await;
    let ann = world.person("ann@example.com").await;
    let letter = letter(&pool, "ann@example.com").await;
    let nobody = world.stranger();
    let other = Keyring::new("another-key-another-key-another-key".into()).expect("long enough");
    for foreign in [
        sealed(&other, &Permit::Verify { letter }),
        json!({ "token": letter.to_string() }),
        json!({ "token": "" }),
    ] {
        nobody.post("/api/links", foreign).await.expect(404);
    }
    let unknown = Permit::Verify {
        letter: LetterId(Uuid::now_v7()),
    };
    nobody
        .post("/api/links", sealed(&world.state.keyring, &unknown))
        .await
        .expect(409);
    sqlx::query("update letters set expires_at = now()")
        .execute(&pool)
        .await
        .expect("written");
    let link = world.link(&pool, "ann@example.com").await;
    nobody.post("/api/links", link).await.expect(409);
    assert_eq!(me(&ann).await["email_verified"], false);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn another_address_becomes_the_accounts_when_its_link_is_opened_and_not_before(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    has_mail(&pool).await;
    let ann = world.person("ann@example.com").await;
    world.person("bob@example.com").await;
    an_hour_later(&pool).await;
    let ask = async |email: &str, password: &str| {
        let change = json!({ "email": email, "current_password": password });
        ann.put("/api/auth/email", change).await
    };
    let wrong = ask("nobody", "something else").await.expect(422).body;
    let fields: Vec<_> = wrong["errors"]
        .as_object()
        .expect("errors")
        .keys()
        .collect();
    assert_eq!(fields, ["current_password", "email"]);
    for taken in [
        "BOB@example.com",
        "a b@example.com",
        "x@example.com\r\nBcc: y@example.com",
    ] {
        ask(taken, PASSWORD).await.expect(422);
    }
    ask("first@example.com", PASSWORD).await.expect(202);
    an_hour_later(&pool).await;
    ask("new@example.com", PASSWORD).await.expect(202);
    let shown = me(&ann).await;
    assert_eq!(
        (&shown["email"], &shown["pending_email"]),
        (&json!("ann@example.com"), &json!("new@example.com"))
    );
    world.sign_in("ann@example.com").await;

    // Whoever asked for another one took the first one back.
    let nobody = world.stranger();
    nobody
        .post("/api/links", world.link(&pool, "first@example.com").await)
        .await
        .expect(409);
    nobody
        .post("/api/links", world.link(&pool, "new@example.com").await)
        .await
        .expect(200);
    let shown = me(&ann).await;
    assert_eq!(
        (&shown["email"], &shown["email_verified"]),
        (&json!("new@example.com"), &json!(true))
    );
    world.sign_in("new@example.com").await;
    nobody
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(401);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_address_that_somebody_else_got_meanwhile_stays_theirs(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    has_mail(&pool).await;
    let ann = world.person("ann@example.com").await;
    an_hour_later(&pool).await;
    let change = json!({ "email": "shared@example.com", "current_password": PASSWORD });
    ann.put("/api/auth/email", change).await.expect(202);
    world.person("shared@example.com").await;
    let of_ann: Uuid = sqlx::query_scalar(
        "select l.id from letters l join users u on u.id = l.user_id where u.email = 'ann@example.com' and l.address like 'shared%'",
    )
    .fetch_one(&pool)
    .await
    .expect("a letter");
    let link = sealed(
        &world.state.keyring,
        &Permit::Verify {
            letter: LetterId(of_ann),
        },
    );
    let refused = world.stranger().post("/api/links", link).await.expect(422);
    assert!(refused.body["errors"]["email"].is_array());
    assert_eq!(me(&ann).await["email"], "ann@example.com");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_new_local_account_is_asked_where_mail_is_sent(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    world.operator().await;
    let letters = async || -> i64 {
        sqlx::query_scalar("select count(*) from letters")
            .fetch_one(&pool)
            .await
            .expect("a count")
    };
    assert_eq!(letters().await, 0, "nobody could send one");
    has_mail(&pool).await;
    let ann = world.person("ann@example.com").await;
    assert_eq!(letters().await, 1);
    assert_eq!(me(&ann).await["pending_email"], "ann@example.com");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn reports_are_for_verified_addresses_and_chosen_by_day_and_zone(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let ann = world.person("ann@example.com").await;
    let path = "/api/me/preferences";
    let never = ann.get(path).await.expect(200).body;
    assert_eq!(
        (
            &never["weekly_report"],
            &never["report_day"],
            &never["report_zone"]
        ),
        (&json!(false), &json!("monday"), &Value::Null)
    );
    let on =
        json!({ "weekly_report": true, "report_day": "friday", "report_zone": "Asia/Kolkata" });
    let refused = ann.put(path, on.clone()).await.expect(422);
    assert!(
        refused.body["errors"]["weekly_report"][0]
            .as_str()
            .expect("a reason")
            .contains("no mail")
    );
    has_mail(&pool).await;
    let refused = ann.put(path, on.clone()).await.expect(422);
    assert!(
        refused.body["errors"]["weekly_report"][0]
            .as_str()
            .expect("a reason")
            .contains("verified")
    );
    ann.post("/api/auth/email/verification", json!({}))
        .await
        .expect(202);
    world
        .stranger()
        .post("/api/links", world.link(&pool, "ann@example.com").await)
        .await
        .expect(200);
    let nowhere = json!({ "weekly_report": true, "report_zone": "Nowhere/None" });
    assert!(ann.put(path, nowhere).await.expect(422).body["errors"]["report_zone"].is_array());
    let chosen = ann.put(path, on).await.expect(200).body;
    assert_eq!(
        (
            &chosen["weekly_report"],
            &chosen["report_day"],
            &chosen["report_zone"]
        ),
        (&json!(true), &json!("friday"), &json!("Asia/Kolkata"))
    );
    let other = ann
        .put(path, json!({ "theme": "dark" }))
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&other["theme"], &other["weekly_report"]),
        (&json!("dark"), &json!(true))
    );
    let moved = ann
        .put(path, json!({ "report_day": "sunday" }))
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&moved["report_day"], &moved["report_zone"]),
        (&json!("sunday"), &json!("Asia/Kolkata"))
    );
    let due: bool = sqlx::query_scalar(
        "select extract(isodow from next_at at time zone zone) = 7 and extract(hour from next_at at time zone zone) = 8 from report_wishes",
    )
    .fetch_one(&pool)
    .await
    .expect("a wish");
    assert!(due, "Sunday at eight in Kolkata");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn reports_are_stopped_by_the_link_in_them_without_signing_in_and_only_ones_own(
    pool: PgPool,
) {
    let world = World::start(pool.clone()).await;
    has_mail(&pool).await;
    let people = [
        world.person("ann@example.com").await,
        world.person("bob@example.com").await,
    ];
    sqlx::query("update users set email_verified_at = now()")
        .execute(&pool)
        .await
        .expect("written");
    for person in &people {
        person
            .put("/api/me/preferences", json!({ "weekly_report": true }))
            .await
            .expect(200);
    }
    let [ann, bob] = &people;
    let wants = async |person: &Browser| {
        person.get("/api/me/preferences").await.expect(200).body["weekly_report"] == true
    };
    let id = me(ann).await["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("a UUID");
    let link = sealed(
        &world.state.keyring,
        &Permit::StopReports { user: UserId(id) },
    );
    let path = format!(
        "/api/unsubscribe?token={}",
        link["token"].as_str().expect("a token")
    );
    // Somebody who follows the link gets the page that asks; nothing has happened by then.
    let mut nobody = world.stranger();
    let page = nobody.get(&path).await.expect(303);
    assert!(
        page.header("location")
            .starts_with(&format!("{}/unsubscribe?token=", world.url)),
        "{page:?}"
    );
    assert!(wants(ann).await);
    // A mail program sends neither cookies nor an Origin, and a form.
    nobody.origin = None;
    let form = "List-Unsubscribe=One-Click".to_owned();
    nobody
        .raw("POST", &path, "application/x-www-form-urlencoded", form)
        .await
        .expect(204);
    assert!(!wants(ann).await && wants(bob).await);
    // The day and the zone are kept, and doing it twice is no fault.
    nobody
        .raw(
            "POST",
            &path,
            "application/x-www-form-urlencoded",
            String::new(),
        )
        .await
        .expect(204);
    ann.put("/api/me/preferences", json!({ "weekly_report": true }))
        .await
        .expect(200);
    let done = world
        .stranger()
        .post("/api/links", link)
        .await
        .expect(200)
        .body;
    assert_eq!(done["done"], "reports_stopped");
    assert!(!wants(ann).await && wants(bob).await);
}
