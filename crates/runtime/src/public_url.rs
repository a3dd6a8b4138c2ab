//! The address that people open, under either of its names.

use url::Url;

use crate::faults::Faults;

/// Settings.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Address")]
pub struct PublicUrl {
    /// The address that people open, as in `https://status.example.com`; links in messages lead there
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Another name of `PUBLIC_URL`
    #[arg(long, env = "FRONTEND_URL", value_name = "URL")]
    pub frontend_url: Option<String>,
}

impl PublicUrl {
    /// The address, which has to be given.
    pub fn check(&self, faults: &mut Faults) -> Option<Url> {
        let Some((name, text)) = self.given() else {
            faults.push(
                "PUBLIC_URL is not set: give the address that people open, as in https://status.example.com",
            );
            return None;
        };
        faults.take(base_url(name, text))
    }

    /// What was given, or this machine where the program listens on `port`.
    pub fn or_local(&self, port: u16) -> String {
        self.given().map_or_else(
            || format!("http://localhost:{port}"),
            |(_, text)| text.to_owned(),
        )
    }

    /// Whether there is one.
    pub fn is_given(&self) -> bool {
        self.given().is_some()
    }

    /// The one that is set and not empty, with its name.
    fn given(&self) -> Option<(&'static str, &str)> {
        [
            ("PUBLIC_URL", &self.public_url),
            ("FRONTEND_URL", &self.frontend_url),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.as_deref()?.trim())))
        .find(|(_, text)| !text.is_empty())
    }
}

/// An http or https address without path, query or credentials.
pub fn base_url(name: &str, text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none());
    url.ok_or_else(|| {
        anyhow::anyhow!(
            "{name} must be an address such as https://status.example.com, without a path; it is “{text}”"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(public_url: Option<&str>, frontend_url: Option<&str>) -> Result<String, String> {
        let given = PublicUrl {
            public_url: public_url.map(ToOwned::to_owned),
            frontend_url: frontend_url.map(ToOwned::to_owned),
        };
        let mut faults = Faults::default();
        let url = given.check(&mut faults);
        url.map(Into::into).ok_or_else(|| faults.to_string())
    }

    #[test]
    fn either_name_will_do_and_an_empty_one_counts_as_not_set() {
        assert_eq!(
            check(Some(" "), Some("https://a.example")).unwrap(),
            "https://a.example/"
        );
        assert_eq!(
            check(Some("http://a.example:8000"), Some("https://b.example")).unwrap(),
            "http://a.example:8000/"
        );
        assert!(check(None, None).unwrap_err().contains("is not set"));
    }

    #[test]
    fn what_is_no_address_to_open_is_named() {
        for text in [
            "status",
            "ftp://a.example",
            "https://a.example/path",
            "https://a:b@a.example",
        ] {
            let fault = check(None, Some(text)).unwrap_err();
            assert!(
                fault.starts_with("FRONTEND_URL must be") && fault.contains(text),
                "{fault}"
            );
        }
    }
}
