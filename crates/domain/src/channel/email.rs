//! Mail to one or more people.

use serde::{Deserialize, Serialize};

use super::{Input, Settings};

/// Most recipients of one channel; more people are a mailing list, which has an address of its own.
pub const MAX_RECIPIENTS: usize = 20;

/// Who gets the mail. The server it goes through is the installation's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// 1 to 20 addresses; each person gets a mail of their own.
    pub recipients: Vec<String>,
}

impl Settings for Email {
    const SECRETS: &'static [&'static str] = &[];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let mut recipients: Vec<String> = Vec::new();
        for address in input.list("recipients", MAX_RECIPIENTS, parse_address) {
            let again = recipients
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&address));
            if !again {
                recipients.push(address);
            }
        }
        input.done(Self { recipients })
    }

    fn destination(&self) -> String {
        self.recipients.join(", ")
    }

    fn summary(&self) -> String {
        match &self.recipients[..] {
            [only] => only.clone(),
            several => format!("{} recipients", several.len()),
        }
    }
}

/// An e-mail address that can stand in an envelope and in a header as it is: an ASCII local part of dot-separated atoms and a domain
/// name, which is brought into its ASCII form. The reason otherwise.
pub fn parse_address(typed: &str) -> Result<String, String> {
    let wrong = || "must be an e-mail address such as name@example.com".to_owned();
    let (local, domain) = typed.rsplit_once('@').ok_or_else(wrong)?;
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    if local.len() > 64 || !local.split('.').all(is_atom) {
        return Err(wrong());
    }
    let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else {
        return Err(wrong());
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if domain.len() > 253 || !domain.split('.').all(is_label) {
        return Err(wrong());
    }
    let address = format!("{local}@{domain}");
    if address.len() > 254 {
        return Err("must be at most 254 bytes".to_owned());
    }
    Ok(address)
}

/// The atoms of RFC 5322, 3.2.3.
const fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~'
        )
}
