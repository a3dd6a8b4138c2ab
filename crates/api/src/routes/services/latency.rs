//! The chart of one service: at most 300 points, whatever the range.

use axum::{extract::State, http::Uri};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use db::{
    PgConnection, checks,
    health::reading::{self, Summed},
    rollups,
};
use domain::{
    coverage::{Spent, Stand, Tally},
    fields::Fields,
    id::{ServiceId, ServiceKey, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Member, Viewer},
    input::{
        path::Id,
        query::{self, Asked},
    },
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{milliseconds, moment, ready::Ready, seconds},
};

const HOUR: TimeDelta = TimeDelta::hours(1);
/// Hours that wait to be closed are read from their checks, but never more than these.
const MOST_WAITING: TimeDelta = TimeDelta::hours(2);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show_latency))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct LatencyQuery {
    /// 24h (the default), 7d, 30d or 90d
    range: Option<String>,
}

/// One point of a chart: a span of time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = LatencyPoint)]
struct PointView {
    /// Its beginning
    #[serde(serialize_with = "moment::serialize")]
    t: DateTime<Utc>,
    /// Milliseconds below which half of the looks stayed; null without an answered look
    p50: Option<u32>,
    /// Milliseconds below which 95 of 100 looks stayed
    p95: Option<u32>,
    /// Milliseconds of the slowest look, within seven percent
    max: Option<u32>,
    /// Seconds up
    up: i64,
    /// Seconds degraded
    degraded: i64,
    /// Seconds down
    down: i64,
    /// Seconds of which we could not tell
    unknown: i64,
}

#[derive(Clone, Copy)]
struct Range {
    length: TimeDelta,
    step: TimeDelta,
}

const RANGES: [(&str, Range); 4] = [
    ("24h", range(24, 5)),
    ("7d", range(7 * 24, 60)),
    ("30d", range(30 * 24, 180)),
    ("90d", range(90 * 24, 480)),
];

const fn range(hours: i64, minutes: i64) -> Range {
    Range {
        length: TimeDelta::hours(hours),
        step: TimeDelta::minutes(minutes),
    }
}

