//! Looks at services when they are due, confirms what it sees, and keeps the record.

pub mod admission;
mod attempt;
mod busy;
mod canaries;
pub mod clock;
pub mod command;
pub mod config;
mod dependency;
mod due;
mod figures;
mod heartbeat;
mod isolation;
pub mod letters;
mod listen;
mod loader;
mod looking;
mod maintenance;
mod membership;
pub mod notices;
pub mod pace;
mod pages;
pub mod partitions;
mod progress;
pub mod record;
mod resealing;
pub mod rollups;
mod roster;
mod schedule;
mod service;
mod sockets;
mod suspect;

use std::{path::PathBuf, time::Duration};

use db::Db;
use domain::{id::WorkerId, look::Look};
use probe::Prober;
use runtime::{admin::Readiness, seal::Keyring, tasks::Tasks};
use status_cache::StatusCache;
use statuspage_reader::Reader;
use tokio::sync::{mpsc, watch};
use url::Url;
use uuid::Uuid;

use admission::Limits;
use attempt::Asker;
use canaries::Canaries;
use clock::DatabaseClock;
use figures::Figures;
use heartbeat::{Heartbeat, Ownership};
use loader::Loader;
use notices::courier::Courier;
use pace::Pace;
use pages::Pages;
use progress::Mark;
use record::Recorder;
use schedule::{Command, Inbox, Schedule};

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
    /// Who carries messages.
    pub courier: Courier,
    /// Where people reach the web app.
    pub public_url: Url,
}

/// What the parts of a worker say to each other.
struct Wires {
    ownership: watch::Sender<Ownership>,
    may_record: watch::Sender<bool>,
    stalls: watch::Sender<u64>,
    commands: mpsc::Sender<Command>,
    pages: mpsc::Sender<pages::Command>,
    figures: Figures,
    progress: Mark,
}

/// Starts a worker within this process. The schema has to be current. At shutdown it starts no more looks, finishes
/// those under way, and records them.
pub fn run(parts: Parts, tasks: &mut Tasks) -> WorkerId {
    let id = WorkerId(Uuid::now_v7());
    let (commands, inbox) = mpsc::channel(COMMANDS_WAITING);
    let (pages, pages_inbox) = mpsc::channel(COMMANDS_WAITING);
    let wires = Wires {
        ownership: watch::Sender::new(Ownership::none()),
        may_record: watch::Sender::new(false),
        stalls: watch::Sender::new(0),
        commands,
        pages,
        figures: Figures::default(),
        progress: Mark::default(),
    };
    let canaries = Canaries::new(
        parts.prober.clone(),
        &parts.looking.canaries,
        wires.figures.clone(),
    );
    let (looks, standings, standings_of_pages) = keep_record(&parts, &wires, tasks);
    let inbox_of_pages = pages::Inbox {
        commands: pages_inbox,
        standings: standings_of_pages,
    };
    read_pages(&parts, &wires, (inbox_of_pages, looks.clone()), tasks);
    let record = (looks, standings);
    keep_schedule(&parts, &wires, canaries.clone(), (inbox, record), tasks);
    load(&parts, &wires, tasks);
    tell(&parts, id, tasks);
    post(&parts, id, &wires.figures, tasks);
    let stop = tasks.stopping();
    let isolated = canaries.isolated();
    tasks.spawn("canaries", canaries.run(wires.commands, stop.clone()));
    let checks_days = parts.looking.retention.retention_raw_days;
    wires
        .figures
        .change(|figures| figures.checks_days = checks_days);
    let heartbeat = heartbeat::Parts {
        db: parts.db,
        id,
        host: host_name(),
        pace: parts.pace,
        clock: parts.clock,
        figures: wires.figures,
        readiness: parts.readiness,
        stalls: wires.stalls.subscribe(),
        isolated,
        ownership: wires.ownership,
        may_record: wires.may_record,
    };
    tasks.spawn("heartbeat", Heartbeat::new(heartbeat).run(stop));
    id
}

/// What comes back of recorded looks.
type Heard = mpsc::UnboundedReceiver<record::Standings>;

