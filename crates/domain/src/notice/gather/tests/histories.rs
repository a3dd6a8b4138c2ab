//! Whatever happens to a channel's incidents: at most one first message of each, an end for everything that was told, nothing lost.

use proptest::prelude::*;

use super::*;
use crate::notice::hold::{Hold, Trouble, hold};

/// One thing that happens to one incident of one channel.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// It opens, or changes, and its notice is due that many seconds later.
    Stands(Kind, i64),
    /// It is over; the end is due that many seconds later, or nobody wants to hear of it.
    Ends(Option<i64>),
    /// The service begins to flap, or no longer does: what opens or changes meanwhile is not noted.
    Flaps(bool),
    /// The channel gathers what is due.
    Gathers,
}

fn any_step() -> impl Strategy<Value = (i64, Step)> {
    let step = prop_oneof![
        (
            prop_oneof![Just(Kind::Down), Just(Kind::Degraded)],
            0i64..40
        )
            .prop_map(|(kind, delay)| Step::Stands(kind, delay)),
        proptest::option::weighted(0.8, 0i64..60).prop_map(Step::Ends),
        any::<bool>().prop_map(Step::Flaps),
        Just(Step::Gathers),
    ];
    (0i64..30, step)
}

proptest! {
    /// The store as the outbox keeps it: one notice per incident and kind, none while the service flaps, one end per incident that
    /// has any, also while it flaps; first notices are held while something else is in trouble.
    #[test]
    fn a_channel_hears_of_each_kind_once_and_of_the_end_of_all_it_was_told(
        steps in proptest::collection::vec(any_step(), 1..60),
        spans in proptest::collection::vec((0i64..600, 1i64..200, any::<bool>()), 0..4),
    ) {
        let troubles: Vec<Trouble> = spans
            .into_iter()
            .map(|(from, long, told)| Trouble { severity: Severity::Down, from: at(from), until: Some(at(from + long)), told })
            .collect();
        let mut began: HashMap<IncidentId, DateTime<Utc>> = HashMap::new();
        let (mut now, mut ids, mut current) = (0i64, 0i64, 1u128);
        let mut outbox: Vec<Waiting> = Vec::new();
        let mut ended: HashMap<IncidentId, DateTime<Utc>> = HashMap::new();
        let mut told: Vec<(u128, Kind)> = Vec::new();
        // Whose end nobody wants; and who was in trouble for longer than the first notice waits, without a hold.
        let (mut unwanted, mut owed, mut first_due) = (HashSet::new(), HashSet::new(), HashMap::new());
        let (mut open, mut flapping) = (false, false);
        let end = [(1_000, Step::Ends(Some(0))), (1_000, Step::Gathers)];
        for (pause, step) in steps.into_iter().chain(end) {
            now += pause;
            match step {
                Step::Flaps(begins) => flapping = begins,
                Step::Stands(..) if flapping => open = true,
                Step::Stands(kind, delay) => {
                    began.entry(incident(current)).or_insert(at(now));
                    let again = outbox.iter().any(|one| one.incident == Some(incident(current)) && one.kind == kind)
                        || told.contains(&(current, kind));
                    if !again {
                        ids += 1;
                        outbox.push(Waiting { occurred_at: at(now), ..waiting(ids, kind, current, now + delay) });
                        let due: &mut i64 = first_due.entry(current).or_insert(now + delay);
                        *due = (*due).min(now + delay);
                    }
                    open = true;
                }
                Step::Ends(wanted) if open => {
                    ended.insert(incident(current), at(now));
                    let is_noted = first_due.contains_key(&current);
                    if let Some(later) = wanted.filter(|_| is_noted) {
                        ids += 1;
                        outbox.push(Waiting { due_at: at(now + later), ..waiting(ids, Kind::Recovered, current, now) });
                    } else if is_noted {
                        unwanted.insert(current);
                    }
                    if first_due.get(&current).is_some_and(|due| *due <= now) {
                        owed.insert(current);
                    }
                    current += 1;
                    open = false;
                }
                Step::Ends(_) => {}
                Step::Gathers => {
                    let mut due: Vec<Waiting> = outbox.iter().filter(|one| one.due_at <= at(now)).cloned().collect();
                    let known: BTreeMap<IncidentId, Known> = due.iter().map(|one| {
                        let id = one.incident.unwrap();
                        let was_told = told.iter().any(|(of, kind)| incident(*of) == id && is_standing(*kind));
                        (id, Known { told: was_told, ended_at: ended.get(&id).copied(), ..Known::default() })
                    }).collect();
                    due.retain(|one| {
                        let known = known[&one.incident.unwrap()];
                        if known.told || !is_standing(one.kind) {
                            return true;
                        }
                        match hold(Severity::Down, (began[&one.incident.unwrap()], known.ended_at), &troubles, at(now)) {
                            Hold::Go => return true,
                            Hold::Over => {
                                owed.remove(&one.incident.unwrap().0.as_u128());
                                outbox.retain(|other| other.id != one.id);
                            }
                            Hold::Until(until) => {
                                let of = one.incident.unwrap().0.as_u128();
                                first_due.insert(of, i64::MAX);
                                owed.remove(&of);
                                let held = outbox.iter_mut().find(|other| other.id == one.id).unwrap();
                                (held.due_at, held.ripe_at, held.held) = (until, until, true);
                            }
                        }
                        false
                    });
                    let gathered = gather(&due, &known, 3, at(now));
                    for (one, fate) in due.iter().zip(&gathered.fates) {
                        outbox.retain(|other| other.id != one.id);
                        if matches!(fate, Fate::Told(_)) {
                            let lasts = |one: &Trouble| one.from <= at(now) && one.until.is_some_and(|until| at(now) < until);
                            let known = known[&one.incident.unwrap()];
                            // What is over already was held by what was in trouble then.
                            let first = is_standing(one.kind) && !known.told && known.ended_at.is_none();
                            prop_assert!(!(first && troubles.iter().any(lasts)), "a first notice was not held");
                            told.push((one.incident.unwrap().0.as_u128(), one.kind));
                        }
                    }
                }
            }
        }
        prop_assert!(outbox.is_empty());
        for of in 1..current {
            let count = |kind: Kind| told.iter().filter(|one| **one == (of, kind)).count();
            let stands = count(Kind::Down) + count(Kind::Degraded);
            prop_assert!(count(Kind::Down) <= 1 && count(Kind::Degraded) <= 1);
            prop_assert!(count(Kind::Recovered) <= 1);
            prop_assert!(
                !owed.contains(&of) || stands + count(Kind::Recovered) > 0,
                "incident {} was due and nobody heard of it", of
            );
            if unwanted.contains(&of) {
                prop_assert_eq!(count(Kind::Recovered), 0);
            } else if stands > 0 {
                prop_assert_eq!(count(Kind::Recovered), 1, "incident {} was told and its end was not", of);
                let first = told.iter().position(|(one, _)| *one == of);
                let last = told.iter().rposition(|(one, _)| *one == of);
                prop_assert!(first <= last);
                prop_assert_eq!(told[last.unwrap()].1, Kind::Recovered);
            }
        }
    }
}
