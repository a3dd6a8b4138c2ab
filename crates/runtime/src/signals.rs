//! SIGTERM and Ctrl-C, heard from the moment this value is made: one that arrives while nobody waits is kept.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The two signals that ask the process to end. Make it before anything else: from then on they no longer end the
/// process by themselves.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Fails when the kernel refuses a handler. Has to be called within a Tokio runtime.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of the two, or returns at once when one came since the last call.
    pub async fn heard(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Runs `work` unless a signal comes first; `None` when it did.
    pub async fn unless_heard<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.heard() => None,
            result = work => Some(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_that_comes_while_nobody_waits_is_heard_later() {
        let mut signals = Signals::new().expect("handlers");
        assert_eq!(signals.unless_heard(async { 1 }).await, Some(1));
        let pid = rustix::process::getpid();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        let waited = signals.unless_heard(std::future::pending::<()>()).await;
        assert_eq!(waited, None);
    }
}
