//! How values of the domain become columns, where that takes more than a cast.

use chrono::TimeDelta;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use sqlx::{
    Decode, Postgres, Type,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueRef},
    types::Json,
};

/// A column of milliseconds as a span; none is no time at all.
pub(crate) fn millis(column: Option<i32>) -> TimeDelta {
    TimeDelta::milliseconds(column.unwrap_or(0).into())
}

/// A span as a column of milliseconds, cut to what fits.
pub(crate) fn to_millis(span: TimeDelta) -> i32 {
    i32::try_from(span.num_milliseconds().max(0)).unwrap_or(i32::MAX)
}

/// A small number as a column of one character: its digit; 9 where it is larger.
pub(crate) fn to_digit(number: u8) -> i8 {
    // Below 58, which fits.
    (b'0' + number.min(9)).cast_signed()
}

/// The number that a digit says; 0 for whatever is none.
pub(crate) fn digit(column: i8) -> u8 {
    let digit = column.cast_unsigned();
    if digit.is_ascii_digit() {
        digit - b'0'
    } else {
        0
    }
}

/// A column of JSON; none when it makes no sense, as where a newer version wrote it.
#[derive(Debug)]
pub(crate) struct Readable<T>(pub(crate) Option<T>);

impl<T> Type<Postgres> for Readable<T> {
    fn type_info() -> PgTypeInfo {
        Json::<Value>::type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        Json::<Value>::compatible(ty)
    }
}

impl<'r, T: DeserializeOwned> Decode<'r, Postgres> for Readable<T> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let Json(text) = Json::<&RawValue>::decode(value)?;
        Ok(Self(serde_json::from_str(text.get()).ok()))
    }
}

/// JSON text that Postgres takes: what a target sent may hold NUL characters, which `jsonb` refuses.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
    if !text.contains("\\u0000") {
        return text;
    }
    let mut value: Value = serde_json::from_str(&text).unwrap_or_default();
    without_nul(&mut value);
    value.to_string()
}

fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|c| c != '\0'),
        Value::Array(items) => items.iter_mut().for_each(without_nul),
        Value::Object(fields) => fields.values_mut().for_each(without_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_says_what_was_written() {
        for number in 0..=9 {
            assert_eq!(digit(to_digit(number)), number);
        }
        assert_eq!(to_digit(4), 52);
        assert_eq!([to_digit(10), to_digit(255)].map(digit), [9, 9]);
        assert_eq!([i8::MIN, 0, 47, 58, i8::MAX].map(digit), [0; 5]);
    }

    #[test]
    fn a_nul_disappears_and_a_written_escape_stays() {
        assert_eq!(json(&["a\0b"]), r#"["ab"]"#);
        assert_eq!(json(&[r"a\u0000b", "\0"]), r#"["a\\u0000b",""]"#);
    }
}
