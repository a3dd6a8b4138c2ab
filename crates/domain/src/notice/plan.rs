//! What is to be told of what happened to a service: to whom, when, and what that promises for later.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    message::{Kind, Subject},
    quiet::Quiet,
    rule::{About, Rule, Topic, deciding},
};
use crate::{id::ChannelId, incident::Severity, verdict::Verdict};

/// What happened to a service, as far as somebody may want to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// An incident opened.
    Opened(Severity),
    /// An open incident became worse or milder.
    Became(Severity),
    /// The vendor wrote something new about an open incident.
    VendorSaid,
    /// It went up and down too often; opens and ends are held from here on.
    Flapping,
    /// Nobody could tell for long.
    UnknownLong,
    /// Its certificate ends soon.
    Certificate,
    /// A maintenance window that covers it has begun.
    Maintenance,
}

/// When something happened, and what stands in the way of telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When the trouble began: what a delay is counted from.
    pub began_at: DateTime<Utc>,
    /// When this happened; long before `now` where it could not be recorded earlier.
    pub happened_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
    /// Somebody muted the service until then.
    pub muted_until: Option<DateTime<Utc>>,
    /// The service is flapping, and that was told.
    pub flapping: bool,
}

/// One thing to say in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub channel: ChannelId,
    pub kind: Kind,
    /// Not to be told before.
    pub due_at: DateTime<Utc>,
    pub promise: Promise,
}

/// What telling something obliges to later, whatever becomes of the rule. Stored with the notice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Seconds between reminders while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_s: Option<u32>,
    /// Seconds that the trouble had to last before anything was said.
    #[serde(default)]
    pub delay_s: u32,
    /// Its end is told too.
    #[serde(default)]
    pub tell_end: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
}

impl News {
    const fn topic(self) -> Topic {
        match self {
            Self::Opened(Severity::Down) | Self::Became(Severity::Down) => Topic::Down,
            Self::Opened(Severity::Degraded) | Self::Became(Severity::Degraded) => Topic::Degraded,
            Self::VendorSaid => Topic::VendorUpdate,
            Self::Flapping => Topic::Flapping,
            Self::UnknownLong => Topic::Unknown,
            Self::Certificate => Topic::Certificate,
            Self::Maintenance => Topic::Maintenance,
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Opened(Severity::Down) | Self::Became(Severity::Down) => Kind::Down,
            Self::Opened(Severity::Degraded) | Self::Became(Severity::Degraded) => Kind::Degraded,
            Self::VendorSaid => Kind::VendorUpdate,
            Self::Flapping => Kind::Flapping,
            Self::UnknownLong => Kind::UnknownLong,
            Self::Certificate => Kind::Certificate,
            Self::Maintenance => Kind::MaintenanceStarted,
        }
    }

    /// An open or what follows from one: to be reminded of, ended, and held while flapping.
    const fn is_of_incident(self) -> bool {
        matches!(self, Self::Opened(_) | Self::Became(_) | Self::VendorSaid)
    }

    /// Whoever wants to hear only of trouble that lasts wants the same of a service that flaps.
    const fn is_delayed(self) -> bool {
        self.is_of_incident() || matches!(self, Self::Flapping)
    }
}

/// Who is to be told, at most once per channel.
pub fn plan(rules: &[Rule], about: &About<'_>, news: News, moment: &Moment) -> Vec<Planned> {
    let wanted = deciding(rules, about)
        .into_iter()
        .filter(|rule| rule.wish.topics.contains(&news.topic()));
    wanted
        .filter_map(|rule| {
            let wish = &rule.wish;
            let holds = wish.topics.contains(&Topic::Flapping);
            if moment.flapping && holds && news.is_of_incident() {
                return None;
            }
            let mut due_at = moment.happened_at;
            if news.is_delayed() {
                due_at = due_at.max(moment.began_at + delta(wish.delay));
            }
            Some(Planned {
                channel: rule.channel,
                kind: news.kind(),
                due_at: opens(wish.quiet.as_ref(), news.topic(), due_at, moment),
                promise: Promise {
                    remind_s: wish
                        .remind
                        .filter(|_| matches!(news, News::Opened(_) | News::Became(_)))
                        .map(whole_seconds),
                    delay_s: if news.is_delayed() {
                        whole_seconds(wish.delay)
                    } else {
                        0
                    },
                    tell_end: wish.topics.contains(&Topic::Recovered),
                    quiet: wish.quiet.clone(),
                },
            })
        })
        .collect()
}

impl Promise {
    /// When the end of what was promised may be told, which happened at `ended_at`.
    pub fn end_due(&self, ended_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        self.due(Topic::Recovered, ended_at, now)
    }

