//! A sign-in at a provider that is under way, sealed into a cookie: another browser cannot finish it, nobody twice.

use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use db::{Db, oauth_states};
use domain::id::SessionId;
use oauth2::{CsrfToken, PkceCodeChallenge, Scope};
use runtime::seal::Keyring;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Provider, Providers, Refusal};
use crate::auth::cookies::FLOW_LIFE;

const CONTEXT: &str = "oauth-flow";
/// Longest way back, in bytes; a cookie holds about four thousand.
const LONGEST_PATH: usize = 1_024;

/// What has to be remembered until the provider sends the browser back.
#[derive(Serialize, Deserialize)]
pub struct Flow {
    pub provider: Provider,
    state: String,
    /// PKCE: proves that whoever brings the code also began the sign-in.
    pub verifier: String,
    /// Where to go in the web app afterwards.
    pub return_to: String,
    /// The session that asked to link the provider to its person.
    pub link: Option<SessionId>,
    expires_at: DateTime<Utc>,
}

/// What a browser asked for when it set out.
#[derive(Debug)]
pub struct Request {
    pub provider: Provider,
    pub return_to: Option<String>,
    pub link: Option<SessionId>,
}

/// Begins a sign-in: where to send the browser, and what to put into its cookie.
pub async fn begin(
    providers: &Providers,
    keyring: &Keyring,
    request: Request,
    now: DateTime<Utc>,
) -> Result<(Url, String), Refusal> {
    let client = providers.client(request.provider).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let scopes = Providers::scopes(request.provider).iter();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(scopes.map(|scope| Scope::new((*scope).to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let flow = Flow {
        provider: request.provider,
        state: state.into_secret(),
        verifier: verifier.into_secret(),
        return_to: local_path(request.return_to.as_deref()),
        link: request.link,
        expires_at: now + FLOW_LIFE,
    };
    let plain = serde_json::to_vec(&flow).map_err(|error| Refusal::Internal(error.into()))?;
    let sealed = keyring
        .seal(CONTEXT, &plain)
        .map_err(|error| Refusal::Internal(error.into()))?;
    Ok((url, URL_SAFE_NO_PAD.encode(sealed)))
}

/// The sign-in that this browser began at `provider` and comes back from with `state`.
pub fn resume<'a>(
    keyring: &Keyring,
    mut cookies: impl Iterator<Item = &'a str>,
    provider: Provider,
    state: &str,
    now: DateTime<Utc>,
) -> Result<Flow, Refusal> {
    let open = |cookie: &str| {
        let sealed = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        serde_json::from_slice::<Flow>(&keyring.open(CONTEXT, &sealed).ok()?).ok()
    };
    cookies
        .find_map(open)
        .filter(|flow| flow.provider == provider && flow.expires_at > now)
        .filter(|flow| {
            constant_time::verify_slices_are_equal(flow.state.as_bytes(), state.as_bytes()).is_ok()
        })
        .ok_or(Refusal::State)
}

impl Flow {
    /// Uses the state up, on all replicas.
    pub async fn spend(&self, db: &Db) -> Result<(), Refusal> {
        let hash = digest(&SHA256, self.state.as_bytes());
        let mut conn = db.acquire().await?;
        if oauth_states::spend(&mut conn, hash.as_ref(), self.expires_at).await? {
            Ok(())
        } else {
            Err(Refusal::State)
        }
    }
}

/// A path of our own web app, or its start page when it is anything else.
pub fn local_path(path: Option<&str>) -> String {
    let start = || "/".to_owned();
    let Some(path) = path.filter(|path| path.starts_with('/') && path.len() <= LONGEST_PATH) else {
        return start();
    };
    // Browsers read backslashes as slashes and skip tabs and line ends; the parser does too.
    let odd = path.contains('\\') || path.chars().any(char::is_control);
    let Ok(here) = Url::parse("http://here.invalid") else {
        return start();
    };
    match here.join(path) {
        Ok(url) if !odd && url.origin() == here.origin() && !url.path().starts_with("/api/") => {
            let query = url
                .query()
                .map(|query| format!("?{query}"))
                .unwrap_or_default();
            // A path of two slashes would be read as a host once it stands alone.
            format!("/{}{query}", url.path().trim_start_matches('/'))
        }
        _ => start(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_back_into_the_web_app_and_nowhere_else() {
        for (asked, given) in [
            ("/services/1?tab=checks", "/services/1?tab=checks"),
            ("/", "/"),
            ("/a/../b", "/b"),
            ("https://evil.example/", "/"),
            ("//evil.example/x", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/.//evil.example", "/evil.example"),
            ("javascript:alert(1)", "/"),
            ("services", "/"),
            ("/api/auth/logout", "/"),
            ("", "/"),
        ] {
            assert_eq!(local_path(Some(asked)), given, "{asked}");
        }
        assert_eq!(local_path(None), "/");
        assert_eq!(local_path(Some(&format!("/{}", "a".repeat(2_000)))), "/");
    }
}
