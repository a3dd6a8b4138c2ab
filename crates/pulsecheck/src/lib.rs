//! All of PulseCheck in one process, with a PostgreSQL of its own: what `make run` starts.

pub mod data_dir;
pub mod postgres;
