//! What an answer means: taken, try again, never this message, or never any.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::failure::{Failure, FailureCode, clean};
use egress::Answer;
use http::{StatusCode, header};
use serde_json::Value;

use crate::Outcome;

/// Longest wait that a provider may ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(24);
/// How much of an answer is shown in a sentence, in characters.
const EXCERPT: usize = 200;

/// By its status alone.
pub(crate) fn by_status(answer: &Answer, now: DateTime<Utc>) -> Outcome {
    let status = answer.status;
    match status.as_u16() {
        200..=299 => Outcome::Sent { id: None },
        408 | 425 | 429 | 500..=599 => Outcome::Retry {
            after: retry_after(answer, now),
            why: said(answer),
        },
        300..=399 => Outcome::permanent(format!(
            "It answers {status} and sends us elsewhere; give the address it leads to."
        )),
        // Of what was said, not of who said it or where.
        400 | 409 | 413 | 422 => Outcome::unfit(said(answer)),
        401 | 403 => Outcome::permanent(format!("Our credentials are refused. {}", said(answer))),
        404 | 410 => Outcome::permanent(format!(
            "There is nothing at this address. {}",
            said(answer)
        )),
        _ => Outcome::permanent(said(answer)),
    }
}

/// By its status; what is refused is the channel itself where the answer has one of these words.
pub(crate) fn by_status_and_words(
    answer: &Answer,
    now: DateTime<Utc>,
    of_channel: &[&str],
) -> Outcome {
    let text = String::from_utf8_lossy(&answer.body);
    match by_status(answer, now) {
        unfit @ Outcome::Unfit { .. } if of_channel.iter().any(|word| text.contains(word)) => {
            unfit.of_channel()
        }
        other => other,
    }
}

/// By its status; what was taken is known by this field of the JSON, where it is there.
pub(crate) fn by_status_and_id(answer: &Answer, now: DateTime<Utc>, id: &str) -> Outcome {
    match by_status(answer, now) {
        Outcome::Sent { .. } => sent_as(&json(answer).unwrap_or_default()[id]),
        other => other,
    }
}

/// When there was no answer at all.
pub(crate) fn by_failure(failure: &Failure) -> Outcome {
    let why = failure.sentence();
    match failure.code {
        FailureCode::InvalidUrl
        | FailureCode::BlockedPort
        | FailureCode::BlockedAddress
        | FailureCode::InvalidHeader => Outcome::permanent(why),
        _ => Outcome::retry(why),
    }
}

/// `It answered 503 Service Unavailable: try later`.
pub(crate) fn said(answer: &Answer) -> String {
    let excerpt = clean(&String::from_utf8_lossy(&answer.body), EXCERPT);
    let status = answer.status;
    if excerpt.is_empty() {
        format!("It answered {status}.")
    } else {
        format!("It answered {status}: {excerpt}")
    }
}

/// The body as JSON; none when it is none or was cut.
pub(crate) fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

/// A success whose body had to say more but does not: nobody knows whether it was taken.
pub(crate) fn unreadable(answer: &Answer) -> Outcome {
    Outcome::retry(format!("The answer cannot be read. {}", said(answer)))
}

/// A text or number of an answer, cleaned.
pub(crate) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(clean(text, EXCERPT)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Sent, with the provider's name for it.
pub(crate) fn sent_as(value: &Value) -> Outcome {
    Outcome::Sent { id: word(value) }
}

/// `Retry-After`, in seconds or as a date, at most a day.
pub(crate) fn retry_after(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    let text = answer.headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let wait = if let Ok(seconds) = text.trim().parse::<f64>() {
        seconds_to_wait(seconds)?
    } else {
        let until = DateTime::<Utc>::from(httpdate::parse_http_date(text.trim()).ok()?);
        (until - now).to_std().ok()?
    };
    Some(wait.min(LONGEST_WAIT))
}

/// A number of seconds that somebody else wrote.
pub(crate) fn seconds_to_wait(seconds: f64) -> Option<Duration> {
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    Some(wait.min(LONGEST_WAIT))
}

/// Whether the status says that it was taken.
pub(crate) fn is_good(status: StatusCode) -> bool {
    status.is_success()
}
