//! Keeps the schedule's services equal to what the database holds for the shards that this worker owns.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use db::{
    Db,
    watched::{self, Fingerprint, Watched},
};
use domain::{
    failure::FailureCode, id::ServiceKey, ownership::Shards, schedule::SHARDS, service::Target,
};
use runtime::{backoff::Backoff, seal::Keyring};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    due::Arrival,
    figures,
    heartbeat::Ownership,
    listen::Heard,
    pace::Pace,
    pages::{self, Following},
    schedule::Command,
    service::Arriving,
};

/// Shards that are read together: some 800 services where there are 100,000.
const SHARDS_AT_ONCE: usize = 32;
/// Shards whose fingerprints are compared together.
const COMPARED_AT_ONCE: usize = 256;
/// Changed services that are read together.
const KEYS_AT_ONCE: usize = 500;

/// What the loader works with.
pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) keyring: Keyring,
    pub(crate) pace: Pace,
    pub(crate) ownership: watch::Receiver<Ownership>,
    pub(crate) heard: mpsc::UnboundedReceiver<Heard>,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) pages: mpsc::Sender<pages::Command>,
}

/// What is loaded, and what is still to be done.
pub(crate) struct Loader {
    parts: Parts,
    owned: Arc<Shards>,
    epoch: u64,
    /// By shard: none while it is not loaded.
    loaded: Vec<Option<HashMap<ServiceKey, Fingerprint>>>,
    /// Shards to be read, with the reason.
    to_load: Vec<(u16, Arrival)>,
    /// Changed services to be read.
    changed: HashSet<ServiceKey>,
    started: bool,
    compare_at: Instant,
}

/// The schedule has ended.
struct Gone;

type Done<T = ()> = Result<T, Trouble>;

enum Trouble {
    Database(db::Error),
    Gone,
}

impl From<db::Error> for Trouble {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Gone> for Trouble {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl Loader {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            compare_at: Instant::now() + parts.pace.compare,
            parts,
            owned: Arc::new(Shards::none()),
            epoch: 0,
            loaded: vec![None; usize::from(SHARDS)],
            to_load: Vec::new(),
            changed: HashSet::new(),
            started: false,
        }
    }

