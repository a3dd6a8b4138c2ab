//! The API as its callers see it: over HTTP, against a real database.

mod auth;
mod browser;
mod document;
mod events;
mod history;
mod incidents;
mod maintenance;
mod manners;
mod notices;
mod outage;
mod past;
mod program;
mod services;
mod strangers;
mod vendor;
mod workspace;
mod world;
