//! Tables of gathering: what becomes of each notice, and what a message says of all of them.

use uuid::Uuid;

use super::*;
use crate::{id::ServiceId, notice::message::VendorWords};

mod histories;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn incident(n: u128) -> IncidentId {
    IncidentId(Uuid::from_u128(n))
}

fn subject(n: u128, state: Verdict) -> Subject {
    Subject {
        service: Some(ServiceId(Uuid::from_u128(n))),
        incident: Some(incident(n)),
        name: format!("S{n}"),
        target: format!("https://s{n}.example/"),
        category: None,
        state,
        worst: Some(Severity::Down),
        cause: None,
        since: at(0),
        lasted: None,
        latency: None,
        certificate_days: None,
        vendor: None,
        link: None,
        said: None,
    }
}

fn waiting(id: i64, kind: Kind, of: u128, due: i64) -> Waiting {
    let state = match kind {
        Kind::Degraded => Verdict::Degraded,
        Kind::Recovered => Verdict::Up,
        _ => Verdict::Down,
    };
    Waiting {
        id,
        kind,
        incident: Some(incident(of)),
        occurred_at: at(due),
        due_at: at(due),
        ripe_at: at(due),
        held: false,
        subject: subject(of, state),
    }
}

#[test]
fn an_outage_that_quiet_hours_kept_back_is_told_when_they_end_though_it_is_over() {
    let kept = |due_at| Waiting {
        due_at,
        ripe_at: at(10),
        ..waiting(1, Kind::Down, 1, 0)
    };
    let gathered = gather(&[kept(at(400))], &knows(false, Some(300)), 5, at(400));
    assert_eq!(gathered.fates, [Fate::Told(0)]);
    assert_eq!(gathered.messages[0].notes, ["It is over by now."]);
    let short = gather(&[kept(at(400))], &knows(false, Some(5)), 5, at(400));
    assert_eq!(short.fates, [Fate::Dropped(Why::OverBefore)]);
}

fn knows(told: bool, ended: Option<i64>) -> BTreeMap<IncidentId, Known> {
    let known = Known {
        told,
        ended_at: ended.map(at),
        ..Known::default()
    };
    [(incident(1), known)].into()
}

/// An open incident that became milder then.
fn milder(told: bool, changed: i64) -> BTreeMap<IncidentId, Known> {
    let known = Known {
        told,
        severity: Some(Severity::Degraded),
        milder_since: Some(at(changed)),
        ..Known::default()
    };
    [(incident(1), known)].into()
}

