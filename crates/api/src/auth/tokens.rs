//! Access and refresh tokens: proofs of a session, made and read here only.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{SessionId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use runtime::seal::Keyring;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long an access token is good for.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::hours(1);
/// How long a session lasts after its refresh token was last used.
pub const REFRESH_LIFE: TimeDelta = TimeDelta::days(7);

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub user: UserId,
    pub session: SessionId,
}

/// What a refresh token says: the how-manieth of its session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub session: SessionId,
    pub generation: i32,
}

/// Makes and reads tokens with keys derived from the installation's secret, and reads those of the secret before.
pub struct Tokens {
    encode: EncodingKey,
    decode: DecodingKey,
    refresh: hmac::Key,
    previous: Option<Box<Self>>,
}

impl Tokens {
    pub fn new(keyring: &Keyring) -> Self {
        let access = keyring.derive("access-token");
        Self {
            encode: EncodingKey::from_secret(&access),
            decode: DecodingKey::from_secret(&access),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &keyring.derive("refresh-token")),
            previous: keyring
                .previous()
                .map(|previous| Box::new(Self::new(&previous))),
        }
    }

    /// An access token that is good for an hour from `now`, as long as its session lives.
    pub fn access(&self, access: Access, now: DateTime<Utc>) -> anyhow::Result<String> {
        let claims = Claims {
            sub: access.user,
            sid: access.session,
            iat: now.timestamp(),
            exp: (now + ACCESS_LIFE).timestamp(),
        };
        Ok(jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &self.encode,
        )?)
    }

    /// Reads an access token of ours that has not run out.
    pub fn read_access(&self, token: &str, now: DateTime<Utc>) -> Option<Access> {
        let claims = self.claims(token)?;
        (claims.exp > now.timestamp()).then_some(Access {
            user: claims.sub,
            session: claims.sid,
        })
    }

    /// Reads an access token of ours whatever its age; enough to end a session, and for nothing else.
    pub fn read_stale_access(&self, token: &str) -> Option<Access> {
        let claims = self.claims(token)?;
        Some(Access {
            user: claims.sub,
            session: claims.sid,
        })
    }

    fn claims(&self, token: &str) -> Option<Claims> {
        let mut rules = Validation::new(Algorithm::HS256);
        // Age is judged by our clock, which tests can move.
        rules.validate_exp = false;
        match jsonwebtoken::decode::<Claims>(token, &self.decode, &rules) {
            Ok(read) => Some(read.claims),
            Err(_) => self.previous.as_ref()?.claims(token),
        }
    }

    /// The refresh token of one generation: always the same, so that tabs that ask together get one successor.
    pub fn refresh(&self, refresh: Refresh) -> String {
        let said = said(refresh);
        let tag = hmac::sign(&self.refresh, said.as_bytes());
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Reads a refresh token of ours, of whatever generation.
    pub fn read_refresh(&self, token: &str) -> Option<Refresh> {
        let mut parts = token.split('.');
        let session = SessionId(Uuid::try_parse(parts.next()?).ok()?);
        let generation = parts.next()?.parse().ok()?;
        let refresh = Refresh {
            session,
            generation,
        };
        // Comparing whole tokens also refuses other spellings of the same one.
        let genuine = self.refresh(refresh);
        match constant_time::verify_slices_are_equal(genuine.as_bytes(), token.as_bytes()) {
            Ok(()) => Some(refresh),
            Err(_) => self.previous.as_ref()?.read_refresh(token),
        }
    }
}

fn said(refresh: Refresh) -> String {
    format!("{}.{}", refresh.session.0.simple(), refresh.generation)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn tokens(secret: &str) -> Tokens {
        Tokens::new(&Keyring::new(SecretString::from(secret.to_owned())).expect("long enough"))
    }

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn access() -> Access {
        Access {
            user: UserId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
        }
    }

    #[test]
    fn an_access_token_is_good_for_an_hour_and_by_our_key_only() {
        let start = DateTime::UNIX_EPOCH;
        let token = tokens(SECRET).access(access(), start).expect("signed");
        let read = |after| tokens(SECRET).read_access(&token, start + after);
        assert_eq!(read(TimeDelta::minutes(59)), Some(access()));
        assert_eq!(read(TimeDelta::minutes(60)), None);
        assert_eq!(tokens(SECRET).read_stale_access(&token), Some(access()));
        let stranger = tokens("another-key-another-key-another-key");
        assert_eq!(stranger.read_access(&token, start), None);
        assert_eq!(stranger.read_stale_access(&token), None);
    }

    #[test]
    fn a_token_without_signature_is_nothing() {
        let start = DateTime::UNIX_EPOCH;
        let token = tokens(SECRET).access(access(), start).expect("signed");
        let claims = token.split('.').nth(1).expect("three parts");
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert_eq!(
            tokens(SECRET).read_access(&format!("{none}.{claims}."), start),
            None
        );
    }

    #[test]
    fn a_refresh_token_is_the_same_each_time_and_cannot_be_changed() {
        let refresh = Refresh {
            session: SessionId(Uuid::from_u128(2)),
            generation: 7,
        };
        let token = tokens(SECRET).refresh(refresh);
        assert_eq!(token, tokens(SECRET).refresh(refresh));
        assert_eq!(tokens(SECRET).read_refresh(&token), Some(refresh));
        for forged in [
            token.replacen(".7.", ".8.", 1),
            token.replacen(".7.", ".07.", 1),
            token.to_uppercase(),
            format!("{token}.x"),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(tokens(SECRET).read_refresh(&forged), None, "{forged}");
        }
        assert_eq!(
            tokens("another-key-another-key-another-key").read_refresh(&token),
            None
        );
    }

    #[test]
    fn tokens_of_the_key_before_are_read_and_new_ones_are_of_the_current_key() {
        const NEXT: &str = "another-key-another-key-another-key";
        let keyring = Keyring::new(SecretString::from(NEXT.to_owned())).expect("long enough");
        let previous = Some(SecretString::from(SECRET.to_owned()));
        let changed = Tokens::new(&keyring.with_previous(previous).expect("long enough"));
        let (start, before) = (DateTime::UNIX_EPOCH, tokens(SECRET));
        let refresh = Refresh {
            session: SessionId(Uuid::from_u128(2)),
            generation: 7,
        };
        let old = before.access(access(), start).expect("signed");
        assert_eq!(changed.read_access(&old, start), Some(access()));
        assert_eq!(changed.read_access(&old, start + TimeDelta::hours(1)), None);
        assert_eq!(
            changed.read_refresh(&before.refresh(refresh)),
            Some(refresh)
        );
        let new = changed.access(access(), start).expect("signed");
        assert_eq!(tokens(NEXT).read_access(&new, start), Some(access()));
        assert_eq!(changed.refresh(refresh), tokens(NEXT).refresh(refresh));
    }
}
