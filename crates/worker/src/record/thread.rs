//! A thread of the record's own: encoding thousands of looks takes a while, and no look that is due meanwhile waits for it.

use std::{future::Future, panic::resume_unwind};

use tokio::{
    runtime::{Builder, Handle, Runtime, RuntimeMetrics},
    task::JoinError,
};
use tokio_util::task::AbortOnDropHandle;

/// Runs what it is given beside everything else. Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Thread {
    handle: Handle,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl Thread {
    /// Fails where the machine gives no thread.
    pub(super) fn new() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("record")
            .enable_all()
            .build()?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Starts `work` on the thread and returns its result. Dropping the returned future aborts it; a panic is passed on.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send + 'static {
        let task = AbortOnDropHandle::new(self.handle.spawn(work));
        async move { task.await.unwrap_or_else(|error| fail(error)) }
    }

    /// What it was busy with, for whoever adds up what looking costs.
    pub(super) fn metrics(&self) -> RuntimeMetrics {
        self.handle.metrics()
    }
}

fn fail<T>(error: JoinError) -> T {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(error) => panic!("the record's thread is gone: {error}"),
    }
}

/// Dropping a runtime waits for its threads, which asynchronous code must not.
impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt as _;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_runs_there_gives_its_result_or_its_panic() {
        let thread = Thread::new().expect("a thread");
        let name = thread.run(async { std::thread::current().name().map(ToOwned::to_owned) });
        assert_eq!(name.await.as_deref(), Some("record"));
        let panicking = thread.run(async { panic!("as it may happen") });
        let panic = AssertUnwindSafe(panicking).catch_unwind().await;
        let panic: Box<dyn std::any::Any + Send> = panic.map(|(): ()| ()).expect_err("a panic");
        assert_eq!(panic.downcast_ref(), Some(&"as it may happen"));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_ends() {
        let thread = Thread::new().expect("a thread");
        let (alive, ended) = oneshot::channel::<()>();
        let work = thread.run(async move {
            std::future::pending::<()>().await;
            drop(alive);
        });
        drop(work);
        assert!(ended.await.is_err());
    }
}
