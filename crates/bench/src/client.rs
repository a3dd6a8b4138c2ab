//! Asks the API the way a signed-in browser does, over several connections, and times it.

use std::{net::IpAddr, time::Duration};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use reqwest::RequestBuilder;
use serde::Serialize;
use tokio::time::Instant;

/// How long answers took, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Timing {
    pub(crate) requests: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// The same two in microseconds, to compare what is quick.
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// Of one answer, as it came over the wire.
    pub(crate) bytes: usize,
}

/// A signed-in client.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    cookie: String,
    encoding: &'static str,
}

impl Client {
    /// Signs in with a local account, from an address of this machine.
    pub(crate) async fn sign_in(
        base: &str,
        from: IpAddr,
        email: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .local_address(from)
            .connect_timeout(Duration::from_secs(30))
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
            encoding: "identity",
        })
    }

    /// Takes compressed answers from now on.
    #[must_use]
    pub(crate) fn compressed(mut self) -> Self {
        self.encoding = "gzip";
        self
    }

    /// `path` may be a whole address.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        let request = self.http.get(if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            path.to_owned()
        });
        request
            .header("cookie", &self.cookie)
            .header("accept-encoding", self.encoding)
    }

    /// Asks `path` about `n` times over `connections` at once.
    pub(crate) async fn time(
        &self,
        path: &str,
        connections: usize,
        n: usize,
    ) -> anyhow::Result<Timing> {
        self.time_each(&[path.to_owned()], connections, n).await
    }

    /// The same with one of the paths after the other; connections begin as far apart as there are paths for.
    pub(crate) async fn time_each(
        &self,
        paths: &[String],
        connections: usize,
        n: usize,
    ) -> anyhow::Result<Timing> {
        let begin = Instant::now();
        let each = n.div_ceil(connections);
        let asking = (0..connections).map(|one| {
            let first = one * paths.len() / connections;
            let own = paths.iter().cycle().skip(first).take(each);
            self.ask(own)
        });
        let (mut took, mut bytes) = (Vec::with_capacity(n), 0);
        for (times, length) in try_join_all(asking).await? {
            took.extend(times);
            bytes = length;
        }
        Ok(timing(took, bytes, begin.elapsed()))
    }

    /// Asks `path` again and again for this long, as one person.
    pub(crate) async fn time_for(&self, path: &str, span: Duration) -> anyhow::Result<Timing> {
        let begin = Instant::now();
        let (mut took, mut bytes) = (Vec::new(), 0);
        while begin.elapsed() < span {
            let (times, length) = self.ask([&path.to_owned()]).await?;
            took.extend(times);
            bytes = length;
        }
        Ok(timing(took, bytes, begin.elapsed()))
    }

    async fn ask(
        &self,
        paths: impl IntoIterator<Item = &String>,
    ) -> anyhow::Result<(Vec<Duration>, usize)> {
        let (mut took, mut bytes) = (Vec::new(), 0);
        for path in paths {
            let begin = Instant::now();
            let answer = self.get(path).send().await?.error_for_status();
            bytes = answer.with_context(|| path.clone())?.bytes().await?.len();
            took.push(begin.elapsed());
        }
        Ok((took, bytes))
    }
}

/// What these times come to. There is at least one.
fn timing(mut took: Vec<Duration>, bytes: usize, over: Duration) -> Timing {
    took.sort_unstable();
    let at = |per_cent: usize| took[(took.len() * per_cent / 100).min(took.len() - 1)];
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let per_second = took.len() as f64 / over.as_secs_f64();
    Timing {
        requests: took.len(),
        per_second,
        p50_ms: milliseconds(at(50)),
        p99_ms: milliseconds(at(99)),
        p50_us: microseconds(at(50)),
        p99_us: microseconds(at(99)),
        bytes,
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

fn microseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round()
}

/// With one decimal.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}
