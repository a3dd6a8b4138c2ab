//! What a person at the terminal is told: standard output, plainly. Logs go to standard error.

use std::io::Write as _;

/// Writes `text` and a line end. A closed pipe is nobody's trouble.
pub fn tell(text: impl std::fmt::Display) {
    writeln!(std::io::stdout(), "{text}").ok();
}
