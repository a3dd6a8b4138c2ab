//! The program `worker` as it is shipped, on a stage's database: to be stopped, cut off and killed like any other process.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::{
    env,
    net::TcpListener,
    process::{Child, Command, Stdio},
};

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

    /// Sends a signal, such as `-STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let done = Command::new("kill")
            .args([signal, &self.0.id().to_string()])
            .status();
        assert!(done.unwrap().success());
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
        .env("ADMIN_ADDR", &address)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    let sentence = format!("ADMIN_ADDR: cannot listen on {address}: ");
    assert!(said.contains(&sentence), "{said}");
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
