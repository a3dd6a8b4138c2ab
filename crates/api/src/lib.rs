//! The HTTP API: routes in, JSON or problem+json out.

pub mod accounts;
pub mod auth;
pub mod charts;
pub mod command;
pub mod config;
pub mod doctor;
pub mod input;
pub mod live;
pub mod manners;
pub mod openapi;
pub mod people;
pub mod problem;
pub mod pulse;
mod routes;
pub mod rows;
pub mod serve;
pub mod site;
pub mod state;
pub mod together;
pub mod vendor;
pub mod view;

pub use openapi::openapi;
pub use serve::{router, serve, serve_app};
