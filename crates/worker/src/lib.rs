//! Looks at services when they are due, confirms what it sees, and keeps the record.

pub mod admission;
mod attempt;
pub mod clock;
pub mod command;
pub mod config;
mod due;
mod figures;
mod heartbeat;
mod listen;
mod loader;
mod looking;
mod membership;
pub mod pace;
pub mod partitions;
mod progress;
pub mod record;
pub mod rollups;
mod roster;
mod schedule;
mod service;
mod sockets;
pub mod start;
mod suspect;

use std::{path::PathBuf, time::Duration};

use db::Db;
use domain::id::WorkerId;
use probe::Prober;
use runtime::{admin::Readiness, seal::Keyring, tasks::Tasks};
use status_cache::StatusCache;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use admission::Limits;
use attempt::Asker;
use clock::DatabaseClock;
use figures::Figures;
use heartbeat::{Heartbeat, Ownership};
use loader::Loader;
use pace::Pace;
use progress::Mark;
use record::Recorder;
use schedule::{Inbox, Schedule};

/// Chunks of services that wait between the loader and the schedule.
const COMMANDS_WAITING: usize = 16;
/// A record that has not moved for longer is stuck.
const RECORD_IS_STUCK: Duration = Duration::from_secs(10);

/// What a worker is made of.
pub struct Parts {
    /// At least four connections beside those that the worker opens for itself.
    pub db: Db,
    pub cache: StatusCache,
    pub prober: Prober,
    /// The database's time; the prober may judge certificates by it.
    pub clock: DatabaseClock,
    pub keyring: Keyring,
    pub readiness: Readiness,
    pub looking: config::Looking,
    /// Several tenants share the installation.
    pub shared: bool,
    pub heartbeat_file: Option<PathBuf>,
    pub pace: Pace,
}

/// Starts a worker within this process. The schema has to be current. At shutdown it starts no more looks, finishes
/// those under way, and records them.
pub fn run(parts: Parts, tasks: &mut Tasks) -> WorkerId {
    let id = WorkerId(Uuid::now_v7());
    let (may_record, recording) = watch::channel(false);
    let (recorded, standings) = mpsc::unbounded_channel();
    let recorder = record::Parts {
        db: parts.db.clone(),
        cache: parts.cache.clone(),
        may_record: recording,
        standings: Some(recorded),
    };
    let (looks, recorder) = Recorder::new(recorder, record::Settings::default());
    let (stalls, stalled) = watch::channel(0);
    let (ownership, owned) = watch::channel(Ownership::none());
    let (commands, inbox) = mpsc::channel(COMMANDS_WAITING);
    let (answers, answered) = mpsc::unbounded_channel();
    let (hearing, heard) = mpsc::unbounded_channel();
    let (suspicions, publisher) = suspect::channel(parts.cache);
    let (figures, mark) = (Figures::default(), Mark::default());
    let schedule = schedule::Parts {
        clock: parts.clock.clone(),
        limits: limits(&parts.looking, parts.shared),
        pace: parts.pace,
        figures: figures.clone(),
        progress: mark.clone(),
        suspicions,
        stalls,
        may_record: may_record.clone(),
        looks,
    };
    let asker = Asker::new(parts.prober, parts.clock.clone(), answers);
    let heartbeat = heartbeat::Parts {
        db: parts.db.clone(),
        id,
        host: host_name(),
        pace: parts.pace,
        clock: parts.clock,
        figures,
        readiness: parts.readiness,
        stalls: stalled,
        ownership,
        may_record,
    };
    let loader = loader::Parts {
        db: parts.db.clone(),
        keyring: parts.keyring,
        pace: parts.pace,
        ownership: owned.clone(),
        heard,
        commands,
    };
    let stop = tasks.stopping();
    if let Some(file) = parts.heartbeat_file {
        let (record, mut before) = (recorder.progress(), 0);
        let moved = move || {
            let now = mark.count();
            std::mem::replace(&mut before, now) != now && record.age() < RECORD_IS_STUCK
        };
        tasks.spawn("heartbeat file", progress::keep(file, moved, stop.clone()));
    }
    let inbox = Inbox {
        commands: inbox,
        answers: answered,
        standings,
    };
    tasks.spawn("recorder", recorder.run(stop.clone()));
    tasks.spawn(
        "rollups",
        rollups::run(parts.db.clone(), owned.clone(), stop.clone()),
    );
    tasks.spawn(
        "partitions",
        partitions::run(parts.db.clone(), parts.looking.retention, stop.clone()),
    );
    tasks.spawn("suspicions", publisher.run(stop.clone()));
    tasks.spawn(
        "schedule",
        Schedule::new(schedule, asker).run(inbox, stop.clone()),
    );
    tasks.spawn("listener", listen::run(parts.db, hearing, stop.clone()));
    tasks.spawn("loader", Loader::new(loader).run(stop.clone()));
    tasks.spawn("heartbeat", Heartbeat::new(heartbeat).run(stop));
    id
}

fn limits(looking: &config::Looking, shared: bool) -> Limits {
    let lane = sockets::per_lane(looking.max_in_flight);
    if shared {
        Limits::shared(lane)
    } else {
        Limits::alone(lane)
    }
}

fn host_name() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name
    }
}
