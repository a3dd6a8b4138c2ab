//! What this installation is: its address, its key, its limits.

use std::sync::Arc;

use domain::service::Limits;
use ipnet::IpNet;
use runtime::seal::Keyring;
use statuspage_parser::catalogue::Catalogue;
use url::Url;

use crate::auth::config::AuthSettings;

/// The checked settings that requests depend on.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where people open the web app, without a path.
    pub public_url: Url,
    /// Where OAuth providers send people back to, without a path; usually the same.
    pub oauth_redirect_base: Url,
    pub keyring: Keyring,
    /// Whose `X-Forwarded-*` headers count.
    pub trusted_proxies: Vec<IpNet>,
    pub limits: Limits,
    pub rates: Rates,
    /// Services that people find by name when they add one.
    pub catalogue: Arc<Catalogue>,
    /// Who may sign in, and how.
    pub auth: AuthSettings,
}

/// How much one person may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Requests per minute and person, and five times as many per address; 0 for no limit.
    pub requests_per_minute: u32,
    /// Test runs and looks on demand per minute and person; 0 for no limit.
    pub probes_per_minute: u32,
    /// Test runs and looks on demand at once per person.
    pub probes_at_once: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            requests_per_minute: 1_200,
            probes_per_minute: 20,
            probes_at_once: 3,
        }
    }
}

impl Site {
    /// Whether strangers share this installation, so that its own network is closed to them.
    pub fn is_shared(&self) -> bool {
        self.auth.is_shared()
    }

    /// Whether cookies may carry `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
