//! Puts the released programs to work on loopback and says what it cost; `pulsecheck bench` measures with the same parts.

pub mod bare;
pub mod machine;
pub mod process;
pub mod seed;
pub mod target;
pub mod watch;
