//! What can go wrong between us and Postgres, sorted by what the caller can do about it.

/// Result of a statement.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique constraint refused the write; names the field.
    #[error("{0} is already taken")]
    Taken(&'static str),
    /// A stored row does not make sense.
    #[error("a row of {table} makes no sense: {reason}")]
    Corrupt { table: &'static str, reason: String },
    /// The database was made by a newer version of this program.
    #[error(
        "the database has schema {found}, this program knows up to {known}: install the newer version again, or restore a backup"
    )]
    Newer { found: i64, known: i64 },
    #[error("the database schema is older than this program: run the migrations")]
    NotMigrated,
    #[error("a migration failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("the database failed: {0}")]
    Sqlx(#[from] sqlx::Error),
}

impl Error {
    /// The five characters with which Postgres names the fault, if it was Postgres that spoke.
    pub fn sqlstate(&self) -> Option<String> {
        let Self::Sqlx(sqlx::Error::Database(error)) = self else {
            return None;
        };
        error.code().map(std::borrow::Cow::into_owned)
    }

    /// Postgres cannot be reached, is starting or stopping, or has no connection left: the same call may work later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Sqlx(
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Tls(_),
            ) => true,
            Self::Sqlx(sqlx::Error::Database(error)) => error.code().is_some_and(|code| {
                code.starts_with("08") || code.starts_with("53") || code.starts_with("57P")
            }),
            _ => false,
        }
    }

    /// Two transactions got in each other's way (40001, 40P01): the whole transaction may be tried again.
    pub fn is_conflict(&self) -> bool {
        matches!(self.sqlstate().as_deref(), Some("40001" | "40P01"))
    }

    /// The data itself was refused (class 22 or 23): trying again cannot help.
    pub fn is_refused(&self) -> bool {
        self.sqlstate()
            .is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
    }

    /// Names the field when `constraint` was violated, else passes the error on.
    pub fn on_constraint(error: sqlx::Error, constraint: &str, field: &'static str) -> Self {
        match error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::constraint)
        {
            Some(name) if name == constraint => Self::Taken(field),
            _ => error.into(),
        }
    }
}
