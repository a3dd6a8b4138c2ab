//! Backup and restore: everything comes back, nothing is overwritten by accident, nothing half done stays.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use db::Db;
use pulsecheck::backup::{Manifest, Options, backup, backup_then_migrate, restore};
use pulsecheck::installation::Installation;
use pulsecheck::secret_key::{self, Keys};
use runtime::seal::Keyring;
use secrecy::{ExposeSecret as _, SecretString};

use crate::place::{Place, ask, tell};

/// A person with a service whose checks lie in two days, an open incident and its events.
const SOME_DATA: &str = "
    insert into users (id, email, name) values ('00000000-0000-7000-8000-000000000001', 'ann@example.com', 'Ann');
    insert into workspaces (id, name, personal_of)
        values ('00000000-0000-7000-8000-000000000002', 'Ann''s', '00000000-0000-7000-8000-000000000001');
    insert into memberships values ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 3);
    insert into services (id, workspace_id, name, monitor_type, url, target, secrets, tags, check_interval_s, shard)
        values ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', E'Shop \\u2713', 'http_ping',
            'https://shop.example', '{\"method\": \"GET\"}', '\\x00ff00', '{a,\"b c\"}', 30, 7);
    create table checks_2026_11_01 partition of checks for values from ('2026-11-01T00:00:00Z') to ('2026-11-02T00:00:00Z');
    create table checks_2026_11_02 partition of checks for values from ('2026-11-02T00:00:00Z') to ('2026-11-03T00:00:00Z');
    insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts, phases, detail)
        select '2026-11-01T12:00:00Z'::timestamptz + n * interval '30 s', 1, 30000, n, 200, 0, 1, 0, '0', '1', '\\x0102', repeat('x', (n % 50)::int)
        from generate_series(1, 2800) n;
    insert into incidents (id, service_key, workspace_id, started_at, opened_at, severity, worst)
        values ('00000000-0000-7000-8000-000000000004', 1, '00000000-0000-7000-8000-000000000002', now(), now(), 2, 2);
    insert into incident_events (incident_id, at, event) values ('00000000-0000-7000-8000-000000000004', now(), '{\"kind\": \"opened\"}');";

/// Every row of every table as one hash; lists only what does not change by itself.
const EVERYTHING: &str = "
    select md5(string_agg(t, '|' order by t)) from (
        select 'u' || u::text as t from users u union all select 'w' || w::text from workspaces w
        union all select 'm' || m::text from memberships m union all select 's' || s::text from services s
        union all select 'c' || c::text from checks c union all select 'i' || i::text from incidents i
        union all select 'e' || e::text from incident_events e) rows";

async fn filled(place: &Place) -> Installation {
    let installation = place.open().await;
    installation.ready_schema().await.unwrap();
    tell(url(&installation), SOME_DATA).await;
    installation
}

fn url(installation: &Installation) -> &str {
    installation.url.expose_secret()
}

async fn put_back(
    installation: &Installation,
    file: &Path,
    force: bool,
) -> anyhow::Result<Manifest> {
    let options = Options {
        force,
        given_key: None,
        given_previous: None,
    };
    restore(&installation.db, &installation.data, file, options).await
}

#[tokio::test]
async fn what_was_backed_up_comes_back_whole_elsewhere() {
    let (here, there) = (Place::new(), Place::new());
    let file = here.path("backup.tar.gz");
    let first = filled(&here).await;
    let before = ask(url(&first), EVERYTHING).await;
    let key = first.key().unwrap();
    backup(&first.db, &first.keys().unwrap(), &file)
        .await
        .unwrap();
    assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
    first.close().await.unwrap();

    let second = there.open().await;
    let manifest = put_back(&second, &file, false).await.unwrap();
    assert_eq!(manifest.schema_version, db::schema::known_version());
    assert_eq!(ask(url(&second), EVERYTHING).await, before);
    assert_eq!(second.key().unwrap().expose_secret(), key.expose_secret());
    assert_eq!(
        ask(
            url(&second),
            "select tableoid::regclass::text from checks order by slot_at limit 1"
        )
        .await,
        "checks_2026_11_01"
    );
    // The next service must not get a number that is taken.
    tell(
        url(&second),
        "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
         select '00000000-0000-7000-8000-000000000009', id, 'n', 'http_ping', 'https://n.example', '{}', 30, 1 from workspaces",
    )
    .await;
    assert_eq!(
        ask(url(&second), "select max(key)::text from services").await,
        "2"
    );
    second.close().await.unwrap();
}

