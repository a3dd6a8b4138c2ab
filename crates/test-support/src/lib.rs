//! Servers that lie, stall and break on purpose, for the tests of whoever talks to them.

mod alone;
mod certificates;
mod dns;
mod inbox;
mod oauth;
mod postgres;
mod proxy;
mod readme;
mod redis;
mod signal;
mod upstream;

pub use alone::{OwnNetwork, has_program, is_inside, with_few_files};
pub use certificates::{Authority, Flaw, Issued};
pub use dns::{Answer, FaultDns};
pub use inbox::{Inbox, InboxReply, InboxTls, Letter, Received};
pub use oauth::{CLIENT_ID, CLIENT_SECRET, OauthMode, OauthPerson, OauthProvider};
pub use postgres::Postgres;
pub use proxy::Switch;
pub use readme::assert_readme_is_understood;
pub use redis::redis_server;
pub use signal::{Signal, signal, signal_group};
pub use upstream::{Mode, Request, TlsMode, Upstream};
