//! The program `worker` as it is shipped, on a stage's database: to be stopped, cut off and killed like any other process.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::{
    env,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
};

use test_support::Signal;
use url::Url;

use crate::stage::{Stage, eventually};

/// A running program; it is killed when this is dropped.
pub(crate) struct Program(Child);

impl Program {
    /// Starts `worker` behind these words, with further variables.
    #[expect(
        clippy::disallowed_methods,
        reason = "the program runs beside the database of the tests"
    )]
    pub(crate) fn start(stage: &Stage, behind: &[&str], variables: &[(&str, &str)]) -> Self {
        let database = stage.db.pool().connect_options();
        let mut url: Url = env::var("DATABASE_URL").unwrap().parse().unwrap();
        url.set_path(database.get_database().unwrap());
        let words = behind.iter().chain(&[env!("CARGO_BIN_EXE_worker")]);
        let words: Vec<&str> = words.copied().collect();
        let child = Command::new(words[0])
            .args(&words[1..])
            .env("DATABASE_URL", url.as_str())
            .env("SECRET_KEY", "0123456789abcdef0123456789abcdef")
            .env("PUBLIC_URL", "https://status.example.com")
            .env("ADMIN_ADDR", "127.0.0.1:0")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// Whether it has not ended.
    pub(crate) fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// How it ended, once it has.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        test_support::signal(self.0.id(), signal);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_admin_port_that_is_taken_is_told_with_its_setting() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_worker"))
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
        .env("REDIS_URL", "redis://127.0.0.1:1")
        .env("SECRET_KEY", "0123456789abcdef0123456789abcdef")
        .env("PUBLIC_URL", "https://status.example.com")
        .env("ADMIN_ADDR", &address)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    let sentence = format!("ADMIN_ADDR: cannot listen on {address}: ");
    assert!(said.contains(&sentence), "{said}");
}

/// Where nobody listens, for now.
fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// What the program counts.
fn figures(admin: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(admin)?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// How many looks it counted, whatever they saw.
fn looks(figures: &str) -> usize {
    let counts = figures
        .lines()
        .filter(|line| line.starts_with("pulsecheck_looks_total{"));
    counts
        .filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok())
        .sum()
}

#[test]
fn settings_that_are_missing_are_all_told_and_end_it_with_2() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
    let names = ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL"];
    for name in names {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    for name in names {
        assert!(said.contains(&format!("{name} is not set")), "{said}");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_is_told_to_end_writes_what_it_has_seen(pool: sqlx::PgPool) {
    let stage = Stage::set(pool).await;
    let mut placed = Vec::new();
    for number in 0..20 {
        let config = stage.config(&format!("/{number}"), 10);
        placed.push(stage.add_quietly(&config).await);
    }
    let admin = free_port();
    let address = admin.to_string();
    let running = Program::start(&stage, &[], &[("ADMIN_ADDR", &address)]);
    // They are seen, and perhaps in no batch yet.
    let seen = eventually("all are looked at", async || {
        let seen = looks(&figures(admin).unwrap_or_default());
        (seen >= 20).then_some(seen)
    })
    .await;
    running.signal(Signal::TERM);
    assert_eq!(running.ended().code(), Some(0));
    let mut written = 0;
    for one in placed {
        written += stage.checks(one).await.len();
    }
    assert!(written >= seen, "{written} of {seen}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_with_a_new_key_and_the_one_before_seals_everything_anew(pool: sqlx::PgPool) {
    const NEW: &str = "another-key-another-key-another-key";
    let stage = Stage::set(pool).await;
    let hook = serde_json::json!({ "bot_token": "xoxb-1-2-abcdef", "channel": "#ops" });
    let slack = domain::channel::ChannelKind::Slack;
    stage.listener("#ops", slack, hook).await;
    let standing = async || {
        let ring = runtime::seal::Keyring::new(NEW.into()).unwrap();
        let mut conn = stage.db.acquire().await.unwrap();
        db::resealing::examine(&mut conn, &ring).await.unwrap()
    };
    assert_eq!(
        (standing().await.all, standing().await.lost_channels),
        (1, 1)
    );
    let old = "0123456789abcdef0123456789abcdef";
    let keys = [("SECRET_KEY", NEW), ("SECRET_KEY_PREVIOUS", old)];
    let running = Program::start(&stage, &[], &keys);
    eventually("it is sealed anew", async || {
        standing().await.is_whole().then_some(())
    })
    .await;
    drop(running);
}
