//! Requests to providers: no redirects, a time limit, and no more of an answer than makes sense.

use std::time::Duration;

use egress::Tls;
use futures_util::{FutureExt as _, future::BoxFuture};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, header, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use super::Refusal;

/// Largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 256 * 1024;

/// Asks providers.
#[derive(Clone, Debug)]
pub(super) struct Http(Option<Client>);

/// A provider did not answer in time, or not sensibly. The log knows more.
#[derive(Debug, thiserror::Error)]
#[error("the provider does not answer as it should")]
pub(super) struct NoAnswer;

impl From<NoAnswer> for Refusal {
    fn from(_: NoAnswer) -> Self {
        Self::Provider
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = NoAnswer;
    type Future = BoxFuture<'c, Result<HttpResponse, NoAnswer>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        self.send(request).boxed()
    }
}

impl Http {
    /// Trusts what `tls` trusts, an internal authority of the operator's included.
    pub(super) fn new(timeout: Duration, tls: &Tls) -> Self {
        let client = Client::builder()
            .tls_backend_preconfigured(tls.plain_client())
            .redirect(Policy::none())
            .timeout(timeout)
            .connect_timeout(timeout)
            .user_agent(concat!("PulseCheck/", env!("CARGO_PKG_VERSION")))
            .build();
        // Local accounts work without it, so this does not end the process.
        let report =
            |error| tracing::error!(%error, "Requests to sign-in providers cannot be prepared");
        Self(client.map_err(report).ok())
    }

    /// Sends what the OAuth crate made.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let request = reqwest::Request::try_from(request).map_err(|error| failed(&error))?;
        let client = self.0.as_ref().ok_or(NoAnswer)?;
        let mut answer = client
            .execute(request)
            .await
            .map_err(|error| failed(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                tracing::warn!("A provider's answer has no end");
                return Err(NoAnswer);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = HttpResponse::new(body);
        // GitHub refuses with status 200 and an `error` member; everybody else, and the OAuth crate, expects 400.
        let refused = answer.status() == http::StatusCode::OK && has_error(response.body());
        *response.status_mut() = if refused {
            http::StatusCode::BAD_REQUEST
        } else {
            answer.status()
        };
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }

    /// Reads JSON, in the name of a person when there is a token.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: &Url,
        token: Option<&SecretString>,
    ) -> Result<T, NoAnswer> {
        let mut request =
            http::Request::get(url.as_str()).header(header::ACCEPT, "application/json");
        if let Some(token) = token {
            let bearer = format!("Bearer {}", token.expose_secret());
            request = request.header(header::AUTHORIZATION, bearer);
        }
        let request = request.body(Vec::new()).map_err(|_| NoAnswer)?;
        let answer = self.send(request).await?;
        if answer.status() != http::StatusCode::OK {
            let (host, status) = (url.host_str(), answer.status().as_u16());
            tracing::warn!(
                host,
                path = url.path(),
                status,
                "A sign-in provider refuses to answer"
            );
            return Err(NoAnswer);
        }
        serde_json::from_slice(answer.body()).map_err(|error| {
            let host = url.host_str();
            tracing::warn!(host, path = url.path(), %error, "A sign-in provider's answer makes no sense");
            NoAnswer
        })
    }
}

fn has_error(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Refused {
        #[serde(rename = "error")]
        _error: String,
    }
    serde_json::from_slice::<Refused>(body).is_ok()
}

fn failed(error: &reqwest::Error) -> NoAnswer {
    let host = error.url().and_then(Url::host_str).map(str::to_owned);
    let (timeout, connect) = (error.is_timeout(), error.is_connect());
    tracing::warn!(host, timeout, connect, "A sign-in provider does not answer");
    NoAnswer
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use runtime::clock::Clock;
    use serde_json::{Value, json};
    use test_support::{Authority, Flaw, Mode, TlsMode, Upstream};

    use super::*;

    #[tokio::test]
    async fn a_provider_behind_an_internal_authority_is_trusted_once_that_is_named() {
        let authority = Authority::new("Company");
        let issued = authority.issue(&["localhost"], Flaw::None, Clock::System.now());
        let provider = Upstream::start_tls(TlsMode::With(issued));
        provider.set_for("/user", Mode::body(r#"{"id":1}"#));
        let url = provider
            .url_as("localhost", "/user")
            .parse()
            .expect("a URL");
        let ask = async |extra| {
            let tls = Tls::new(extra, Arc::new(|| None)).expect("trust");
            let http = Http::new(Duration::from_secs(10), &tls);
            http.get::<Value>(&url, None).await
        };
        assert!(ask(Vec::new()).await.is_err());
        let answer = ask(vec![authority.certificate()]).await;
        assert_eq!(answer.expect("trusted"), json!({ "id": 1 }));
    }
}
