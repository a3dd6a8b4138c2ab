//! Google, or any OpenID provider in its place: endpoints by discovery, the person from `userinfo`.

use std::{sync::Arc, time::Duration};

use oauth2::AuthType;
use secrecy::SecretString;
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use super::{AppClient, Claims, Endpoints, Provider, Refusal, app_client, callback, http::Http};
use crate::auth::config::GoogleSettings;

/// How long discovered endpoints are believed.
const BELIEVED: Duration = Duration::from_hours(1);

pub(super) struct Google {
    settings: GoogleSettings,
    pub(super) http: Http,
    known: Mutex<Option<(Instant, Arc<Discovery>)>>,
}

/// OpenID Connect Discovery 1.0, as much of it as is needed.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Url,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    email: Option<String>,
    #[serde(default)]
    email_verified: Verified,
    name: Option<String>,
    picture: Option<String>,
}

/// Some providers write the truth in quotation marks.
#[derive(Deserialize)]
#[serde(untagged)]
enum Verified {
    Plain(bool),
    Quoted(String),
    Odd(serde::de::IgnoredAny),
}

impl Default for Verified {
    fn default() -> Self {
        Self::Plain(false)
    }
}

impl Verified {
    fn is_true(&self) -> bool {
        match self {
            Self::Plain(verified) => *verified,
            Self::Quoted(word) => word == "true",
            Self::Odd(_) => false,
        }
    }
}

impl Google {
    pub(super) fn new(settings: GoogleSettings, http: Http) -> Self {
        Self {
            settings,
            http,
            known: Mutex::new(None),
        }
    }

    pub(super) async fn client(&self, redirect_base: &Url) -> Result<AppClient, Refusal> {
        let discovery = self.discovery().await?;
        let endpoints = Endpoints {
            authorize: discovery.authorization_endpoint.clone(),
            token: discovery.token_endpoint.clone(),
            callback: callback(redirect_base, Provider::Google)?,
        };
        Ok(app_client(
            &self.settings.app,
            endpoints,
            AuthType::BasicAuth,
        ))
    }

    /// The answer comes straight from the provider over its own connection, so it needs no further signature.
    pub(super) async fn claims(&self, token: &SecretString) -> Result<Claims, Refusal> {
        let discovery = self.discovery().await?;
        let user: UserInfo = self
            .http
            .get(&discovery.userinfo_endpoint, Some(token))
            .await?;
        Ok(Claims {
            subject: user.sub,
            verified_email: user.email.filter(|_| user.email_verified.is_true()),
            name: user.name,
            avatar_url: user.picture,
        })
    }

    async fn discovery(&self) -> Result<Arc<Discovery>, Refusal> {
        // Held while asking: people who sign in together ask the provider once.
        let mut known = self.known.lock().await;
        if let Some((since, discovery)) = known.as_ref()
            && since.elapsed() < BELIEVED
        {
            return Ok(Arc::clone(discovery));
        }
        let issuer = self.settings.issuer.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{issuer}/.well-known/openid-configuration"))
            .map_err(|error| Refusal::Internal(error.into()))?;
        let discovery: Discovery = self.http.get(&url, None).await?;
        discovery.check(issuer)?;
        let discovery = Arc::new(discovery);
        *known = Some((Instant::now(), Arc::clone(&discovery)));
        Ok(discovery)
    }
}

impl Discovery {
    /// Refuses the document of another issuer, and endpoints that are less protected than it.
    fn check(&self, issuer: &str) -> Result<(), Refusal> {
        let endpoints = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.userinfo_endpoint,
        ];
        let is_secure = issuer.starts_with("https:");
        let plain = endpoints.iter().any(|url| match url.scheme() {
            "https" => false,
            "http" => is_secure,
            _ => true,
        });
        if self.issuer.trim_end_matches('/') != issuer || plain {
            tracing::error!(
                expected = issuer,
                found = self.issuer,
                "GOOGLE_ISSUER_URL leads to another issuer"
            );
            return Err(Refusal::Provider);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(json: &str) -> bool {
        serde_json::from_str::<UserInfo>(json)
            .expect("a profile")
            .email_verified
            .is_true()
    }

    #[test]
    fn an_address_counts_as_verified_only_when_the_provider_says_so() {
        assert!(verified(r#"{"sub":"1","email_verified":true}"#));
        assert!(verified(r#"{"sub":"1","email_verified":"true"}"#));
        assert!(!verified(r#"{"sub":"1","email_verified":"false"}"#));
        assert!(!verified(r#"{"sub":"1","email_verified":1}"#));
        assert!(!verified(r#"{"sub":"1","email_verified":null}"#));
        assert!(!verified(r#"{"sub":"1"}"#));
    }

    #[test]
    fn a_foreign_issuer_or_an_unprotected_endpoint_is_refused() {
        let document = |issuer: &str, token: &str| Discovery {
            issuer: issuer.to_owned(),
            authorization_endpoint: "https://a.example/authorize".parse().expect("a URL"),
            token_endpoint: token.parse().expect("a URL"),
            userinfo_endpoint: "https://a.example/me".parse().expect("a URL"),
        };
        assert!(
            document("https://a.example/", "https://b.example/t")
                .check("https://a.example")
                .is_ok()
        );
        assert!(
            document("https://b.example", "https://b.example/t")
                .check("https://a.example")
                .is_err()
        );
        assert!(
            document("https://a.example", "http://b.example/t")
                .check("https://a.example")
                .is_err()
        );
    }
}
