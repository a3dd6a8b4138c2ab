//! The admin port: `/live`, `/ready` and `/metrics`, for machines, never for the public.

use std::{
    collections::BTreeMap,
    future::IntoFuture as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long samples may pile up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Which parts of the process are able to work, each with the reason when it is not.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, Option<String>>>>);

impl Readiness {
    /// Says that `part` works.
    pub fn ready(&self, part: &'static str) {
        self.set(part, None);
    }

    /// Says why `part` does not work now.
    pub fn missing(&self, part: &'static str, reason: impl Into<String>) {
        self.set(part, Some(reason.into()));
    }

    /// Everything that does not work, by part.
    pub fn faults(&self) -> BTreeMap<&'static str, String> {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts
            .iter()
            .filter_map(|(part, fault)| Some((*part, fault.clone()?)))
            .collect()
    }

    fn set(&self, part: &'static str, fault: Option<String>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(part, fault);
    }
}

#[derive(Clone)]
struct Admin {
    readiness: Readiness,
    metrics: Option<PrometheusHandle>,
}

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    missing: BTreeMap<&'static str, String>,
}

/// Serves the admin port until `stop`.
pub async fn serve(
    listener: TcpListener,
    readiness: Readiness,
    metrics: Option<PrometheusHandle>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let upkeep = upkeep(metrics.clone());
    let app = Router::new()
        .route("/live", get(|| async { "ok" }))
        .route("/ready", get(ready))
        .route("/metrics", get(render))
        .with_state(Admin { readiness, metrics });
    let serving = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned());
    tokio::select! {
        ended = serving.into_future() => ended?,
        never = upkeep => never,
    }
    Ok(())
}

/// Sums up what was measured, for ever: every sample of a histogram is kept until somebody does, and nobody may ever ask
/// for `/metrics`.
async fn upkeep(metrics: Option<PrometheusHandle>) {
    let Some(handle) = metrics else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

async fn ready(State(admin): State<Admin>) -> impl IntoResponse {
    let missing = admin.readiness.faults();
    if missing.is_empty() {
        (
            StatusCode::OK,
            Json(Ready {
                status: "ready",
                missing,
            }),
        )
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(Ready {
                status: "not ready",
                missing,
            }),
        )
    }
}

async fn render(State(admin): State<Admin>) -> String {
    admin
        .metrics
        .map_or_else(String::new, |handle| handle.render())
}
