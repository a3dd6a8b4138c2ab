//! What a response says about a failure, and what its assertions make of it.

use domain::{
    assertion::{self, Outcome},
    failure::{Detail, Failure, FailureCode, Phase},
    observation::Evidence,
};
use http::{HeaderMap, HeaderName, header};

use crate::{BODY_CAP, body::Read, prepared::PreparedTarget};

/// Most bytes of body that are kept as evidence.
pub(crate) const EVIDENCE: usize = 1024;
const LONGEST_VALUE: usize = 200;

/// Headers that help to understand a failure; none of them carries a secret.
const TELLING: [HeaderName; 12] = [
    header::AGE,
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::DATE,
    header::RETRY_AFTER,
    header::SERVER,
    header::VIA,
    HeaderName::from_static("cf-ray"),
    HeaderName::from_static("x-request-id"),
];

/// The telling headers and the beginning of the body.
pub(crate) fn of(headers: &HeaderMap, body: &[u8]) -> Evidence {
    let shown = TELLING.into_iter().filter_map(|name| {
        let value = String::from_utf8_lossy(headers.get(&name)?.as_bytes());
        Some((
            name.as_str().to_owned(),
            domain::failure::clean(&value, LONGEST_VALUE),
        ))
    });
    let body = String::from_utf8_lossy(&body[..body.len().min(EVIDENCE)]);
    // Databases cannot store NUL, and no other control character helps a reader.
    let body = body
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    Evidence {
        headers: shown.collect(),
        body,
    }
}

/// The first assertion that the response does not meet, as a failure.
pub(crate) fn unmet(target: &PreparedTarget, headers: &HeaderMap, read: &Read) -> Option<Failure> {
    if read.corrupt && target.needs_body() {
        return Some(Failure::new(
            FailureCode::BodyDecode,
            Phase::Body,
            Detail::None,
        ));
    }
    let answer = Answer { headers, read };
    let (assertion, outcome) = assertion::first_unmet(&target.target().assertions, &answer)?;
    let assertion = assertion.to_string();
    let (code, detail) = match outcome {
        Outcome::Undecided => (
            FailureCode::BodyTooLarge,
            Detail::TooLarge {
                limit: BODY_CAP as u64,
                assertion,
            },
        ),
        Outcome::Fails(found) => (
            FailureCode::AssertionFailed,
            Detail::Assertion { assertion, found },
        ),
        Outcome::Holds => return None,
    };
    Some(Failure::new(code, Phase::Body, detail))
}

struct Answer<'a> {
    headers: &'a HeaderMap,
    read: &'a Read,
}

impl assertion::Response for Answer<'_> {
    fn body(&self) -> &[u8] {
        &self.read.kept
    }

    fn complete(&self) -> bool {
        self.read.complete
    }

    fn any_header(&self, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.headers
            .get_all(name)
            .iter()
            .any(|value| visit(value.as_bytes()))
    }
}
