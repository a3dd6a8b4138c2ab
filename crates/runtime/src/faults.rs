//! Everything that is wrong with the settings, said at once instead of one after the other.

use std::{fmt, path::Path};

use secrecy::SecretString;

use crate::{seal::Keyring, secret};

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

    /// The keys of the installation: `SECRET_KEY`, which has to be there (`hint` says what to give), and `SECRET_KEY_PREVIOUS`.
    pub fn keyring(
        &mut self,
        (key, file): (Option<&SecretString>, Option<&Path>),
        previous: (Option<&SecretString>, Option<&Path>),
        hint: &str,
    ) -> Option<Keyring> {
        let key = self.secret("SECRET_KEY", key, file, hint);
        let previous = secret::read_optional("SECRET_KEY_PREVIOUS", previous.0, previous.1);
        let previous = self.take(previous);
        let keyring = self.take(Keyring::new(key?))?;
        self.take(keyring.with_previous(previous?))
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

    #[test]
    fn a_previous_key_is_read_beside_the_key_and_named_when_it_is_wrong() {
        let long = SecretString::from("0123456789abcdef0123456789abcdef".to_owned());
        let short = SecretString::from("short".to_owned());
        let empty = tempfile::NamedTempFile::new().expect("a file");
        let mut faults = Faults::default();
        let mut read = |previous| faults.keyring((Some(&long), None), previous, "");
        let without = read((None, Some(empty.path()))).expect("an empty file is none");
        assert!(without.previous().is_none());
        assert!(read((Some(&short), None)).is_none());
        assert!(read((None, Some(Path::new("/nowhere/at/all")))).is_none());
        assert_eq!(faults.0.len(), 2, "{faults}");
        assert!(
            faults
                .0
                .iter()
                .all(|fault| fault.starts_with("SECRET_KEY_PREVIOUS")),
            "{faults}"
        );
    }
}
