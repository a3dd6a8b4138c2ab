//! A service made ready to be looked at.

use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    net::IpAddr,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use db::watched::Watched;
use domain::{
    health::Standing,
    id::{ServiceId, ServiceKey, WorkspaceId},
    schedule::Grid,
    service::Target,
    target::TargetSecrets,
};
use probe::PreparedTarget;
use runtime::seal::Keyring;
use url::Host;

/// The configuration of a service, as far as looking at it needs.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) key: ServiceKey,
    pub(crate) id: ServiceId,
    pub(crate) workspace: WorkspaceId,
    pub(crate) shard: u16,
    pub(crate) revision: i32,
    pub(crate) interval: Duration,
    pub(crate) retries: u8,
    pub(crate) target: PreparedTarget,
    /// The workspace together with host and port, hashed.
    pub(crate) origin: u64,
    /// The address, or while only a name is known the name, hashed.
    pub(crate) host: u64,
}

/// A service as it comes from the database.
#[derive(Debug)]
pub(crate) struct Arriving {
    pub(crate) service: Service,
    pub(crate) standing: Standing,
    pub(crate) look_at: Option<DateTime<Utc>>,
}

impl Service {
    /// The slots of this service while it stands as it does.
    pub(crate) fn grid(&self, standing: &Standing) -> Grid {
        let grid = Grid::new(self.id, self.interval);
        if standing.incident.is_some() {
            grid.while_open()
        } else {
            grid
        }
    }

    /// How far ahead a stored last slot may be before it counts as none.
    pub(crate) fn furthest_ahead(&self) -> TimeDelta {
        TimeDelta::from_std(self.interval).unwrap_or(TimeDelta::MAX)
    }
}

impl Arriving {
    /// Opens the secrets and builds the request. Says why when that is impossible; the sentence holds no secret.
    pub(crate) fn prepare(watched: Watched, keyring: &Keyring) -> Result<Self, String> {
        let Target::Http(mut target) = watched.target? else {
            return Err("it is not looked at over HTTP".to_owned());
        };
        if let Some(sealed) = &watched.secrets {
            let context = watched.id.to_string();
            let plain = keyring
                .open(&context, sealed)
                .map_err(|error| error.to_string())?;
            let secrets: TargetSecrets = serde_json::from_slice(&plain)
                .map_err(|_| "its secrets are not what was sealed".to_owned())?;
            target.put_secrets(secrets);
        }
        let host = target.url.host_str().unwrap_or_default().to_owned();
        let port = target.url.port_or_known_default();
        let address = match target.url.host() {
            Some(Host::Ipv4(ip)) => hash(&IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => hash(&IpAddr::V6(ip)),
            Some(Host::Domain(_)) | None => hash(&host.as_str()),
        };
        let service = Service {
            key: watched.key,
            id: watched.id,
            workspace: watched.workspace,
            shard: watched.shard,
            revision: watched.revision,
            interval: watched.interval,
            retries: watched.retries,
            origin: hash(&(watched.workspace, host.as_str(), port)),
            host: address,
            target: PreparedTarget::new(*target),
        };
        Ok(Self {
            service,
            standing: watched.standing,
            look_at: watched.look_at,
        })
    }
}

/// Stable within one process, which is all that limits need.
pub(crate) fn hash(value: &impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
