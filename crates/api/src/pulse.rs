//! What takes a look at every service of a workspace, remembered for some seconds and worked out once for all who ask.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use db::{
    Db,
    services::counting::{self, Pulse},
};
use domain::id::WorkspaceId;
use tokio::time::Instant;

/// How long an answer is good.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// From so many workspaces on the old answers are thrown away.
const MANY: usize = 1_000;

type Place = Arc<tokio::sync::Mutex<Option<(Instant, Pulse)>>>;

/// Cloning shares what is remembered.
#[derive(Clone, Default)]
pub struct Pulses(Arc<Mutex<HashMap<WorkspaceId, Place>>>);

impl Pulses {
    /// The pulse of a workspace, at most ten seconds old.
    ///
    /// # Errors
    ///
    /// When the database does not answer; the next one who asks tries again.
    pub async fn of(
        &self,
        db: &Db,
        workspace: WorkspaceId,
        now: DateTime<Utc>,
    ) -> db::Result<Pulse> {
        let place = self.place(workspace);
        // Whoever comes while it is worked out waits for that one answer.
        let mut known = place.lock().await;
        if let Some((_, pulse)) = known.filter(|(at, _)| at.elapsed() < GOOD_FOR) {
            return Ok(pulse);
        }
        let mut conn = db.acquire().await?;
        let pulse = counting::pulse(&mut conn, workspace, now).await?;
        *known = Some((Instant::now(), pulse));
        Ok(pulse)
    }

    fn place(&self, workspace: WorkspaceId) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MANY && !places.contains_key(&workspace) {
            places.retain(|_, place| {
                // One that is being worked out is in use.
                place.try_lock().map_or(true, |known| {
                    known.is_some_and(|(at, _)| at.elapsed() < GOOD_FOR)
                })
            });
        }
        places.entry(workspace).or_default().clone()
    }
}
