//! The plain English sentence of every failure, built from its facts.

use std::fmt::Write as _;

mod vendor;

use super::{CertificateFault, Detail, Failure, FailureCode as Code, Phase};

/// Longest untrusted piece of text inside a sentence, in characters.
const PIECE: usize = 120;

/// Text from outside made fit to show: control and direction characters become spaces, and it is
/// cut to `most` characters.
pub fn clean(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most * 4));
    let mut gap = false;
    let mut length = 0;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            gap = !out.is_empty();
            continue;
        }
        if length + usize::from(gap) >= most {
            out.push('…');
            return out;
        }
        if gap {
            out.push(' ');
            length += 1;
            gap = false;
        }
        out.push(c);
        length += 1;
    }
    out
}

/// Characters that change how their neighbours are shown, or show nothing themselves.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

pub(super) fn of(failure: &Failure) -> String {
    let mut text = match failure.code {
        Code::DnsNotFound | Code::DnsNoAddress | Code::DnsServerFailure | Code::DnsTimeout => {
            dns(failure)
        }
        Code::ConnectRefused
        | Code::ConnectTimeout
        | Code::ConnectUnreachable
        | Code::ConnectionReset
        | Code::ConnectionClosed => connection(failure),
        code if code.as_str().starts_with("tls_") => tls(failure),
        Code::HttpTimeout
        | Code::HttpProtocol
        | Code::BodyTruncated
        | Code::BodyTooLarge
        | Code::BodyDecode
        | Code::TooManyRedirects
        | Code::RedirectInvalid
        | Code::UnexpectedStatus
        | Code::AssertionFailed
        | Code::SlowResponse => http(failure),
        Code::VendorMajorOutage
        | Code::VendorPartialOutage
        | Code::VendorDegraded
        | Code::VendorMaintenance
        | Code::SourceUnavailable
        | Code::SourceInvalid
        | Code::SourceUnknownStatus
        | Code::ComponentMissing => vendor::of(failure.code, &failure.detail),
        code => plain(code, &failure.detail),
    };
    if failure.hop > 0 && failure.code != Code::TooManyRedirects {
        text.pop();
        let _ = write!(text, ", after {}.", count(failure.hop.into(), "redirect"));
    }
    text
}

fn dns(failure: &Failure) -> String {
    let host = match &failure.detail {
        Detail::Name { host, .. } => clean(host, PIECE),
        Detail::Timeout {
            peer: Some(peer), ..
        } => clean(peer, PIECE),
        _ => "this name".to_owned(),
    };
    match failure.code {
        Code::DnsNotFound => format!("No such domain: {host}."),
        Code::DnsNoAddress => format!("{host} exists but has no A or AAAA record."),
        Code::DnsTimeout => format!("No DNS answer for {host}{}.", within(&failure.detail)),
        _ => match &failure.detail {
            Detail::Name {
                answer: Some(answer),
                ..
            } => {
                format!(
                    "The name servers of {host} answered {}.",
                    clean(answer, PIECE)
                )
            }
            _ => format!("The name servers of {host} failed to answer."),
        },
    }
}

fn connection(failure: &Failure) -> String {
    let peer = match &failure.detail {
        Detail::Addresses { tried, .. } => tried.last().map(|last| last.address.to_string()),
        Detail::Timeout { peer, .. } => peer.as_deref().map(|peer| clean(peer, PIECE)),
        _ => None,
    };
    let peer = peer.unwrap_or_else(|| "the server".to_owned());
    match failure.code {
        Code::ConnectRefused => capital(&format!(
            "{peer} refused the connection.{}",
            around(&failure.detail)
        )),
        Code::ConnectTimeout => format!("No answer from {peer}{}.", within(&failure.detail)),
        Code::ConnectUnreachable => format!("No route to {peer}."),
        Code::ConnectionReset => format!(
            "The server reset the connection while {}.",
            doing(failure.phase)
        ),
        _ => "The server closed the connection without a complete response.".to_owned(),
    }
}

/// For somebody who meant the machine on which our container runs.
fn around(detail: &Detail) -> String {
    match detail {
        Detail::Addresses {
            machine: Some(machine),
            ..
        } => format!(
            " PulseCheck runs in a container, and localhost is that container; the machine around it is called {}.",
            clean(machine, PIECE)
        ),
        _ => String::new(),
    }
}

