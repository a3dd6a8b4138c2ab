//! Postgres: the only crate with SQL in it, one file per table.

pub mod acknowledgements;
pub mod audit;
pub mod backup;
pub mod channels;
pub mod checks;
mod columns;
mod config;
mod connect;
pub mod deliveries;
pub mod dependencies;
mod error;
pub mod flapping;
pub mod health;
pub mod identities;
pub mod incidents;
pub mod letters;
pub mod maintenance_windows;
pub mod memberships;
pub mod messages;
pub mod mutes;
pub mod notice_rules;
pub mod oauth_states;
pub mod outbox;
pub mod partitions;
pub mod passwords;
mod reading;
pub mod refused_looks;
pub mod report_wishes;
pub mod resealing;
pub mod rollups;
pub mod schema;
pub mod server;
pub mod service_needs;
pub mod services;
pub mod sessions;
pub mod setup_tokens;
pub mod system;
pub mod users;
pub mod vendor_pages;
pub mod watched;
pub mod workers;
pub mod workspaces;

pub use config::{Config, endpoint};
pub use connect::{Db, pooled, readers_among};
pub use error::{Error, Result};
pub use reading::Reading;
pub use sqlx::{PgConnection, PgPool};

/// A transaction that owns its connection.
pub type Tx = sqlx::Transaction<'static, sqlx::Postgres>;

/// Every migration, inside the binary.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");
