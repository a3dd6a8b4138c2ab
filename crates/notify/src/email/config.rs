//! The installation's mail server: settings in, checked values or every fault at once out.

use std::{fmt, path::PathBuf};

use domain::channel::parse_address;
use runtime::{faults::Faults, secret};
use secrecy::{ExposeSecret as _, SecretString};

use crate::veil::Veil;

/// How the connection to the mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Security {
    /// Upgraded by STARTTLS before anything else is said; a server that cannot is refused. Port 587
    Starttls,
    /// TLS from the first byte. Port 465
    Tls,
    /// Not secured: for a relay on the same machine or network. Port 25
    None,
}

/// What an operator sets.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Mail")]
pub struct MailConfig {
    /// The mail server that mail goes through; without one there are no notices by mail, verified addresses or weekly reports
    #[arg(long, env = "SMTP_HOST", value_name = "HOST")]
    pub smtp_host: Option<String>,
    /// Its port; 587 for starttls, 465 for tls, 25 for none unless set
    #[arg(long, env = "SMTP_PORT", value_name = "PORT")]
    pub smtp_port: Option<u16>,
    /// How the connection is secured; starttls unless set
    #[arg(long, env = "SMTP_SECURITY", value_name = "HOW")]
    pub smtp_security: Option<Security>,
    /// Who signs in there, if anybody has to
    #[arg(long, env = "SMTP_USERNAME", value_name = "NAME")]
    pub smtp_username: Option<String>,
    /// With which password
    #[arg(
        long,
        env = "SMTP_PASSWORD",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub smtp_password: Option<SecretString>,
    /// A file that holds `SMTP_PASSWORD`
    #[arg(long, env = "SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// Whom mail comes from: name@example.com, or PulseCheck <name@example.com>
    #[arg(long, env = "MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
}

/// A mail server that can be used.
#[derive(Clone, Debug)]
pub struct Mail {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) credentials: Option<(String, SecretString)>,
    /// The name that readers see.
    pub(crate) from_name: String,
    pub(crate) from: String,
}

impl MailConfig {
    /// None when no mail server is set; every fault is noted.
    pub fn read(&self, faults: &mut Faults) -> Option<Mail> {
        // Compose files write a variable that is not set as an empty one.
        let set = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let host = set(&self.smtp_host)?;
        let password = secret::read(
            "SMTP_PASSWORD",
            self.smtp_password.as_ref(),
            self.smtp_password_file.as_deref(),
        );
        let password = password.unwrap_or_else(|error| {
            faults.push(error.to_string());
            None
        });
        let security = self.smtp_security.unwrap_or(Security::Starttls);
        let credentials = match (set(&self.smtp_username), password) {
            (Some(name), Some(password)) => Some((name, password)),
            (None, None) => None,
            _ => {
                faults.push("SMTP_USERNAME and SMTP_PASSWORD belong together: set both or neither");
                None
            }
        };
        if security == Security::None && credentials.is_some() {
            faults.push("SMTP_SECURITY=none would send SMTP_PASSWORD for everybody to read");
        }
        let Some(sender) = set(&self.mail_from) else {
            faults.push("SMTP_HOST is set, but not MAIL_FROM, whom mail comes from");
            return None;
        };
        let sender =
            sender_of(&sender).map_err(|reason| faults.push(format!("MAIL_FROM {reason}")));
        let (from_name, from) = sender.ok()?;
        Some(Mail {
            host,
            port: self.smtp_port.unwrap_or(match security {
                Security::Starttls => 587,
                Security::Tls => 465,
                Security::None => 25,
            }),
            security,
            credentials,
            from_name,
            from,
        })
    }
}

/// Name and address of `name@example.com` or `PulseCheck <name@example.com>`.
fn sender_of(text: &str) -> Result<(String, String), String> {
    let parts = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'));
    let (name, address) = parts.unwrap_or(("", text));
    let name = domain::failure::clean(name.trim().trim_matches('"'), 100);
    let name = if name.is_empty() {
        "PulseCheck".to_owned()
    } else {
        name
    };
    Ok((name, parse_address(address.trim())?))
}

impl fmt::Display for Mail {
    /// Through which server it goes, and in whose name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host, port, from, ..
        } = self;
        write!(f, "through {host}:{port} as {from}")
    }
}

impl Mail {
    /// What of it must not be in a transcript.
    pub(crate) fn veil(&self) -> Veil {
        Veil::of_texts(
            self.credentials
                .iter()
                .map(|(_, password)| password.expose_secret()),
        )
    }

    /// The domain of our own address.
    pub(crate) fn domain(&self) -> &str {
        self.from
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &MailConfig) -> (Option<Mail>, String) {
        let mut faults = Faults::default();
        let mail = config.read(&mut faults);
        (mail, faults.to_string())
    }

    #[test]
    fn a_server_needs_a_sender_and_whole_credentials() {
        assert!(read(&MailConfig::default()).0.is_none());
        assert_eq!(read(&MailConfig::default()).1, "");
        let mut config = MailConfig {
            smtp_host: Some("mail.example.com".to_owned()),
            smtp_username: Some("pulse".to_owned()),
            smtp_port: None,
            ..MailConfig::default()
        };
        let (mail, faults) = read(&config);
        assert!(
            mail.is_none() && faults.contains("MAIL_FROM") && faults.contains("belong together")
        );
        config.smtp_password = Some(SecretString::from("s3cret".to_owned()));
        config.mail_from = Some("\"Our Pulse\" <pulse@example.com>".to_owned());
        let mail = read(&config).0.expect("all is set");
        assert_eq!((mail.port, mail.from_name.as_str()), (587, "Our Pulse"));
        assert_eq!(mail.from, "pulse@example.com");
        assert!(!format!("{mail:?}").contains("s3cret"));
        config.mail_from = Some("nobody".to_owned());
        assert!(read(&config).1.contains("MAIL_FROM must be"));
        config.smtp_host = Some(String::new());
        assert!(read(&config).0.is_none());
    }
}
