//! What is wrong with this installation, in plain words.

use std::fmt;

use db::schema;

use crate::state::AppState;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub subject: &'static str,
    /// What is wrong and what helps; none when it is fine.
    pub fault: Option<String>,
}

impl Finding {
    fn of(subject: &'static str, fault: Option<String>) -> Self {
        Self { subject, fault }
    }

    pub fn is_fine(&self) -> bool {
        self.fault.is_none()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            None => write!(f, "ok     {}", self.subject),
            Some(fault) => write!(f, "WRONG  {}: {fault}", self.subject),
        }
    }
}

/// Looks at everything that can be looked at from outside a running process.
pub async fn examine(state: &AppState) -> Vec<Finding> {
    let mut findings = vec![Finding::of("settings", None)];
    let database = match state.db.acquire().await {
        Ok(mut conn) => schema::check(&mut conn).await,
        Err(error) => Err(error),
    };
    let reachable = database.is_ok();
    findings.push(Finding::of(
        "database",
        database.err().map(|error| error.to_string()),
    ));
    let cache = state.status.is_reachable().await;
    findings.push(Finding::of(
        "status cache",
        (!cache)
            .then(|| "Redis does not answer; live updates are missing until it does".to_owned()),
    ));
    if reachable {
        findings.extend(records(state).await);
    }
    findings
}

async fn records(_state: &AppState) -> Vec<Finding> {
    Vec::new()
}
