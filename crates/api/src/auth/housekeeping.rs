//! Forgetting what has run out: sessions, spent states, old set-up links, attempts that were counted.

use std::time::Duration;

use chrono::TimeDelta;
use db::{oauth_states, sessions, setup_tokens};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use crate::{accounts::SETUP_LINK_LIFE, state::AppState};

/// How often there is a sweep.
const EVERY: Duration = Duration::from_mins(10);
/// When the first sweep is: a start has better things to do.
const FIRST_AFTER: Duration = Duration::from_mins(1);
/// How long an ended session is kept, for whoever wonders about the log.
const KEPT_AFTER_END: TimeDelta = TimeDelta::days(7);

/// Sweeps now and then until `stop`. Every replica does; a second sweep finds nothing.
pub async fn run(state: AppState, stop: CancellationToken) -> anyhow::Result<()> {
    let mut tick = interval_at(Instant::now() + FIRST_AFTER, EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = tick.tick() => {}
        }
        if let Err(error) = sweep(&state).await {
            tracing::warn!(%error, "Could not clear away what has run out; trying again later");
        }
    }
}

/// Deletes everything that has run out.
pub async fn sweep(state: &AppState) -> db::Result<()> {
    state.auth.throttle.sweep();
    let now = state.clock.now();
    let mut conn = state.db.acquire().await?;
    let sessions = sessions::delete_ended(&mut conn, now - KEPT_AFTER_END).await?;
    let states = oauth_states::delete_expired(&mut conn, now).await?;
    let links = setup_tokens::delete_old(&mut conn, now - SETUP_LINK_LIFE).await?;
    tracing::debug!(sessions, states, links, "Cleared away what has run out");
    Ok(())
}
