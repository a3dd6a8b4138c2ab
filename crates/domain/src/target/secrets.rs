//! The parts of a target that may be secret: header values and the body, stored apart from it and sealed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::HttpTarget;

/// What `HttpTarget::take_secrets` took out. Sealed as JSON with the service's id as context.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSecrets {
    /// The values of all headers, in the order of the target's names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl HttpTarget {
    /// Takes header values and body out, which leaves what may be stored in clear. None when there is nothing to hide.
    pub fn take_secrets(&mut self) -> Option<TargetSecrets> {
        let values = self.headers.iter_mut();
        let secrets = TargetSecrets {
            headers: values
                .map(|header| std::mem::take(&mut header.value))
                .collect(),
            body: self.body.take(),
        };
        (secrets != TargetSecrets::default()).then_some(secrets)
    }

    /// Puts back what `take_secrets` took out of the same target.
    pub fn put_secrets(&mut self, secrets: TargetSecrets) {
        for (header, value) in self.headers.iter_mut().zip(secrets.headers) {
            header.value = value;
        }
        self.body = secrets.body;
    }
}

impl fmt::Debug for TargetSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TargetSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Header, Method};

    #[test]
    fn what_is_taken_out_can_be_put_back_and_is_nowhere_else() {
        let mut target = HttpTarget::get("https://example.com/".parse().unwrap());
        assert_eq!(target.clone().take_secrets(), None);
        target.method = Method::Post;
        target.body = Some("s3cret".to_owned());
        target.headers = vec![Header {
            name: "authorization".to_owned(),
            value: "Bearer s3cret".to_owned(),
        }];
        let whole = target.clone();
        let secrets = target.take_secrets().unwrap();
        assert!(!serde_json::to_string(&target).unwrap().contains("s3cret"));
        assert!(!format!("{secrets:?}").contains("s3cret"));
        target.put_secrets(secrets);
        assert_eq!(target, whole);
    }
}
