//! Header values and bodies: sealed on their way into the database, opened only to be kept, sent or edited.

use db::services::Stored;
use domain::{
    id::ServiceId,
    service::ServiceConfig,
    target::{HttpTarget, TargetSecrets},
};
use runtime::seal::Keyring;

use crate::problem::Problem;

/// Takes the secrets out of a configuration and seals them for a service; none when there is nothing to hide.
pub(super) fn seal(
    keyring: &Keyring,
    id: ServiceId,
    config: &mut ServiceConfig,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(secrets) = config.target.http_mut().and_then(HttpTarget::take_secrets) else {
        return Ok(None);
    };
    let plain = serde_json::to_vec(&secrets).map_err(anyhow::Error::from)?;
    let sealed = keyring.seal(&id.to_string(), &plain);
    Ok(Some(sealed.map_err(anyhow::Error::from)?))
}

/// Puts the secrets of a stored service back where they belong.
pub(super) fn restore(keyring: &Keyring, stored: &Stored, config: &mut ServiceConfig) {
    if let Some(target) = config.target.http_mut() {
        target.put_secrets(open(keyring, stored));
    }
}

/// The secrets of a stored service. Those that another key sealed are lost: the owner is asked for them again.
pub(super) fn open(keyring: &Keyring, stored: &Stored) -> TargetSecrets {
    let Some(sealed) = &stored.secrets else {
        return TargetSecrets::default();
    };
    let id = stored.service.id;
    let plain = keyring.open(&id.to_string(), sealed);
    let opened = plain
        .ok()
        .and_then(|plain| serde_json::from_slice(&plain).ok());
    opened.unwrap_or_else(|| {
        tracing::error!(service = %id, "Header values do not open with this SECRET_KEY");
        TargetSecrets::default()
    })
}
