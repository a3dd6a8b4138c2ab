//! Where Redis's server is: installed, or brought into the clone by `scripts/ensure/redis`.

use std::{env, process::Command};

/// The server, to be given its arguments.
pub fn redis_server() -> Command {
    Command::new(env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into()))
}
