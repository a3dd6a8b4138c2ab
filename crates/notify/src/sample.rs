//! A message as it could be, for previews and for trying templates.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    incident::Severity,
    notice::message::{Counts, Kind, Links, Message, Subject, VendorWords},
    verdict::Verdict,
};
use url::Url;

/// A message of this kind about services that do not exist; its links lead to `public_url`. Of those that say several things
/// there are several, and more than are named.
pub fn sample(kind: Kind, workspace: &str, public_url: &Url, now: DateTime<Utc>) -> Message {
    let state = match kind {
        Kind::Down | Kind::Still | Kind::Acknowledged | Kind::Flapping | Kind::Digest => {
            Verdict::Down
        }
        Kind::Degraded | Kind::VendorUpdate => Verdict::Degraded,
        Kind::UnknownLong | Kind::Isolated => Verdict::Unknown,
        Kind::MaintenanceUpcoming | Kind::MaintenanceStarted => Verdict::Maintenance,
        _ => Verdict::Up,
    };
    let about_nobody = matches!(kind, Kind::Test | Kind::DeliveryFailed | Kind::Isolated);
    let is_open = matches!(
        kind,
        Kind::Down | Kind::Degraded | Kind::Still | Kind::UnknownLong
    );
    Message {
        key: format!("sample-{}", kind.as_str()),
        kind,
        workspace: workspace.to_owned(),
        subjects: match kind {
            _ if about_nobody => Vec::new(),
            Kind::Digest => several(now),
            _ => vec![subject(kind, state, now)],
        },
        more: Counts {
            down: if kind == Kind::Digest { 211 } else { 0 },
            ..Counts::default()
        },
        common_cause: None,
        notes: notes(kind),
        links: Links {
            open: Some(public_url.clone()),
            acknowledge: is_open.then(|| public_url.clone()),
            unsubscribe: BTreeMap::new(),
        },
        occurred_at: now,
        late: None,
    }
}

/// What a digest says, each of another kind.
fn several(now: DateTime<Utc>) -> Vec<Subject> {
    let said = [
        (Kind::Down, Verdict::Down),
        (Kind::Flapping, Verdict::Down),
        (Kind::Degraded, Verdict::Degraded),
        (Kind::Certificate, Verdict::Up),
        (Kind::Recovered, Verdict::Up),
    ];
    let names = ["Example service", "Shop", "Search", "Blog", "Payments"];
    let both = said.into_iter().zip(names);
    both.map(|((kind, state), name)| Subject {
        name: name.to_owned(),
        said: Some(kind),
        ..subject(kind, state, now)
    })
    .collect()
}

fn subject(kind: Kind, state: Verdict, now: DateTime<Utc>) -> Subject {
    let failure = match kind {
        Kind::VendorUpdate | Kind::MaintenanceUpcoming | Kind::MaintenanceStarted => None,
        _ if state == Verdict::Up => None,
        _ => Some(Failure::new(
            FailureCode::UnexpectedStatus,
            Phase::Ttfb,
            Detail::Status {
                status: 503,
                expected: "200".to_owned(),
            },
        )),
    };
    Subject {
        service: None,
        incident: None,
        name: "Example service".to_owned(),
        target: "https://example.com/".to_owned(),
        category: Some("Production".to_owned()),
        state,
        worst: (state != Verdict::Maintenance).then_some(Severity::Down),
        cause: failure.map(|failure| failure.sentence()),
        since: now - TimeDelta::seconds(330),
        lasted: (!matches!(kind, Kind::Down | Kind::Degraded)).then_some(Duration::from_secs(330)),
        latency: Some(Duration::from_millis(120)),
        certificate_days: (kind == Kind::Certificate).then_some(7),
        vendor: (kind == Kind::VendorUpdate).then(|| VendorWords {
            page: "Example".to_owned(),
            incident: Some("Elevated errors".to_owned()),
            phase: Some("identified".to_owned()),
            text: Some("We have found the cause and are working on it.".to_owned()),
            url: None,
        }),
        link: None,
        said: None,
    }
}

fn notes(kind: Kind) -> Vec<String> {
    match kind {
        Kind::Acknowledged => vec!["Reminders stop until it recovers.".to_owned()],
        Kind::DeliveryFailed => vec!["The channel #ops answered: invalid_token.".to_owned()],
        _ => Vec::new(),
    }
}
