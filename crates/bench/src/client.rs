//! Asks the API the way a signed-in browser does, and times it.

use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::time::Instant;

/// How long answers took, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Timing {
    pub(crate) requests: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) bytes: usize,
}

/// A signed-in client.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Client {
    /// Signs in with a local account.
    pub(crate) async fn sign_in(base: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()?;
        let body = serde_json::json!({ "email": email, "password": password });
        let request = http
            .post(format!("{base}/api/auth/login"))
            .header("origin", base)
            .json(&body);
        let answer = request
            .send()
            .await?
            .error_for_status()
            .context("signing in")?;
        let cookies = answer.headers().get_all("set-cookie").iter();
        let pairs: Vec<&str> = cookies
            .filter_map(|value| value.to_str().ok()?.split(';').next())
            .collect();
        Ok(Self {
            http,
            base: base.to_owned(),
            cookie: pairs.join("; "),
        })
    }

    /// Asks `path` `n` times one after another.
    pub(crate) async fn time(&self, path: &str, n: usize) -> anyhow::Result<Timing> {
        let mut took = Vec::with_capacity(n);
        let mut bytes = 0;
        for _ in 0..n {
            let begin = Instant::now();
            let answer = self
                .http
                .get(format!("{}{path}", self.base))
                .header("cookie", &self.cookie)
                .send()
                .await?;
            bytes = answer
                .error_for_status()
                .with_context(|| path.to_owned())?
                .bytes()
                .await?
                .len();
            took.push(begin.elapsed());
        }
        took.sort_unstable();
        let at =
            |per_cent: usize| milliseconds(took[(took.len() * per_cent / 100).min(took.len() - 1)]);
        Ok(Timing {
            requests: n,
            p50_ms: at(50),
            p99_ms: at(99),
            bytes,
        })
    }
}

/// Waits until `url` answers with success.
pub(crate) async fn until_it_answers(url: &str, limit: Duration) -> anyhow::Result<()> {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(1))
        .build()?;
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if http
            .get(url)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("{url} did not answer within {} s", limit.as_secs())
}

/// With one decimal.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}
