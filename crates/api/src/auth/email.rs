//! E-mail addresses and names as people type them.

use domain::fields::Fields;

/// Longest address that is accepted, in characters (RFC 5321 allows no more in a path).
pub const LONGEST_EMAIL: usize = 254;
/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// An address without blanks around it. It proves nothing, so this only finds slips of the keyboard.
pub fn parse(text: &str) -> Result<String, Fields> {
    let text = text.trim();
    let wrong = |reason| Err(Fields::one("email", reason));
    if text.is_empty() {
        return wrong("must not be empty");
    }
    if text.chars().count() > LONGEST_EMAIL {
        return wrong("must be at most 254 characters long");
    }
    let parts = text.rsplit_once('@');
    let well_formed = parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    if !well_formed
        || text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == ',')
    {
        return wrong("must be an e-mail address, such as ann@example.com");
    }
    Ok(text.to_owned())
}

/// A person's name without blanks around it, 1–200 characters.
pub fn parse_name(text: &str) -> Result<String, Fields> {
    let text = text.trim();
    let wrong = |reason| Err(Fields::one("name", reason));
    if text.is_empty() {
        return wrong("must not be empty");
    }
    if text.chars().count() > LONGEST_NAME {
        return wrong("must be at most 200 characters long");
    }
    if text.chars().any(char::is_control) {
        return wrong("must not contain control characters");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_keyboard_are_found_and_real_addresses_pass() {
        for good in [
            "ann@example.com",
            " ann@example.com ",
            "admin@localhost",
            "a+b@x.example",
            "ä@ö.example",
        ] {
            assert_eq!(parse(good).as_deref(), Ok(good.trim()));
        }
        for bad in [
            "",
            " ",
            "ann",
            "@example.com",
            "ann@",
            "ann@.example",
            "a b@example.com",
            "a@b,c@d",
            "a@b\u{7}",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert!(parse(&format!("{}@example.com", "a".repeat(250))).is_err());
    }

    #[test]
    fn names_have_1_to_200_characters() {
        assert_eq!(parse_name(" Ann ").as_deref(), Ok("Ann"));
        assert!(parse_name(&"ä".repeat(200)).is_ok());
        for bad in ["", "  ", "a\nb", &"a".repeat(201)] {
            assert!(parse_name(bad).is_err(), "{bad:?}");
        }
    }
}
