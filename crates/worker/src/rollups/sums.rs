//! One chunk of services: reads their checks, sums them by the hour, and writes hours, days and the packed month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use db::{
    PgConnection, checks,
    rollups::{
        self, Hour,
        closing::{self, Packed},
    },
};
use domain::{
    coverage::{Spent, Stand, Tally, hour_start},
    id::ServiceKey,
    latency_hours::LatencyHours,
    recent::Recent,
};

const HOUR: TimeDelta = TimeDelta::hours(1);
/// Per mille.
const MEDIAN: u16 = 500;

/// What is to be summed: an hour, and the hours after it into which its checks reach.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) hour: DateTime<Utc>,
    /// The services, and up to where the hours of each may be written.
    pub(super) limits: BTreeMap<ServiceKey, DateTime<Utc>>,
}

type Stands = BTreeMap<ServiceKey, Vec<Stand>>;

/// Sums the span and stores what changed. Doing it again changes nothing.
pub(super) async fn sum(conn: &mut PgConnection, span: &Span) -> db::Result<()> {
    let services: Vec<ServiceKey> = span.limits.keys().copied().collect();
    let packed = closing::lock_packed(conn, &services).await?;
    let services: Vec<ServiceKey> = packed.keys().copied().collect();
    let (stands, end) = read(conn, span, &services).await?;
    let stored = rollups::hours(conn, &services, span.hour, end).await?;
    let stored: BTreeMap<_, _> = stored
        .into_iter()
        .map(|hour| ((hour.service, hour.hour), hour.tally))
        .collect();
    let changed = changed(span, &stands, &stored);
    if changed.is_empty() {
        return Ok(());
    }
    closing::write_hours(conn, &changed).await?;
    write_days(conn, &changed).await?;
    closing::write_packed(conn, &pack(packed, &changed, &stored)).await
}

/// The checks that stand in the hour, and in the hours after it that one of them reaches.
async fn read(
    conn: &mut PgConnection,
    span: &Span,
    services: &[ServiceKey],
) -> db::Result<(Stands, DateTime<Utc>)> {
    let limit = span.limits.values().max().copied().unwrap_or(span.hour);
    let mut end = limit.min(span.hour + HOUR + HOUR);
    loop {
        let mut stands = Stands::new();
        for (key, stand) in checks::stands(conn, services, span.hour, end).await? {
            stands.entry(key).or_default().push(stand);
        }
        let reach = stands
            .values()
            .filter_map(|stands| reach(stands, span.hour))
            .max();
        let wanted = limit.min(reach.unwrap_or(end));
        if wanted <= end {
            return Ok((stands, end));
        }
        end = wanted;
    }
}

/// The end of the last hour into which a check of this hour reaches by itself, whether or not a later one cuts it:
/// up to there a late check may have changed something.
fn reach(stands: &[Stand], hour: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let last = stands
        .iter()
        .filter(|stand| stand.slot < hour + HOUR)
        .map(|stand| stand.slot + stand.stands_for)
        .max()?;
    let begun = hour_start(last);
    Some(if begun == last { last } else { begun + HOUR })
}

fn changed(
    span: &Span,
    stands: &Stands,
    stored: &BTreeMap<(ServiceKey, DateTime<Utc>), Tally>,
) -> Vec<Hour> {
    let mut changed = Vec::new();
    for (service, limit) in &span.limits {
        let stands = stands.get(service).map_or(&[][..], Vec::as_slice);
        let end = reach(stands, span.hour)
            .unwrap_or(span.hour)
            .max(span.hour + HOUR)
            .min(*limit);
        let mut hour = span.hour;
        while hour < end {
            let tally = Tally::of(stands, hour, hour + HOUR);
            let before = stored.get(&(*service, hour));
            if before.unwrap_or(&Tally::default()) != &tally {
                changed.push(Hour {
                    service: *service,
                    hour,
                    tally,
                });
            }
            hour += HOUR;
        }
    }
    changed
}

/// Sums the days of the changed hours from all their hours.
async fn write_days(conn: &mut PgConnection, changed: &[Hour]) -> db::Result<()> {
    let day_of = |hour: &Hour| (hour.service, hour.hour.date_naive());
    let touched: BTreeSet<(ServiceKey, NaiveDate)> = changed.iter().map(day_of).collect();
    let services: BTreeSet<ServiceKey> = touched.iter().map(|(service, _)| *service).collect();
    let services: Vec<ServiceKey> = services.into_iter().collect();
    let days = || touched.iter().map(|(_, day)| *day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Ok(());
    };
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let to = midnight(last) + TimeDelta::days(1);
    let mut hours = rollups::hours(conn, &services, midnight(first), to).await?;
    hours.retain(|hour| touched.contains(&day_of(hour)));
    closing::write_days(conn, &hours).await
}

/// Takes the changed hours into what is packed for each service: its month, and the latency of its last day.
fn pack(
    mut packed: BTreeMap<ServiceKey, Packed>,
    changed: &[Hour],
    stored: &BTreeMap<(ServiceKey, DateTime<Utc>), Tally>,
) -> BTreeMap<ServiceKey, (Recent, LatencyHours)> {
    let mut after = BTreeMap::new();
    for hour in changed {
        let before: Option<Spent> = stored
            .get(&(hour.service, hour.hour))
            .map(|tally| tally.spent);
        let (recent, latency) = after.entry(hour.service).or_insert_with(|| {
            let (recent, latency) = packed
                .remove(&hour.service)
                .map_or_else(Default::default, |packed| (packed.recent, packed.latency));
            (recent.unwrap_or_else(|| Recent::new(hour.hour)), latency)
        });
        recent.close(hour.hour, hour.tally.spent, before);
        latency.close(hour.hour, hour.tally.latency.quantile(MEDIAN));
    }
    after
}
