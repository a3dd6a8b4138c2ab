//! GitHub, or a GitHub Enterprise server: the person from `/user`, the address from `/user/emails`.

use oauth2::AuthType;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{AppClient, Claims, Endpoints, Provider, Refusal, app_client, callback, http::Http};
use crate::auth::config::GithubSettings;

pub(super) struct Github {
    settings: GithubSettings,
    pub(super) http: Http,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
    avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

impl Github {
    pub(super) fn new(settings: GithubSettings, http: Http) -> Self {
        Self { settings, http }
    }

    pub(super) fn client(&self, redirect_base: &Url) -> Result<AppClient, Refusal> {
        let base = &self.settings.base;
        let endpoints = Endpoints {
            authorize: below(base, "login/oauth/authorize")?,
            token: below(base, "login/oauth/access_token")?,
            callback: callback(redirect_base, Provider::Github)?,
        };
        Ok(app_client(
            &self.settings.app,
            endpoints,
            AuthType::RequestBody,
        ))
    }

    /// Only the primary address counts, and only when it is verified: the others say less about who somebody is.
    pub(super) async fn claims(&self, token: &SecretString) -> Result<Claims, Refusal> {
        let api = &self.settings.api;
        let user: User = self.http.get(&below(api, "user")?, Some(token)).await?;
        let emails: Vec<Address> = self
            .http
            .get(&below(api, "user/emails")?, Some(token))
            .await?;
        let primary = emails
            .into_iter()
            .find(|email| email.primary && email.verified);
        Ok(Claims {
            subject: user.id.to_string(),
            verified_email: primary.map(|email| email.email),
            name: user
                .name
                .filter(|name| !name.trim().is_empty())
                .or(Some(user.login)),
            avatar_url: user.avatar_url,
        })
    }
}

/// `path` below a base that may have a path itself (`https://host/api/v3`).
fn below(base: &Url, path: &str) -> Result<Url, Refusal> {
    Url::parse(&format!("{}/{path}", base.as_str().trim_end_matches('/')))
        .map_err(|error| Refusal::Internal(error.into()))
}