fn tls(failure: &Failure) -> String {
    let fault = match &failure.detail {
        Detail::Certificate(fault) => Some(&**fault),
        _ => None,
    };
    let reason = match (
        &failure.detail,
        fault.and_then(|fault| fault.reason.as_deref()),
    ) {
        (Detail::Reason { reason }, _) => clean(reason, PIECE),
        (_, Some(reason)) => clean(reason, PIECE),
        _ => "no reason given".to_owned(),
    };
    match failure.code {
        Code::TlsExpired | Code::TlsNotYetValid => validity(failure.code, fault),
        Code::TlsNameMismatch => name_mismatch(fault),
        Code::TlsUntrusted => format!("The certificate is not trusted: {reason}."),
        Code::TlsRevoked => "The certificate has been revoked.".to_owned(),
        Code::TlsInvalidCertificate => format!("The certificate is invalid: {reason}."),
        Code::TlsVersion => "The server offers only TLS older than 1.2.".to_owned(),
        Code::TlsNotTls => "This port does not speak TLS.".to_owned(),
        Code::TlsClientCert => "The server wants a client certificate.".to_owned(),
        Code::TlsTimeout => format!(
            "The TLS handshake was not finished{}.",
            within(&failure.detail)
        ),
        Code::TlsExpiring => expiring(&failure.detail),
        Code::TlsChainAdvisory => format!("The certificate chain needs attention: {reason}."),
        _ => format!("The TLS handshake failed: {reason}."),
    }
}

fn validity(code: Code, fault: Option<&CertificateFault>) -> String {
    let which = match fault {
        Some(fault) if fault.intermediate => "An intermediate certificate",
        _ => "The certificate",
    };
    let (when, verb) = if code == Code::TlsExpired {
        (fault.and_then(|fault| fault.not_after), "expired on")
    } else {
        (
            fault.and_then(|fault| fault.not_before),
            "is only valid from",
        )
    };
    match when {
        Some(when) => format!("{which} {verb} {}.", when.format("%Y-%m-%d %H:%M UTC")),
        None if code == Code::TlsExpired => format!("{which} has expired."),
        None => format!("{which} is not valid yet."),
    }
}

fn name_mismatch(fault: Option<&CertificateFault>) -> String {
    let Some(fault) = fault else {
        return "The certificate is for another name.".to_owned();
    };
    let host = clean(&fault.host, PIECE);
    if fault.names.is_empty() {
        return format!("The certificate names no host at all, so it is not for {host}.");
    }
    let shown: Vec<_> = fault
        .names
        .iter()
        .take(3)
        .map(|name| clean(name, 60))
        .collect();
    let more = match fault.names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "The certificate is for {}{more}, not for {host}.",
        shown.join(", ")
    )
}

fn expiring(detail: &Detail) -> String {
    match detail {
        Detail::Expiry {
            not_after,
            days,
            intermediate,
        } => {
            let which = if *intermediate {
                "An intermediate certificate"
            } else {
                "The certificate"
            };
            let date = not_after.format("%Y-%m-%d");
            let days = count((*days).max(0).unsigned_abs().into(), "day");
            format!("{which} expires in {days}, on {date}.")
        }
        _ => "The certificate expires soon.".to_owned(),
    }
}

