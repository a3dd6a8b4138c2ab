//! All of PulseCheck in one process, with a PostgreSQL of its own: what `make run` starts.

pub mod address;
pub mod backup;
pub mod bench;
pub mod changing_key;
pub mod cli;
pub mod configuration;
pub mod data_dir;
pub mod doctor;
pub mod installation;
pub mod output;
pub mod people;
pub mod postgres;
pub mod secret_key;
pub mod serve;
pub mod web;
