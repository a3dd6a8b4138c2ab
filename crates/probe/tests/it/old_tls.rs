//! Real servers of an older age, played by OpenSSL: what browsers refuse is down, and what they take with a warning can be taken.

use std::process::Stdio;

use domain::failure::FailureCode;
use tempfile::TempDir;
use test_support::has_program;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::lab::{Lab, Look, target};

/// A server with a certificate of its own making; it ends when this is dropped.
struct OldServer {
    port: String,
    _process: Child,
    _folder: TempDir,
}

impl OldServer {
    /// With `extensions`, the certificate is of version 3, as everything since 1999.
    async fn start(options: &str, extensions: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let sign = if extensions {
            "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=old.test -days 2"
        } else {
            "x509 -req -in request.pem -signkey key.pem -out cert.pem -days 2"
        };
        let request =
            "req -new -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=old.test";
        for words in [request, sign] {
            let mut command = openssl(words, &folder);
            assert!(command.output().await.unwrap().status.success(), "{words}");
        }
        let serve =
            format!("s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem -www {options}");
        let mut process = openssl(&serve, &folder)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("it listens");
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.rsplit(':').next().unwrap().to_owned();
            }
        };
        Self {
            port,
            _process: process,
            _folder: folder,
        }
    }

    async fn look(&self, verify: bool) -> Look {
        let mut target = target(&format!("https://127.0.0.1:{}/", self.port));
        target.tls_verify = verify;
        Lab::new().await.look(&target).await
    }
}

fn openssl(words: &str, folder: &TempDir) -> Command {
    let mut command = Command::new("openssl");
    command
        .args(words.split_ascii_whitespace())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

macro_rules! needs_openssl {
    ($test:literal) => {
        if !has_program(concat!(module_path!(), "::", $test), "openssl", "version") {
            return;
        }
    };
}

#[tokio::test]
async fn a_server_from_before_tls_1_2_is_tls_version() {
    needs_openssl!("a_server_from_before_tls_1_2_is_tls_version");
    for version in ["-tls1", "-tls1_1"] {
        let options = format!("{version} -cipher DEFAULT:@SECLEVEL=0");
        let server = OldServer::start(&options, true).await;
        for verify in [true, false] {
            server.look(verify).await.failed(FailureCode::TlsVersion);
        }
    }
}

#[tokio::test]
async fn a_server_that_exchanges_keys_by_rsa_only_is_tls_handshake() {
    needs_openssl!("a_server_that_exchanges_keys_by_rsa_only_is_tls_handshake");
    let server = OldServer::start("-tls1_2 -cipher AES128-SHA:@SECLEVEL=0", true).await;
    let look = server.look(false).await;
    look.failed(FailureCode::TlsHandshake);
    assert!(
        look.sentence().contains("HandshakeFailure"),
        "{}",
        look.sentence()
    );
}

#[tokio::test]
async fn what_is_not_to_be_judged_is_taken_however_old_it_is() {
    needs_openssl!("what_is_not_to_be_judged_is_taken_however_old_it_is");
    for version in ["-tls1_2", "-tls1_3"] {
        for extensions in [true, false] {
            let server = OldServer::start(version, extensions).await;
            server.look(false).await.is_up();
        }
    }
}
