//! What is wrong with this installation, in plain words.

use std::fmt;

use chrono::TimeDelta;
use db::{resealing, schema, services, users, workers};

use crate::state::AppState;

pub mod secrets;

/// A worker that was silent for longer looks at nothing.
const LIVE: TimeDelta = TimeDelta::seconds(6);
/// Sessions and charts go by this machine's clock, slots by the database's.
const LARGEST_OFFSET: TimeDelta = TimeDelta::seconds(10);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub subject: &'static str,
    /// What is wrong and what helps; none when it is fine.
    pub fault: Option<String>,
    /// What one should know although it is fine; empty when there is nothing.
    pub note: String,
}

impl Finding {
    fn of(subject: &'static str, fault: Option<String>) -> Self {
        Self {
            subject,
            fault,
            note: String::new(),
        }
    }

    pub fn is_fine(&self) -> bool {
        self.fault.is_none()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            None if self.note.is_empty() => write!(f, "ok     {}", self.subject),
            None => write!(f, "ok     {}: {}", self.subject, self.note),
            Some(fault) => write!(f, "WRONG  {}: {fault}", self.subject),
        }
    }
}

/// Looks at everything that can be looked at from outside a running process.
pub async fn examine(state: &AppState) -> Vec<Finding> {
    let mut findings = vec![Finding::of("settings", None)];
    let database = match state.db.acquire().await {
        Ok(mut conn) => schema::check_usable(&mut conn).await,
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
        match records(state).await {
            Ok(more) => findings.extend(more),
            Err(error) => findings.push(Finding::of("records", Some(error.to_string()))),
        }
    }
    findings
}

/// What the records say: somebody operates it, and somebody looks.
async fn records(state: &AppState) -> db::Result<Vec<Finding>> {
    let mut conn = state.db.acquire().await?;
    let operated = users::operator_exists(&mut conn).await?;
    let now = services::now(&mut conn).await?;
    let workers = workers::list(&mut conn).await?;
    let live = workers
        .iter()
        .any(|worker| (now - worker.heartbeat_at).abs() <= LIVE);
    let mail = Finding {
        note: if workers::send_mail(&mut conn).await? {
            "a worker sends it"
        } else {
            "none is sent; SMTP_HOST and MAIL_FROM of the workers change that"
        }
        .to_owned(),
        ..Finding::of("mail", None)
    };
    let sealed = resealing::examine(&mut conn, &state.keyring).await?;
    let secrets = match secrets::said(&sealed, state.keyring.previous().is_some()) {
        Ok(note) => Finding {
            note,
            ..Finding::of("secrets", None)
        },
        Err(fault) => Finding::of("secrets", Some(fault)),
    };
    let off = (now - state.clock.now()).abs();
    Ok(vec![
        mail,
        secrets,
        Finding::of(
            "operator",
            (!operated).then(|| "nobody operates it yet: `api setup-link` shows how".to_owned()),
        ),
        Finding::of(
            "worker",
            (!live).then(|| "no worker is running, so nothing is looked at".to_owned()),
        ),
        Finding::of(
            "clock",
            (off > LARGEST_OFFSET).then(|| {
                let seconds = off.num_seconds();
                format!(
                    "this machine's clock and the database's are {seconds} s apart: set both by NTP"
                )
            }),
        ),
    ])
}
