//! A target made ready: everything about its request that stays the same from look to look.

use bytes::Bytes;
use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    target::{HttpTarget, Method},
};
use egress::http1::Place;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HOST},
};

/// A target with its request built; make it once per configuration, look many times.
#[derive(Debug)]
pub struct PreparedTarget {
    target: HttpTarget,
    request: Result<Place, Failure>,
    headers: HeaderMap,
    body: Bytes,
    needs_body: bool,
}

impl PreparedTarget {
    /// A target that cannot be asked (from a stored configuration that no longer passes our checks) is
    /// found out by looking at it.
    pub fn new(target: HttpTarget) -> Self {
        let headers = headers(&target);
        let request = match &headers {
            Ok(_) => Place::at(&target.url).ok_or_else(|| failure(FailureCode::InvalidUrl)),
            Err(failure) => Err(failure.clone()),
        };
        let needs_body = target
            .assertions
            .iter()
            .any(domain::assertion::Assertion::needs_body);
        let body = Bytes::from(target.body.clone().unwrap_or_default());
        Self {
            target,
            request,
            headers: headers.unwrap_or_default(),
            body,
            needs_body,
        }
    }

    /// The configuration this was made of.
    pub const fn target(&self) -> &HttpTarget {
        &self.target
    }

    pub(crate) fn first_hop(&self) -> Result<&Place, &Failure> {
        self.request.as_ref()
    }

    /// The user's own headers, for the target's own origin only.
    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Some assertion looks at the body.
    pub(crate) const fn needs_body(&self) -> bool {
        self.needs_body
    }
}

/// What one hop sends beside its place.
pub(crate) struct Message<'a> {
    pub(crate) method: Method,
    /// The user's headers, unless the chain has left the target's origin.
    pub(crate) headers: Option<&'a HeaderMap>,
    pub(crate) body: Bytes,
    pub(crate) cookies: Option<HeaderValue>,
}

impl Message<'_> {
    pub(crate) fn to_request(
        &self,
        to: &Place,
        user_agent: &HeaderValue,
    ) -> http::Request<http_body_util::Full<Bytes>> {
        let mut request = http::Request::new(http_body_util::Full::new(self.body.clone()));
        *request.method_mut() = method(self.method);
        *request.uri_mut() = http::Uri::from(to.path.clone());
        let headers = request.headers_mut();
        if let Some(own) = self.headers {
            headers.clone_from(own);
        }
        headers.insert(HOST, to.host.clone());
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        headers
            .entry(http::header::USER_AGENT)
            .or_insert_with(|| user_agent.clone());
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("*/*"));
        headers
            .entry(ACCEPT_ENCODING)
            .or_insert(HeaderValue::from_static("identity"));
        if let Some(cookies) = &self.cookies {
            headers.append(http::header::COOKIE, cookies.clone());
        }
        request
    }
}

fn headers(target: &HttpTarget) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(target.headers.len() + 6);
    for header in &target.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_bytes(header.value.as_bytes());
        let (Ok(name), Ok(mut value), None) = (name, value, header.fault()) else {
            return Err(failure(FailureCode::InvalidHeader));
        };
        value.set_sensitive(true);
        headers.append(name, value);
    }
    if target.body.is_some() && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(headers)
}

const fn failure(code: FailureCode) -> Failure {
    Failure::new(code, Phase::Send, Detail::None)
}

const fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
        Method::Options => http::Method::OPTIONS,
    }
}