/// Response times and states over time, oldest first; spans in which nothing was looked at are there too.
#[utoipa::path(get, path = "/api/services/{id}/latency", tag = "services", params(("id" = Uuid, Path), LatencyQuery), responses(
    (status = 200, description = "At most 300 points", body = [PointView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn show_latency(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
    uri: Uri,
    Asked(asked): Asked<LatencyQuery>,
) -> Result<Ready, Problem> {
    let mut fields = Fields::default();
    let range = query::word(&mut fields, "range", asked.range.as_deref(), &RANGES);
    fields.finish(())?;
    let range = range.unwrap_or(RANGES[0].1);
    let make = || chart(&state, member.workspace(), ServiceId(id), range);
    state.together.ask(&member, &uri, make).await
}

async fn chart(
    state: &AppState,
    workspace: WorkspaceId,
    id: ServiceId,
    range: Range,
) -> Result<Ready, Problem> {
    let lasts = range.step >= HOUR;
    let mut conn = state.db.acquire_for(lasts).await?;
    let now = state.clock.now();
    let found = reading::summed(&mut conn, workspace, id, now).await?;
    let summed = found.ok_or(Problem::NotFound)?;
    let known = lasts.then(|| state.charts.find(summed.key, range.length));
    if let Some(known) = known.flatten() {
        conn.pass_on();
        return Ok(Ready::of(known));
    }
    let points = points(&mut conn, &summed, range, now).await?;
    conn.pass_on();
    let chart = Ready::json(&points)?;
    if lasts {
        state
            .charts
            .keep(summed.key, range.length, chart.body().clone());
    }
    Ok(chart)
}

async fn points(
    conn: &mut PgConnection,
    summed: &Summed,
    range: Range,
    now: DateTime<Utc>,
) -> Result<Vec<PointView>, Problem> {
    let buckets = buckets(range, now);
    let tallies = if range.step < HOUR {
        from_checks(conn, summed.key, &buckets, now).await?
    } else {
        from_hours(conn, summed, (range, &buckets), now).await?
    };
    let points = buckets.iter().zip(&tallies);
    Ok(points.map(|(t, tally)| PointView::new(*t, tally)).collect())
}

/// The beginnings of the spans that end with `now`, oldest first.
fn buckets(range: Range, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let newest = now.duration_trunc(range.step).unwrap_or(now);
    let count = range.length.num_minutes() / range.step.num_minutes();
    (0..i32::try_from(count).unwrap_or(0))
        .rev()
        .map(|back| newest - range.step * back)
        .collect()
}

/// The last day of one service, read by its key.
async fn from_checks(
    conn: &mut PgConnection,
    key: ServiceKey,
    buckets: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> Result<Vec<Tally>, Problem> {
    let from = buckets.first().copied().unwrap_or(now);
    let stands = stands(conn, key, from, now).await?;
    let ends = buckets.iter().skip(1).copied().chain([now]);
    let spans = buckets.iter().copied().zip(ends);
    Ok(spans.map(|(from, to)| tally(&stands, from, to)).collect())
}

/// Closed hours, and those after them. The last two are counted while looks arrive, so that only their latencies are read from checks.
async fn from_hours(
    conn: &mut PgConnection,
    summed: &Summed,
    (range, buckets): (Range, &[DateTime<Utc>]),
    now: DateTime<Utc>,
) -> Result<Vec<Tally>, Problem> {
    let from = buckets.first().copied().unwrap_or(now);
    let mut spans = Spans {
        from,
        step: range.step,
        tallies: vec![Tally::default(); buckets.len()],
    };
    let until = summed.closed_until;
    let closed = |hour, spent: &Spent, latency: &[u8]| {
        if let Some(tally) = spans.at(hour) {
            tally.spent += *spent;
            tally.latency.merge_encoded(latency);
        }
    };
    rollups::reading::each_hour(conn, summed.key, from, until, closed).await?;
    let counted_from = summed.last_hours[0].0;
    let mut hour = until.max(from).max(counted_from - MOST_WAITING);
    if hour < counted_from {
        let stands = stands(conn, summed.key, hour, counted_from).await?;
        while hour < counted_from {
            if let Some(sum) = spans.at(hour) {
                sum.merge(&tally(&stands, hour, hour + HOUR));
            }
            hour += HOUR;
        }
    }
    let open = summed.last_hours.iter().filter(|(hour, _)| *hour >= until);
    for (hour, spent) in open {
        if let Some(tally) = spans.at(*hour) {
            tally.spent += *spent;
        }
    }
    let first_open = until.max(counted_from);
    for (slot, us) in checks::answered(conn, summed.key, first_open, now).await? {
        if let Some(tally) = spans.at(slot) {
            tally.latency.add(us);
        }
    }
    Ok(spans.tallies)
}

/// Spans of one length, one after the other, and what each comes to.
struct Spans {
    /// Where the first begins.
    from: DateTime<Utc>,
    step: TimeDelta,
    tallies: Vec<Tally>,
}

impl Spans {
    /// The tally of the span in which a time lies.
    fn at(&mut self, time: DateTime<Utc>) -> Option<&mut Tally> {
        let since = (time - self.from).to_std().ok()?.as_secs();
        let index = since.checked_div(self.step.to_std().ok()?.as_secs())?;
        self.tallies.get_mut(usize::try_from(index).ok()?)
    }
}

async fn stands(
    conn: &mut PgConnection,
    key: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Stand>, Problem> {
    let stands = checks::stands(conn, &[key], from, to).await?;
    Ok(stands.into_iter().map(|(_, stand)| stand).collect())
}

/// The tally of a span, from the few stands that matter to it.
fn tally(stands: &[Stand], from: DateTime<Utc>, to: DateTime<Utc>) -> Tally {
    let first = stands.partition_point(|stand| stand.slot < from);
    // The one after the span cuts the last one short.
    let end = stands.partition_point(|stand| stand.slot < to) + 1;
    Tally::of(
        &stands[first.saturating_sub(1)..end.min(stands.len())],
        from,
        to,
    )
}

impl PointView {
    fn new(t: DateTime<Utc>, tally: &Tally) -> Self {
        let quantiles = tally.latency.quantiles([500, 950]);
        let [p50, p95] = quantiles.map_or([None; 2], |us| us.map(|us| Some(milliseconds(us))));
        Self {
            t,
            p50,
            p95,
            max: tally.latency.max().map(milliseconds),
            up: seconds(tally.spent.up_ms),
            degraded: seconds(tally.spent.degraded_ms),
            down: seconds(tally.spent.down_ms),
            unknown: seconds(tally.spent.unknown_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::verdict::Verdict;

    use super::*;

    #[test]
    fn no_range_has_more_than_three_hundred_points() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_123);
        for (word, range) in RANGES {
            let buckets = buckets(range, now);
            assert!((150..=300).contains(&buckets.len()), "{word}");
            assert!(buckets.iter().all(|begin| *begin <= now));
        }
    }

    #[test]
    fn a_time_belongs_to_the_span_that_has_begun_by_then() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_123);
        for (_, range) in RANGES {
            let buckets = buckets(range, now);
            let mut spans = Spans {
                from: buckets[0],
                step: range.step,
                tallies: vec![Tally::default(); buckets.len()],
            };
            let last = TimeDelta::microseconds(1);
            for begin in &buckets {
                for time in [*begin, *begin + range.step - last] {
                    spans.at(time).expect("a span").looks += 1;
                }
            }
            assert!(spans.tallies.iter().all(|tally| tally.looks == 2));
            assert!(spans.at(buckets[0] - last).is_none());
            assert!(spans.at(buckets[buckets.len() - 1] + range.step).is_none());
        }
    }

    #[test]
    fn spans_cut_out_of_a_day_add_up_to_the_day() {
        let at = |s| DateTime::UNIX_EPOCH + TimeDelta::seconds(s);
        let stands: Vec<Stand> = (0..500)
            .map(|n| Stand {
                slot: at(n * 30 + 7),
                stands_for: TimeDelta::seconds(30),
                verdict: if n % 7 == 0 {
                    Verdict::Down
                } else {
                    Verdict::Up
                },
                total_us: Some(1000),
            })
            .collect();
        let mut sum = Tally::default();
        for n in 0..60 {
            sum.merge(&tally(&stands, at(n * 300), at((n + 1) * 300)));
        }
        assert_eq!(sum, Tally::of(&stands, at(0), at(18_000)));
    }
}
