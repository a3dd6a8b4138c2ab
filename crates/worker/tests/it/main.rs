//! What the worker does with real Postgres, real sockets and real trouble.

mod ground;
mod handing_over;
mod looking;
mod partitions_days;
mod record_away;
mod record_batches;
mod record_incidents;
mod record_plans;
mod record_refusals;
mod rollups_closing;
mod rollups_oracle;
mod stage;
mod standing_still;
