//! Tables of what pages mean.
