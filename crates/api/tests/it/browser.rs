//! A browser as far as sign-in goes: a cookie jar, an `Origin`, and redirects that are looked at before they are followed.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use reqwest::{Client, Method, RequestBuilder, header, redirect::Policy};
use serde_json::Value;

/// One browser with its cookies.
pub(crate) struct Browser {
    base: String,
    http: Client,
    jar: Mutex<BTreeMap<String, Cookie>>,
    /// What `Origin` says on writes; none sends none.
    pub(crate) origin: Option<String>,
    /// Further headers of every request.
    pub(crate) headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
struct Cookie {
    value: String,
    path: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// A header as text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 302, "{self:?}");
        self.header("location")
    }

    pub(crate) fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl Browser {
    /// A new browser that opens the web app at `base`, without a slash at its end.
    pub(crate) fn at(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .build()
                .expect("a client"),
            jar: Mutex::default(),
            origin: Some(base.to_owned()),
            headers: Vec::new(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Asks; `path` may be a whole address, to which only its own cookies go.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let ours = path.starts_with('/') || path.starts_with(&self.base);
        let path = path.strip_prefix(self.base.as_str()).unwrap_or(path);
        let url = if ours {
            format!("{}{path}", self.base)
        } else {
            path.to_owned()
        };
        let writes = method != Method::GET;
        let mut request = self.http.request(method, url);
        if ours {
            request = self.dress(request, path, writes);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if ours {
            self.keep(&headers);
        }
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Opens an event stream, resuming after `last`.
    pub(crate) async fn stream(&self, path: &str, last: Option<&str>) -> Stream {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self
            .dress(request, path, false)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        Stream {
            response,
            buffer: String::new(),
        }
    }

    /// Sends a body as it is, under a content type.
    pub(crate) async fn raw(&self, method: &str, path: &str, kind: &str, body: String) -> Answer {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = self.dress(request, path, true);
        let request = request.header(header::CONTENT_TYPE, kind).body(body);
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    fn dress(&self, mut request: RequestBuilder, path: &str, writes: bool) -> RequestBuilder {
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(origin) = self.origin.as_ref().filter(|_| writes) {
            request = request.header(header::ORIGIN, origin);
        }
        let cookies = self.cookies_for(path);
        if cookies.is_empty() {
            request
        } else {
            request.header(header::COOKIE, cookies)
        }
    }

    fn cookies_for(&self, path: &str) -> String {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = jar
            .iter()
            .filter(|(_, cookie)| path.starts_with(&cookie.path))
            .map(|(name, cookie)| format!("{name}={}", cookie.value));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, headers: &header::HeaderMap) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("text");
            let mut parts = line.split("; ");
            let (name, value) = parts
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a pair");
            let path = line
                .split("; Path=")
                .nth(1)
                .and_then(|rest| rest.split(';').next());
            if line.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                let cookie = Cookie {
                    value: value.to_owned(),
                    path: path.unwrap_or("/").to_owned(),
                };
                jar.insert(name.to_owned(), cookie);
            }
        }
    }

    /// The value of the cookie whose name begins so.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let found = jar.iter().find(|(key, _)| key.starts_with(name));
        found.map(|(_, cookie)| cookie.value.clone())
    }

    /// A second browser with the same cookies, as a copied profile or another tab is.
    pub(crate) fn copy(&self) -> Self {
        Self {
            base: self.base.clone(),
            http: self.http.clone(),
            jar: Mutex::new(
                self.jar
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone(),
            ),
            origin: self.origin.clone(),
            headers: self.headers.clone(),
        }
    }

    /// Forgets the cookie whose name begins so.
    pub(crate) fn forget(&self, name: &str) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        jar.retain(|key, _| !key.starts_with(name));
    }
}

/// An open event stream.
pub(crate) struct Stream {
    response: reqwest::Response,
    buffer: String,
}

impl Stream {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self
            .response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Reads on until `text` has come, and gives back everything up to the end of its frame; none when the stream ended.
    pub(crate) async fn until(&mut self, text: &str) -> Option<String> {
        loop {
            if let Some(at) = self.buffer.find(text)
                && let Some(end) = self.buffer[at..].find("\n\n")
            {
                let rest = self.buffer.split_off(at + end + 2);
                return Some(std::mem::replace(&mut self.buffer, rest));
            }
            let chunk = self.response.chunk().await.ok()??;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    /// Returns when the stream is over.
    pub(crate) async fn end(&mut self) {
        while let Ok(Some(_)) = self.response.chunk().await {}
    }
}

impl Browser {
    /// The same cookies towards another address, as behind a load balancer.
    #[must_use]
    pub(crate) fn wearing(mut self, other: &Self) -> Self {
        self.jar = Mutex::new(
            other
                .jar
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        );
        self.origin.clone_from(&other.origin);
        self
    }
}
