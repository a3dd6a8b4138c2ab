//! Signing in through Google or GitHub: authorization code with PKCE, `state` bound to the browser, verified e-mail only.
//!
//! The way of one sign-in: `flow` seals what has to be remembered into a cookie and sends the browser to the provider;
//! it comes back with a code; `google` or `github` trade the code for a `Profile`; `arrival` finds or makes the person.
//! Every failure ends at `/login?error=<code>`; `refusal` lists the codes with their sentences.

pub mod arrival;
pub mod flow;
mod github;
mod google;
mod http;
pub mod refusal;

use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, TokenResponse as _, TokenUrl,
    basic::BasicClient,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

pub use refusal::Refusal;

use super::config::ClientApp;
use crate::site::Site;

/// Who vouches for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Google,
    Github,
}

impl Provider {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Github => "github",
        }
    }
}

/// What a provider says about a person, after checks: the address is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub provider: Provider,
    /// The provider's lasting id of the person.
    pub subject: String,
    pub email: String,
    pub name: String,
    pub avatar_url: Option<String>,
}

/// A profile as it comes in.
struct Claims {
    subject: String,
    /// Present only when the provider says that it is verified.
    verified_email: Option<String>,
    name: Option<String>,
    avatar_url: Option<String>,
}

/// The providers of this installation.
pub struct Providers {
    google: Option<google::Google>,
    github: Option<github::Github>,
    redirect_base: Url,
}

impl Providers {
    pub fn new(site: &Site, tls: &egress::Tls) -> Self {
        let http = http::Http::new(site.auth.timeout, tls);
        Self {
            google: site
                .auth
                .google
                .clone()
                .map(|settings| google::Google::new(settings, http.clone())),
            github: site
                .auth
                .github
                .clone()
                .map(|settings| github::Github::new(settings, http)),
            redirect_base: site.oauth_redirect_base.clone(),
        }
    }

    /// Whether people can sign in there.
    pub fn offers(&self, provider: Provider) -> bool {
        match provider {
            Provider::Google => self.google.is_some(),
            Provider::Github => self.github.is_some(),
        }
    }

    /// Where the provider asks the person.
    pub(super) async fn client(&self, provider: Provider) -> Result<AppClient, Refusal> {
        match provider {
            Provider::Google => self.google()?.client(&self.redirect_base).await,
            Provider::Github => self.github()?.client(&self.redirect_base),
        }
    }

    /// What the provider asks the person to share.
    pub(super) fn scopes(provider: Provider) -> &'static [&'static str] {
        match provider {
            Provider::Google => &["openid", "email", "profile"],
            Provider::Github => &["read:user", "user:email"],
        }
    }

    /// Trades the code that the browser brought for what the provider says about the person.
    pub async fn finish(
        &self,
        provider: Provider,
        code: String,
        verifier: String,
    ) -> Result<Profile, Refusal> {
        let client = self.client(provider).await?;
        let claims = match provider {
            Provider::Google => {
                let google = self.google()?;
                let token = exchange(&client, code, verifier, &google.http).await?;
                google.claims(&token).await?
            }
            Provider::Github => {
                let github = self.github()?;
                let token = exchange(&client, code, verifier, &github.http).await?;
                github.claims(&token).await?
            }
        };
        claims.check(provider)
    }

    fn google(&self) -> Result<&google::Google, Refusal> {
        self.google.as_ref().ok_or(Refusal::NotConfigured)
    }

    fn github(&self) -> Result<&github::Github, Refusal> {
        self.github.as_ref().ok_or(Refusal::NotConfigured)
    }
}

/// An OAuth client whose endpoints are known.
type AppClient =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Where a provider is asked.
struct Endpoints {
    authorize: Url,
    token: Url,
    /// Where it sends the browser back to.
    callback: Url,
}

fn app_client(app: &ClientApp, endpoints: Endpoints, auth_type: AuthType) -> AppClient {
    BasicClient::new(ClientId::new(app.id.clone()))
        .set_client_secret(ClientSecret::new(app.secret.expose_secret().to_owned()))
        .set_auth_uri(AuthUrl::from_url(endpoints.authorize))
        .set_token_uri(TokenUrl::from_url(endpoints.token))
        .set_redirect_uri(RedirectUrl::from_url(endpoints.callback))
        .set_auth_type(auth_type)
}

fn callback(redirect_base: &Url, provider: Provider) -> Result<Url, Refusal> {
    let path = format!("/api/auth/{}/callback", provider.as_str());
    redirect_base
        .join(&path)
        .map_err(|error| Refusal::Internal(error.into()))
}

async fn exchange(
    client: &AppClient,
    code: String,
    verifier: String,
    http: &http::Http,
) -> Result<SecretString, Refusal> {
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(http)
        .await;
    match answer {
        Ok(token) => Ok(SecretString::from(token.access_token().secret().clone())),
        Err(RequestTokenError::ServerResponse(said)) => {
            tracing::info!(error = said.error().as_ref(), "The provider refused a code");
            Err(match said.error().as_ref() {
                "invalid_grant" | "bad_verification_code" => Refusal::Code,
                _ => Refusal::Provider,
            })
        }
        // The error may hold the answer, and the answer a token: only its kind goes to the log.
        Err(RequestTokenError::Request(error)) => Err(error.into()),
        Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
            tracing::warn!("The provider's answer to a code makes no sense");
            Err(Refusal::Provider)
        }
    }
}

impl Claims {
    fn check(self, provider: Provider) -> Result<Profile, Refusal> {
        let email = self.verified_email.ok_or(Refusal::EmailUnverified)?;
        let email = super::email::parse(&email).map_err(|_| Refusal::EmailUnverified)?;
        if self.subject.is_empty() || self.subject.len() > 255 {
            return Err(Refusal::Provider);
        }
        let name = self.name.unwrap_or_default();
        let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
        let name = match name.trim() {
            "" => email.chars().take(200).collect(),
            name => name.to_owned(),
        };
        let avatar_url = self.avatar_url.filter(|url| {
            url.len() <= 2_048 && url.starts_with("https://") && Url::parse(url).is_ok()
        });
        Ok(Profile {
            provider,
            subject: self.subject,
            email,
            name,
            avatar_url,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            subject: "1".to_owned(),
            verified_email: Some("ann@example.com".to_owned()),
            name: None,
            avatar_url: Some("javascript:alert(1)".to_owned()),
        }
    }

    #[test]
    fn only_what_a_page_may_show_is_taken_over_from_a_provider() {
        let profile = claims().check(Provider::Github).expect("accepted");
        assert_eq!(profile.name, "ann@example.com");
        assert_eq!(profile.avatar_url, None);
        let name = Some(format!("A\n{}", "n".repeat(500)));
        let profile = Claims { name, ..claims() }
            .check(Provider::Github)
            .expect("accepted");
        assert_eq!(profile.name.len(), 200);
    }

    #[test]
    fn nobody_arrives_without_a_verified_address_or_an_id() {
        let nobody = Claims {
            verified_email: None,
            ..claims()
        };
        assert!(matches!(
            nobody.check(Provider::Google),
            Err(Refusal::EmailUnverified)
        ));
        let nameless = Claims {
            subject: String::new(),
            ..claims()
        };
        assert!(matches!(
            nameless.check(Provider::Google),
            Err(Refusal::Provider)
        ));
    }
}
