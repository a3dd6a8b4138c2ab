//! Notices: how soon people hear, what a storm becomes, and what a long queue does to looking.

mod drain;
mod listeners;
mod sink;
mod storm;
mod telling;

use chrono::{DateTime, Utc};
use domain::{
    id::{IncidentId, ServiceId},
    incident::Severity,
    notice::message::Subject,
    verdict::Verdict,
};
use serde::Serialize;
use uuid::Uuid;

use self::{drain::Drain, storm::Storm, telling::Telling};
use super::say;
use crate::{
    Args,
    report::{Section, tenths},
};

/// Where webhooks lead.
const SINK: u16 = 18_088;

#[derive(Debug, Serialize)]
struct Notices {
    telling: Telling,
    storm: Storm,
    drain: Drain,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    say("100 events a second");
    let telling = telling::run(args).await?;
    say("a whole workspace fails at once");
    let storm = storm::run(args).await?;
    say("a long queue drains");
    let drain = drain::run(args).await?;
    section(&Notices {
        telling,
        storm,
        drain,
    })
}

/// What is told of a service that is down since `now`; nobody's in particular.
fn outage(now: DateTime<Utc>) -> Subject {
    Subject {
        service: Some(ServiceId(Uuid::nil())),
        incident: Some(IncidentId(Uuid::nil())),
        name: String::new(),
        target: "http://127.0.0.1/".to_owned(),
        category: None,
        state: Verdict::Down,
        worst: Some(Severity::Down),
        cause: Some("Nobody listens there.".to_owned()),
        since: now,
        lasted: None,
        latency: None,
        certificate_days: None,
        vendor: None,
        link: None,
        said: None,
    }
}

fn section(notices: &Notices) -> anyhow::Result<Section> {
    let (telling, storm, drain) = (&notices.telling, &notices.storm, &notices.drain);
    let mut section = Section::new(
        "Notices: how soon they are sent, storms, and a long queue",
        format!(
            "Every channel is a webhook to a server on loopback that takes everything. An event is an incident that the worker\n\
             opens: {} services of {} workspaces, each with {} channels, are looked at every {} s where nobody listens. The first\n\
             message of a channel gathers for half a second and further ones for longer; what is measured is the time after that,\n\
             until the message has arrived. Then {} services of one workspace fail because their server is killed. As many again\n\
             are noted in one transaction with the planner and the statements of the worker, because looks never end at the same\n\
             instant: planning is that transaction. Last, {} notices\n\
             wait for {} channels, written by SQL, and are let go while {} services are looked at every 10 s.",
            telling.shape.services,
            telling.shape.workspaces,
            listeners::EACH,
            telling.shape.interval_s,
            storm.services,
            drain.queued,
            drain.channels,
            drain.services,
        ),
        &["", "measured", "wanted"],
    );
    telling_rows(&mut section, telling);
    storm_rows(&mut section, storm);
    drain_rows(&mut section, drain);
    section.with(notices)
}

fn telling_rows(section: &mut Section, it: &Telling) {
    let events = format!("{} / {}", it.events, tenths(it.per_second));
    section.row(&[&"events / per second", &events, &"100 per second"]);
    let messages = format!("{} / {}", it.notices, it.messages);
    section.row(&[&"notices / messages that told them", &messages, &""]);
    section.row(&[
        &"event to the first message of a channel p50 / p99 / most, ms",
        &it.first,
        &"p99 within 1,500",
    ]);
    section.row(&[
        &"every message, after it gathered, p50 / p99 / most, ms",
        &it.gathered,
        &"p99 within 1,000",
    ]);
    section.row(&[&"others, processors", &tenths(it.spent.others()), &""]);
}

fn storm_rows(section: &mut Section, storm: &Storm) {
    let all = storm.services;
    if let Some(real) = &storm.real {
        section.row(&[
            &format!("{all} fail at once: messages per channel in the first minute"),
            &real.messages,
            &"at most 3",
        ]);
        section.row(&[&"of them named or counted there", &real.told, &all]);
        section.row(&[
            &"from the failure until all are told of, s",
            &tenths(real.seconds),
            &"",
        ]);
    }
    let planned = &storm.planned;
    section.row(&[
        &format!(
            "{all} in one transaction, {} notices: planning, s",
            planned.notices
        ),
        &format!("{:.2}", planned.noting_s),
        &"at most 1",
    ]);
    section.row(&[
        &"gathering, composing and sending them, after half a second, s",
        &format!("{:.2}", planned.gathering_s),
        &"",
    ]);
    let told = format!("{} / {}", planned.messages, planned.told);
    section.row(&[
        &"messages per channel / named or counted there",
        &told,
        &format!("1 / {all}"),
    ]);
}

fn drain_rows(section: &mut Section, drain: &Drain) {
    let late = |window: &bench::watch::Window| {
        format!(
            "{} / {} / {}",
            window.late_p50_ms, window.late_p99_ms, window.late_max_ms
        )
    };
    let mut line = |when: &str, window: Option<&bench::watch::Window>, wanted: &str| {
        let what = format!("lateness of looks p50 / p99 / most {when}, ms");
        section.row(&[&what, &window.map(late).unwrap_or_default(), &wanted]);
    };
    line("while the notices wait", drain.windows.first(), "");
    line("while they drain", drain.worst(), "no effect");
    let seconds = drain.seconds.map_or_else(
        || format!("not within {} s", drain::PATIENCE.as_secs()),
        tenths,
    );
    section.row(&[
        &format!("{} notices are told after, s", drain.queued),
        &seconds,
        &"",
    ]);
    let told = format!("{} / {}", drain.messages, drain.told);
    section.row(&[
        &"messages / services named or counted in them",
        &told,
        &format!("{} / {}", drain.channels, drain.queued),
    ]);
    let worker = drain.worst().map(|window| window.spent.cores("worker"));
    section.row(&[
        &"worker while they drain, processors",
        &tenths(worker.unwrap_or(0.0)),
        &"",
    ]);
}
