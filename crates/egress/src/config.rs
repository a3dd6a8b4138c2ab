//! Settings of the door: which further networks are open or closed, and whom to trust.

use std::{path::PathBuf, sync::Arc};

use ipnet::IpNet;

use crate::{Egress, Policy, Resolver, Tls, TrustError, WallClock, own_networks, read_pem};

/// What an operator may change about where PulseCheck connects to.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Reaching out")]
pub struct Config {
    /// Networks that may be reached although they are not public, such as 10.0.0.0/8 (comma separated).
    /// An installation with closed sign-up reaches the local network anyway
    #[arg(
        long,
        env = "ALLOW_CIDRS",
        value_delimiter = ',',
        value_name = "NETWORKS"
    )]
    pub allow_cidrs: Vec<IpNet>,
    /// Networks that must never be reached; outranks everything else (comma separated)
    #[arg(
        long,
        env = "DENY_CIDRS",
        value_delimiter = ',',
        value_name = "NETWORKS"
    )]
    pub deny_cidrs: Vec<IpNet>,
    /// A file with further certificate authorities in PEM, such as a company's own
    #[arg(long, env = "EXTRA_CA_FILE", value_name = "FILE")]
    pub extra_ca_file: Option<PathBuf>,
}

impl Config {
    /// What may be reached. `shared`: several tenants share the installation.
    pub fn policy(&self, shared: bool) -> Policy {
        let policy = if shared {
            Policy::shared().denying_own(own_networks())
        } else {
            Policy::single_tenant()
        };
        policy
            .allowing(self.allow_cidrs.iter().copied())
            .denying(self.deny_cidrs.iter().copied())
    }

    /// The door itself. Certificates are judged by `clock`. Fails when the extra authorities cannot be read.
    pub fn build(
        &self,
        policy: Policy,
        shared: bool,
        clock: WallClock,
    ) -> Result<Arc<Egress>, TrustError> {
        let extra = match &self.extra_ca_file {
            Some(path) => read_pem(path)?,
            None => Vec::new(),
        };
        let tls = Tls::new(extra, clock)?;
        Ok(Arc::new(Egress::new(
            policy,
            Resolver::system(!shared),
            tls,
        )))
    }
}
