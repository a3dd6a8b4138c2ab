//! Everything that is wrong with the settings, said at once instead of one after the other.

use std::{fmt, path::Path};

use secrecy::SecretString;

use crate::secret;

/// Every setting that is missing or wrong, a sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Faults {
    /// Notes a fault.
    pub fn push(&mut self, sentence: impl Into<String>) {
        self.0.push(sentence.into());
    }

    /// Unwraps a result, keeping its reason here when it failed.
    pub fn take<T, E>(&mut self, result: Result<T, E>) -> Option<T>
    where
        anyhow::Error: From<E>,
    {
        result
            .map_err(|error| self.push(format!("{:#}", anyhow::Error::from(error))))
            .ok()
    }

    /// The secret `name`, given directly or by file, which has to be there; `hint` says what to give.
    pub fn secret(
        &mut self,
        name: &str,
        value: Option<&SecretString>,
        file: Option<&Path>,
        hint: &str,
    ) -> Option<SecretString> {
        let found = self.take(secret::read(name, value, file))?;
        if found.is_none() {
            self.push(format!("{name} is not set: {hint}"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_missing_is_named_with_what_to_give() {
        let mut faults = Faults::default();
        let blank = SecretString::from(" ".to_owned());
        let found = faults.secret("KEY", Some(&blank), Some(Path::new("")), "give one");
        assert!(found.is_none());
        let unreadable = Path::new("/nowhere/at/all");
        assert!(faults.secret("OTHER", None, Some(unreadable), "").is_none());
        assert_eq!(faults.0.len(), 2, "{faults}");
        assert_eq!(faults.0[0], "KEY is not set: give one");
        assert!(faults.0[1].contains("OTHER_FILE"), "{faults}");
    }
}
