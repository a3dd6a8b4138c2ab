//! Rollups against brute force: random histories, recorded in any order, late and twice, closed at any time between.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use db::rollups::{self, reading};
use domain::{
    coverage::{Spent, Tally, hour_start},
    histogram::Histogram,
    look::Look,
    recent::Recent,
    schedule,
    verdict::Verdict,
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;

use crate::ground::{Ground, Watched};

const HOURS: i64 = 12;

/// One check of a history: second of its slot, seconds for which it stands, verdict, µs.
type Told = (i64, i64, Verdict, u32);

fn history() -> impl Strategy<Value = Vec<Told>> {
    let verdict = prop_oneof![
        8 => Just(Verdict::Up),
        1 => Just(Verdict::Degraded),
        2 => Just(Verdict::Down),
        1 => Just(Verdict::Unknown),
        1 => Just(Verdict::Maintenance),
    ];
    let stands = prop_oneof![6 => Just(30i64), 3 => 10i64..600, 1 => 3_000i64..20_000];
    let check = (stands, verdict, 0u32..3_000_000);
    proptest::collection::btree_map(0..HOURS * 3600, check, 1..250).prop_map(|checks| {
        checks
            .into_iter()
            .map(|(slot, (stands, verdict, us))| (slot, stands, verdict, us))
            .collect()
    })
}

fn look(service: &Watched, base: DateTime<Utc>, (slot, stands, verdict, us): Told) -> Look {
    let mut look = service.look(base + TimeDelta::seconds(slot), verdict);
    look.stands_for = TimeDelta::seconds(stands);
    look.observation
        .as_mut()
        .expect("the database answers")
        .total_us = us;
    look
}

/// What a patient person with a pencil would write down, asking every second who speaks for it.
fn brute_force(history: &[Told]) -> BTreeMap<i64, Tally> {
    let mut hours: BTreeMap<i64, Tally> = BTreeMap::new();
    let mut speaker: Option<&Told> = None;
    let mut rest = history.iter().peekable();
    for second in 0..(HOURS + 6) * 3600 {
        if let Some(next) = rest.next_if(|check| check.0 == second) {
            speaker = Some(next);
            let tally = hours.entry(second / 3600).or_default();
            tally.looks += 1;
            tally.failed += i32::from(matches!(next.2, Verdict::Down | Verdict::Degraded));
            let mut latency = Histogram::default();
            if next.3 > 0 {
                latency.add(next.3);
            }
            tally.latency.merge(&latency);
        }
        if let Some((slot, stands, verdict, _)) = speaker
            && second < slot + stands
        {
            let spent = &mut hours.entry(second / 3600).or_default().spent;
            spent.add(*verdict, TimeDelta::seconds(1));
        }
    }
    hours
}

/// The same histories in every run.
fn runner() -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(Config::default(), rng)
}

async fn close(ground: &Ground, now: DateTime<Utc>) {
    let all: Vec<i16> =
        (0..i16::try_from(schedule::SHARDS).expect("the database answers")).collect();
    worker::rollups::close_due(&ground.db, &all, now, &CancellationToken::new())
        .await
        .expect("the database answers");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn rollups_equal_brute_force_whatever_came_late_or_twice(pool: PgPool) {
    agree(pool, 40).await;
}

/// 12:45 or 13:45 ahead of UTC: neither its hours nor its days are ours, and two of its days are not 24 hours long.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn rollups_are_the_same_whatever_zone_a_session_has(
    pools: PgPoolOptions,
    connection: PgConnectOptions,
) {
    let pools = pools.after_connect(|conn, _| {
        Box::pin(async move {
            sqlx::query("set timezone = 'Pacific/Chatham'")
                .execute(conn)
                .await?;
            Ok(())
        })
    });
    let pool = pools.connect_with(connection).await;
    agree(pool.expect("the database answers"), 5).await;
}