/// Gives where finished looks go, and what the schedule and the pages hear of them.
fn keep_record(
    parts: &Parts,
    wires: &Wires,
    tasks: &mut Tasks,
) -> (mpsc::UnboundedSender<Look>, Heard, Heard) {
    let stop = tasks.stopping();
    let (standing, standings) = mpsc::unbounded_channel();
    let (to_pages, heard_by_pages) = mpsc::unbounded_channel();
    let with = record::Parts {
        db: parts.db.clone(),
        cache: parts.cache.clone(),
        may_record: wires.may_record.subscribe(),
        standings: vec![standing, to_pages],
    };
    let (looks, recorder) = Recorder::new(with, record::Settings::default());
    wires.figures.follow(recorder.progress());
    if let Some(file) = parts.heartbeat_file.clone() {
        let (recording, mark, mut before) = (recorder.progress(), wires.progress.clone(), 0);
        let moved = move || {
            let now = mark.count();
            std::mem::replace(&mut before, now) != now && recording.age() < RECORD_IS_STUCK
        };
        tasks.spawn("heartbeat file", progress::keep(file, moved, stop.clone()));
    }
    let owned = wires.ownership.subscribe();
    tasks.spawn("recorder", recorder.run(stop.clone()));
    tasks.spawn(
        "rollups",
        rollups::run(parts.db.clone(), owned, stop.clone()),
    );
    tasks.spawn(
        "partitions",
        partitions::run(parts.db.clone(), parts.looking.retention, stop),
    );
    (looks, standings, heard_by_pages)
}

fn read_pages(
    parts: &Parts,
    wires: &Wires,
    (inbox, looks): (pages::Inbox, mpsc::UnboundedSender<Look>),
    tasks: &mut Tasks,
) {
    let stop = tasks.stopping();
    let pages = pages::Parts {
        db: parts.db.clone(),
        cache: parts.cache.clone(),
        reader: Reader::new(parts.prober.client()).waiting(parts.pace.document),
        clock: parts.clock.clone(),
        pace: parts.pace,
        figures: wires.figures.clone(),
        looks,
    };
    tasks.spawn("pages", Pages::new(pages).run(inbox, stop));
}

fn keep_schedule(
    parts: &Parts,
    wires: &Wires,
    canaries: Canaries,
    (commands, (looks, standings)): (
        mpsc::Receiver<Command>,
        (mpsc::UnboundedSender<Look>, Heard),
    ),
    tasks: &mut Tasks,
) {
    let stop = tasks.stopping();
    let (answers, answered) = mpsc::unbounded_channel();
    let (suspicions, publisher) = suspect::channel(parts.cache.clone());
    let schedule = schedule::Parts {
        clock: parts.clock.clone(),
        limits: limits(&parts.looking, parts.shared),
        pace: parts.pace,
        figures: wires.figures.clone(),
        progress: wires.progress.clone(),
        suspicions,
        stalls: wires.stalls.clone(),
        may_record: wires.may_record.clone(),
        looks,
    };
    let asker = Asker::new(parts.prober.clone(), parts.clock.clone(), canaries, answers);
    let inbox = Inbox {
        commands,
        answers: answered,
        standings,
    };
    tasks.spawn("suspicions", publisher.run(stop.clone()));
    tasks.spawn("schedule", Schedule::new(schedule, asker).run(inbox, stop));
}

fn load(parts: &Parts, wires: &Wires, tasks: &mut Tasks) {
    let stop = tasks.stopping();
    let (hearing, heard) = mpsc::unbounded_channel();
    let loader = loader::Parts {
        db: parts.db.clone(),
        keyring: parts.keyring.clone(),
        pace: parts.pace,
        ownership: wires.ownership.subscribe(),
        heard,
        commands: wires.commands.clone(),
        pages: wires.pages.clone(),
    };
    tasks.spawn(
        "listener",
        listen::run(parts.db.clone(), hearing, stop.clone()),
    );
    tasks.spawn("loader", Loader::new(loader).run(stop));
}

fn tell(parts: &Parts, id: WorkerId, tasks: &mut Tasks) {
    let stop = tasks.stopping();
    let notices = notices::Parts {
        db: parts.db.clone(),
        id: Some(id),
        keyring: parts.keyring.clone(),
        courier: parts.courier.clone(),
        public_url: parts.public_url.clone(),
    };
    tasks.spawn(
        "watch over notices",
        notices::keep_watch(notices.clone(), stop.clone()),
    );
    tasks.spawn("notices", notices::run(notices, stop.clone()));
    tasks.spawn(
        "sealed values",
        resealing::run(parts.db.clone(), parts.keyring.clone(), stop.clone()),
    );
    tasks.spawn("maintenance", maintenance::run(parts.db.clone(), stop));
}

/// Mail to single persons, where there is a mail server.
fn post(parts: &Parts, id: WorkerId, figures: &Figures, tasks: &mut Tasks) {
    let Courier::Network(courier) = &parts.courier else {
        return;
    };
    let has_mail = courier.has_mail();
    figures.change(|figures| figures.mail = has_mail);
    if !has_mail {
        return;
    }
    let letters = letters::Parts {
        db: parts.db.clone(),
        id: Some(id),
        keyring: parts.keyring.clone(),
        courier: (**courier).clone(),
        public_url: parts.public_url.clone(),
    };
    tasks.spawn("letters", letters::run(letters, tasks.stopping()));
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
