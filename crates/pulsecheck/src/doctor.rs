//! What is wrong with this installation, in plain words, with what to do about it.

mod database;
mod folder;
mod mail;
mod reach;

use std::fmt;

use crate::installation::Settings;
use crate::output::tell;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Good,
    /// Works, with a consequence that one should know.
    Odd,
    /// Does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub grade: Grade,
    /// One word for it.
    pub subject: &'static str,
    /// A sentence, and what to type.
    pub text: String,
}

/// What `serve` would be given.
pub use crate::serve::Config;

/// Looks at everything, tells all of it, and fails when something is wrong.
pub async fn run(settings: &Settings, config: &Config) -> anyhow::Result<()> {
    let findings = examine(settings, config).await;
    for finding in &findings {
        tell(finding);
    }
    let wrong = findings
        .iter()
        .filter(|finding| finding.grade == Grade::Wrong)
        .count();
    anyhow::ensure!(
        wrong == 0,
        "{wrong} of {} things are wrong.",
        findings.len()
    );
    Ok(())
}

/// Looks at everything, without stopping at the first trouble.
pub async fn examine(settings: &Settings, config: &Config) -> Vec<Finding> {
    let mut findings = folder::examine(settings);
    findings.extend(database::examine(settings).await);
    findings.extend(reach::examine(settings, config).await);
    findings.extend(mail::examine(&config.mail));
    findings
}

impl Finding {
    fn good(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            grade: Grade::Good,
            subject,
            text: text.into(),
        }
    }

    fn odd(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            grade: Grade::Odd,
            subject,
            text: text.into(),
        }
    }

    fn wrong(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            grade: Grade::Wrong,
            subject,
            text: text.into(),
        }
    }

    /// What a step's failure says, with all of its causes.
    fn failure(subject: &'static str, error: &anyhow::Error) -> Self {
        Self::wrong(subject, format!("{error:#}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.grade {
            Grade::Good => "ok",
            Grade::Odd => "note",
            Grade::Wrong => "WRONG",
        };
        write!(
            f,
            "{word:<6} {:<12} {}",
            self.subject,
            self.text.replace('\n', "\n                    ")
        )
    }
}
