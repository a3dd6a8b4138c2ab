//! Where Postgres is: a setting of every process that has no database of its own.

use std::{path::PathBuf, str::FromStr as _};

use runtime::faults::Faults;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::PgConnectOptions;

/// The address of the database.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Connections")]
pub struct Config {
    /// PostgreSQL, as in `postgres://user:password@host:5432/name`
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,
}

/// Host and port at which the PostgreSQL of an address is dialled, parameters such as `hostaddr` and `port` included. None where it
/// sits behind a Unix socket, which nobody could reach from elsewhere, and for what is no address.
pub fn endpoint(url: &str) -> Option<(String, u16)> {
    let options = PgConnectOptions::from_str(url).ok()?;
    let host = options.get_host();
    if options.get_socket().is_some() || host.starts_with('/') {
        return None;
    }
    // Nothing resolves the brackets around an IPv6 address.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some((host.to_owned(), options.get_port()))
}

impl Config {
    /// The address, if it is one of PostgreSQL.
    pub fn url(&self, faults: &mut Faults) -> Option<SecretString> {
        let url = faults.secret(
            "DATABASE_URL",
            self.database_url.as_ref(),
            self.database_url_file.as_deref(),
            "give the PostgreSQL database, as in postgres://user:password@host:5432/pulsecheck",
        )?;
        if let Err(error) = PgConnectOptions::from_str(url.expose_secret()) {
            faults.push(format!(
                "DATABASE_URL is not an address of PostgreSQL: {error}"
            ));
            return None;
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_known_by_where_it_is_dialled_unless_it_sits_behind_a_socket() {
        let table = [
            (
                "postgres://me:secret@db.test:6432/x",
                Some(("db.test", 6_432)),
            ),
            ("postgres://me@[::1]:6432/x", Some(("::1", 6_432))),
            (
                "postgres://me@db.test:1/x?port=6432",
                Some(("db.test", 6_432)),
            ),
            (
                "postgres://me@a.test:6432/x?host=b.test",
                Some(("b.test", 6_432)),
            ),
            (
                "postgres:///x?host=b.test&port=6432",
                Some(("b.test", 6_432)),
            ),
            (
                "postgres://me@a.test:6432/x?hostaddr=192.0.2.7",
                Some(("192.0.2.7", 6_432)),
            ),
            (
                "postgres://me@a.test:6432/x?hostaddr=2001:db8::7",
                Some(("2001:db8::7", 6_432)),
            ),
            ("postgres://me@localhost/x?host=/run/postgresql", None),
            ("postgres:///x?host=/run/postgresql&port=6432", None),
            ("postgres://%2Frun%2Fpostgresql/x", None),
            ("nonsense", None),
        ];
        for (address, expected) in table {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(endpoint(address), expected, "{address}");
        }
    }
}
