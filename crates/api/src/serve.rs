//! From a listener to answers, and a calm end.

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{manners, problem::Problem, routes, state::AppState};

/// How long requests that are under way may take to end.
const LONGEST_GOODBYE: Duration = Duration::from_secs(20);

/// Every route under `/api`, in the manners of the house. A process that serves more (the web app) adds a fallback.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a router owns its state; callers clone what is cheap to clone"
)]
pub fn router(state: AppState) -> Router {
    let (routes, _) = routes::router().split_for_parts();
    let routes = routes
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .with_state(state.clone());
    manners::wrap(routes, &state)
}

/// Serves the API alone until `stop`.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let app = router(state.clone());
    serve_app(listener, app, state, stop).await
}

/// Serves `app`, made from `router`, until `stop`; event streams end first, requests under way are finished.
pub async fn serve_app(
    listener: TcpListener,
    app: Router,
    state: AppState,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = std::future::IntoFuture::into_future(serving);
    let patience = async {
        stop.cancelled().await;
        tokio::time::sleep(LONGEST_GOODBYE).await;
    };
    let live = state.live.run(stop.clone());
    let served = async {
        tokio::select! {
            result = serving => result,
            () = patience => Ok(()),
        }
    };
    let (served, ()) = tokio::join!(served, live);
    Ok(served?)
}
