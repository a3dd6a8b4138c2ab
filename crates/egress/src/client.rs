//! A small client for what is fetched or delivered on a user's behalf: status pages, webhooks, logos.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    target::Method,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, client::conn::http1::Builder};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, timeout_at},
};
use url::Url;

use crate::{
    Ask, Egress,
    http1::{self, Place, Wire, redirect},
};

/// Fetches through the door, bounded in time, size and hops. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    egress: Arc<Egress>,
    user_agent: HeaderValue,
    http: Builder,
}

/// What to ask, and how much of an answer to take.
#[derive(Debug, Clone)]
pub struct Question {
    pub url: Url,
    pub method: Method,
    /// Sent to the first origin only, never on to another one.
    pub headers: HeaderMap,
    pub body: Bytes,
    /// For everything, all hops included.
    pub timeout: Duration,
    /// A larger body is `body_too_large`, or cut there.
    pub most_bytes: usize,
    /// An answer counts once its head is there: a body that is too large, stalls or breaks off is cut instead of being a failure.
    pub cuts_body: bool,
    /// 0 makes a redirect an answer like any other.
    pub most_redirects: u8,
}

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where it came from in the end.
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body was cut.
    pub is_cut: bool,
}

impl Question {
    /// A GET with 10 s, 4 MiB and five redirects.
    pub fn get(url: Url) -> Self {
        Self {
            url,
            method: Method::Get,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(10),
            most_bytes: 4 * 1024 * 1024,
            cuts_body: false,
            most_redirects: 5,
        }
    }
}

impl Client {
    /// `user_agent` is sent unless a question brings its own.
    pub fn new(egress: Arc<Egress>, user_agent: HeaderValue) -> Self {
        Self {
            egress,
            user_agent,
            http: http1::builder(),
        }
    }

    /// Asks and reads the whole answer, whatever its status. A failure carries the hop at which it happened.
    pub async fn ask(&self, question: &Question) -> Result<Answer, Failure> {
        let deadline = Instant::now() + question.timeout;
        let invalid = || Failure::new(FailureCode::InvalidUrl, Phase::Dns, Detail::None);
        let mut place = Place::at(&question.url).ok_or_else(invalid)?;
        let mut method = question.method;
        let mut at_home = true;
        for hop in 0..=question.most_redirects {
            let request = self.request(question, &place, method, at_home);
            let answer = self
                .one(&place, request, question, deadline)
                .await
                .map_err(|failure| failure.at_hop(hop))?;
            let status = answer.status.as_u16();
            if question.most_redirects == 0 || !redirect::is_redirect(status) {
                return Ok(answer);
            }
            let next = redirect::next(&place.url, &answer.headers)
                .map_err(|failure| failure.at_hop(hop))?;
            method = redirect::method(status, method);
            at_home = at_home && redirect::is_same_origin(&place.url, &next.url);
            place = next;
        }
        let detail = Detail::Redirects {
            limit: question.most_redirects,
            chain: vec![place.url.to_string()],
        };
        Err(
            Failure::new(FailureCode::TooManyRedirects, Phase::Ttfb, detail)
                .at_hop(question.most_redirects),
        )
    }

    fn request(
        &self,
        question: &Question,
        to: &Place,
        method: Method,
        at_home: bool,
    ) -> http::Request<Full<Bytes>> {
        let sends_body = at_home && !matches!(method, Method::Get | Method::Head);
        let body = if sends_body {
            question.body.clone()
        } else {
            Bytes::new()
        };
        let mut request = http::Request::new(Full::new(body));
        *request.method_mut() =
            http::Method::from_bytes(method.as_str().as_bytes()).unwrap_or_default();
        *request.uri_mut() = http::Uri::from(to.path.clone());
        let headers = request.headers_mut();
        if at_home {
            headers.clone_from(&question.headers);
        }
        headers.insert(header::HOST, to.host.clone());
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        headers
            .entry(header::USER_AGENT)
            .or_insert_with(|| self.user_agent.clone());
        headers
            .entry(header::ACCEPT)
            .or_insert(HeaderValue::from_static("*/*"));
        request
    }

    async fn one(
        &self,
        to: &Place,
        request: http::Request<Full<Bytes>>,
        question: &Question,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let addresses = self
            .egress
            .resolve(to.host(), to.port, Ask::default(), deadline)
            .await?;
        let stream: TcpStream = self
            .egress
            .dial(&addresses, to.port, deadline)
            .await?
            .stream;
        let bounds = Bounds { question, deadline };
        if !to.is_https() {
            return exchange(&self.http, stream, (to, request), bounds).await;
        }
        let host = to.url.host_str().unwrap_or_default();
        let secured = self.egress.secure(stream, host, true, deadline).await;
        let stream = secured.map_err(|unsecured| unsecured.failure)?.stream;
        exchange(&self.http, stream, (to, request), bounds).await
    }
}

/// How long an exchange may take and how much of it is read.
#[derive(Clone, Copy)]
struct Bounds<'a> {
    question: &'a Question,
    deadline: Instant,
}

impl Bounds<'_> {
    /// What `doing` brings, or that it took too long.
    async fn within<T>(
        self,
        phase: Phase,
        doing: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        timeout_at(self.deadline, doing).await.unwrap_or_else(|_| {
            let after_ms = u32::try_from(self.question.timeout.as_millis()).unwrap_or(u32::MAX);
            let detail = Detail::Timeout {
                after_ms,
                peer: None,
            };
            Err(Failure::new(FailureCode::HttpTimeout, phase, detail))
        })
    }
}

async fn exchange<S>(
    http: &Builder,
    stream: S,
    (to, request): (&Place, http::Request<Full<Bytes>>),
    bounds: Bounds<'_>,
) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let asking = async {
        let opened = Wire::open(http, stream, Instant::now()).await;
        let mut wire = opened.map_err(|error| http1::failure(&error, Phase::Send))?;
        let response = wire.ask(request).await;
        let response = response.map_err(|error| http1::failure(&error, Phase::Ttfb))?;
        Ok((wire, response))
    };
    let (mut wire, response) = bounds.within(Phase::Ttfb, asking).await?;
    let (head, body) = response.into_parts();
    let mut read = BytesMut::new();
    let reading = read_body(&mut wire, body, bounds.question.most_bytes, &mut read);
    let is_cut = match bounds.within(Phase::Body, reading).await {
        Err(failure) if !bounds.question.cuts_body => return Err(failure),
        result => result.is_err(),
    };
    Ok(Answer {
        url: to.url.clone(),
        status: head.status,
        headers: head.headers,
        body: read.freeze(),
        is_cut,
    })
}

/// Reads the body to its end, or to `most` bytes, which is a failure; `read` has what came until then.
async fn read_body<S>(
    wire: &mut Wire<S>,
    mut body: Incoming,
    most: usize,
    read: &mut BytesMut,
) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(piece) = std::future::poll_fn(|cx| wire.poll_piece(&mut body, cx)).await {
        let piece = piece.map_err(|error| http1::failure(&error, Phase::Body))?;
        let room = most - read.len();
        read.extend_from_slice(&piece[..piece.len().min(room)]);
        if piece.len() > room {
            return Err(Failure::new(
                FailureCode::BodyTooLarge,
                Phase::Body,
                Detail::None,
            ));
        }
    }
    Ok(())
}
