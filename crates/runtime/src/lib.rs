//! Being a process: time, tasks and shutdown, logs, metrics, the admin port, secrets.

pub mod admin;
pub mod backoff;
pub mod clock;
pub mod faults;
pub mod health;
pub mod metrics;
pub mod public_url;
pub mod seal;
pub mod secret;
pub mod signals;
pub mod tasks;
pub mod telemetry;