    /// When something else that follows may be told, which happened at `at`.
    pub fn due(&self, topic: Topic, at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        opens(self.quiet.as_ref(), topic, at, &Moment::at(at, now))
    }

    /// When something was due but for quiet hours, if nothing but them put it off until `due_at`; else `due_at` itself. It
    /// happened at `occurred_at` and is about trouble since `began_at`.
    pub fn ripe_at(
        &self,
        topic: Topic,
        (began_at, occurred_at): (DateTime<Utc>, DateTime<Utc>),
        due_at: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let ripe = occurred_at.max(began_at + TimeDelta::seconds(self.delay_s.into()));
        let opens = self.quiet.as_ref().map(|quiet| quiet.opens(topic, ripe));
        if opens == Some(due_at) { ripe } else { due_at }
    }

    /// When something is due that a mute kept back until it ended at `at`.
    pub fn due_after_mute(
        &self,
        topic: Topic,
        (began_at, occurred_at): (DateTime<Utc>, DateTime<Utc>),
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let ripe = occurred_at.max(began_at + TimeDelta::seconds(self.delay_s.into()));
        self.due(topic, ripe.max(at), now)
    }

    /// When the next reminder is due after one message has left.
    pub fn next_reminder(&self, state: Verdict, told_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let topic = trouble(state);
        let due = told_at + TimeDelta::seconds(self.remind_s?.into());
        let moment = Moment::at(due, told_at);
        Some(opens(self.quiet.as_ref(), topic, due, &moment))
    }
}

/// What somebody has to want to hear of who is told this; none for the end of trouble, and for what is no trouble.
pub fn topic(kind: Kind, subject: &Subject) -> Option<Topic> {
    match kind {
        Kind::Down => Some(Topic::Down),
        Kind::Degraded => Some(Topic::Degraded),
        Kind::Still => Some(trouble(subject.state)),
        // A service that settled in trouble.
        Kind::Settled if subject.state != Verdict::Up => Some(trouble(subject.state)),
        Kind::VendorUpdate => Some(Topic::VendorUpdate),
        Kind::UnknownLong => Some(Topic::Unknown),
        Kind::Flapping => Some(Topic::Flapping),
        Kind::Certificate => Some(Topic::Certificate),
        _ => None,
    }
}

const fn trouble(state: Verdict) -> Topic {
    match state {
        Verdict::Degraded => Topic::Degraded,
        _ => Topic::Down,
    }
}

impl Moment {
    fn at(happened_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            began_at: happened_at,
            happened_at,
            now,
            muted_until: None,
            flapping: false,
        }
    }
}

