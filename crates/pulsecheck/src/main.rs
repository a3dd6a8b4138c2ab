//! The program `pulsecheck`: reads what was asked, does it, and says in one sentence when it cannot.

use std::process::ExitCode;

use pulsecheck::cli::Cli;
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::read().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            pulsecheck::output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
