//! Looks at an HTTP target once and reports what it saw, phase by phase, without any opinion.

use std::{sync::Arc, time::Duration};

use domain::observation::Observation;
use egress::Egress;
use http::HeaderValue;

mod body;
mod chain;
mod cookies;
mod evidence;
mod hop;
mod prepared;

pub use prepared::PreparedTarget;

/// The page that explains our checks to those who find them in their logs. Whoever looks names this one, so that a target
/// which lets one of us in lets all of us in.
pub const CONTACT: &str = "https://github.com/pulsecheck/pulsecheck";
/// Most decoded bytes of a body that are read; what lies beyond decides nothing.
pub const BODY_CAP: usize = 1024 * 1024;
/// Most redirects that are followed.
pub const MAX_REDIRECTS: u8 = 10;

/// Looks at targets. Has no state of its own beyond what `egress` remembers, and no errors: trouble
/// is part of the observation.
#[derive(Clone)]
pub struct Prober {
    egress: Arc<Egress>,
    user_agent: HeaderValue,
    http: hyper::client::conn::http1::Builder,
}

/// What one attempt does differently.
#[derive(Debug, Clone, Copy, Default)]
pub struct LookOptions {
    /// 0 for the first attempt of a look. Later ones resolve afresh, and ask another name server
    /// first.
    pub attempt: u8,
    /// Time already spent waiting for our own limits; shown, but part of no total.
    pub queued: Duration,
}

impl Prober {
    /// `contact` is the page that our `User-Agent` names: `CONTACT`, but for tests.
    pub fn new(egress: Arc<Egress>, contact: &str) -> Self {
        let identity = format!("PulseCheck/{} (+{contact})", env!("CARGO_PKG_VERSION"));
        let user_agent =
            HeaderValue::from_str(&identity).unwrap_or(HeaderValue::from_static("PulseCheck"));
        Self {
            egress,
            user_agent,
            http: egress::http1::builder(),
        }
    }

    /// The door that looks leave through.
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// A client that leaves through the same door, under the same name.
    pub fn client(&self) -> egress::Client {
        egress::Client::new(self.egress.clone(), self.user_agent.clone())
    }

    /// Looks once. Takes at most the target's timeout, whatever the target does.
    pub async fn look(&self, target: &PreparedTarget, options: LookOptions) -> Observation {
        chain::follow(self, target, options).await
    }
}

/// Whole microseconds, at most an hour or so.
fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}
