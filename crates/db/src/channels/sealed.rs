//! A channel's configuration on its way into the table and out of it: what is secret is sealed.

use domain::{
    channel::{ChannelConfig, Split},
    id::ChannelId,
};
use runtime::seal::Keyring;
use serde_json::Value;
use sqlx::PgConnection;

use super::Channel;
use crate::Result;

/// Why a channel is stopped whose secrets no key of ours opens.
pub const FOREIGN: &str = "Its secrets were sealed with another SECRET_KEY. Give them again.";

/// A configuration as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    pub config: Value,
    pub secrets: Option<Vec<u8>>,
}

/// Takes the secrets out and seals them for this channel.
pub fn seal(keyring: &Keyring, id: ChannelId, config: &ChannelConfig) -> anyhow::Result<Sealed> {
    let split = config.split()?;
    let is_empty = split
        .secrets
        .as_object()
        .is_none_or(serde_json::Map::is_empty);
    let secrets = if is_empty {
        None
    } else {
        let plain = serde_json::to_vec(&split.secrets)?;
        Some(keyring.seal(&id.to_string(), &plain)?)
    };
    Ok(Sealed {
        config: split.clear,
        secrets,
    })
}

/// The whole configuration. The sentence says what a person can do, and holds no secret.
pub fn open(keyring: &Keyring, channel: &Channel) -> Result<ChannelConfig, String> {
    let secrets = match &channel.secrets {
        None => Value::Object(serde_json::Map::new()),
        Some(sealed) => {
            let plain = keyring.open(&channel.id.to_string(), sealed);
            let plain = plain.map_err(|_| FOREIGN.to_owned())?;
            serde_json::from_slice(&plain)
                .map_err(|_| "Its secrets cannot be read. Give them again.".to_owned())?
        }
    };
    let split = Split {
        clear: channel.config.clone(),
        secrets,
    };
    ChannelConfig::join(channel.kind, split)
        .map_err(|_| "Its configuration cannot be read. Save it again.".to_owned())
}

/// Lets those of these channels go on that were stopped because nothing opened their secrets: now something does. Gives how many.
pub(crate) async fn opened(conn: &mut PgConnection, ids: &[ChannelId]) -> Result<u64> {
    let done = sqlx::query(
        "update channels set broken_at = null, broken_reason = null
         where id = any($1) and broken_at is not null and broken_reason = $2",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(FOREIGN)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
