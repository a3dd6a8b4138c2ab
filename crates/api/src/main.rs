//! The `api` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    api::command::run().await
}
