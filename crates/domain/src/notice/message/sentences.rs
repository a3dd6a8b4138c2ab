//! The plain sentences of a message. Texts from outside are cleaned and cut here, once for all channels.

use super::{Counts, Kind, Message, Subject, instant, span};
use crate::{failure::clean, incident::Severity, verdict::Verdict};

/// Longest name inside a sentence, in characters.
const NAME: usize = 120;
/// Longest sentence that came from outside, in characters.
const TEXT: usize = 500;
/// Names in a headline.
const NAMES: usize = 3;
const HEADLINE: usize = 200;

pub(super) fn headline(message: &Message) -> String {
    let line = match (&message.subjects[..], message.affected()) {
        (_, 0) => about_nobody(message.kind),
        ([only], 1) => about_one(only.kind(message.kind), only),
        _ => about_several(message),
    };
    clean(&line, HEADLINE - 1)
}

fn about_nobody(kind: Kind) -> String {
    match kind {
        Kind::Test => "Test message from PulseCheck",
        Kind::Isolated => "PulseCheck is cut off: no verdicts until its own network works again",
        Kind::DeliveryFailed => "A channel does not take its notices",
        Kind::MaintenanceUpcoming => "Maintenance is planned",
        Kind::MaintenanceStarted => "Maintenance has begun",
        Kind::MaintenanceEnded => "Maintenance is over",
        _ => "News from PulseCheck",
    }
    .to_owned()
}

fn about_one(kind: Kind, subject: &Subject) -> String {
    let name = clean(&subject.name, NAME);
    let lasted = subject.lasted.map(span);
    let standing = state_word(subject.state);
    match (kind, lasted) {
        // Told only when it is over.
        (Kind::Down, Some(lasted)) => format!("Was down for {lasted}: {name}"),
        (Kind::Degraded, Some(lasted)) => format!("Was degraded for {lasted}: {name}"),
        (Kind::Down, None) => format!("Down: {name}"),
        (Kind::Degraded, None) => format!("Degraded: {name}"),
        (Kind::Recovered, Some(lasted)) => {
            format!("Recovered: {name}, after {lasted}")
        }
        (Kind::Recovered, None) => format!("Recovered: {name}"),
        (Kind::Still, Some(lasted)) => format!("Still {standing} after {lasted}: {name}"),
        (Kind::Still, None) => format!("Still {standing}: {name}"),
        (Kind::Acknowledged, _) => format!("Acknowledged: {name} is {standing}"),
        (Kind::UnknownLong, Some(lasted)) => format!("Unknown for {lasted}: {name}"),
        (Kind::UnknownLong, None) => format!("Unknown: {name}"),
        (Kind::UnknownOver, _) => format!("Seen again: {name} is {standing}"),
        (Kind::Certificate, _) => match subject.certificate_days {
            Some(days) => format!("The certificate of {name} {}", expires(days)),
            None => format!("The certificate of {name} needs attention"),
        },
        (Kind::VendorUpdate, _) => vendor_headline(subject, &name),
        (Kind::MaintenanceUpcoming, _) => format!("Maintenance planned: {name}"),
        (Kind::MaintenanceStarted, _) => format!("Maintenance has begun: {name}"),
        (Kind::MaintenanceEnded, _) => format!("Maintenance is over: {name}"),
        (Kind::Flapping, _) => format!("Flapping: {name} goes up and down"),
        // Nobody looks at it any more.
        (Kind::Settled, _) if subject.state == Verdict::Unknown && subject.cause.is_some() => {
            format!("No longer flapping: {name}")
        }
        (Kind::Settled, _) => format!("Settled: {name} is {standing}"),
        (Kind::Digest, _) => format!("{}: {name}", capital(standing)),
        (Kind::Isolated, _) => format!("PulseCheck is cut off: {name}"),
        (Kind::DeliveryFailed, _) => format!("Notices are not taken: {name}"),
        (Kind::Test, _) => format!("Test message: {name}"),
    }
}

fn expires(days: i32) -> String {
    match days {
        ..0 => "has expired".to_owned(),
        0 => "expires today".to_owned(),
        1 => "expires in 1 day".to_owned(),
        days => format!("expires in {days} days"),
    }
}

fn vendor_headline(subject: &Subject, name: &str) -> String {
    let Some(words) = &subject.vendor else {
        return format!("Update: {name}");
    };
    let page = clean(&words.page, NAME);
    match &words.incident {
        Some(title) => format!("{page}: {}", clean(title, NAME)),
        None => format!("{page} writes about {name}"),
    }
}

