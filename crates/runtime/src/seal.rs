//! Keys derived from the installation's secret, and sealing of what must not lie in the database in clear.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};

/// The shortest secret that is accepted, in bytes.
pub const SHORTEST_SECRET: usize = 32;

/// What one installation derives all its keys from: `SECRET_KEY`, and while that is being changed `SECRET_KEY_PREVIOUS`, whose
/// seals and signatures still count although nothing new is made with it.
#[derive(Clone, Debug)]
pub struct Keyring {
    current: SecretString,
    previous: Option<SecretString>,
}

/// A sealed value was made with another key, or damaged.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open with this SECRET_KEY")]
pub struct Unopened;

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

impl Keyring {
    /// Refuses secrets of less than 32 bytes.
    pub fn new(secret: SecretString) -> anyhow::Result<Self> {
        Ok(Self {
            current: long_enough("SECRET_KEY", secret)?,
            previous: None,
        })
    }

    /// The same that also reads what this secret made. Refuses secrets of less than 32 bytes; the current one is no previous one.
    pub fn with_previous(mut self, secret: Option<SecretString>) -> anyhow::Result<Self> {
        let secret = secret.map(|secret| long_enough("SECRET_KEY_PREVIOUS", secret));
        self.previous = secret
            .transpose()?
            .filter(|secret| secret.expose_secret() != self.current.expose_secret());
        Ok(self)
    }

    /// The keyring of the secret before, where one still counts.
    pub fn previous(&self) -> Option<Self> {
        let current = self.previous.clone()?;
        Some(Self {
            current,
            previous: None,
        })
    }

    /// A key of 32 bytes for one purpose, such as `access-token`, of the current secret.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let secret = self.current.expose_secret().as_bytes();
        let pseudo = Salt::new(HKDF_SHA256, b"pulsecheck").extract(secret);
        let info = [purpose.as_bytes()];
        // Expanding 32 bytes cannot fail: HKDF-SHA256 yields up to 8,160.
        if let Ok(okm) = pseudo.expand(&info, Length) {
            let _ = okm.fill(&mut key);
        }
        key
    }

    /// Encrypts `plain`; `context` (such as the row's id) must be the same when opening.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Unopened> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.derive("sealed-values"))
            .map_err(|_| Unopened)?;
        let mut sealed = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut sealed)
            .map_err(|_| Unopened)?;
        sealed.extend(nonce.as_ref());
        Ok(sealed)
    }

    /// Decrypts what `seal` made, with this secret or the previous one.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        match (self.open_with_current(context, sealed), self.previous()) {
            (Err(Unopened), Some(previous)) => previous.open_with_current(context, sealed),
            (opened, _) => opened,
        }
    }

    /// What the previous secret sealed, sealed with the current one; none for what that did itself.
    pub fn reseal(&self, context: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, Unopened> {
        if self.open_with_current(context, sealed).is_ok() {
            return Ok(None);
        }
        self.seal(context, &self.open(context, sealed)?).map(Some)
    }

    fn open_with_current(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.derive("sealed-values"))
            .map_err(|_| Unopened)?;
        let cut = sealed.len().checked_sub(NONCE_LEN).ok_or(Unopened)?;
        let (body, nonce) = sealed.split_at(cut);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
        let mut body = body.to_vec();
        let plain = key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| Unopened)?;
        Ok(plain.to_vec())
    }

    /// Like `seal`, as text that can stand in a link.
    pub fn seal_text(&self, context: &str, plain: &[u8]) -> Result<String, Unopened> {
        Ok(URL_SAFE_NO_PAD.encode(self.seal(context, plain)?))
    }

    /// Decrypts what `seal_text` made.
    pub fn open_text(&self, context: &str, sealed: &str) -> Result<Vec<u8>, Unopened> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Unopened)?;
        self.open(context, &sealed)
    }
}

fn long_enough(name: &str, secret: SecretString) -> anyhow::Result<SecretString> {
    anyhow::ensure!(
        secret.expose_secret().len() >= SHORTEST_SECRET,
        "{name} must be at least {SHORTEST_SECRET} characters long; `openssl rand -hex 32` makes one"
    );
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "another-key-another-key-another-key";

    fn keyring(text: &str) -> Keyring {
        Keyring::new(SecretString::from(text.to_owned())).expect("long enough")
    }

    fn changed() -> Keyring {
        let previous = Some(SecretString::from(OLD.to_owned()));
        keyring(NEW).with_previous(previous).expect("long enough")
    }

    #[test]
    fn only_the_same_key_and_context_open_a_sealed_value() {
        let ring = keyring("0123456789abcdef0123456789abcdef");
        let sealed = ring.seal("service 1", b"token").expect("sealed");
        assert!(!sealed.windows(5).any(|part| part == b"token"));
        assert_eq!(ring.open("service 1", &sealed).expect("opens"), b"token");
        assert!(ring.open("service 2", &sealed).is_err());
        assert!(
            keyring("another-key-another-key-another-key")
                .open("service 1", &sealed)
                .is_err()
        );
    }

    #[test]
    fn short_secrets_are_refused_and_purposes_give_different_keys() {
        assert!(Keyring::new(SecretString::from("short".to_owned())).is_err());
        let ring = keyring("0123456789abcdef0123456789abcdef");
        assert_ne!(ring.derive("a"), ring.derive("b"));
    }

    #[test]
    fn while_the_key_is_changed_the_previous_one_still_opens_and_seals_nothing_new() {
        let before = keyring(OLD).seal_text("link", b"token").expect("sealed");
        assert_eq!(
            changed().open_text("link", &before).expect("opens"),
            b"token"
        );
        assert!(changed().open_text("other", &before).is_err());
        let since = changed().seal("link", b"token").expect("sealed");
        assert_eq!(keyring(NEW).open("link", &since).expect("opens"), b"token");
        assert!(keyring(OLD).open("link", &since).is_err());
        assert_eq!(changed().derive("a"), keyring(NEW).derive("a"));
        let previous = changed().previous().expect("there is one");
        assert_eq!(previous.derive("a"), keyring(OLD).derive("a"));
    }

    #[test]
    fn only_what_the_previous_key_sealed_is_sealed_anew() {
        let (before, since) = (keyring(OLD), keyring(NEW));
        let sealed = before.seal("channel", b"token").expect("sealed");
        let anew = changed().reseal("channel", &sealed).expect("opens");
        let anew = anew.expect("it was the previous one's");
        assert_eq!(since.open("channel", &anew).expect("opens"), b"token");
        assert_eq!(changed().reseal("channel", &anew).expect("opens"), None);
        let third = keyring("a-third-key-a-third-key-a-third-key");
        assert!(third.reseal("channel", &sealed).is_err());
    }

    #[test]
    fn a_previous_key_is_long_enough_and_another_one() {
        let with = |text: &str| keyring(NEW).with_previous(Some(text.to_owned().into()));
        let error = with("short").expect_err("refused").to_string();
        assert!(error.starts_with("SECRET_KEY_PREVIOUS must be"), "{error}");
        assert!(with(NEW).expect("the same").previous().is_none());
        assert!(keyring(NEW).previous().is_none());
    }
}