fn http(failure: &Failure) -> String {
    match (&failure.code, &failure.detail) {
        (Code::HttpTimeout, detail) => {
            format!(
                "No complete response{} ({}).",
                within(detail),
                doing(failure.phase)
            )
        }
        (Code::HttpProtocol, Detail::Reason { reason }) => {
            format!("Not a valid HTTP response: {}.", clean(reason, PIECE))
        }
        (
            Code::BodyTruncated,
            Detail::Bytes {
                received,
                announced: Some(announced),
            },
        ) => {
            format!("Only {received} of {announced} bytes arrived.")
        }
        (Code::BodyTruncated, _) => "The response ended before its last part.".to_owned(),
        (Code::BodyTooLarge, Detail::TooLarge { limit, assertion }) => format!(
            "The response is larger than {} KiB; whether {} could not be decided.",
            limit / 1024,
            clean(assertion, PIECE)
        ),
        (Code::BodyTooLarge, _) => "The response is too large.".to_owned(),
        (Code::BodyDecode, _) => "The compressed body is corrupt.".to_owned(),
        (Code::TooManyRedirects, Detail::Redirects { limit, chain }) => {
            let last = chain
                .last()
                .map(|url| format!(", the last to {}", clean(url, PIECE)));
            format!("More than {limit} redirects{}.", last.unwrap_or_default())
        }
        (Code::RedirectInvalid, Detail::Location { location }) => {
            format!(
                "Redirect to an unusable address: {}.",
                clean(location, PIECE)
            )
        }
        (Code::RedirectInvalid, _) => "Redirect without an address.".to_owned(),
        (Code::UnexpectedStatus, Detail::Status { status, expected }) => {
            status_sentence(*status, expected)
        }
        (Code::AssertionFailed, Detail::Assertion { assertion, found }) => {
            assertion_sentence(assertion, found.as_deref())
        }
        (Code::SlowResponse, Detail::Slow { took_ms, limit_ms }) => {
            let (took, limit) = (seconds(*took_ms), seconds(*limit_ms));
            if took == limit {
                return format!("Answered in {took_ms} ms; the limit is {limit_ms} ms.");
            }
            format!("Answered in {took}; the limit is {limit}.")
        }
        (Code::HttpProtocol, _) => "Not a valid HTTP response.".to_owned(),
        (Code::TooManyRedirects, _) => "Too many redirects.".to_owned(),
        (Code::UnexpectedStatus, _) => "Unexpected status.".to_owned(),
        (Code::AssertionFailed, _) => "An assertion did not hold.".to_owned(),
        _ => "Slower than its limit.".to_owned(),
    }
}

fn status_sentence(status: u16, expected: &str) -> String {
    let hint = match status {
        429 => ": the target is rate-limiting our checks; allow our User-Agent",
        _ => "",
    };
    format!(
        "Status {status}, expected {}{hint}.",
        clean(expected, PIECE)
    )
}

fn assertion_sentence(assertion: &str, found: Option<&str>) -> String {
    let assertion = clean(assertion, PIECE);
    match found {
        Some(found) => format!("Not so: {assertion} (found {}).", clean(found, PIECE)),
        None => format!("Not so: {assertion}."),
    }
}

fn plain(code: Code, detail: &Detail) -> String {
    let text = match code {
        Code::InvalidUrl => "This address is not a valid http or https URL.",
        Code::BlockedAddress => "This address is not reachable from here by policy.",
        Code::BlockedPort => {
            return match detail {
                Detail::Port { port } => format!("Port {port} is not asked from here by policy."),
                _ => "This port is not asked from here by policy.".to_owned(),
            };
        }
        Code::InvalidHeader => "A request header cannot be sent.",
        Code::Ipv6Unreachable => "The service answers over IPv4, but its IPv6 address does not.",
        Code::HttpsDowngrade => "A redirect led from https to plain http.",
        Code::InternalResource => "Our worker was overloaded; not counted.",
        Code::InternalResolver => "Our resolver had a problem; not counted.",
        Code::InternalNetwork => "Our network was down; not counted.",
        Code::InternalDb => "Our database was away; not counted.",
        Code::InternalClock => "Our clock was wrong; not counted.",
        Code::Throttled => "Rate-limited by us to protect the host; not counted.",
        Code::Missed => "Nobody looked at this time; not counted.",
        _ => "The look failed in a way that we have no name for.",
    };
    text.to_owned()
}

/// ` within 5 s`, when a timer fired.
fn within(detail: &Detail) -> String {
    match detail {
        Detail::Timeout { after_ms, .. } => format!(" within {}", seconds(*after_ms)),
        _ => String::new(),
    }
}

/// Rounded to a tenth of a second: 1480 → `1.5 s`, 5000 → `5 s`, 80 → `80 ms`.
fn seconds(ms: u32) -> String {
    let tenths = ms.saturating_add(50) / 100;
    match (ms, tenths % 10) {
        (0..1000, _) => format!("{ms} ms"),
        (_, 0) => format!("{} s", tenths / 10),
        (_, tenth) => format!("{}.{tenth} s", tenths / 10),
    }
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

const fn doing(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Dns) => "resolving the name",
        Some(Phase::Tcp) => "connecting",
        Some(Phase::Tls) => "setting up TLS",
        Some(Phase::Send) => "sending the request",
        Some(Phase::Body) => "reading the body",
        _ => "waiting for the response",
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests;