fn about_several(message: &Message) -> String {
    let total = message.affected();
    let what = match message.kind {
        Kind::Down => format!("{total} services down"),
        Kind::Degraded => format!("{total} services degraded"),
        Kind::Recovered => format!("{total} services recovered"),
        Kind::Still => format!("Still: {}", tally(message.counts())),
        Kind::Acknowledged => format!("Acknowledged: {total} services"),
        Kind::UnknownLong => format!("{total} services unknown"),
        Kind::UnknownOver => format!("{total} services seen again"),
        Kind::Certificate => format!("{total} certificates need attention"),
        Kind::VendorUpdate => match same_vendor_incident(&message.subjects) {
            Some(title) => format!("{title} ({total} services)"),
            None => format!("Updates about {total} services"),
        },
        Kind::MaintenanceUpcoming => format!("Maintenance planned for {total} services"),
        Kind::MaintenanceStarted => format!("{total} maintenance windows have begun"),
        Kind::MaintenanceEnded => format!("{total} maintenance windows are over"),
        Kind::Flapping => format!("{total} services flapping"),
        Kind::Settled => format!("{total} services settled"),
        Kind::Isolated => format!("PulseCheck is cut off: {total} services unknown"),
        Kind::DeliveryFailed => format!("{total} channels do not take notices"),
        Kind::Digest | Kind::Test => tally(message.counts()),
    };
    // Of one service several things may be said.
    let mut named: Vec<String> = Vec::new();
    let mut rest = total;
    for name in message.subjects.iter().map(|one| clean(&one.name, 40)) {
        let is_named = named.contains(&name);
        if !is_named && named.len() == NAMES {
            continue;
        }
        rest = rest.saturating_sub(1);
        if !is_named {
            named.push(name);
        }
    }
    match (named.is_empty(), rest) {
        (true, _) => what,
        (false, 0) => format!("{what}: {}", named.join(", ")),
        (false, rest) => format!("{what}: {} and {rest} more", named.join(", ")),
    }
}

fn same_vendor_incident(subjects: &[Subject]) -> Option<String> {
    let words = subjects.first()?.vendor.as_ref()?;
    let title = words.incident.as_ref()?;
    subjects
        .iter()
        .all(|subject| {
            subject
                .vendor
                .as_ref()
                .is_some_and(|other| other.incident.as_ref() == Some(title))
        })
        .then(|| format!("{}: {}", clean(&words.page, 60), clean(title, 80)))
}

