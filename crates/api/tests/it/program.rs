//! The program `api` as it is started: what it answers before its database is ready, and what it says where it cannot start.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, ChildStderr, Command, Output, Stdio},
    time::Duration,
};

use db::{Db, schema};
use serde_json::Value;
use sqlx::{ConnectOptions as _, PgPool};
use test_support::Postgres;

use crate::{browser::Browser, world::setup};

/// Longer than anything here may take, on a machine that does much else, and shorter than anybody waits for Redis (30 s).
const PATIENCE: Duration = Duration::from_secs(20);

/// Nobody listens on port 1 of loopback, where Redis should be.
fn command(database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_api"));
    command
        .args(arguments)
        .env("DATABASE_URL", database)
        .env("REDIS_URL", "redis://127.0.0.1:1")
        .env("SECRET_KEY", "0123456789abcdef0123456789abcdef")
        .env("PUBLIC_URL", "http://localhost:8000")
        .env("LISTEN_ADDR", "127.0.0.1:0")
        .env("ADMIN_ADDR", "127.0.0.1:0")
        .env("LOG_FORMAT", "json")
        .stdin(Stdio::null());
    command
}

fn database(pool: &PgPool) -> String {
    pool.connect_options().to_url_lossy().into()
}

/// What it says on its way out.
fn said(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running program; it is killed when this is dropped.
struct Program {
    child: Child,
    /// Kept, so that it does not break the pipe that it logs into.
    log: BufReader<ChildStderr>,
}

impl Program {
    /// Starts `api serve`.
    fn start(database: &str) -> Self {
        let mut command = command(database, &["serve"]);
        let started = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = started.expect("the program");
        let log = BufReader::new(child.stderr.take().expect("its log"));
        Self { child, log }
    }

    /// Waits until it says where it listens.
    fn url(&mut self) -> String {
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).expect("a line");
            assert_ne!(read, 0, "it ended before it listened");
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = line["fields"]["address"].as_str() {
                return format!("http://{address}");
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[sqlx::test(migrations = false)]
async fn until_the_schema_is_there_callers_hear_at_once_when_to_come_again(pool: PgPool) {
    let mut program = Program::start(&database(&pool));
    let browser = Browser::at(&program.url());
    let early = async {
        for address in ["/api/services", "/api/auth/providers", "/api/nothing"] {
            let early = browser.get(address).await.expect(503);
            assert_eq!(early.header("content-type"), "application/problem+json");
            assert_eq!(early.header("retry-after"), "5");
        }
        let health = browser.get("/api/health").await.expect(503);
        assert_eq!(health.body["status"], "degraded");
        assert_eq!(health.body["missing"][0], "database");
    };
    let early = tokio::time::timeout(PATIENCE, early).await;
    early.expect("no request hangs");
    schema::migrate(&Db::from_pool(pool)).await.expect("done");
    let opened = async {
        while browser.get("/api/health").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let opened = tokio::time::timeout(PATIENCE, opened).await;
    opened.expect("it opens, without Redis too");
    browser.get("/api/services").await.expect(401);
    browser.get("/api/auth/providers").await.expect(200);
}

#[tokio::test]
async fn a_postgres_that_is_truly_stopped_is_a_503_until_it_is_back_and_ends_nothing() {
    let mut postgres = Postgres::start();
    let db = Db::new(&postgres.url(), "test", 1).expect("an address");
    schema::migrate(&db).await.expect("done");
    db.close().await;
    let mut program = Program::start(&postgres.url());
    let browser = Browser::at(&program.url());
    let opened = async {
        while browser.get("/api/health").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let opened = tokio::time::timeout(PATIENCE, opened).await;
    opened.expect("it opens");
    let link = command(&postgres.url(), &["setup-link"]).output();
    let link = String::from_utf8(link.expect("the program").stdout).expect("text");
    let token = link.trim().split_once("#token=").expect("a link").1;
    let set_up = browser.post("/api/auth/setup", setup(token, "ann@example.com"));
    set_up.await.expect(201);
    browser.get("/api/services").await.expect(200);

    for _ in 0..2 {
        postgres.stop();
        for address in ["/api/services", "/api/summary", "/api/auth/providers"] {
            let away = tokio::time::timeout(PATIENCE, browser.get(address)).await;
            let away = away.expect("no request hangs").expect(503);
            assert_eq!(away.header("content-type"), "application/problem+json");
            assert!(
                away.header("retry-after").parse::<u64>().is_ok(),
                "{away:?}"
            );
        }
        let health = browser.get("/api/health").await.expect(503);
        assert_eq!(health.body["status"], "degraded");
        postgres.start_again();
        // The same program, which was signed in to before.
        browser.get("/api/services").await.expect(200);
        browser.get("/api/health").await.expect(200);
    }
    assert!(program.child.try_wait().expect("its state").is_none());
}

#[test]
fn a_port_that_is_taken_is_told_with_its_setting() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    for setting in ["LISTEN_ADDR", "ADMIN_ADDR"] {
        let mut command = command("postgres://nobody@127.0.0.1:1/nothing", &["serve"]);
        let output = command.env(setting, &address).output();
        let said = said(&output.expect("the program"));
        let sentence = format!("{setting}: cannot listen on {address}: ");
        assert!(said.contains(&sentence), "{said}");
    }
}

#[sqlx::test(migrations = false)]
async fn before_the_first_migration_nobody_is_let_in_and_the_reason_is_plain(pool: PgPool) {
    for arguments in [&["setup-link"][..], &["user", "list"]] {
        let output = command(&database(&pool), arguments).output();
        let said = said(&output.expect("the program"));
        assert!(said.contains("run the migrations"), "{said}");
    }
}
