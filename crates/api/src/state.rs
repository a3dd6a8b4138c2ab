//! What handlers may ask for.

use std::{ops::Deref, sync::Arc};

use db::Db;
use egress::Egress;
use probe::{CONTACT, Prober};
use runtime::{clock::Clock, seal::Keyring};
use status_cache::StatusCache;
use statuspage_reader::Reader;

use crate::{
    auth::Auth,
    charts::Charts,
    live::Live,
    manners::{opening::Opening, pace::Pace},
    pulse::Pulses,
    rows::Rows,
    site::Site,
    together::Together,
};

/// Shared by all requests. Each clones it several times on its way, which counts a reference.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What there is one of per process.
pub struct Shared {
    pub db: Db,
    pub clock: Clock,
    pub status: StatusCache,
    pub keyring: Keyring,
    pub site: Arc<Site>,
    pub auth: Arc<Auth>,
    pub egress: Arc<Egress>,
    pub pace: Arc<Pace>,
    pub opening: Opening,
    pub live: Live,
    pub pulses: Pulses,
    pub rows: Rows,
    pub charts: Charts,
    pub together: Together,
    pub reader: Reader,
}

/// What a process has to bring.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub status: StatusCache,
    pub egress: Arc<Egress>,
    pub site: Site,
}

impl AppState {
    pub fn new(parts: Parts) -> Self {
        let prober = Prober::new(parts.egress.clone(), CONTACT);
        Self(Arc::new(Shared {
            db: parts.db,
            clock: parts.clock,
            live: Live::new(parts.status.clone()),
            pulses: Pulses::default(),
            rows: Rows::default(),
            charts: Charts::default(),
            together: Together::default(),
            status: parts.status,
            keyring: parts.site.keyring.clone(),
            auth: Arc::new(Auth::new(&parts.site, parts.egress.tls())),
            egress: parts.egress,
            reader: Reader::new(prober.client()),
            pace: Arc::new(Pace::new(&parts.site.rates)),
            opening: Opening::default(),
            site: Arc::new(parts.site),
        }))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
