//! What the worker does with real Postgres, real sockets and real trouble.

mod cut_off;
mod ground;
mod handing_over;
mod looking;
mod maintenance_windows;
mod notices_post;
mod notices_telling;
mod pages_faults;
mod pages_flapping;
mod pages_judging;
mod pages_moving;
mod pages_needs;
mod pages_sharing;
mod pages_site;
mod partitions_days;
mod programs;
mod record_away;
mod record_batches;
mod record_incidents;
mod record_plans;
mod record_refusals;
mod rollups_closing;
mod rollups_oracle;
mod stage;
mod standing_still;
mod stopped;
