//! The `worker` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    worker::command::run().await
}
