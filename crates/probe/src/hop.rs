//! One hop: resolve, connect, shake hands, ask and read, each phase timed and under one deadline.

use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    observation::{Certificate, Hop, HttpVersion},
    target::HttpTarget,
};
use egress::{
    Ask,
    http1::{self, Place, Wire, redirect},
};
use http::{HeaderMap, Version};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, timeout_at},
};

use crate::{
    Prober,
    body::{self, Read, Wanted},
    micros,
    prepared::Message,
};

/// What one hop brought.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) hop: Hop,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) ipv6_unreachable: bool,
    /// The head of the response, once it was complete.
    pub(crate) headers: Option<HeaderMap>,
    pub(crate) read: Read,
    pub(crate) failure: Option<Failure>,
}

/// How a hop is made.
pub(crate) struct Plan<'a> {
    pub(crate) target: &'a HttpTarget,
    pub(crate) ask: Ask,
    /// The deadline of the whole look.
    pub(crate) deadline: Instant,
    /// When the look began; timeouts are told in full.
    pub(crate) began: Instant,
    pub(crate) wanted: Wanted,
    /// Time that was spent before the look began.
    pub(crate) queued_us: u32,
}

pub(crate) async fn make(
    prober: &Prober,
    plan: &Plan<'_>,
    to: &Place,
    message: &Message<'_>,
) -> Seen {
    let mut seen = Seen::default();
    to.url.as_str().clone_into(&mut seen.hop.url);
    if let Err(failure) = connect(prober, plan, to, message, &mut seen).await {
        seen.failure = Some(failure);
    }
    seen
}

async fn connect(
    prober: &Prober,
    plan: &Plan<'_>,
    to: &Place,
    message: &Message<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let egress = prober.egress();
    let mut lap = Lap::new();
    let resolved = egress
        .resolve(to.host(), to.port, plan.ask, plan.deadline)
        .await;
    seen.hop.timings.dns_us = lap.us();
    let resolved = resolved?;
    let dialed = egress.dial(&resolved, to.port, plan.deadline).await;
    seen.hop.timings.tcp_us = lap.us();
    let dialed =
        dialed.inspect_err(|failure| seen.hop.remote = last_tried(failure, resolved.as_slice()))?;
    seen.hop.remote = Some(dialed.remote.ip());
    seen.ipv6_unreachable = dialed.ipv6_unreachable;
    if to.is_https() {
        // Boxed: TLS is large, and every look would have to have room for it.
        return Box::pin(ask_over_tls(
            prober,
            plan,
            dialed.stream,
            (to, message),
            seen,
        ))
        .await;
    }
    ask(prober, plan, dialed.stream, (to, message), seen).await
}

async fn ask_over_tls(
    prober: &Prober,
    plan: &Plan<'_>,
    stream: TcpStream,
    what: (&Place, &Message<'_>),
    seen: &mut Seen,
) -> Result<(), Failure> {
    let mut lap = Lap::new();
    let host = what.0.url.host_str().unwrap_or_default();
    let egress = prober.egress();
    let secured = egress
        .secure(stream, host, plan.target.tls_verify, plan.deadline)
        .await;
    seen.hop.timings.tls_us = lap.us();
    match secured {
        Ok(secured) => {
            seen.certificate = secured.certificate;
            ask(prober, plan, secured.stream, what, seen).await
        }
        Err(unsecured) => {
            seen.certificate = unsecured.certificate.map(|certificate| *certificate);
            Err(unsecured.failure)
        }
    }
}

async fn ask<S>(
    prober: &Prober,
    plan: &Plan<'_>,
    stream: S,
    what: (&Place, &Message<'_>),
    seen: &mut Seen,
) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (to, message) = what;
    let started = Instant::now();
    let opened = Wire::open(&prober.http, stream, started).await;
    let mut wire = opened.map_err(|error| http1::failure(&error, Phase::Send))?;
    let meter = wire.meter();
    let request = message.to_request(to, &prober.user_agent);
    let answered = timeout_at(plan.deadline, wire.ask(request)).await;
    let timings = &mut seen.hop.timings;
    timings.send_us = meter.sent_us();
    timings.ttfb_us = micros(started.elapsed()).saturating_sub(timings.send_us);
    let phase = if meter.is_stuck() {
        Phase::Send
    } else {
        Phase::Ttfb
    };
    let response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(http1::failure(&error, phase)),
        Err(_) => return Err(timed_out(plan, phase)),
    };
    let (head, incoming) = response.into_parts();
    let status = head.status.as_u16();
    seen.hop.status = Some(status);
    seen.hop.http_version = version(head.version);
    // Where we are sent on, what the page says meanwhile does not matter. Nor has a switched
    // protocol a body.
    if status == 101 || (plan.target.follow_redirects && redirect::is_redirect(status)) {
        seen.headers = Some(head.headers);
        return Ok(());
    }
    let reading_since = Instant::now();
    // A body that decides nothing is not worth decoding, but one that explains a failure is.
    let decode = plan.wanted.decode || !plan.target.expected_statuses.contains(status);
    let wanted = Wanted {
        decode,
        ..plan.wanted
    };
    let reading = body::read(&mut wire, incoming, &head.headers, &wanted, &mut seen.read);
    let in_time = timeout_at(plan.deadline, reading).await.is_ok();
    seen.hop.timings.transfer_us = micros(reading_since.elapsed());
    seen.hop.bytes = seen.read.received;
    seen.headers = Some(head.headers);
    match seen.read.failure.take() {
        Some(failure) => Err(failure),
        None if in_time => Ok(()),
        None => Err(timed_out(plan, Phase::Body)),
    }
}

fn timed_out(plan: &Plan<'_>, phase: Phase) -> Failure {
    let after_ms = u32::try_from(plan.began.elapsed().as_millis()).unwrap_or(u32::MAX);
    Failure::new(
        FailureCode::HttpTimeout,
        phase,
        Detail::Timeout {
            after_ms,
            peer: None,
        },
    )
}

fn last_tried(failure: &Failure, addresses: &[std::net::IpAddr]) -> Option<std::net::IpAddr> {
    match &failure.detail {
        Detail::Addresses { tried, .. } => tried.last().map(|attempt| attempt.address.ip()),
        _ => addresses.first().copied(),
    }
}

const fn version(version: Version) -> Option<HttpVersion> {
    match version {
        Version::HTTP_10 => Some(HttpVersion::Http10),
        Version::HTTP_11 => Some(HttpVersion::Http11),
        _ => None,
    }
}

/// Times one phase after the other.
struct Lap(Instant);

impl Lap {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn us(&mut self) -> u32 {
        let now = Instant::now();
        let us = micros(now - self.0);
        self.0 = now;
        us
    }
}
