//! Postgres: the only crate with SQL in it, one file per table.

mod connect;
mod error;
pub mod schema;

pub use connect::Db;
pub use error::{Error, Result};
pub use sqlx::{PgConnection, PgPool};

/// A transaction that owns its connection.
pub type Tx = sqlx::Transaction<'static, sqlx::Postgres>;

/// Every migration, inside the binary.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");