/// `due` itself, also when it is past; or the first moment from now on that is neither muted nor quiet.
fn opens(
    quiet: Option<&Quiet>,
    topic: Topic,
    due: DateTime<Utc>,
    moment: &Moment,
) -> DateTime<Utc> {
    let earliest = due.max(moment.now);
    let open = moment
        .muted_until
        .map_or(earliest, |until| earliest.max(until));
    let open = quiet.map_or(open, |quiet| quiet.opens(topic, open));
    if open > earliest { open } else { due }
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::NaiveTime;
    use chrono_tz::Tz;
    use uuid::Uuid;

    use super::*;
    use crate::{
        id::{RuleId, ServiceId},
        notice::rule::{Scope, Wish},
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn rule(wish: Wish) -> Rule {
        Rule {
            id: RuleId(Uuid::nil()),
            channel: ChannelId(Uuid::nil()),
            scope: Scope::Workspace,
            wish,
        }
    }

    fn moment(now: i64) -> Moment {
        Moment {
            began_at: at(0),
            happened_at: at(now),
            now: at(now),
            muted_until: None,
            flapping: false,
        }
    }

    const ABOUT: About<'_> = About {
        service: ServiceId(Uuid::nil()),
        category: None,
    };

    fn due(wish: &Wish, news: News, moment: &Moment) -> Option<(Kind, i64)> {
        let planned = plan(&[rule(wish.clone())], &ABOUT, news, moment);
        let first = planned.first()?;
        Some((first.kind, first.due_at.timestamp()))
    }

    #[test]
    fn who_hears_of_what_and_when() {
        use News::{Became, Certificate, Flapping, Opened, UnknownLong, VendorSaid};
        use Severity::{Degraded, Down};
        let usual = Wish::default();
        let all = Wish {
            topics: Topic::ALL.into(),
            ..Wish::default()
        };
        let patient = Wish {
            delay: Duration::from_mins(1),
            ..all.clone()
        };
        let deaf = Wish {
            topics: BTreeSet::new(),
            ..Wish::default()
        };
        let rows = [
            (&usual, Opened(Down), 10, Some((Kind::Down, 10))),
            (&usual, Opened(Degraded), 10, None),
            (&usual, Became(Down), 90, Some((Kind::Down, 90))),
            (&usual, Became(Degraded), 90, None),
            (&usual, VendorSaid, 90, None),
            (&usual, Flapping, 90, Some((Kind::Flapping, 90))),
            (&usual, UnknownLong, 90, Some((Kind::UnknownLong, 90))),
            (&all, Opened(Degraded), 10, Some((Kind::Degraded, 10))),
            (&all, Became(Degraded), 90, Some((Kind::Degraded, 90))),
            (&all, VendorSaid, 90, Some((Kind::VendorUpdate, 90))),
            // A delay counts from the beginning of the trouble.
            (&patient, Opened(Down), 10, Some((Kind::Down, 60))),
            (&patient, Became(Down), 30, Some((Kind::Down, 60))),
            (&patient, Became(Down), 90, Some((Kind::Down, 90))),
            (&patient, Certificate, 10, Some((Kind::Certificate, 10))),
            (&patient, Flapping, 10, Some((Kind::Flapping, 60))),
            (&deaf, Opened(Down), 10, None),
        ];
        for (wish, news, now, expected) in rows {
            assert_eq!(due(wish, news, &moment(now)), expected, "{news:?} at {now}");
        }
    }

    #[test]
    fn what_is_recorded_late_was_due_when_it_happened() {
        let late = Moment {
            happened_at: at(0),
            ..moment(500)
        };
        let down = News::Opened(Severity::Down);
        assert_eq!(due(&Wish::default(), down, &late), Some((Kind::Down, 0)));
        let patient = Wish {
            delay: Duration::from_mins(1),
            ..Wish::default()
        };
        assert_eq!(due(&patient, down, &late), Some((Kind::Down, 60)));
    }

    #[test]
    fn muting_and_quiet_hours_hold_what_they_do_not_let_through() {
        let clock = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        let quiet = |lets_through: BTreeSet<Topic>| Wish {
            quiet: Some(Quiet {
                from: clock(22),
                until: clock(7),
                zone: Tz::UTC,
                lets_through,
            }),
            ..Wish::default()
        };
        let seven = Some((Kind::Down, 7 * 3_600));
        let down = News::Opened(Severity::Down);
        assert_eq!(due(&quiet(BTreeSet::new()), down, &moment(10)), seven);
        let lets_down_through = quiet([Topic::Down].into());
        assert_eq!(
            due(&lets_down_through, down, &moment(10)),
            Some((Kind::Down, 10))
        );
        let muted = Moment {
            muted_until: Some(at(6 * 3_600)),
            ..moment(10)
        };
        assert_eq!(
            due(&lets_down_through, down, &muted),
            Some((Kind::Down, 6 * 3_600))
        );
        assert_eq!(due(&quiet(BTreeSet::new()), down, &muted), seven);
    }

    #[test]
    fn quiet_hours_move_when_it_is_told_and_not_whether_it_was_due() {
        let clock = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        let promise = Promise {
            delay_s: 60,
            quiet: Some(Quiet {
                from: clock(22),
                until: clock(7),
                zone: Tz::UTC,
                lets_through: BTreeSet::new(),
            }),
            ..Promise::default()
        };
        let seven = at(7 * 3_600);
        let ripe = |began, due_at| promise.ripe_at(Topic::Down, (at(began), at(began)), due_at);
        assert_eq!(ripe(10, seven), at(70));
        // A mute, or a hold, put it off.
        assert_eq!(ripe(10, at(9 * 3_600)), at(9 * 3_600));
        // It was due by day.
        let noon = 12 * 3_600;
        assert_eq!(ripe(noon, at(noon + 60)), at(noon + 60));
    }

    #[test]
    fn a_mute_that_ends_early_ends_neither_a_delay_nor_quiet_hours() {
        let promise = Promise {
            delay_s: 600,
            ..Promise::default()
        };
        let after =
            |muted, now| promise.due_after_mute(Topic::Down, (at(0), at(0)), at(muted), at(now));
        assert_eq!(after(60, 60), at(600));
        assert_eq!(after(900, 900), at(900));
    }

    #[test]
    fn while_flapping_opens_are_held_for_those_who_hear_of_flapping() {
        let flapping = Moment {
            flapping: true,
            ..moment(10)
        };
        let down = News::Opened(Severity::Down);
        assert_eq!(due(&Wish::default(), down, &flapping), None);
        let every_change = Wish {
            topics: [Topic::Down].into(),
            ..Wish::default()
        };
        assert_eq!(due(&every_change, down, &flapping), Some((Kind::Down, 10)));
    }
}
