//! Whether the worker truly works: a file that is touched only while the schedule and the record both move.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

/// How often the file may be touched.
const PERIOD: Duration = Duration::from_secs(2);

/// Counts the rounds of a loop. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark(Arc<AtomicU64>);

impl Mark {
    /// One more round.
    pub(crate) fn touch(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many rounds there were.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Touches `file` every two seconds in which everything moved, until `stop`.
pub(crate) async fn keep(
    file: PathBuf,
    mut moved: impl FnMut() -> bool + Send,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(PERIOD) => {}
        }
        if !moved() {
            tracing::warn!("the worker makes no progress; its heartbeat file is left as it is");
            continue;
        }
        // Writing sets the time of the file.
        let written = tokio::fs::write(&file, b"").await;
        if let Err(error) = &written
            && !failing
        {
            tracing::warn!(%error, file = %file.display(), "HEARTBEAT_FILE cannot be written");
        }
        failing = written.is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_file_is_touched_only_while_everything_moves() {
        let folder = std::env::temp_dir().join(format!("pulsecheck-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("heartbeat");
        let (mark, stop) = (Mark::default(), CancellationToken::new());
        let (seen, mut before) = (mark.clone(), 0);
        let moved = move || std::mem::replace(&mut before, seen.count()) != seen.count();
        let keeper = keep(file.clone(), moved, stop.clone());
        let life = async {
            tokio::time::sleep(PERIOD * 2).await;
            assert!(!file.exists(), "nothing moved");
            while !file.exists() {
                mark.touch();
                tokio::time::sleep(PERIOD).await;
            }
            stop.cancel();
        };
        let (kept, ()) = tokio::join!(keeper, life);
        kept.unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }
}
