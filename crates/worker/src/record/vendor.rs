//! What a vendor wrote about its incidents, as entries of a timeline.

use chrono::{DateTime, Utc};
use db::incidents::recording::Entry;
use domain::{
    id::IncidentId,
    incident::IncidentEvent,
    vendor::{Incident, Said, Update},
};

/// One entry per update, oldest first. Their marks make sure that each is told once.
pub(super) fn told(said: &Said, incident: IncidentId, at: DateTime<Utc>) -> Vec<Entry> {
    let updates = said.incidents.iter().rev().flat_map(|one| {
        let updates = one.updates.iter().rev();
        updates.map(move |update| entry(one, update, incident, at))
    });
    updates.collect()
}

fn entry(one: &Incident, update: &Update, incident: IncidentId, at: DateTime<Utc>) -> Entry {
    let words = hash(update);
    Entry {
        incident,
        at: update.at.unwrap_or(at),
        event: IncidentEvent::VendorSaid {
            incident: one.name.clone(),
            phase: update.phase.clone(),
            text: update.text.clone(),
            url: one.url.clone(),
        },
        mark: Some(format!("vendor:{}:{words:016x}", one.id)),
    }
}

/// FNV-1a of 64 bits over time and text: stored, so it must never change.
fn hash(update: &Update) -> u64 {
    let at = update.at.map_or(0, |at| at.timestamp_millis());
    let bytes = at.to_be_bytes();
    let all = bytes.iter().chain(update.text.as_bytes());
    all.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