#[tokio::test]
async fn a_database_in_use_is_replaced_only_by_force_and_kept_beside() {
    let (here, there) = (Place::new(), Place::new());
    let file = here.path("backup.tar.gz");
    let first = filled(&here).await;
    let before = ask(url(&first), EVERYTHING).await;
    backup(&first.db, &first.keys().unwrap(), &file)
        .await
        .unwrap();
    first.close().await.unwrap();

    let second = there.open().await;
    second.ready_schema().await.unwrap();
    tell(url(&second), "insert into users (id, email, name) values ('00000000-0000-7000-8000-0000000000aa', 'bob@example.com', 'Bob')").await;
    let refusal = put_back(&second, &file, false)
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("--force"), "{refusal}");
    assert_eq!(ask(url(&second), "select name from users").await, "Bob");

    put_back(&second, &file, true).await.unwrap();
    assert_eq!(ask(url(&second), EVERYTHING).await, before);
    let kept = second.data.backups().join("before-restore.tar.gz");
    put_back(&second, &kept, true).await.unwrap();
    assert_eq!(ask(url(&second), "select name from users").await, "Bob");
    second.close().await.unwrap();
}

#[tokio::test]
async fn a_damaged_backup_restores_nothing() {
    let (here, there) = (Place::new(), Place::new());
    let file = here.path("backup.tar.gz");
    let first = filled(&here).await;
    backup(&first.db, &first.keys().unwrap(), &file)
        .await
        .unwrap();
    first.close().await.unwrap();
    let bytes = fs::read(&file).unwrap();

    let second = there.open().await;
    for cut in [10, bytes.len() / 2, bytes.len() - 40] {
        fs::write(&file, &bytes[..cut]).unwrap();
        put_back(&second, &file, false).await.unwrap_err();
        let mut conn = second.db.dedicated().await.unwrap();
        assert!(
            db::backup::is_unused(&mut conn).await.unwrap(),
            "cut at {cut}"
        );
    }
    fs::write(&file, "no backup at all").unwrap();
    let error = put_back(&second, &file, false)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a backup of PulseCheck"), "{error}");
    second.close().await.unwrap();
}

#[tokio::test]
async fn a_damaged_backup_replaces_nothing_even_by_force() {
    let place = Place::new();
    let file = place.path("backup.tar.gz");
    let installation = filled(&place).await;
    backup(&installation.db, &installation.keys().unwrap(), &file)
        .await
        .unwrap();
    let before = ask(url(&installation), EVERYTHING).await;
    let bytes = fs::read(&file).unwrap();
    for cut in [bytes.len() / 2, bytes.len() - 40] {
        fs::write(&file, &bytes[..cut]).unwrap();
        let error = put_back(&installation, &file, true).await.unwrap_err();
        assert!(error.to_string().contains("nothing was changed"), "{error}");
        assert_eq!(ask(url(&installation), EVERYTHING).await, before, "{cut}");
    }
    installation.close().await.unwrap();
}

/// What a later version would leave behind.
async fn make_newer(db: &Db) {
    let newer = format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values ({}, 'later', true, '', 0)",
        db::schema::known_version() + 1
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(newer))
        .execute(db.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_schema_and_a_newer_backup() {
    let (here, there) = (Place::new(), Place::new());
    let file = here.path("backup.tar.gz");
    let first = filled(&here).await;
    make_newer(&first.db).await;
    let refusal = first.ready_schema().await.unwrap_err().to_string();
    assert!(
        refusal.contains("install the newer version again"),
        "{refusal}"
    );
    backup(&first.db, &first.keys().unwrap(), &file)
        .await
        .unwrap();
    first.close().await.unwrap();

    let second = there.open().await;
    let refusal = put_back(&second, &file, false)
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("this program knows up to"), "{refusal}");
    second.close().await.unwrap();
}

