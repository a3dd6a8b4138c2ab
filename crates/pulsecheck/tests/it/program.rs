//! The program as a person or a script starts it: what it prints, how it ends, what it leaves behind.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use test_support::{Signal, signal_group};
use tokio::time::Instant;

use crate::place::{Place, ask, tell};

fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pulsecheck"));
    for name in [
        "DATABASE_URL",
        "REDIS_URL",
        "PUBLIC_URL",
        "SSH_CONNECTION",
        "SECRET_KEY",
        "SECRET_KEY_PREVIOUS",
        "PG_BIN_DIR",
    ] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .env("DATA_DIR", place.path("data"))
        .env("LISTEN_ADDR", "127.0.0.1:0")
        .env("STARTED_BY", "make run");
    command.stdin(Stdio::null());
    command
}

fn output(place: &Place, arguments: &[&str]) -> Output {
    command(place, arguments).output().unwrap()
}

/// A program that has said that it is ready.
struct Running {
    child: Child,
    /// All it said until then.
    said: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(place: &Place) -> Self {
        Self::begin(&mut command(place, &["serve"]))
    }

    fn begin(command: &mut Command) -> Self {
        // A group of its own, as a terminal gives it, so that a test can press Ctrl-C.
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Ctrl-C stops it") {
            assert_ne!(
                out.read_line(&mut said).unwrap(),
                0,
                "ended before it was ready: {said}"
            );
        }
        Self { child, said, out }
    }

    fn address(&self) -> SocketAddr {
        let url = self
            .said
            .split("ready at http://localhost:")
            .nth(1)
            .unwrap();
        let port = url.split_whitespace().next().unwrap().parse().unwrap();
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    /// Sends a signal to everything that the terminal would.
    fn signal(&self, signal: Signal) {
        signal_group(self.child.id(), signal);
    }

    /// Waits until it has ended; whether it ended well, and what it said last.
    fn end(mut self) -> (bool, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().success(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn url(place: &Place) -> String {
    pulsecheck::postgres::running(&place.data()).await.unwrap()
}

/// Waits until nobody answers there any more.
async fn until_gone(url: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while PgConnection::connect(url).await.is_ok() {
        assert!(
            Instant::now() < deadline,
            "the database outlived its program"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn ctrl_c_ends_everything_and_the_next_start_finds_all() {
    let place = Place::new();
    let running = Running::start(&place);
    let database = url(&place).await;
    tell(&database, "create table kept as select 'here' as word").await;
    running.signal(Signal::INT);
    let (well, said) = running.end();
    assert!(well, "{said}");
    assert!(said.contains("everything is kept"), "{said}");
    assert!(PgConnection::connect(&database).await.is_err());
    assert!(
        !place.data().postgres().join("postmaster.pid").exists(),
        "the database was not shut down properly"
    );

    let again = Running::start(&place);
    assert_eq!(
        ask(&url(&place).await, "select word from kept").await,
        "here"
    );
    drop(again);
}

#[tokio::test]
async fn kill_9_takes_the_database_along_and_stops_no_later_start() {
    let place = Place::new();
    for round in 0..3 {
        let mut running = Running::start(&place);
        let database = url(&place).await;
        tell(&database, "create table if not exists kept (round int)").await;
        tell(&database, &format!("insert into kept values ({round})")).await;
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        if round == 0 && cfg!(target_os = "linux") {
            until_gone(&database).await;
        }
    }
    let again = Running::start(&place);
    assert_eq!(
        ask(&url(&place).await, "select count(*)::text from kept").await,
        "3"
    );
    drop(again);
}

#[tokio::test]
async fn a_second_instance_says_how_to_live_beside_the_first() {
    let place = Place::new();
    let first = Running::start(&place);
    let second = output(&place, &["serve"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success());
    assert!(
        said.contains(&format!(
            "already running on {} (process {})",
            place.data().path().display(),
            first.child.id()
        )),
        "{said}"
    );
    assert!(
        said.contains("make run DATA_DIR=./data2 LISTEN_ADDR=127.0.0.1:8001"),
        "{said}"
    );
}

#[tokio::test]
async fn a_command_that_finds_no_installation_makes_none() {
    let place = Place::new();
    let file = place.path("backup.tar.gz").display().to_string();
    let commands: [&[&str]; 4] = [
        &["user", "add", "ann@example.com"],
        &["setup-link"],
        &["backup", &file],
        &["change-key"],
    ];
    for arguments in commands {
        let refused = output(&place, arguments);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(said.contains("There is no installation in"), "{said}");
        assert!(said.contains("DATA_DIR="), "{said}");
        assert!(!place.path("data").exists(), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_new_link_leads_to_where_the_program_is_reached() {
    let place = Place::new();
    let running = Running::start(&place);
    let said = output(&place, &["setup-link"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let link = format!("http://localhost:{}/setup#token=", running.address().port());
    assert!(said.contains(&link), "{said}");
}

#[tokio::test]
async fn the_doctor_names_what_the_program_would_not_start_with() {
    let place = Place::new();
    for (settings, sentence) in [
        (
            [("SIGN_UP", "open"), ("ALLOW_PORTS", "9200")],
            "remove ALLOW_PORTS",
        ),
        (
            [("SIGN_UP", "closed"), ("TRUSTED_PROXIES", "nonsense")],
            "TRUSTED_PROXIES: “nonsense”",
        ),
    ] {
        let said = command(&place, &["doctor"])
            .envs(settings)
            .output()
            .unwrap();
        assert!(!said.status.success());
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains(sentence), "{said}");
    }
}

#[tokio::test]
async fn a_busy_port_gets_the_line_to_type_before_anything_is_made() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = command(&place, &[])
        .env("LISTEN_ADDR", &address)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    if cfg!(target_os = "linux") {
        let holder = format!("(process {})", std::process::id());
        assert!(said.contains(&holder), "{said}");
    }
    let line = said.trim_end().lines().last().unwrap().trim();
    let free = line.strip_prefix("make run LISTEN_ADDR=");
    let free: SocketAddr = free.unwrap_or_else(|| panic!("{said}")).parse().unwrap();
    assert!(!place.path("data").exists());
    // make hands the setting on as a variable.
    let started = Running::begin(command(&place, &["serve"]).env("LISTEN_ADDR", free.to_string()));
    assert_eq!(started.address().port(), free.port());
}

#[tokio::test]
async fn a_port_that_another_pulsecheck_has_is_told_with_where_to_open_that() {
    let place = Place::new();
    let first = Running::start(&place);
    let second = command(&place, &["serve"])
        .env("LISTEN_ADDR", first.address().to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success());
    let (port, process) = (first.address().port(), first.child.id());
    if cfg!(target_os = "linux") {
        let open = format!("(process {process}): open it at http://localhost:{port}, or");
        assert!(said.contains(&open), "{said}");
        assert!(
            said.contains("make run DATA_DIR=./data2 LISTEN_ADDR=127.0.0.1:"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn somebody_who_came_by_ssh_gets_the_lines_to_type() {
    let place = Place::new();
    let mut remote = command(&place, &["serve"]);
    remote
        .env("SSH_CONNECTION", "198.51.100.7 50000 203.0.113.5 22")
        .env("LOGNAME", "ann");
    let running = Running::begin(&mut remote);
    let port = running.address().port();
    for line in [
        format!("ssh -L {port}:localhost:{port} ann@203.0.113.5\n"),
        format!("make run LISTEN_ADDR=0.0.0.0:{port} PUBLIC_URL=http://203.0.113.5:{port}\n"),
    ] {
        assert!(running.said.contains(&line), "{}", running.said);
    }
}

#[tokio::test]
async fn a_backup_can_be_made_while_it_runs_and_a_restore_cannot() {
    let place = Place::new();
    let running = Running::start(&place);
    let file = place.path("all.tar.gz").display().to_string();
    let made = output(&place, &["backup", &file]);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let refused = output(&place, &["restore", &file]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("already running"));
    drop(running);
    let restored = output(&place, &["restore", &file]);
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
}

#[tokio::test]
async fn the_doctor_makes_nothing_is_content_with_a_good_place_and_names_a_damaged_one() {
    let place = Place::new();
    let nothing = output(&place, &["doctor"]);
    let said = String::from_utf8_lossy(&nothing.stdout).into_owned();
    assert!(
        said.contains("does not exist; the first start makes it"),
        "{said}"
    );
    assert!(!place.path("data").exists());
    assert!(output(&place, &["migrate"]).status.success());
    let content = output(&place, &["doctor"]);
    let said = String::from_utf8_lossy(&content.stdout).into_owned();
    for subject in [
        "folder",
        "disk",
        "key",
        "programs",
        "database",
        "clock",
        "schema",
        "port",
        "PUBLIC_URL",
    ] {
        let fine = |line: &str| line.starts_with("ok") && line.contains(subject);
        assert!(said.lines().any(fine), "{subject} is not fine:\n{said}");
    }
    std::fs::write(place.data().secret_key(), "short\n").unwrap();
    std::fs::write(place.data().postgres().join("PG_VERSION"), "9\n").unwrap();
    let worried = output(&place, &["doctor"]);
    let said = String::from_utf8_lossy(&worried.stdout).into_owned();
    assert!(!worried.status.success());
    let wrong = |subject: &str| {
        said.lines()
            .any(|line| line.starts_with("WRONG") && line.contains(subject))
    };
    assert!(wrong("key") && wrong("programs"), "{said}");
}

#[tokio::test]
async fn the_page_is_served_for_every_address_that_is_not_a_file() {
    let place = Place::new();
    let running = Running::start(&place);
    let address = running.address();
    for (path, status) in [
        ("/", 200),
        ("/services/42", 200),
        ("/assets/gone.js", 404),
        ("/api/nothing", 404),
    ] {
        let (found, headers) = get(address, path).await;
        assert_eq!(found, status, "{path}: {headers}");
        assert!(
            headers.contains("x-content-type-options: nosniff"),
            "{path}: {headers}"
        );
    }
    let (_, headers) = get(address, "/").await;
    assert!(
        headers.contains("content-security-policy: default-src 'none'; script-src 'self'"),
        "{headers}"
    );
}

/// Status and headers, in lower case.
async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    #[expect(clippy::disallowed_methods, reason = "a test asks its own program")]
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream
        .write_all(
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
    (
        head.split_whitespace().nth(1).unwrap().parse().unwrap(),
        head,
    )
}

#[tokio::test]
async fn the_key_is_changed_by_a_command_and_the_one_before_counts_until_it_is_forgotten() {
    let place = Place::new();
    assert!(output(&place, &["migrate"]).status.success());
    let (key, previous) = (place.data().secret_key(), place.data().previous_key());
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let first = read(&key);
    let changed = output(&place, &["change-key"]);
    let said = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(
        changed.status.success() && said.contains("--forget-previous"),
        "{changed:?}"
    );
    assert_ne!(read(&key), first);
    assert_eq!(read(&previous), first);
    let doctor = output(&place, &["doctor"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let line = said.lines().find(|line| line.contains("secrets"));
    assert!(
        line.is_some_and(|line| line.contains("It may be taken out")),
        "{said}"
    );
    let given = command(&place, &["change-key"])
        .env("SECRET_KEY", first.trim())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&given.stderr).into_owned();
    assert!(
        !given.status.success() && said.contains("SECRET_KEY_PREVIOUS"),
        "{said}"
    );
    let running = Running::start(&place);
    let refused = output(&place, &["change-key"]);
    assert!(
        !refused.status.success(),
        "a running one has the key in its memory"
    );
    drop(running);
}

#[tokio::test]
async fn the_key_before_is_forgotten_by_a_command() {
    let place = Place::new();
    assert!(output(&place, &["migrate"]).status.success());
    assert!(output(&place, &["change-key"]).status.success());
    let key = std::fs::read_to_string(place.data().secret_key()).unwrap();
    assert!(place.data().previous_key().exists());
    let forgotten = output(&place, &["change-key", "--forget-previous"]);
    assert!(forgotten.status.success(), "{forgotten:?}");
    assert!(!place.data().previous_key().exists());
    assert_eq!(
        std::fs::read_to_string(place.data().secret_key()).unwrap(),
        key
    );
}