    /// Runs until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut backoff = Backoff::default();
        let mut news = Vec::new();
        let mut retry: Option<Instant> = None;
        loop {
            let wake = retry.unwrap_or(self.compare_at);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Ok(()) = self.parts.ownership.changed() => {}
                count = self.parts.heard.recv_many(&mut news, 10_000), if retry.is_none() => {
                    if count == 0 {
                        return Ok(());
                    }
                }
                () = sleep_until(wake) => {}
            }
            let work = async {
                self.follow_ownership().await?;
                self.note(news.drain(..));
                self.catch_up().await
            };
            let done = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                done = work => done,
            };
            retry = match done {
                Ok(()) => {
                    backoff.reset();
                    None
                }
                Err(Trouble::Gone) => return Ok(()),
                Err(Trouble::Database(error)) => {
                    tracing::warn!(%error, "services could not be loaded; trying again");
                    Some(Instant::now() + backoff.pause())
                }
            };
        }
    }

    /// Drops what belongs to others now, and notes what has to be read.
    async fn follow_ownership(&mut self) -> Done {
        let ownership = self.parts.ownership.borrow_and_update().clone();
        let reread = ownership.epoch != self.epoch;
        if reread || ownership.shards != self.owned {
            self.tell(Command::Keep(ownership.shards.clone())).await?;
            self.tell_pages(pages::Command::Keep(ownership.shards.clone()))
                .await?;
            self.take_over(&ownership.shards, reread);
            self.owned = ownership.shards;
        }
        if reread {
            self.epoch = ownership.epoch;
            self.tell(Command::Resume).await?;
            self.tell_pages(pages::Command::Resume).await?;
        }
        Ok(())
    }

    fn take_over(&mut self, shards: &Shards, reread: bool) {
        let arrival = if reread || !self.started {
            Arrival::Start
        } else {
            Arrival::TakeOver
        };
        self.to_load.retain(|(shard, _)| shards.contains(*shard));
        let waiting: HashSet<u16> = self.to_load.iter().map(|(shard, _)| *shard).collect();
        for shard in 0..SHARDS {
            let Some(loaded) = self.loaded.get_mut(usize::from(shard)) else {
                continue;
            };
            if !shards.contains(shard) {
                *loaded = None;
            } else if (loaded.is_none() || reread) && !waiting.contains(&shard) {
                self.to_load.push((shard, arrival));
            }
        }
    }

    fn note(&mut self, news: impl Iterator<Item = Heard>) {
        for heard in news {
            match heard {
                Heard::Gap => self.compare_at = Instant::now(),
                Heard::Changed { shard, key } if self.owned.contains(shard) => {
                    self.changed.insert(key);
                }
                Heard::Changed { .. } => {}
            }
        }
    }

    /// Does everything that is to be done; what fails stays noted.
    async fn catch_up(&mut self) -> Done {
        self.load_shards().await?;
        self.load_changed().await?;
        if Instant::now() >= self.compare_at {
            self.compare().await?;
            self.load_changed().await?;
            self.compare_at = Instant::now() + self.parts.pace.compare;
        }
        Ok(())
    }

    async fn load_shards(&mut self) -> Done {
        while let Some((_, arrival)) = self.to_load.first().copied() {
            let same = self.to_load.iter().take(SHARDS_AT_ONCE);
            let chunk: Vec<u16> = same
                .take_while(|(_, reason)| *reason == arrival)
                .map(|(shard, _)| *shard)
                .collect();
            let mut conn = self.parts.db.acquire().await?;
            let services = watched::list(&mut conn, &numbers(&chunk)).await?;
            drop(conn);
            for shard in &chunk {
                self.forget_absent(*shard, &services).await?;
            }
            self.put(services, arrival).await?;
            self.to_load.drain(..chunk.len());
        }
        if self.owned.count() > 0 && !self.started {
            self.started = true;
            tracing::info!(services = self.count(), "services are loaded");
        }
        Ok(())
    }

    /// A shard was read anew: what is no longer in it is gone.
    async fn forget_absent(&mut self, shard: u16, services: &[Watched]) -> Done {
        let Some(loaded) = self.loaded.get_mut(usize::from(shard)) else {
            return Ok(());
        };
        let mut before = loaded.replace(HashMap::new()).unwrap_or_default();
        for service in services {
            before.remove(&service.key);
        }
        self.remove(before.into_keys().collect()).await
    }

    async fn load_changed(&mut self) -> Done {
        while !self.changed.is_empty() {
            let chunk: Vec<ServiceKey> = self.changed.iter().take(KEYS_AT_ONCE).copied().collect();
            let mut conn = self.parts.db.acquire().await?;
            let mut services = watched::find(&mut conn, &chunk).await?;
            drop(conn);
            // One that follows another page now may belong to another worker, or stand in two shards of ours.
            services.retain(|service| self.place(service.shard).is_some());
            self.part_with_other_shards(&services);
            let found: HashSet<ServiceKey> = services.iter().map(|service| service.key).collect();
            let gone = chunk
                .iter()
                .copied()
                .filter(|key| !found.contains(key))
                .collect();
            self.forget(gone).await?;
            self.put(services, Arrival::Changed).await?;
            for key in &chunk {
                self.changed.remove(key);
            }
        }
        Ok(())
    }

    /// Compares everything that is loaded with what is stored, so that a lost notification loses nothing.
    async fn compare(&mut self) -> Done {
        let owned: Vec<u16> = self.owned.iter().collect();
        for chunk in owned.chunks(COMPARED_AT_ONCE) {
            let mut conn = self.parts.db.acquire().await?;
            let stored = watched::fingerprints(&mut conn, &numbers(chunk)).await?;
            drop(conn);
            let mut known: HashMap<ServiceKey, Fingerprint> = HashMap::new();
            for shard in chunk {
                known.extend(
                    self.loaded
                        .get(usize::from(*shard))
                        .into_iter()
                        .flatten()
                        .flatten(),
                );
            }
            for fingerprint in stored {
                if known.remove(&fingerprint.key) != Some(fingerprint) {
                    self.changed.insert(fingerprint.key);
                }
            }
            self.forget(known.into_keys().collect()).await?;
        }
        Ok(())
    }

    /// Hands services to the schedule, or to the pages that they follow. One that makes no sense is left out, and hurts
    /// nobody else.
    async fn put(&mut self, services: Vec<Watched>, arrival: Arrival) -> Done {
        let mut ready = Vec::with_capacity(services.len());
        let mut following = Vec::new();
        let mut unready = Vec::new();
        for service in services {
            let (key, id) = (service.key, service.id);
            let Some(shard) = self.place(service.shard) else {
                continue;
            };
            shard.insert(key, service.fingerprint());
            if let Ok(Target::Vendor(target)) = &service.target {
                let target = target.clone();
                following.push(Following::new(&service, target));
                continue;
            }
            match Arriving::prepare(service, &self.parts.keyring) {
                Ok(arriving) => ready.push(arriving),
                Err(reason) => {
                    tracing::error!(service = %id, reason, "a service cannot be looked at");
                    figures::internal(FailureCode::InternalDb);
                    unready.push(key);
                }
            }
        }
        self.remove(unready).await?;
        if arrival == Arrival::Changed {
            self.part(&ready, &following).await?;
        }
        if !ready.is_empty() {
            self.tell(Command::Put(ready, arrival)).await?;
        }
        if !following.is_empty() {
            self.tell_pages(pages::Command::Put(following, arrival))
                .await?;
        }
        Ok(())
    }

    /// What was edited may have been of the other kind before.
    async fn part(&self, ready: &[Arriving], following: &[Following]) -> Done {
        if !following.is_empty() {
            let keys = following.iter().map(|one| one.key).collect();
            self.tell(Command::Remove(keys)).await?;
        }
        if !ready.is_empty() {
            let keys = ready.iter().map(|one| one.service.key).collect();
            self.tell_pages(pages::Command::Remove(keys)).await?;
        }
        Ok(())
    }

    /// What is loaded of a shard; none while it is not loaded.
    fn place(&mut self, shard: u16) -> Option<&mut HashMap<ServiceKey, Fingerprint>> {
        self.loaded.get_mut(usize::from(shard))?.as_mut()
    }

    fn part_with_other_shards(&mut self, services: &[Watched]) {
        for (shard, loaded) in self.loaded.iter_mut().enumerate() {
            let Some(loaded) = loaded.as_mut().filter(|loaded| !loaded.is_empty()) else {
                continue;
            };
            for service in services {
                if usize::from(service.shard) != shard {
                    loaded.remove(&service.key);
                }
            }
        }
    }

    async fn forget(&mut self, gone: Vec<ServiceKey>) -> Done {
        if gone.is_empty() {
            return Ok(());
        }
        for shard in self.loaded.iter_mut().flatten() {
            for key in &gone {
                shard.remove(key);
            }
        }
        self.remove(gone).await
    }

    async fn remove(&self, gone: Vec<ServiceKey>) -> Done {
        if !gone.is_empty() {
            self.tell_pages(pages::Command::Remove(gone.clone()))
                .await?;
            self.tell(Command::Remove(gone)).await?;
        }
        Ok(())
    }

    async fn tell_pages(&self, command: pages::Command) -> Result<(), Gone> {
        self.parts.pages.send(command).await.map_err(|_| Gone)
    }

    async fn tell(&self, command: Command) -> Result<(), Gone> {
        self.parts.commands.send(command).await.map_err(|_| Gone)
    }

    fn count(&self) -> usize {
        self.loaded.iter().flatten().map(HashMap::len).sum()
    }
}

fn numbers(shards: &[u16]) -> Vec<i16> {
    shards
        .iter()
        .filter_map(|shard| i16::try_from(*shard).ok())
        .collect()
}
