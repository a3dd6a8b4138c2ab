//! The API under measurement, and the account with which it is asked.

use std::{net::IpAddr, time::Duration};

use bench::process::Program;

use crate::{
    Args,
    client::{Client, until_it_answers},
    stage::settings,
};

const BASE: &str = "http://127.0.0.1:18082";
const ADMIN: &str = "127.0.0.1:18084";

/// Answers from the same process without asking anybody: what everything else is compared with.
pub(crate) const LIVE: &str = "http://127.0.0.1:18084/live";
const PASSWORD: &str = "measured-and-forgotten";
const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Whoever asks.
pub(crate) const EMAIL: &str = "measure@example.com";

/// Makes the account, with a workspace of its own.
pub(crate) async fn add_account(args: &Args, url: &str) -> anyhow::Result<()> {
    let add = ["user", "add", EMAIL, "--password-stdin"];
    Program::run(
        &args.programs.join("api"),
        &add,
        &with_address(args, url),
        PASSWORD,
    )
    .await
}

/// Starts the API and waits until it answers.
pub(crate) async fn start(args: &Args, url: &str) -> anyhow::Result<Program> {
    let api = Program::start(
        &args.programs.join("api"),
        &["serve"],
        &with_address(args, url),
    )?;
    until_it_answers(&format!("{BASE}/api/health"), Duration::from_secs(30)).await?;
    Ok(api)
}

/// A browser of the account.
pub(crate) async fn client() -> anyhow::Result<Client> {
    client_of(EMAIL, LOCAL).await
}

/// A browser of another account with the same password, at another address.
pub(crate) async fn client_of(email: &str, from: IpAddr) -> anyhow::Result<Client> {
    Client::sign_in(BASE, from, email, PASSWORD).await
}

fn with_address(args: &Args, url: &str) -> Vec<(&'static str, String)> {
    let mut settings = settings(args, url);
    settings.extend([
        ("PUBLIC_URL", BASE.to_owned()),
        ("LISTEN_ADDR", BASE.trim_start_matches("http://").to_owned()),
        ("ADMIN_ADDR", ADMIN.to_owned()),
        ("RATE_LIMIT_REQUESTS", "0".to_owned()),
    ]);
    settings
}
