//! Pages read from a real server that misbehaves as it is told.

mod discovering;
mod ground;
mod manners;
mod reading;
