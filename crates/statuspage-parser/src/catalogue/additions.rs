//! What an installation adds to the catalogue: its own pages, or a vendor that is missing.

use std::collections::HashSet;

use url::Url;

use super::Service;

/// The most services that an installation may add.
const MOST: usize = 1_000;
/// Characters of a name, another name or a category.
const LONGEST_NAME: usize = 100;
/// Characters of an address.
const LONGEST_ADDRESS: usize = 2_048;

/// Why a list of additions cannot be used; the sentence names the entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdditionsError {
    #[error("is not a JSON list of services with name, home and status: {0}")]
    Json(String),
    #[error("has {0} services; at most {MOST} can be added")]
    TooMany(usize),
    #[error("“{name}”: {reason}")]
    Service { name: String, reason: String },
}

pub(super) fn read(json: &str) -> Result<Vec<Service>, AdditionsError> {
    let services: Vec<Service> =
        serde_json::from_str(json).map_err(|error| AdditionsError::Json(error.to_string()))?;
    if services.len() > MOST {
        return Err(AdditionsError::TooMany(services.len()));
    }
    let mut names = HashSet::new();
    for service in &services {
        let wrong = fault(service).or_else(|| {
            let is_new = names.insert(service.name.to_lowercase());
            (!is_new).then(|| "is there twice".to_owned())
        });
        if let Some(reason) = wrong {
            return Err(AdditionsError::Service {
                name: service.name.chars().take(LONGEST_NAME).collect(),
                reason,
            });
        }
    }
    Ok(services)
}

/// What is wrong with one of them.
fn fault(service: &Service) -> Option<String> {
    let words = service.aliases.iter().chain(&service.categories);
    let mut words = words.chain(std::iter::once(&service.name));
    let fits = |word: &String| !word.trim().is_empty() && word.chars().count() <= LONGEST_NAME;
    if !words.all(fits) {
        return Some(format!(
            "names and categories must have 1 to {LONGEST_NAME} characters"
        ));
    }
    let addresses = [("home", &service.home), ("status", &service.status)];
    addresses
        .into_iter()
        .find(|(_, address)| !is_web_address(address))
        .map(|(field, _)| {
            format!("{field} must be an http or https address without user name, such as https://status.example.com")
        })
}

fn is_web_address(address: &str) -> bool {
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    };
    address.len() <= LONGEST_ADDRESS && Url::parse(address).is_ok_and(|url| plain(&url))
}
