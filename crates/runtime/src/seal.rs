//! Keys derived from the installation's secret, and sealing of what must not lie in the database in clear.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};

/// The shortest secret that is accepted, in bytes.
pub const SHORTEST_SECRET: usize = 32;

/// What one installation derives all its keys from (`SECRET_KEY`).
#[derive(Clone, Debug)]
pub struct Keyring(SecretString);

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
        anyhow::ensure!(
            secret.expose_secret().len() >= SHORTEST_SECRET,
            "SECRET_KEY must be at least {SHORTEST_SECRET} characters long; `openssl rand -hex 32` makes one"
        );
        Ok(Self(secret))
    }

    /// A key of 32 bytes for one purpose, such as `access-token`.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let pseudo =
            Salt::new(HKDF_SHA256, b"pulsecheck").extract(self.0.expose_secret().as_bytes());
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

    /// Decrypts what `seal` made.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(text: &str) -> Keyring {
        Keyring::new(SecretString::from(text.to_owned())).expect("long enough")
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
}
