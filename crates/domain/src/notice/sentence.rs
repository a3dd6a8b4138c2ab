//! A rule as people say it: “#ops hears when anything in Production is down for 1 minute, and when it is over; again every
//! 30 minutes.”

use std::{fmt::Write as _, time::Duration};

use super::{
    quiet::{Quiet, Words},
    rule::{Rule, Scope, Topic, Wish},
};

/// The rule with the names of its channel and, where it is about one, its service.
pub fn of(rule: &Rule, channel: &str, service: &str) -> String {
    let who = match &rule.scope {
        Scope::Workspace => "anything".to_owned(),
        Scope::Category(name) => format!("anything in {name}"),
        Scope::Service(_) => service.to_owned(),
    };
    let wish = &rule.wish;
    if wish.topics.is_empty() {
        return format!("{channel} hears nothing about {who}.");
    }
    let mut parts = Vec::new();
    parts.extend(trouble(wish, &who));
    parts.extend(others(wish, &who, parts.is_empty()));
    let mut sentence = format!("{channel} hears {}", listed(&parts));
    if let Some(remind) = wish.remind {
        // Writing into a text cannot fail.
        let _ = write!(sentence, "; again every {}", span(remind));
    }
    if let Some(quiet) = &wish.quiet {
        let _ = write!(sentence, "; {}", hours(quiet));
    }
    sentence.push('.');
    sentence
}

/// `when Shop is down or degraded for 1 minute`
fn trouble(wish: &Wish, who: &str) -> Option<String> {
    let has = |topic| wish.topics.contains(&topic);
    let state = match (has(Topic::Down), has(Topic::Degraded)) {
        (true, true) => "down or degraded",
        (true, false) => "down",
        (false, true) => "degraded",
        (false, false) => return None,
    };
    let delay = if wish.delay.is_zero() {
        String::new()
    } else {
        format!(" for {}", span(wish.delay))
    };
    Some(format!("when {who} is {state}{delay}"))
}

fn others(wish: &Wish, who: &str, alone: bool) -> Vec<String> {
    let it = if alone { who } else { "it" };
    let has = |topic| wish.topics.contains(&topic);
    let parts = [
        (Topic::Recovered, "when that is over".to_owned()),
        (
            Topic::Unknown,
            format!("when nobody can tell for long how {it} is"),
        ),
        (Topic::Flapping, format!("when {it} goes up and down")),
        (
            Topic::Certificate,
            "when a certificate ends soon".to_owned(),
        ),
        (
            Topic::VendorUpdate,
            "when a vendor writes about it".to_owned(),
        ),
        (
            Topic::Maintenance,
            "when maintenance begins and ends".to_owned(),
        ),
    ];
    parts
        .into_iter()
        .filter(|(topic, _)| has(*topic))
        .map(|(topic, part)| match topic {
            Topic::Recovered if alone => "when an outage is over".to_owned(),
            _ => part,
        })
        .collect()
}

fn hours(quiet: &Quiet) -> String {
    let words = Words::from(quiet.clone());
    let base = format!(
        "not from {} to {} ({})",
        words.from, words.until, words.zone
    );
    let through: Vec<&str> = words
        .lets_through
        .iter()
        .map(|topic| name(*topic))
        .collect();
    if through.is_empty() {
        base
    } else {
        format!("{base}, except {}", listed(&through))
    }
}

const fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::Down => "outages",
        Topic::Degraded => "degradations",
        Topic::Recovered => "recoveries",
        Topic::Unknown => "unknowns",
        Topic::Certificate => "certificates",
        Topic::VendorUpdate => "vendors’ updates",
        Topic::Flapping => "flapping",
        Topic::Maintenance => "maintenance",
    }
}

/// `a, b and c`
fn listed<T: AsRef<str>>(parts: &[T]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `30 minutes`
fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        s if s >= 3_600 && s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s >= 60 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;
    use crate::id::{ChannelId, RuleId, ServiceId};

    fn say(scope: Scope, wish: Wish) -> String {
        let rule = Rule {
            id: RuleId(Uuid::nil()),
            channel: ChannelId(Uuid::nil()),
            scope,
            wish,
        };
        of(&rule, "#ops", "Shop")
    }

    fn topics(topics: &[Topic]) -> Wish {
        Wish {
            topics: topics.iter().copied().collect(),
            ..Wish::default()
        }
    }

    #[test]
    fn rules_read_as_sentences() {
        let production = Scope::Category("Production".into());
        let wish = Wish {
            delay: Duration::from_mins(1),
            remind: Some(Duration::from_mins(30)),
            ..topics(&[Topic::Down, Topic::Recovered])
        };
        assert_eq!(
            say(production, wish),
            "#ops hears when anything in Production is down for 1 minute and when that is over; again every 30 minutes."
        );
        let one = Scope::Service(ServiceId(Uuid::nil()));
        assert_eq!(
            say(one.clone(), topics(&[Topic::Flapping])),
            "#ops hears when Shop goes up and down."
        );
        assert_eq!(say(one, topics(&[])), "#ops hears nothing about Shop.");
        let quiet =
            r#"{"from":"22:00","until":"07:00","zone":"Europe/Berlin","lets_through":["down"]}"#;
        let wish = Wish {
            quiet: Some(serde_json::from_str(quiet).unwrap()),
            topics: BTreeSet::from([Topic::Down, Topic::Degraded]),
            ..Wish::default()
        };
        assert_eq!(
            say(Scope::Workspace, wish),
            "#ops hears when anything is down or degraded; not from 22:00 to 07:00 (Europe/Berlin), except outages."
        );
    }
}
