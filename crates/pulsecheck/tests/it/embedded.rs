//! The private PostgreSQL: started, stopped, killed, moved, found again.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use pulsecheck::data_dir::{DataDir, Running};
use pulsecheck::postgres::{self, Account, Binaries, Embedded};
use sqlx::{Connection as _, PgConnection, Row as _};
use test_support::Signal;

use crate::place::{Place, ask, tell};

async fn start(data: &DataDir) -> Embedded {
    Embedded::start(data, data.lock().unwrap(), None)
        .await
        .unwrap()
}

/// The process number of the server, from its pid file.
fn server(data: &DataDir) -> String {
    let text = fs::read_to_string(data.postgres().join("postmaster.pid")).unwrap();
    text.lines().next().unwrap().to_owned()
}

fn kill(signal: Signal, pid: &str) {
    test_support::signal(pid.parse().unwrap(), signal);
}

fn lives(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|text| !text.contains(") Z "))
}

#[tokio::test]
async fn a_second_start_finds_the_data_of_the_first() {
    let place = Place::new();
    let first = start(&place.data()).await;
    tell(
        first.url(),
        "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')",
    )
    .await;
    let pid = server(&place.data());
    first.stop().await.unwrap();
    assert!(!lives(&pid), "the server outlived its program");

    let second = start(&place.data()).await;
    assert_eq!(ask(second.url(), "SELECT word FROM kept").await, "here");
    second.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_is_private_to_its_folder() {
    let place = Place::new();
    let embedded = start(&place.data()).await;
    assert_eq!(ask(embedded.url(), "SHOW listen_addresses").await, "");
    assert_eq!(
        ask(
            embedded.url(),
            "SELECT datcollate::text FROM pg_database WHERE datname = 'pulsecheck'"
        )
        .await,
        "C"
    );
    assert_eq!(ask(embedded.url(), "SHOW server_encoding").await, "UTF8");
    let data = place.data();
    for folder in [data.run(), data.postgres()] {
        assert_eq!(
            folder.metadata().unwrap().mode() & 0o777,
            0o700,
            "{}",
            folder.display()
        );
    }
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_dies_is_brought_back_with_its_data() {
    let place = Place::new();
    let embedded = start(&place.data()).await;
    tell(
        embedded.url(),
        "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')",
    )
    .await;
    let before = server(&place.data());
    kill(Signal::KILL, &before);
    let word = loop {
        if let Ok(mut connection) = PgConnection::connect(embedded.url()).await
            && let Ok(row) = sqlx::query("SELECT word FROM kept")
                .fetch_one(&mut connection)
                .await
        {
            break row.get::<String, _>(0);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(word, "here");
    assert_ne!(server(&place.data()), before);
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_left_behind_is_ended_before_the_next_starts() {
    let place = Place::new();
    let data = place.data();
    start(&place.data()).await.stop().await.unwrap();
    // As after a kill -9 on a system without parent-death signals: nobody holds the lock, yet a server runs.
    let program = Binaries::find(None, None).unwrap().folder.join("postgres");
    let mut command = Account::choose(&data.postgres()).unwrap().command(&program);
    command
        .arg("-D")
        .arg(data.postgres())
        .arg("-k")
        .arg(data.run())
        .args(["-c", "listen_addresses="]);
    let mut left_behind = command
        .current_dir(data.postgres())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    postgres::running(&data).await.unwrap();

    let next = start(&place.data()).await;
    assert!(!lives(&left_behind.id().to_string()));
    assert_eq!(ask(next.url(), "SELECT 'yes'").await, "yes");
    next.stop().await.unwrap();
    left_behind.wait().unwrap();
}

#[tokio::test]
async fn a_stale_pid_file_with_somebody_elses_number_stops_nothing() {
    let place = Place::new();
    let data = place.data();
    start(&place.data()).await.stop().await.unwrap();
    // Number 1 lives and is no PostgreSQL: what a container restarted on an old volume finds.
    let folder = data.postgres();
    fs::write(
        folder.join("postmaster.pid"),
        format!(
            "1\n{}\n1700000000\n5432\n/nowhere\n\n  1 2\nready   \n",
            folder.display()
        ),
    )
    .unwrap();
    let embedded = start(&place.data()).await;
    assert_eq!(ask(embedded.url(), "SELECT 'yes'").await, "yes");
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_first_start_is_begun_again() {
    let place = Place::new();
    let data = place.data();
    fs::create_dir_all(data.path().join("postgres.new/base")).unwrap();
    fs::write(data.path().join("postgres.new/PG_VERSION"), "15\n").unwrap();
    let embedded = start(&place.data()).await;
    assert_eq!(ask(embedded.url(), "SELECT 'yes'").await, "yes");
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works_all_the_same() {
    let place = Place::new();
    let long = place
        .folder
        .path()
        .join("a".repeat(60))
        .join("b c+d%e".repeat(8))
        .join("data");
    fs::create_dir_all(&long).unwrap();
    let data = DataDir::open(&long).unwrap();
    let embedded = start(&data).await;
    assert_eq!(ask(embedded.url(), "SELECT 'yes'").await, "yes");
    assert_eq!(postgres::running(&data).await.unwrap(), embedded.url());
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_with_odd_letters_in_its_name_works() {
    let place = Place::new();
    let data = DataDir::open(&place.folder.path().join("my données+1%20 &co")).unwrap();
    let embedded = start(&data).await;
    assert_eq!(ask(embedded.url(), "SELECT 'yes'").await, "yes");
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_below_one_that_only_its_owner_may_enter_works() {
    let place = Place::new();
    let closed = place.folder.path().join("closed");
    fs::DirBuilder::new().mode(0o700).create(&closed).unwrap();
    let data = DataDir::open(&closed.join("data")).unwrap();
    if let Account::User { .. } = Account::choose(&data.postgres()).unwrap() {
        // Root, on a machine that refuses user namespaces: nobody else gets in there, and that is said.
        let sentence = Embedded::start(&data, data.lock().unwrap(), None)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            sentence.contains("DATA_DIR=/var/lib/pulsecheck"),
            "{sentence}"
        );
        return;
    }
    let embedded = start(&data).await;
    assert_eq!(ask(embedded.url(), "SELECT 'yes'").await, "yes");
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_instance_is_told_who_has_the_folder() {
    let place = Place::new();
    let data = place.data();
    let embedded = start(&place.data()).await;
    let refused = data.lock().unwrap_err();
    assert!(refused.is::<Running>(), "{refused:?}");
    let sentence = refused.to_string();
    assert!(sentence.contains("already running"), "{sentence}");
    assert!(
        sentence.contains(&format!("(process {})", std::process::id())),
        "{sentence}"
    );
    embedded.stop().await.unwrap();
    data.lock().unwrap();
}

#[tokio::test]
async fn data_of_a_missing_major_stops_with_the_line_to_type() {
    let place = Place::new();
    let data = place.data();
    fs::create_dir_all(data.postgres()).unwrap();
    fs::write(data.postgres().join("PG_VERSION"), "9\n").unwrap();
    let sentence = Embedded::start(&data, data.lock().unwrap(), None)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        sentence.starts_with("PostgreSQL 9 is missing. The data was written by version 9."),
        "{sentence}"
    );
    assert!(
        sentence.contains("sudo apt-get install postgresql-9"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_folder_of_something_else_is_left_alone() {
    let place = Place::new();
    let data = place.data();
    fs::create_dir_all(data.postgres()).unwrap();
    fs::write(data.postgres().join("holiday.jpg"), "x").unwrap();
    let error = Embedded::start(&data, data.lock().unwrap(), None)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("neither empty nor a PostgreSQL data folder"),
        "{error}"
    );
    assert!(Path::new(&data.postgres().join("holiday.jpg")).exists());
}
