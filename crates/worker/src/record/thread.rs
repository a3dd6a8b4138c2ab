//! A thread of the record's own: encoding thousands of looks takes a while, and no look that is due meanwhile waits for it.

use std::{future::Future, panic::resume_unwind};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinError,
};
use tokio_util::task::AbortOnDropHandle;

/// Runs what it is given beside everything else.
#[derive(Debug)]
pub(super) struct Aside {
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl Aside {
    /// Fails where the machine gives no thread.
    pub(super) fn new() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("record")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// What `work` gives. It ends where it stands when nobody waits for it any more; should it panic, so does whoever waits.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send + 'static {
        let task = self
            .runtime
            .as_ref()
            .map(|runtime| AbortOnDropHandle::new(runtime.spawn(work)));
        async move {
            match task {
                Some(task) => task.await.unwrap_or_else(|error| fail(error)),
                None => std::future::pending().await,
            }
        }
    }
}

fn fail<T>(error: JoinError) -> T {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(error) => panic!("the record's thread is gone: {error}"),
    }
}

/// A thread cannot be waited for where futures run: it ends by itself.
impl Drop for Aside {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