/// Records random histories of so many services and compares what was summed up with brute force.
async fn agree(pool: PgPool, services: usize) {
    let ground = Ground::new(pool).await;
    let base = hour_start(ground.now) - TimeDelta::hours(HOURS + 7);
    let mut runner = runner();
    let mut truth = Vec::new();
    let mut looks = Vec::new();
    for _ in 0..services {
        let service = ground.service().await;
        let history = history()
            .new_tree(&mut runner)
            .expect("a history")
            .current();
        looks.extend(history.iter().map(|told| look(&service, base, *told)));
        truth.push((service, history));
    }
    // Mostly in order of time, as life is; then a tenth of all at any time, and a tenth once more.
    let order = proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64), looks.len());
    let order = order.new_tree(&mut runner).expect("an order").current();
    let mut arrivals: Vec<(f64, Look)> = Vec::new();
    for (look, (chance, at)) in looks.into_iter().zip(order) {
        let due = (look.slot - base).as_seconds_f64() / TimeDelta::hours(HOURS).as_seconds_f64();
        if chance > 0.9 {
            arrivals.push((at, look.clone()));
        }
        arrivals.push((if chance < 0.1 { at } else { due }, look));
    }
    arrivals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rounds = 8;
    let per_round = arrivals.len().div_ceil(rounds);
    let mut closed_at = base;
    let mut arrivals = arrivals.into_iter().map(|(_, look)| look).peekable();
    while arrivals.peek().is_some() {
        ground.record(arrivals.by_ref().take(per_round)).await;
        closed_at += TimeDelta::minutes(107);
        close(&ground, closed_at).await;
    }
    close(&ground, ground.now).await;
    close(&ground, ground.now).await;
    for (service, history) in &truth {
        compare(&ground, service, base, &brute_force(history)).await;
    }
    assert_eq!(ground.count("dirty_hours").await, 0);
}

/// Compares what is stored of a service with the truth, and takes its hours away: a chart needs no more than the days.
async fn compare(
    ground: &Ground,
    service: &Watched,
    base: DateTime<Utc>,
    truth: &BTreeMap<i64, Tally>,
) {
    let mut conn = ground.db.acquire().await.expect("the database answers");
    let (from, to) = (base, base + TimeDelta::hours(HOURS + 6));
    let stored = rollups::hours(&mut conn, &[service.key], from, to)
        .await
        .expect("the database answers");
    let stored: BTreeMap<i64, Tally> = stored
        .into_iter()
        .map(|hour| ((hour.hour - base).num_hours(), hour.tally))
        .filter(|(_, tally)| *tally != Tally::default())
        .collect();
    assert_eq!(&stored, truth);
    let mut days: BTreeMap<_, Tally> = BTreeMap::new();
    for (hour, tally) in truth {
        let day = (base + TimeDelta::hours(*hour)).date_naive();
        days.entry(day).or_default().merge(tally);
    }
    let (first, last) = (from.date_naive(), to.date_naive());
    let stored = rollups::days(&mut conn, &[service.key], first, last)
        .await
        .expect("the database answers");
    let stored: BTreeMap<_, _> = stored.into_iter().map(|day| (day.day, day.tally)).collect();
    assert_eq!(stored, days);
    sqlx::query("delete from rollup_hours where service_key = $1")
        .bind(service.key.0)
        .execute(&mut *conn)
        .await
        .expect("the database answers");
    let mut charted: BTreeMap<i64, (Spent, Histogram)> = BTreeMap::new();
    let chart = |hour: DateTime<Utc>, spent: &Spent, latency: &[u8]| {
        let sum = (*spent, Histogram::decode(latency).expect("a histogram"));
        if sum != Default::default() {
            charted.insert((hour - base).num_hours(), sum);
        }
    };
    reading::each_hour(&mut conn, service.key, from, to, chart)
        .await
        .expect("the database answers");
    let hours: BTreeMap<i64, (Spent, Histogram)> = truth
        .iter()
        .map(|(hour, tally)| (*hour, (tally.spent, tally.latency.clone())))
        .collect();
    assert_eq!(charted, hours);
    let packed: Vec<u8> =
        sqlx::query_scalar("select recent from service_health where service_key = $1")
            .bind(service.key.0)
            .fetch_one(&mut *conn)
            .await
            .expect("the database answers");
    let recent = Recent::decode(&packed).expect("the database answers");
    for (day, spent) in recent.days(ground.now, &Spent::default(), 30) {
        assert_eq!(
            spent,
            days.get(&day)
                .map_or_else(Spent::default, |tally| tally.spent)
        );
    }
}