/// Down, up and down again within one window: the last word is how it stands.
#[test]
fn what_is_over_is_told_before_what_begins() {
    let mut again = waiting(3, Kind::Down, 2, 20);
    again.subject.service = subject(1, Verdict::Down).service;
    let rows = [
        waiting(1, Kind::Down, 1, 0),
        waiting(2, Kind::Recovered, 1, 10),
        again,
    ];
    let mut known = knows(true, Some(10));
    known.extend(BTreeMap::from([(incident(2), Known::default())]));
    let gathered = gather(&rows[1..], &known, 3, at(30));
    let kinds: Vec<Kind> = gathered.messages.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Recovered, Kind::Down]);
    assert_eq!(gathered.fates, [Fate::Told(0), Fate::Told(1)]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn what_is_told_of_an_incident() {
    use Fate::{Dropped, Told};
    use Kind::{Degraded, Down, Recovered, Still, VendorUpdate};
    use Why::{Outdated, OverBefore};
    let rows: [(&str, &[Waiting], _, &[Fate]); 16] = [
        (
            "open",
            &[waiting(1, Down, 1, 10)],
            knows(false, None),
            &[Told(0)],
        ),
        (
            "became worse before anybody was told",
            &[waiting(1, Degraded, 1, 10), waiting(2, Down, 1, 12)],
            knows(false, None),
            &[Dropped(Outdated), Told(0)],
        ),
        (
            "over after it was told",
            &[waiting(2, Recovered, 1, 20)],
            knows(true, Some(20)),
            &[Told(0)],
        ),
        (
            "over before its delay was",
            &[waiting(1, Down, 1, 60), waiting(2, Recovered, 1, 20)],
            knows(false, Some(20)),
            &[Dropped(OverBefore), Dropped(OverBefore)],
        ),
        (
            "over before it could be told although it was due: one message tells both",
            &[waiting(1, Down, 1, 10), waiting(2, Recovered, 1, 40)],
            knows(false, Some(40)),
            &[Dropped(Outdated), Told(0)],
        ),
        (
            "became worse after it was told, and ended",
            &[waiting(2, Down, 1, 60), waiting(3, Recovered, 1, 20)],
            knows(true, Some(20)),
            &[Dropped(Outdated), Told(0)],
        ),
        (
            "a reminder of something that is over",
            &[waiting(2, Still, 1, 60)],
            knows(true, Some(20)),
            &[Dropped(OverBefore)],
        ),
        (
            "a vendor's words about what nobody was told of",
            &[waiting(1, Down, 1, 10), waiting(2, VendorUpdate, 1, 10)],
            knows(false, None),
            &[Told(0), Dropped(Outdated)],
        ),
        (
            "over although it was due, and nobody wants to hear of the end, or only later",
            &[waiting(1, Down, 1, 10)],
            knows(false, Some(40)),
            &[Told(0)],
        ),
        (
            "over before its delay was, and nobody wants to hear of the end",
            &[waiting(1, Down, 1, 60)],
            knows(false, Some(40)),
            &[Dropped(OverBefore)],
        ),
        (
            "became worse and was over, all told at once, without the end",
            &[waiting(1, Degraded, 1, 10), waiting(2, Down, 1, 12)],
            knows(false, Some(40)),
            &[Dropped(Outdated), Told(0)],
        ),
        (
            "told as degraded, became worse, was over, without the end",
            &[waiting(2, Down, 1, 12)],
            knows(true, Some(40)),
            &[Told(0)],
        ),
        (
            "became milder before its delay was over",
            &[waiting(1, Down, 1, 60)],
            milder(false, 40),
            &[Dropped(Outdated)],
        ),
        (
            "became milder after it was due",
            &[waiting(1, Down, 1, 10)],
            milder(false, 40),
            &[Told(0)],
        ),
        (
            "the other words of a change that came back",
            &[waiting(2, Degraded, 1, 12)],
            milder(true, 12),
            &[Told(0)],
        ),
        (
            "nothing is known of the end, and it is told",
            &[waiting(2, Recovered, 1, 20)],
            knows(true, None),
            &[Told(0)],
        ),
    ];
    for (what, waiting, known, expected) in rows {
        let gathered = gather(waiting, &known, 3, at(100));
        assert_eq!(gathered.fates, expected, "{what}");
    }
}

#[test]
fn what_is_told_only_after_its_end_says_that_it_is_over() {
    let gathered = gather(
        &[waiting(1, Kind::Down, 1, 10)],
        &knows(false, Some(1_800)),
        3,
        at(2_000),
    );
    let [message] = &gathered.messages[..] else {
        panic!("{gathered:?}");
    };
    assert_eq!(message.notes, ["It is over by now."]);
    let lasted = message.subjects[0].lasted;
    assert_eq!(lasted, Some(std::time::Duration::from_mins(30)));
    assert!(message.late.is_some());
}

#[test]
fn a_reminder_says_how_it_stands_now() {
    let gathered = gather(
        &[waiting(3, Kind::Still, 1, 90)],
        &milder(true, 40),
        3,
        at(91),
    );
    let subject = &gathered.messages[0].subjects[0];
    assert_eq!(subject.state, Verdict::Degraded);
}

#[test]
fn that_a_service_flaps_is_not_told_once_it_has_settled() {
    let about = |id, kind, of| Waiting {
        incident: None,
        ..waiting(id, kind, of, 10)
    };
    let all = [
        about(1, Kind::Flapping, 1),
        about(2, Kind::Settled, 1),
        about(3, Kind::Flapping, 2),
        about(4, Kind::Flapping, 1),
    ];
    let gathered = gather(&all, &BTreeMap::new(), 3, at(11));
    let told = gathered
        .fates
        .iter()
        .map(|fate| matches!(fate, Fate::Told(_)));
    assert_eq!(told.collect::<Vec<_>>(), [false, true, true, true]);
}

#[test]
fn an_acknowledged_incident_is_not_reminded_of() {
    let known = Known {
        told: true,
        acknowledged: true,
        ..Known::default()
    };
    let known = [(incident(1), known)].into();
    let gathered = gather(&[waiting(1, Kind::Still, 1, 10)], &known, 3, at(11));
    assert_eq!(gathered.fates, [Fate::Dropped(Why::Acknowledged)]);
    assert!(gathered.messages.is_empty());
}

#[test]
fn thousands_are_one_message_that_names_some_and_counts_the_rest() {
    let all: Vec<Waiting> = (0..5_000)
        .map(|n| waiting(n, Kind::Down, u128::try_from(n).unwrap(), 10))
        .collect();
    let gathered = gather(&all, &BTreeMap::new(), 3, at(11));
    let [message] = &gathered.messages[..] else {
        panic!("{} messages", gathered.messages.len());
    };
    assert_eq!(message.subjects.len(), NAMED);
    assert_eq!(message.more.down, 4_950);
    assert_eq!(message.late, None);
}

#[test]
fn more_kinds_than_there_is_room_for_are_one_digest_where_each_service_stands_once() {
    let mut all = vec![
        waiting(1, Kind::Down, 1, 10),
        waiting(2, Kind::Degraded, 2, 10),
        waiting(3, Kind::Recovered, 1, 30),
    ];
    all[2].incident = Some(incident(9));
    let known = [(
        incident(9),
        Known {
            told: true,
            ..Known::default()
        },
    )]
    .into();
    let gathered = gather(&all, &known, 1, at(31));
    assert_eq!(gathered.fates, [Fate::Told(0); 3]);
    let [digest] = &gathered.messages[..] else {
        panic!("one message")
    };
    assert_eq!(digest.kind, Kind::Digest);
    let states: Vec<_> = digest.subjects.iter().map(|one| one.state).collect();
    assert_eq!(states, [Verdict::Degraded, Verdict::Up]);
    assert_eq!(gather(&all, &known, 3, at(31)).messages.len(), 3);
}

#[test]
fn in_a_digest_a_certificate_or_a_vendors_words_replace_nothing() {
    let certificate = Waiting {
        incident: None,
        ..waiting(2, Kind::Certificate, 1, 10)
    };
    let mut flapping = waiting(3, Kind::Flapping, 1, 10);
    flapping.incident = None;
    let all = [
        waiting(1, Kind::Down, 1, 10),
        certificate,
        flapping,
        waiting(4, Kind::Degraded, 2, 10),
    ];
    let gathered = gather(&all, &BTreeMap::new(), 1, at(11));
    let [digest] = &gathered.messages[..] else {
        panic!("one message")
    };
    let said: Vec<_> = digest.subjects.iter().filter_map(|one| one.said).collect();
    assert_eq!(
        said,
        [
            Kind::Down,
            Kind::Flapping,
            Kind::Degraded,
            Kind::Certificate
        ]
    );
    assert_eq!(digest.common_cause, None);
}

#[test]
fn beyond_those_that_are_named_each_is_counted_as_what_is_said_of_it() {
    let certificate = |n: i64| Waiting {
        incident: None,
        ..waiting(n, Kind::Certificate, u128::try_from(n).unwrap(), 10)
    };
    let mut all: Vec<Waiting> = (0..60).map(certificate).collect();
    all.push(waiting(99, Kind::Down, 99, 10));
    let gathered = gather(&all, &BTreeMap::new(), 1, at(11));
    assert_eq!(gathered.messages[0].kind, Kind::Digest);
    assert_eq!(gathered.messages[0].more.certificates, 11);
}

#[test]
fn of_a_vendors_updates_the_newest_of_each_of_its_incidents_is_told() {
    let update = |id, of, title: &str| {
        let mut one = waiting(id, Kind::VendorUpdate, of, 10);
        one.subject.vendor = Some(VendorWords {
            incident: Some(title.to_owned()),
            ..VendorWords::default()
        });
        one
    };
    let all = [
        update(1, 1, "Errors"),
        update(2, 1, "Errors"),
        update(3, 2, "Errors"),
        update(4, 1, "Delays"),
    ];
    let told = Known {
        told: true,
        ..Known::default()
    };
    let known = [(incident(1), told), (incident(2), told)].into();
    let gathered = gather(&all, &known, 3, at(11));
    let outdated = Fate::Dropped(Why::Outdated);
    assert_eq!(
        gathered.fates,
        [outdated, Fate::Told(0), Fate::Told(0), Fate::Told(0)]
    );
}

#[test]
fn why_nobody_could_tell_stands_first_where_it_is_one_cause() {
    let one = |n, why: &str| Subject {
        cause: Some(why.to_owned()),
        ..subject(n, Verdict::Unknown)
    };
    let common = |subjects: &[Subject]| {
        let subjects: Vec<&Subject> = subjects.iter().collect();
        common_cause(Kind::UnknownLong, &subjects)
    };
    let (ours, theirs) = ("Our network is down.", "The page cannot be read.");
    assert_eq!(
        common(&[one(1, ours), one(2, ours)]).unwrap(),
        "One cause: Our network is down."
    );
    assert_eq!(common(&[one(1, ours), one(2, theirs)]), None);
    assert_eq!(common(&[one(1, ours)]), None);
    let unsaid = subject(2, Verdict::Unknown);
    assert_eq!(common(&[one(1, ours), unsaid]), None);
}

#[test]
fn a_message_that_waited_for_us_says_so() {
    let one = [waiting(1, Kind::Down, 1, 10)];
    let late = |now| gather(&one, &BTreeMap::new(), 3, at(now)).messages[0].late;
    assert_eq!(late(60), None);
    assert_eq!(late(3_610), Some(TimeDelta::hours(1)));
}

#[test]
fn what_is_told_only_with_its_end_says_so_sooner() {
    let late = |told, now| {
        let waiting = [
            waiting(1, Kind::Down, 1, 10),
            waiting(2, Kind::Recovered, 1, 40),
        ];
        let gathered = gather(&waiting, &knows(told, Some(40)), 3, at(now));
        assert_eq!(gathered.messages.len(), 1);
        gathered.messages[0].late
    };
    assert_eq!(late(false, 60), Some(TimeDelta::seconds(50)));
    assert_eq!(late(false, 19), None);
    assert_eq!(late(true, 60), None);
}

#[test]
fn what_all_have_in_common_stands_first() {
    let cause = |change: fn(usize, &mut Subject)| {
        let mut subjects = [subject(1, Verdict::Down), subject(2, Verdict::Down)];
        for (n, subject) in subjects.iter_mut().enumerate() {
            change(n, subject);
        }
        common_cause(Kind::Down, &subjects.each_ref())
    };
    assert_eq!(cause(|_, _| ()), None);
    let same_host = cause(|n, one| one.target = format!("https://db.example/{n}"));
    assert_eq!(same_host.unwrap(), "All of them are on db.example.");
    let same_incident = cause(|_, one| {
        one.vendor = Some(VendorWords {
            page: "Stripe".into(),
            incident: Some("API errors".into()),
            ..VendorWords::default()
        });
    });
    assert_eq!(
        same_incident.unwrap(),
        "One cause: Stripe reports “API errors”."
    );
}
