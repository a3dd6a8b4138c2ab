//! Settings of sign-in: who may make an account, who operates the installation, which providers there are.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};
use runtime::faults::Faults;
use secrecy::SecretString;
use url::Url;

use super::email;

/// Who may make an account by signing in through a provider for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SignUp {
    /// Nobody: accounts are made on the command line, and operators are named in `OPERATOR_EMAILS`.
    #[default]
    Closed,
    /// The addresses and domains of `SIGN_UP_ALLOWLIST`.
    Allowlist,
    /// Everybody: the installation is shared by strangers.
    Open,
}

/// Sign-in, from flags or the environment.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Sign-in")]
pub struct AuthConfig {
    /// Who may make an account through Google or GitHub. Local accounts are never self-service.
    #[arg(long, env = "SIGN_UP", value_enum, default_value_t)]
    pub sign_up: SignUp,

    /// Addresses (ann@example.com) and whole domains (@example.com) that may sign up, separated by commas.
    #[arg(long, env = "SIGN_UP_ALLOWLIST", value_delimiter = ',')]
    pub sign_up_allowlist: Vec<String>,

    /// Addresses whose owners become operators when they sign in through Google or GitHub, separated by commas.
    #[arg(long, env = "OPERATOR_EMAILS", value_delimiter = ',')]
    pub operator_emails: Vec<String>,

    /// Client id of the OAuth app at Google; without it nobody can sign in there.
    #[arg(long, env = "GOOGLE_CLIENT_ID")]
    pub google_client_id: Option<String>,

    /// Client secret of the OAuth app at Google.
    #[arg(long, env = "GOOGLE_CLIENT_SECRET", hide_env_values = true)]
    pub google_client_secret: Option<SecretString>,

    /// File that holds the client secret of the OAuth app at Google.
    #[arg(long, env = "GOOGLE_CLIENT_SECRET_FILE")]
    pub google_client_secret_file: Option<PathBuf>,

    /// Issuer that Google's endpoints are discovered from; another OpenID provider in tests.
    #[arg(
        long,
        env = "GOOGLE_ISSUER_URL",
        default_value = "https://accounts.google.com"
    )]
    pub google_issuer_url: String,

    /// Client id of the OAuth app at GitHub; without it nobody can sign in there.
    #[arg(long, env = "GITHUB_CLIENT_ID")]
    pub github_client_id: Option<String>,

    /// Client secret of the OAuth app at GitHub.
    #[arg(long, env = "GITHUB_CLIENT_SECRET", hide_env_values = true)]
    pub github_client_secret: Option<SecretString>,

    /// File that holds the client secret of the OAuth app at GitHub.
    #[arg(long, env = "GITHUB_CLIENT_SECRET_FILE")]
    pub github_client_secret_file: Option<PathBuf>,

    /// Where people sign in to GitHub; the address of a GitHub Enterprise server.
    #[arg(long, env = "GITHUB_BASE_URL", default_value = "https://github.com")]
    pub github_base_url: String,

    /// GitHub's API; `https://HOST/api/v3` for a GitHub Enterprise server.
    #[arg(long, env = "GITHUB_API_URL", default_value = "https://api.github.com")]
    pub github_api_url: String,

    /// How long one request to a provider may take, in seconds (1–60).
    #[arg(long, env = "OAUTH_TIMEOUT_S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub oauth_timeout_s: u64,
}

/// An OAuth app at a provider.
#[derive(Clone, Debug)]
pub struct ClientApp {
    pub id: String,
    pub secret: SecretString,
}

/// Google, or another OpenID provider in its place.
#[derive(Clone, Debug)]
pub struct GoogleSettings {
    pub app: ClientApp,
    pub issuer: Url,
}

/// GitHub, or a GitHub Enterprise server.
#[derive(Clone, Debug)]
pub struct GithubSettings {
    pub app: ClientApp,
    pub base: Url,
    pub api: Url,
}

/// The checked settings of sign-in.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    pub sign_up: SignUp,
    /// Lower-case addresses, and domains with their `@`.
    pub allowlist: Vec<String>,
    /// Lower-case addresses.
    pub operator_emails: Vec<String>,
    pub google: Option<GoogleSettings>,
    pub github: Option<GithubSettings>,
    /// For one request to a provider.
    pub timeout: Duration,
}

impl Default for AuthSettings {
    /// Local accounts only.
    fn default() -> Self {
        Self {
            sign_up: SignUp::Closed,
            allowlist: Vec::new(),
            operator_emails: Vec::new(),
            google: None,
            github: None,
            timeout: Duration::from_secs(10),
        }
    }
}

impl AuthConfig {
    /// The checked settings; none when something was wrong.
    pub fn check(&self, faults: &mut Faults) -> Option<AuthSettings> {
        let allowlist = trimmed(&self.sign_up_allowlist);
        for entry in &allowlist {
            let address = if entry.starts_with('@') {
                format!("anybody{entry}")
            } else {
                entry.clone()
            };
            if email::parse(&address).is_err() {
                faults.push(format!(
                    "SIGN_UP_ALLOWLIST: {entry} is neither an address nor an @domain"
                ));
            }
        }
        if self.sign_up == SignUp::Allowlist && allowlist.is_empty() {
            faults.push(
                "SIGN_UP=allowlist needs SIGN_UP_ALLOWLIST, such as ann@example.com,@example.org",
            );
        }
        let operator_emails = trimmed(&self.operator_emails);
        for entry in operator_emails
            .iter()
            .filter(|entry| email::parse(entry).is_err())
        {
            faults.push(format!("OPERATOR_EMAILS: {entry} is not an address"));
        }
        let (google, github) = (faults.take(self.google()), faults.take(self.github()));
        Some(AuthSettings {
            sign_up: self.sign_up,
            allowlist,
            operator_emails,
            google: google?,
            github: github?,
            timeout: Duration::from_secs(self.oauth_timeout_s),
        })
    }

