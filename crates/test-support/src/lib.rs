//! Servers that lie, stall and break on purpose, for the tests of whoever talks to them.

mod certificates;
mod dns;
mod upstream;

pub use certificates::{Authority, Flaw, Issued};
pub use dns::{Answer, FaultDns};
pub use upstream::{Mode, Request, TlsMode, Upstream};
