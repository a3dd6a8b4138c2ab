//! The report of a week: when it is due, and what it says.

mod rhythm;
mod week;

pub use rhythm::{Rhythm, TOO_LATE, Week};
pub use week::{
    Certificate, Disturbance, Longest, Place, Poor, Report, ServiceWeek, Slow, WITHIN_DAYS,
};
