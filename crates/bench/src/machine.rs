//! Which machine the figures were taken on.

use serde::{Deserialize, Serialize};

/// What a reader needs to compare figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_mb: u64,
    pub kernel: String,
    pub version: String,
    /// The load average of the last minute before the measurements began.
    pub load: String,
}

/// Reads it from the system; empty where the system does not say.
pub fn describe() -> Machine {
    let cpuinfo = read("/proc/cpuinfo");
    let processor = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or_default();
    let memory = read("/proc/meminfo");
    let memory = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .unwrap_or_default();
    let memory_kb: u64 = memory.trim().trim_end_matches(" kB").parse().unwrap_or(0);
    Machine {
        processor: processor.trim_start_matches([':', ' ', '\t']).to_owned(),
        cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        memory_mb: memory_kb / 1024,
        kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        load: read("/proc/loadavg")
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
