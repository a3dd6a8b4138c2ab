//! The http part of a service as it is sent.

use std::time::Duration;

use db::services::Stored;
use domain::{
    fields::Fields,
    target::{self, Header, HttpTarget, TargetDraft, TargetSecrets},
};
use egress::Policy;

use super::{HeaderInput, ServiceInput, forbidden};

impl ServiceInput {
    /// What is asked, if it makes sense; absent fields are those of `old`.
    pub(super) fn http_target(
        &self,
        old: Option<HttpTarget>,
        policy: &Policy,
        fields: &mut Fields,
    ) -> Option<HttpTarget> {
        let stored = old.as_ref().map_or(&[][..], |old| &old.headers[..]);
        let headers = self.headers.as_ref();
        let headers = headers.map(|headers| with_values(headers, stored, fields));
        let mut draft = old.map(draft_of).unwrap_or_default();
        if self.expected_status.is_some() {
            draft.expected_statuses = None;
        }
        let draft = TargetDraft {
            url: match &self.url {
                Some(url) => url.trim().to_owned(),
                None => draft.url,
            },
            method: self.method.clone().or(draft.method),
            headers: headers.unwrap_or(draft.headers),
            body: self.body.clone().or(draft.body),
            expected_status: self.expected_status.or(draft.expected_status),
            expected_statuses: self.expected_statuses.clone().or(draft.expected_statuses),
            assertions: self.assertions.clone().unwrap_or(draft.assertions),
            follow_redirects: self.follow_redirects.or(draft.follow_redirects),
            tls_verify: self.tls_verify.or(draft.tls_verify),
            address_family: self.address_family.clone().or(draft.address_family),
            timeout_ms: self.timeout_ms.or(draft.timeout_ms),
            degraded_threshold_ms: self.degraded_threshold_ms.or(draft.degraded_threshold_ms),
        };
        // Told together with everything else that is wrong.
        if let Ok(url) = target::parse_url(&draft.url)
            && let Err(code) = policy.check_url(&url)
        {
            fields.push("url", forbidden(code));
        }
        fields.take(HttpTarget::parse(draft))
    }
}

/// What a stored service asks, its secrets put back in.
pub(super) fn with_secrets(stored: &Stored, secrets: &TargetSecrets) -> Option<HttpTarget> {
    let mut target = stored.service.config.target.http()?.clone();
    target.put_secrets(secrets.clone());
    Some(target)
}

/// Headers with the values that were sent, or else those that are stored under the same name.
fn with_values(sent: &[HeaderInput], stored: &[Header], fields: &mut Fields) -> Vec<Header> {
    let mut headers = Vec::with_capacity(sent.len());
    for (index, header) in sent.iter().enumerate() {
        let same = |old: &&Header| old.name.eq_ignore_ascii_case(&header.name);
        let old = || stored.iter().find(same).map(|old| old.value.clone());
        match header.value.clone().or_else(old) {
            Some(value) => headers.push(Header {
                name: header.name.clone(),
                value,
            }),
            None => fields.push("headers", format!("entry {}: must have a value", index + 1)),
        }
    }
    headers
}

fn draft_of(target: HttpTarget) -> TargetDraft {
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).ok();
    TargetDraft {
        url: target.url.to_string(),
        method: Some(target.method.as_str().to_owned()),
        headers: target.headers,
        body: target.body,
        expected_status: None,
        expected_statuses: Some(target.expected_statuses.to_string()),
        assertions: target.assertions,
        follow_redirects: Some(target.follow_redirects),
        tls_verify: Some(target.tls_verify),
        address_family: Some(target.address_family.as_str().to_owned()),
        timeout_ms: ms(target.timeout),
        degraded_threshold_ms: ms(target.degraded_threshold),
    }
}

/// A target that is always right, to check other fields beside it.
pub(super) fn placeholder() -> Option<HttpTarget> {
    let mut target = HttpTarget::get("http://localhost/".parse().ok()?);
    target.timeout = Duration::ZERO;
    Some(target)
}
