//! Signing in and staying signed in: who is asking, and may they?
//!
//! A sign-in starts a *session* (one row, one device). The browser holds two cookies made from it: an access token of
//! an hour, read on every request together with the session's row, and a refresh token of seven days, which rotates
//! each time it is used. Handlers say in their signature what they need: `SignedIn`, `Member<Editor>`, `Operator`.

pub mod config;
pub mod cookies;
pub mod email;
pub mod extract;
pub mod housekeeping;
pub mod oauth;
pub mod origin;
pub mod password;
pub mod session;
pub mod throttle;
pub mod tokens;
pub mod verification;

pub use extract::{Editor, Member, Operator, Owner, SignedIn, Viewer};

use crate::site::Site;

/// Everything that sign-in needs besides the database.
pub struct Auth {
    pub(crate) tokens: tokens::Tokens,
    pub(crate) cookies: cookies::Cookies,
    pub(crate) passwords: password::Passwords,
    pub(crate) throttle: throttle::Throttle,
    pub(crate) providers: oauth::Providers,
    pub(crate) settings: config::AuthSettings,
}

impl Auth {
    /// Providers are asked by a client that trusts what `tls` trusts.
    pub fn new(site: &Site, tls: &egress::Tls) -> Self {
        Self {
            tokens: tokens::Tokens::new(&site.keyring),
            cookies: cookies::Cookies::new(&site.public_url),
            passwords: password::Passwords::default(),
            throttle: throttle::Throttle::default(),
            providers: oauth::Providers::new(site, tls),
            settings: site.auth.clone(),
        }
    }
}
