//! The record: takes finished looks, waits for Postgres where it must, and writes each exactly once, in order.

mod batch;
mod fold;
mod notices;
mod publish;
mod spool;
mod thread;
mod timing;
mod vendor;
mod writing;

use std::{
    collections::HashMap,
    future::{Future, pending},
    pin::{Pin, pin},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use db::Db;
use domain::{health::Standing, id::ServiceKey, look::Look, verdict::Verdict};
use runtime::metrics::SPOOL;
use status_cache::StatusCache;
use tokio::{
    runtime::RuntimeMetrics,
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        watch,
    },
    time::{Instant, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use spool::{Entry, Spool};
use thread::Thread;
use timing::{Timing, Waiting};
use writing::{Outcome, Writer, discard, register_counters};

/// The loop goes round at least this often, so that its progress can be seen.
const SLOWEST_ROUND: Duration = Duration::from_millis(500);

/// Where services stand after they were recorded, in the order of recording.
pub type Standings = Vec<(ServiceKey, Standing)>;

/// How much waits how long.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many looks may wait; the oldest go when there are more.
    pub spool: usize,
    /// So many looks are written without waiting for more, and at first no more than these at a time …
    pub batch: usize,
    /// … then up to twice as many after each batch that went well, up to so many: where a disk takes seconds for a commit, the looks that
    /// wait meanwhile need not wait for as many commits.
    pub largest_batch: usize,
    /// For how long looks that are no news are gathered while there are fewer, so that a disk may sleep. Should the process be killed, this
    /// much routine is lost.
    pub window: Duration,
    /// The shortest time between two batches that are not full.
    pub pace: Duration,
    /// How long a service is left alone whose health somebody else has locked.
    pub held: Duration,
    /// How long the end may take once the last sender is gone, before what waits is given up.
    pub goodbye: Duration,
    /// How long it may take in any case; below the 40 s after which the process ends.
    pub longest_goodbye: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            spool: 500_000,
            batch: 1_000,
            largest_batch: 10_000,
            window: Duration::from_secs(1),
            pace: Duration::from_millis(50),
            held: Duration::from_millis(250),
            goodbye: Duration::from_secs(20),
            longest_goodbye: Duration::from_secs(38),
        }
    }
}

/// With whom the record works.
#[derive(Debug)]
pub struct Parts {
    pub db: Db,
    pub cache: StatusCache,
    /// False while it is not known who looks: looks then wait.
    pub may_record: watch::Receiver<bool>,
    /// They hear where services stand after each batch.
    pub standings: Vec<UnboundedSender<Standings>>,
}

/// What can be seen of a recorder from outside: when its loop and its thread last went round, which both do at least twice a second.
#[derive(Clone, Debug)]
pub struct Progress {
    start: Instant,
    loop_ms: Arc<AtomicU64>,
    thread_ms: Arc<AtomicU64>,
    waiting: Arc<AtomicUsize>,
    thread: Arc<OnceLock<RuntimeMetrics>>,
}

impl Progress {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            loop_ms: Arc::default(),
            thread_ms: Arc::default(),
            waiting: Arc::default(),
            thread: Arc::default(),
        }
    }

    /// Looks that wait to be recorded.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn touch(&self, waiting: usize) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.note(&self.loop_ms);
    }

    fn note(&self, place: &AtomicU64) {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        place.store(passed, Ordering::Relaxed);
    }

    /// Shows for ever that the thread goes round, as long as it does.
    async fn beat(self) {
        let mut rounds = interval(SLOWEST_ROUND);
        loop {
            rounds.tick().await;
            self.note(&self.thread_ms);
        }
    }

    /// How long ago the slower of the two went round.
    pub fn age(&self) -> Duration {
        let touched = [&self.loop_ms, &self.thread_ms].map(|ms| ms.load(Ordering::Relaxed));
        let touched = Duration::from_millis(touched.into_iter().min().unwrap_or(0));
        self.start.elapsed().saturating_sub(touched)
    }

    /// For how long its thread was busy since it began.
    pub fn busy(&self) -> Duration {
        let thread = self.thread.get();
        thread.map_or(Duration::ZERO, |metrics| {
            metrics.worker_total_busy_duration(0)
        })
    }
}

type Writing = Pin<Box<dyn Future<Output = (Writer, Outcome)> + Send>>;

/// Takes in looks and records them.
#[derive(Debug)]
pub struct Recorder {
    looks: UnboundedReceiver<Look>,
    parts: Parts,
    settings: Settings,
    progress: Progress,
}

impl Recorder {
    /// A recorder and where to send looks. It ends, after everything is recorded, when every sender is gone.
    pub fn new(parts: Parts, settings: Settings) -> (UnboundedSender<Look>, Self) {
        register_counters();
        let (sender, looks) = mpsc::unbounded_channel();
        let recorder = Self {
            looks,
            parts,
            settings,
            progress: Progress::new(),
        };
        (sender, recorder)
    }

    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Records until every sender is gone. After `stop` nothing is gathered any more, and what cannot be recorded in
    /// time (`Settings::goodbye`) is given up and counted.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let thread = Thread::new().context("a thread for the record")?;
        // There is one thread per recorder.
        let _ = self.progress.thread.set(thread.metrics());
        let _beating = thread.run(self.progress.clone().beat());
        let (recorded, listening) = mpsc::unbounded_channel();
        let publishing =
            publish::publish(listening, self.parts.cache.clone(), self.parts.standings);
        let work = Loop {
            spool: Spool::new(self.settings.spool),
            timing: Timing::new(self.settings.clone(), Instant::now()),
            verdicts: HashMap::new(),
            writer: Some(Writer::new(self.parts.db, recorded)),
            thread: &thread,
            may_record: self.parts.may_record,
            decided: true,
            settings: self.settings,
            progress: self.progress,
            open: true,
            under_way: 0,
            ending: None,
        };
        tokio::join!(work.run(self.looks, stop), publishing);
        Ok(())
    }
}

