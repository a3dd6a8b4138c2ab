//! The data that Next.js pages carry for their own scripts: `self.__next_f.push([1,"…"])`.

use serde_json::Value;

use crate::body::has_too_many_values;

const PUSH: &str = "self.__next_f.push([1,\"";

/// The joined data of a page.
pub(crate) struct Flight(String);

impl Flight {
    pub(crate) fn read(html: &str) -> Self {
        Self(flight_data(html))
    }

    /// The first JSON value that follows `marker`, such as `"summary":`.
    pub(crate) fn value(&self, marker: &str) -> Option<Value> {
        let start = self.0.find(marker)? + marker.len();
        if has_too_many_values(&self.0[start..]) {
            return None;
        }
        serde_json::Deserializer::from_str(&self.0[start..])
            .into_iter::<Value>()
            .next()?
            .ok()
    }
}

fn flight_data(html: &str) -> String {
    let mut data = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(PUSH) {
        // The string starts at its quote; its end is where JSON says that it ends.
        rest = &rest[at + PUSH.len() - 1..];
        let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        match strings.next() {
            Some(Ok(chunk)) => data.push_str(&chunk),
            _ => continue,
        }
        let read = strings.byte_offset();
        rest = &rest[read..];
    }
    data
}

#[cfg(test)]
mod tests {
    use super::Flight;

    #[test]
    fn data_split_over_pushes_is_joined() {
        let html = r#"<script>self.__next_f.push([1,"5:{\"summary\":{\"na"])</script><script>self.__next_f.push([1,"me\":\"Acme\"},\"x\":1}"])</script>"#;
        assert_eq!(
            Flight::read(html).value("\"summary\":"),
            Some(serde_json::json!({"name": "Acme"}))
        );
        assert_eq!(Flight::read("self.__next_f.push([1,\"").value("x"), None);
    }
}