    fn google(&self) -> anyhow::Result<Option<GoogleSettings>> {
        let secret = runtime::secret::read(
            "GOOGLE_CLIENT_SECRET",
            self.google_client_secret.as_ref(),
            self.google_client_secret_file.as_deref(),
        )?;
        let app = client_app("GOOGLE", self.google_client_id.as_deref(), secret)?;
        let issuer = web_address("GOOGLE_ISSUER_URL", &self.google_issuer_url)?;
        Ok(app.map(|app| GoogleSettings { app, issuer }))
    }

    fn github(&self) -> anyhow::Result<Option<GithubSettings>> {
        let secret = runtime::secret::read(
            "GITHUB_CLIENT_SECRET",
            self.github_client_secret.as_ref(),
            self.github_client_secret_file.as_deref(),
        )?;
        let app = client_app("GITHUB", self.github_client_id.as_deref(), secret)?;
        let base = web_address("GITHUB_BASE_URL", &self.github_base_url)?;
        let api = web_address("GITHUB_API_URL", &self.github_api_url)?;
        Ok(app.map(|app| GithubSettings { app, base, api }))
    }
}

impl AuthSettings {
    /// Whether strangers may come in, so that the installation is shared.
    pub fn is_shared(&self) -> bool {
        self.sign_up == SignUp::Open
    }

    /// Whether somebody with this verified address operates the installation.
    pub fn is_operator(&self, email: &str) -> bool {
        self.operator_emails.contains(&email.to_lowercase())
    }

    /// Whether the allowlist names this address or its domain.
    pub fn is_listed(&self, email: &str) -> bool {
        let email = email.to_lowercase();
        let domain = email.rfind('@').map(|at| &email[at..]);
        self.allowlist
            .iter()
            .any(|entry| *entry == email || Some(entry.as_str()) == domain)
    }
}

fn client_app(
    provider: &str,
    id: Option<&str>,
    secret: Option<SecretString>,
) -> anyhow::Result<Option<ClientApp>> {
    match (id.map(str::trim).filter(|id| !id.is_empty()), secret) {
        (Some(id), Some(secret)) => Ok(Some(ClientApp {
            id: id.to_owned(),
            secret,
        })),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("{provider}_CLIENT_ID is set, {provider}_CLIENT_SECRET is not"),
        (None, Some(_)) => bail!("{provider}_CLIENT_SECRET is set, {provider}_CLIENT_ID is not"),
    }
}

fn web_address(name: &str, text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text.trim()).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .with_context(|| format!("{name}: {text} is not an http or https address"))
}

/// Lower case, without blanks around; empty entries are none.
fn trimmed(entries: &[String]) -> Vec<String> {
    let entries = entries.iter().map(|entry| entry.trim().to_lowercase());
    entries.filter(|entry| !entry.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        auth: AuthConfig,
    }

    fn config(arguments: &[&str]) -> AuthConfig {
        let arguments = std::iter::once("program").chain(arguments.iter().copied());
        Program::try_parse_from(arguments)
            .expect("valid arguments")
            .auth
    }

    fn check(arguments: &[&str]) -> Result<AuthSettings, Vec<String>> {
        let mut faults = Faults::default();
        let settings = config(arguments).check(&mut faults);
        settings.filter(|_| faults.0.is_empty()).ok_or(faults.0)
    }

    #[test]
    fn an_allowlist_knows_addresses_and_whole_domains_only() {
        let list = [
            "--sign-up",
            "allowlist",
            "--sign-up-allowlist",
            "Ann@one.example, @two.example",
        ];
        let settings = check(&list).expect("valid");
        assert!(settings.is_listed("ann@One.example"));
        assert!(settings.is_listed("Anybody@two.example"));
        assert!(!settings.is_listed("bob@one.example"));
        assert!(!settings.is_listed("bob@sub.two.example"));
        assert!(!settings.is_listed("bob@nottwo.example"));
    }

    #[test]
    fn half_a_setting_is_refused_with_the_name_of_the_other_half() {
        for (arguments, missing) in [
            (&["--google-client-id", "a"][..], "GOOGLE_CLIENT_SECRET"),
            (&["--github-client-secret", "a"], "GITHUB_CLIENT_ID"),
            (&["--sign-up", "allowlist"], "SIGN_UP_ALLOWLIST"),
            (&["--operator-emails", "ann"], "OPERATOR_EMAILS"),
            (&["--sign-up-allowlist", "example.com"], "SIGN_UP_ALLOWLIST"),
        ] {
            let faults = check(arguments).expect_err("refused");
            assert!(
                faults.iter().any(|fault| fault.contains(missing)),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn empty_variables_count_as_not_set() {
        let settings = check(&[
            "--google-client-id",
            "",
            "--google-client-secret",
            " ",
            "--operator-emails",
            "",
        ])
        .expect("valid");
        assert!(settings.google.is_none());
        assert!(settings.operator_emails.is_empty());
    }
}
