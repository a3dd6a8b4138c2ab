//! Signing in, staying signed in, and who may do what.

mod access;
mod account;
mod address;
mod login;
mod oauth;
mod origin;
mod sessions;
mod setup;
