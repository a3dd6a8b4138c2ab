//! Request bodies: every wrong field at once, whatever is wrong with it.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{StatusCode, header},
};
use domain::fields::Fields;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{manners::LARGEST_BODY, problem::Problem};

pub mod path;
pub mod query;
pub mod service;

/// A JSON body whose unknown fields are refused.
pub struct Strict<T>(pub T);

/// A JSON body whose unknown fields are ignored, as existing clients expect.
pub struct Lenient<T>(pub T);

/// A body as it is read: every field optional, so that each can be judged by itself.
pub trait Input: DeserializeOwned {
    /// The names that are known.
    const FIELDS: &'static [&'static str];

    /// The input beside fields that could not be read. It is refused for them, unless it keeps them to judge the others first.
    fn without(self, unread: Fields) -> Result<Self, Fields> {
        unread.finish(self)
    }
}

/// A field where null says something else than absence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not sent: it stays as it is.
    #[default]
    Keep,
    /// Null: it becomes empty.
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    /// What holds after it, given what held before.
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Something was sent.
    pub fn is_sent(&self) -> bool {
        !matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sent = Option::<T>::deserialize(deserializer)?;
        Ok(sent.map_or(Self::Clear, Self::Set))
    }
}

/// Names the fields of an input once more for `Input`.
macro_rules! input {
    ($name:ident { $($field:ident),* $(,)? } $($without:tt)*) => {
        impl $crate::input::Input for $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            $($without)*
        }
        // Keeps the list and the structure together: a name that is no field does not compile.
        const _: fn($name) = |input| { $(let _ = input.$field;)* };
    };
}

pub(crate) use input;

impl<T: Input, S: Send + Sync> FromRequest<S> for Strict<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let map = object(request, state).await?;
        let mut unread = Fields::default();
        for name in map
            .keys()
            .filter(|name| !T::FIELDS.contains(&name.as_str()))
        {
            unread.push(name, "is not a field of this request");
        }
        Ok(Self(read(map, unread)?))
    }
}

impl<T: Input, S: Send + Sync> FromRequest<S> for Lenient<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(Self(read(
            object(request, state).await?,
            Fields::default(),
        )?))
    }
}

async fn object<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Map<String, Value>, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !is_json(kind) {
        return Err(Problem::UnsupportedMediaType);
    }
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(too_large)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Problem::Malformed("The body must be a JSON object.".into())),
        Err(error) => Err(Problem::Malformed(format!(
            "The body is not JSON: {error}."
        ))),
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err hands over what it has"
)]
fn too_large(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::TooLarge(LARGEST_BODY)
    } else {
        Problem::Malformed("The body could not be read to its end.".into())
    }
}

/// Reads each field by itself first, so that several of the wrong type are all named, beside those that are `unread` anyway.
fn read<T: Input>(mut map: Map<String, Value>, mut unread: Fields) -> Result<T, Fields> {
    map.retain(|name, value| {
        if !T::FIELDS.contains(&name.as_str()) {
            return false;
        }
        let alone = Value::Object([(name.clone(), value.clone())].into_iter().collect());
        let read = serde_path_to_error::deserialize::<_, T>(alone);
        if let Err(error) = &read {
            unread.push(name, reason(name, error));
        }
        read.is_ok()
    });
    match serde_json::from_value::<T>(Value::Object(map)) {
        Ok(input) => input.without(unread),
        Err(error) => {
            unread.push("body", error.to_string());
            Err(unread)
        }
    }
}

fn reason(name: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let inner = error.inner().to_string();
    if path == name || path == "." {
        inner
    } else {
        format!(
            "{}: {inner}",
            path.trim_start_matches(name).trim_start_matches('.')
        )
    }
}