struct Loop<'a> {
    spool: Spool,
    timing: Timing,
    /// The latest verdict of each service, to see at once what is news.
    verdicts: HashMap<ServiceKey, Verdict>,
    /// None while it writes.
    writer: Option<Writer>,
    thread: &'a Thread,
    may_record: watch::Receiver<bool>,
    /// Somebody still decides about `may_record`.
    decided: bool,
    settings: Settings,
    progress: Progress,
    /// A look may still come.
    open: bool,
    /// Looks in the batch that is being written.
    under_way: usize,
    /// After `stop`: when to give up.
    ending: Option<Instant>,
}

impl Loop<'_> {
    async fn run(mut self, mut looks: UnboundedReceiver<Look>, stop: CancellationToken) {
        let mut writing: Option<Writing> = None;
        let mut arrived = Vec::new();
        let spooled = metrics::gauge!(SPOOL);
        // Made once: this goes round with every look.
        let mut rounds = interval(SLOWEST_ROUND);
        let (mut alarm, mut stopped) = (pin!(sleep(SLOWEST_ROUND)), pin!(stop.cancelled()));
        loop {
            self.progress.touch(self.spool.len() + self.under_way);
            spooled.set(count(self.spool.len()));
            if !self.open && self.spool.len() == 0 && writing.is_none() {
                break;
            }
            if self.ending.is_some_and(|end| Instant::now() >= end) {
                self.give_up();
                break;
            }
            let due = self.next_batch();
            if let Some(due) = due.filter(|due| *due != alarm.deadline()) {
                alarm.as_mut().reset(due);
            }
            tokio::select! {
                biased;
                (writer, outcome) = written(&mut writing), if writing.is_some() => {
                    writing = None;
                    self.writer = Some(writer);
                    self.settle(outcome);
                }
                () = &mut stopped, if self.ending.is_none() => {
                    self.ending = Some(Instant::now() + self.settings.longest_goodbye);
                    self.hurry();
                }
                n = looks.recv_many(&mut arrived, self.settings.batch), if self.open => {
                    self.open = n > 0;
                    self.hurry();
                    arrived.drain(..).for_each(|look| self.take_in(look));
                }
                () = &mut alarm, if due.is_some() => writing = self.begin(),
                // When whoever decides is gone, its last word stands.
                changed = self.may_record.changed(), if self.decided => self.decided = changed.is_ok(),
                _ = rounds.tick() => {}
            }
        }
        if let Some(writer) = self.writer {
            writer.close().await;
        }
    }

    fn take_in(&mut self, look: Look) {
        let known = self.verdicts.insert(look.service, look.verdict);
        self.timing
            .arrived(look.asked || known != Some(look.verdict), Instant::now());
        let lost = self.spool.push(Entry::new(look));
        for _ in 0..lost {
            discard("full");
        }
    }

    fn next_batch(&self) -> Option<Instant> {
        if self.writer.is_none() || !*self.may_record.borrow() {
            return None;
        }
        self.timing.next(&Waiting {
            ready: self.spool.ready(),
            held: self.spool.has_held(),
            hurry: !self.open || self.ending.is_some(),
        })
    }

    fn begin(&mut self) -> Option<Writing> {
        let mut writer = self.writer.take()?;
        let now = Instant::now();
        let held = self.timing.held_is_due(now);
        let batch = self.spool.take(self.timing.room(), held);
        self.timing.begun(self.spool.ready(), now);
        if batch.is_empty() {
            self.writer = Some(writer);
            return None;
        }
        self.under_way = batch.len();
        Some(Box::pin(self.thread.run(async move {
            let outcome = writer.write(batch).await;
            (writer, outcome)
        })))
    }

    fn settle(&mut self, outcome: Outcome) {
        self.under_way = 0;
        for entry in &outcome.outdated {
            self.verdicts.remove(&entry.look.service);
        }
        let away = !outcome.unwritten.is_empty();
        self.spool.hold(outcome.held);
        let lost = self.spool.give_back(outcome.unwritten);
        for _ in 0..lost {
            discard("full");
        }
        self.timing
            .ended(self.spool.has_held(), away, Instant::now());
    }

    /// After `stop`, nothing new can come once the last sender is gone.
    fn hurry(&mut self) {
        if let (false, Some(end)) = (self.open, self.ending) {
            self.ending = Some(end.min(Instant::now() + self.settings.goodbye));
        }
    }

    fn give_up(&self) {
        let lost = self.spool.len() + self.under_way;
        if lost == 0 {
            return;
        }
        tracing::error!(
            looks = lost,
            "the end came before these looks were recorded: they are lost"
        );
        for _ in 0..lost {
            discard("lost");
        }
    }
}

async fn written(writing: &mut Option<Writing>) -> (Writer, Outcome) {
    match writing {
        Some(writing) => writing.await,
        None => pending().await,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of looks stay far below 2^52"
)]
fn count(n: usize) -> f64 {
    n as f64
}
