//! Signals to programs that a test has started. A bare system has no `kill` to call.

use rustix::process::{Pid, kill_process, kill_process_group};

pub use rustix::process::Signal;

/// Sends a signal to a process.
///
/// # Panics
/// Where there is none.
pub fn signal(process: u32, signal: Signal) {
    kill_process(pid(process), signal).expect("it runs");
}

/// Sends a signal to everything that a terminal would: a group, by its first process.
///
/// # Panics
/// Where there is none.
pub fn signal_group(first: u32, signal: Signal) {
    kill_process_group(pid(first), signal).expect("it runs");
}

fn pid(process: u32) -> Pid {
    let number = i32::try_from(process).ok();
    number.and_then(Pid::from_raw).expect("a process")
}