#[tokio::test]
async fn data_of_an_older_schema_is_backed_up_before_it_is_migrated() {
    let place = Place::new();
    let installation = place.open().await;
    let oldest = 1;
    db::schema::migrate_to(&installation.db, oldest)
        .await
        .unwrap();
    tell(url(&installation), "insert into users (id, email, name) values ('00000000-0000-7000-8000-0000000000aa', 'bob@example.com', 'Bob')").await;
    let key = installation.keys().unwrap();
    backup_then_migrate(&installation.db, &installation.data, &key)
        .await
        .unwrap();

    let mut conn = installation.db.dedicated().await.unwrap();
    assert_eq!(
        db::schema::version(&mut conn).await.unwrap(),
        db::schema::known_version()
    );
    let backups: Vec<_> = fs::read_dir(installation.data.backups())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(backups.len(), 1);
    // Nothing to migrate, nothing to back up.
    backup_then_migrate(&installation.db, &installation.data, &key)
        .await
        .unwrap();
    assert_eq!(
        fs::read_dir(installation.data.backups()).unwrap().count(),
        1
    );

    let manifest = put_back(&installation, &backups[0], true).await.unwrap();
    assert_eq!(manifest.schema_version, oldest);
    assert_eq!(
        ask(url(&installation), "select name from users").await,
        "Bob"
    );
    assert_eq!(
        db::schema::version(&mut conn).await.unwrap(),
        db::schema::known_version()
    );
    installation.close().await.unwrap();
}

/// A service of `SOME_DATA`, sealed as the installation seals now.
async fn seal(installation: &Installation) {
    let id = "00000000-0000-7000-8000-000000000003";
    let ring = installation.keys().unwrap().ring().unwrap();
    let sealed = ring.seal(id, b"{}").unwrap();
    sqlx::query("update services set secrets = $1")
        .bind(sealed)
        .execute(installation.db.pool())
        .await
        .unwrap();
}

/// Whether this key alone opens everything.
async fn opens(installation: &Installation, key: &SecretString) -> bool {
    let ring = Keyring::new(key.clone()).unwrap();
    let mut conn = installation.db.dedicated().await.unwrap();
    let standing = db::resealing::examine(&mut conn, &ring).await.unwrap();
    standing.all == 1 && standing.is_whole()
}

#[tokio::test]
async fn a_backup_from_amidst_a_change_of_the_key_brings_both_and_is_sealed_anew() {
    let (here, there) = (Place::new(), Place::new());
    let file = here.path("backup.tar.gz");
    let first = filled(&here).await;
    seal(&first).await;
    let keys = secret_key::change(&first.data).unwrap();
    assert!(!opens(&first, &keys.current).await, "not yet sealed anew");
    backup(&first.db, &first.keys().unwrap(), &file)
        .await
        .unwrap();
    first.close().await.unwrap();

    let second = there.open().await;
    put_back(&second, &file, false).await.unwrap();
    let brought = second.keys().unwrap();
    let previous = |keys: &Keys| {
        keys.previous
            .as_ref()
            .map(|key| key.expose_secret().to_owned())
    };
    assert_eq!(
        brought.current.expose_secret(),
        keys.current.expose_secret()
    );
    assert_eq!(previous(&brought), previous(&keys));
    assert!(opens(&second, &keys.current).await);
    second.close().await.unwrap();
}

#[tokio::test]
async fn a_backup_of_the_key_before_is_sealed_with_the_given_one() {
    let (here, there) = (Place::new(), Place::new());
    let file = here.path("backup.tar.gz");
    let first = filled(&here).await;
    seal(&first).await;
    let old = first.key().unwrap();
    backup(&first.db, &first.keys().unwrap(), &file)
        .await
        .unwrap();
    first.close().await.unwrap();

    let second = there.open().await;
    let new = SecretString::from("another-key-another-key-another-key".to_owned());
    let with = |given_previous| Options {
        force: false,
        given_key: Some(&new),
        given_previous,
    };
    let refused = restore(&second.db, &second.data, &file, with(None)).await;
    let refusal = refused.unwrap_err().to_string();
    assert!(refusal.contains("SECRET_KEY_PREVIOUS"), "{refusal}");
    restore(&second.db, &second.data, &file, with(Some(&old)))
        .await
        .unwrap();
    assert!(opens(&second, &new).await);
    second.close().await.unwrap();
}
