//! What a person at the terminal is told: answers on standard output, trouble on standard error beside the log.

use std::io::Write as _;

/// Writes `text` and a line end. A closed pipe is nobody's trouble.
pub fn tell(text: impl std::fmt::Display) {
    writeln!(std::io::stdout(), "{text}").ok();
}

/// Says what went wrong, with its causes, in the form of a sentence rather than of a log line.
pub fn complain(error: &anyhow::Error) {
    writeln!(std::io::stderr(), "\n{error:#}").ok();
}

/// How this program was called, for lines to type: `pulsecheck`, or a path where it is not installed.
pub fn program() -> String {
    let name = std::env::args().next();
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "pulsecheck".to_owned())
}
