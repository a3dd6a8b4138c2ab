//! Background tasks that are all awaited at shutdown, and of which none may die unnoticed.

use std::{future::Future, time::Duration};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::signals::Signals;

/// How long tasks may take to end after they were asked to.
const LONGEST_GOODBYE: Duration = Duration::from_secs(40);

/// A set of named tasks that end together.
#[derive(Debug, Default)]
pub struct Tasks {
    set: JoinSet<(&'static str, anyhow::Result<()>)>,
    stop: CancellationToken,
}

impl Tasks {
    /// Cancelled when the process is to end; tasks then finish what they hold and return.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts a task. One that returns before it was asked to ends the process.
    pub fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.set.spawn(async move { (name, task.await) });
    }

    /// Runs until SIGTERM, SIGINT, or until a task ends by itself; then stops the rest and waits for them.
    /// A second Ctrl-C, or 40 s, ends the waiting.
    pub async fn run(self, mut signals: Signals) -> anyhow::Result<()> {
        self.run_until(async move { signals.heard().await }).await
    }

    /// Like `run`, with another reason to stop than a signal.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let first = tokio::select! {
            () = stop => Ok(()),
            Some(done) = self.set.join_next() => finished(done),
        };
        self.stop.cancel();
        let rest = self.wait();
        let mut again = signal(SignalKind::interrupt())?;
        tokio::select! {
            result = rest => first.and(result),
            _ = again.recv() => anyhow::bail!("stopped at once by a second signal"),
            () = tokio::time::sleep(LONGEST_GOODBYE) => anyhow::bail!("some tasks did not end within {} s", LONGEST_GOODBYE.as_secs()),
        }
    }

    async fn wait(&mut self) -> anyhow::Result<()> {
        let mut result = Ok(());
        while let Some(done) = self.set.join_next().await {
            result = result.and(finished(done));
        }
        result
    }
}

fn finished(
    done: Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>,
) -> anyhow::Result<()> {
    let (name, result) = done.context("a task panicked")?;
    result.with_context(|| format!("{name} failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_fails_stops_the_others_and_is_named() {
        let mut tasks = Tasks::default();
        let stop = tasks.stopping();
        tasks.spawn("patient", async move {
            stop.cancelled().await;
            Ok(())
        });
        tasks.spawn("broken", async { anyhow::bail!("no") });
        let error = tasks
            .run_until(std::future::pending())
            .await
            .expect_err("a task failed");
        assert!(error.to_string().contains("broken"), "{error}");
    }
}
