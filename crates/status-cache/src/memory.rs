//! The cache and the bus of an installation that is one process.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use domain::id::ServiceId;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{
    Heard, StatusEntry,
    bus::{Message, Telling},
};

/// How many messages a slow listener may be behind before it hears of a gap.
const BACKLOG: usize = 4_096;

#[derive(Clone, Debug)]
pub struct Memory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    entries: RwLock<HashMap<ServiceId, StatusEntry>>,
    bus: broadcast::Sender<Message>,
}

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(Inner {
            entries: RwLock::default(),
            bus: broadcast::channel(BACKLOG).0,
        }))
    }
}

impl Memory {
    pub(crate) fn put(&self, entries: &[(ServiceId, StatusEntry)]) {
        let mut map = self
            .0
            .entries
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        map.extend(entries.iter().cloned());
    }

    pub(crate) fn get(&self, service: ServiceId) -> Option<StatusEntry> {
        let map = self
            .0
            .entries
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        map.get(&service).cloned()
    }

    pub(crate) fn remove(&self, services: &[ServiceId]) {
        let mut map = self
            .0
            .entries
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for service in services {
            map.remove(service);
        }
    }

    pub(crate) fn send(&self, telling: Telling<'_>) {
        if self.0.bus.receiver_count() > 0 {
            // It fails only when nobody listens.
            let _ = self.0.bus.send(telling.to_message());
        }
    }

    pub(crate) fn subscribe(&self) -> BoxStream<'static, Heard> {
        let receiver = self.0.bus.subscribe();
        stream::unfold(receiver, |mut receiver| async move {
            let heard: Vec<Heard> = match receiver.recv().await {
                Ok(message) => message.into(),
                Err(RecvError::Lagged(_)) => vec![Heard::Gap],
                Err(RecvError::Closed) => return None,
            };
            Some((stream::iter(heard), receiver))
        })
        .flatten()
        .boxed()
    }
}