/// `12 down, 2 degraded, 1 recovered`.
fn tally(counts: Counts) -> String {
    let parts = [
        (counts.down, "down"),
        (counts.degraded, "degraded"),
        (counts.unknown, "unknown"),
        (counts.flapping, "flapping"),
        (counts.maintenance, "in maintenance"),
        (counts.up, "up"),
        (counts.certificates, "with a certificate that ends"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

/// `And 3 more, all down.`, or `And 3 more: 2 down, 1 degraded.`
fn beyond(more: Counts) -> String {
    let (total, tally) = (more.total(), tally(more));
    match tally.split_once(' ') {
        Some((_, state)) if !state.contains(',') && total > 1 => {
            format!("And {total} more, all {state}.")
        }
        _ => format!("And {total} more: {tally}."),
    }
}

pub(super) fn all(message: &Message) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(message.common_cause.as_deref().and_then(from_outside));
    // What has to be known stands before what may be cut off.
    lines.extend(lateness(message));
    lines.extend(message.notes.iter().filter_map(|note| from_outside(note)));
    if message.kind == Kind::Test {
        lines.push("This is how notices arrive here. Nothing happened to any service.".to_owned());
    }
    if let ([only], 1) = (&message.subjects[..], message.affected()) {
        lines.extend(of_subject(only, only.kind(message.kind)));
    } else {
        // What a vendor wrote of all of them is said once.
        let words = same_words(message);
        let is_said = words.is_some();
        lines.extend(words);
        lines.extend(message.subjects.iter().map(|subject| {
            let line = in_one_line(subject, subject.kind(message.kind));
            let words = vendor_words(subject);
            let words = words.filter(|_| subject.kind(message.kind) == Kind::VendorUpdate);
            match words.filter(|_| !is_said) {
                Some(words) => format!("{line} {words}"),
                None => line,
            }
        }));
        if !message.more.is_none() {
            lines.push(beyond(message.more));
        }
    }
    lines
}

pub(super) fn lateness(message: &Message) -> Option<String> {
    let late = span(message.late?);
    let at = instant(message.occurred_at);
    Some(format!("This message is {late} late: it happened at {at}."))
}

/// `Payments API is down: No answer within 5 s. Since 2026-11-28 12:00:07 UTC.`
fn in_one_line(subject: &Subject, kind: Kind) -> String {
    let name = clean(&subject.name, NAME);
    let standing = state_word(subject.state);
    let is_up = subject.state == Verdict::Up;
    let after = subject
        .lasted
        .map_or_else(String::new, |lasted| format!(" after {}", span(lasted)));
    let cause = subject.cause.as_deref().and_then(from_outside);
    match kind {
        Kind::Certificate => match subject.certificate_days {
            Some(days) => format!("The certificate of {name} {}.", expires(days)),
            None => format!("The certificate of {name} needs attention."),
        },
        Kind::Flapping => format!("{name} is flapping: it goes up and down."),
        Kind::Settled if is_up => format!("{name} has settled and is up."),
        Kind::UnknownOver => format!("{name} is seen again{after}: it is {standing}."),
        Kind::DeliveryFailed => format!(
            "{name} does not take notices: {}",
            cause.unwrap_or_else(|| "no reason is known.".to_owned())
        ),
        // A window, told beside other things or with other windows.
        _ if subject.target.is_empty() && is_up => format!("{name} is over{after}."),
        _ if is_up && !after.is_empty() => format!("{name} is up again{after}."),
        _ if is_up => format!("{name} is up."),
        _ => format!(
            "{name} is {}{standing}: {} Since {}.",
            if kind == Kind::Still { "still " } else { "" },
            cause.unwrap_or_else(|| "no reason is known.".to_owned()),
            instant(subject.since)
        ),
    }
}

pub(super) fn of_subject(subject: &Subject, kind: Kind) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(subject.cause.as_deref().and_then(from_outside));
    lines.extend(vendor_words(subject));
    match (kind, subject.lasted) {
        (Kind::Recovered | Kind::Down | Kind::Degraded, Some(lasted)) => lines.push(format!(
            "It was {} for {}, from {}.",
            subject.worst.map_or("down", |worst| severity_word(worst)),
            span(lasted),
            instant(subject.since)
        )),
        (Kind::MaintenanceEnded, Some(lasted)) => lines.push(format!(
            "It lasted {}, from {}.",
            span(lasted),
            instant(subject.since)
        )),
        (
            Kind::Down
            | Kind::Degraded
            | Kind::MaintenanceStarted
            | Kind::Still
            | Kind::Acknowledged
            | Kind::UnknownLong
            | Kind::Recovered,
            _,
        ) => lines.push(format!("Since {}.", instant(subject.since))),
        _ => {}
    }
    if let (Kind::Recovered | Kind::UnknownOver | Kind::Settled, Some(latency)) =
        (kind, subject.latency)
    {
        lines.push(format!("It answers within {}.", span(latency)));
    }
    lines
}

/// `Stripe writes (identified): We found it.`
fn vendor_words(subject: &Subject) -> Option<String> {
    let words = subject.vendor.as_ref()?;
    let text = clean(words.text.as_ref()?, TEXT);
    let page = clean(&words.page, NAME);
    let phase = words.phase.as_deref().map(|phase| clean(phase, 40));
    Some(match phase {
        Some(phase) => format!("{page} writes ({phase}): {text}"),
        None => format!("{page} writes: {text}"),
    })
}

/// What a vendor wrote of all that a message is about, where that is all it says.
fn same_words(message: &Message) -> Option<String> {
    let first = message.subjects.first()?.vendor.as_ref();
    let same = |one: &Subject| one.vendor.as_ref() == first;
    let is_update = message.kind == Kind::VendorUpdate;
    let first = message.subjects.first()?;
    (is_update && message.subjects.iter().all(same))
        .then(|| vendor_words(first))
        .flatten()
}

/// A sentence from outside, made fit to show and ended; None when nothing is left of it.
fn from_outside(text: &str) -> Option<String> {
    let mut text = clean(text, TEXT);
    if text.is_empty() {
        return None;
    }
    if !text.ends_with(['.', '!', '?', '…', ':']) {
        text.push('.');
    }
    Some(text)
}

const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Degraded => "degraded",
        Severity::Down => "down",
    }
}

const fn state_word(state: Verdict) -> &'static str {
    match state {
        Verdict::Maintenance => "in maintenance",
        other => other.as_str(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
