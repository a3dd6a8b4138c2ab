//! Passwords: what is accepted, and hashing that neither blocks requests nor eats the machine.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use domain::fields::Fields;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OnceCell, Semaphore};

use crate::problem::Problem;

/// Shortest password, in characters. With argon2id and a throttled login, twelve characters that are not a known
/// phrase are out of reach for guessing, even of a stolen hash.
pub const SHORTEST: usize = 12;
/// Longest password, in characters: room for any passphrase, while nobody can make us hash megabytes.
pub const LONGEST: usize = 200;

/// Hashes at work at the same time. Each takes 19 MiB and most of a core for tens of milliseconds, so a flood of
/// sign-ins costs two cores at most and the rest waits.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn before it is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Checks a new password for the account of `email`; reasons stand under the name of the input's `field`.
pub fn check_new(field: &str, password: &SecretString, email: &str) -> Result<(), Fields> {
    let password = password.expose_secret();
    let length = password.chars().count();
    let reason = if length < SHORTEST {
        format!("must be at least {SHORTEST} characters long")
    } else if length > LONGEST {
        format!("must be at most {LONGEST} characters long")
    } else if password.eq_ignore_ascii_case(email) {
        "must not be the e-mail address".to_owned()
    } else if is_one_character(password) {
        "must not be one character over and over".to_owned()
    } else {
        return Ok(());
    };
    Err(Fields::one(field, reason))
}

fn is_one_character(password: &str) -> bool {
    let first = password.chars().next();
    password.chars().all(|c| Some(c) == first)
}

/// Hashes and verifies off the async threads, a few at a time.
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// A hash that no password fits, verified where there is none: strangers' addresses take as long as known ones.
    decoy: OnceCell<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            decoy: OnceCell::new(),
        }
    }
}

impl Passwords {
    /// The argon2id hash of a password, as a PHC string with its own salt.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Problem> {
        let password = password.clone();
        self.work(move || hash_now(&password)).await
    }

    /// Whether `password` fits `hash`. Takes the same time when there is no hash, and is then false.
    pub async fn verify(
        &self,
        hash: Option<String>,
        password: &SecretString,
    ) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.decoy().await?,
        };
        let password = password.clone();
        let fits = self.work(move || verify_now(&hash, &password)).await?;
        Ok(fits && known)
    }

    async fn decoy(&self) -> Result<String, Problem> {
        let make = || async { self.hash(&random_password()?).await };
        self.decoy.get_or_try_init(make).await.cloned()
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Problem::TooMany(LONGEST_WAIT))?
            .context("password hashing has ended")?;
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when nobody waits for it any more.
            let _turn = turn;
            job()
        });
        Ok(done.await.context("password hashing panicked")??)
    }
}

/// The argon2id hash of a password, made on this very thread; for the command line.
pub fn hash_now(password: &SecretString) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
    Ok(hash
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?
        .to_string())
}

fn verify_now(hash: &str, password: &SecretString) -> anyhow::Result<bool> {
    let hash = PasswordHash::new(hash)
        .map_err(|error| anyhow::anyhow!("a stored password hash makes no sense: {error}"))?;
    let password = password.expose_secret().as_bytes();
    Ok(Argon2::default().verify_password(password, &hash).is_ok())
}

/// A password of 100 random bits, in groups that can be read aloud.
pub fn random_password() -> anyhow::Result<SecretString> {
    // Without characters that look alike.
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0u8; 20];
    aws_lc_rs::rand::fill(&mut random).context("no random numbers")?;
    let mut password = String::with_capacity(24);
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(SecretString::from(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn passwords_have_12_to_200_characters_and_are_not_trivial() {
        for good in ["correct horse battery", "äöüäöüäöüäöü", &"ab".repeat(100)] {
            assert!(
                check_new("password", &secret(good), "ann@example.com").is_ok(),
                "{good}"
            );
        }
        for bad in [
            "",
            "eleven char",
            "aaaaaaaaaaaaaaaa",
            "Ann@Example.com",
            &"ab".repeat(101),
        ] {
            assert!(
                check_new("password", &secret(bad), "ann@example.com").is_err(),
                "{bad}"
            );
        }
    }

    #[tokio::test]
    async fn only_the_same_password_fits_and_the_hash_is_argon2id() {
        let passwords = Passwords::default();
        let hash = passwords
            .hash(&secret("correct horse battery"))
            .await
            .expect("hashed");
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let fits = async |password| {
            passwords
                .verify(Some(hash.clone()), &secret(password))
                .await
                .expect("verified")
        };
        assert!(fits("correct horse battery").await);
        assert!(!fits("correct horse batterx").await);
        assert!(
            !passwords
                .verify(None, &secret("correct horse battery"))
                .await
                .expect("verified")
        );
    }

    #[test]
    fn made_up_passwords_differ_and_are_accepted() {
        let (one, two) = (
            random_password().expect("random"),
            random_password().expect("random"),
        );
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert!(check_new("password", &one, "ann@example.com").is_ok());
    }
}
