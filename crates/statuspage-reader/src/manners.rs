//! How we behave towards hosts: few requests at once, and the pauses that providers ask for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use statuspage_parser::Provider;
use tokio::{
    sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};
use url::Url;

/// Requests at once to one host.
const AT_ONCE: usize = 2;
/// Above this many hosts, those that nobody asks right now are forgotten.
const MANY_HOSTS: usize = 1_024;

/// When the next request to a provider may start.
type Next = Arc<tokio::sync::Mutex<Option<Instant>>>;

#[derive(Default)]
pub(crate) struct Manners {
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// Providers that want a pause.
    providers: Mutex<HashMap<&'static str, Next>>,
}

/// The right to ask once; gives room to the next when it is dropped.
pub(crate) struct Turn {
    _place: Option<OwnedSemaphorePermit>,
    pause: Option<(OwnedMutexGuard<Option<Instant>>, Provider)>,
}

impl Manners {
    /// Waits until this host, and this provider, may be asked.
    pub(crate) async fn turn(&self, url: &Url, provider: Option<Provider>) -> Turn {
        let place = self.host(url).acquire_owned().await.ok();
        let patient = provider.filter(|provider| !provider.pause().is_zero());
        let pause = match patient {
            None => None,
            Some(provider) => {
                let next = self.provider(provider).lock_owned().await;
                if let Some(at) = *next {
                    sleep_until(at).await;
                }
                Some((next, provider))
            }
        };
        Turn {
            _place: place,
            pause,
        }
    }

    fn host(&self, url: &Url) -> Arc<Semaphore> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MANY_HOSTS {
            hosts.retain(|_, places| Arc::strong_count(places) > 1);
        }
        let places = hosts
            .entry(host)
            .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
        Arc::clone(places)
    }

    fn provider(&self, provider: Provider) -> Next {
        let mut providers = self
            .providers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(providers.entry(provider.id()).or_default())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some((next, provider)) = &mut self.pause {
            **next = Some(Instant::now() + provider.pause());
        }
    }
}
