//! Which addresses may be asked, for test runs and for refusing at save what would be refused at run.

use std::path::PathBuf;

use egress::{Egress, Policy, Resolver, Tls, own_networks, read_pem};

use super::{Faults, site::networks};

/// Settings of everything that leaves for an address that a user chose.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Reach")]
pub struct ReachConfig {
    /// Further networks that may be asked, as in `10.0.0.0/8`; metadata services and our own ports stay closed
    #[arg(
        long,
        env = "ALLOW_CIDRS",
        default_value = "",
        hide_default_value = true
    )]
    pub allow_cidrs: String,
    /// Networks that must not be asked; outranks what is allowed
    #[arg(
        long,
        env = "DENY_CIDRS",
        default_value = "",
        hide_default_value = true
    )]
    pub deny_cidrs: String,
    /// Certificates of further authorities to trust, as PEM
    #[arg(long, env = "EXTRA_CA_FILE")]
    pub extra_ca_file: Option<PathBuf>,
}

impl ReachConfig {
    /// Notes what is wrong.
    pub fn check(&self, faults: &mut Faults) {
        faults.take(networks("ALLOW_CIDRS", &self.allow_cidrs));
        faults.take(networks("DENY_CIDRS", &self.deny_cidrs));
        if let Some(path) = &self.extra_ca_file {
            faults.take(read_pem(path).map_err(|error| format!("EXTRA_CA_FILE: {error}")));
        }
    }

    /// The door out. A shared installation reaches the public internet only; any other its own network too.
    pub fn egress(&self, shared: bool) -> anyhow::Result<Egress> {
        let base = if shared {
            Policy::shared().denying_own(own_networks())
        } else {
            Policy::single_tenant()
        };
        let policy = base
            .allowing(networks("ALLOW_CIDRS", &self.allow_cidrs)?)
            .denying(networks("DENY_CIDRS", &self.deny_cidrs)?);
        let extra = self
            .extra_ca_file
            .as_deref()
            .map(read_pem)
            .transpose()?
            .unwrap_or_default();
        let clock = runtime::clock::Clock::System;
        let tls = Tls::new(extra, std::sync::Arc::new(move || Some(clock.now())))?;
        Ok(Egress::new(policy, Resolver::system(!shared), tls))
    }
}
