//! The little that is read from HTML: what kind of page it is, its links, its embedded data, and text without markup.

mod flight;
mod tags;

use std::fmt;

pub(crate) use flight::Flight;
pub(crate) use tags::tags;

/// What a page in the place of status data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    Login,
    /// A status page that its owner switched off.
    Inactive,
    /// What a hosting provider shows where there is no such status page.
    NoSuchPage,
    /// A robot check or a block page.
    Barrier,
    Other,
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Login => "a sign-in page",
            Self::Inactive => "a status page that is switched off",
            Self::NoSuchPage => {
                "the hosting provider's own site, as shown where no such status page exists"
            }
            Self::Barrier => "a page that keeps automated readers out",
            Self::Other => "an HTML page",
        })
    }
}

pub(crate) fn looks_like_html(text: &str) -> bool {
    let mut rest = text;
    while let Some(comment) = rest.strip_prefix("<!--") {
        rest = comment
            .split_once("-->")
            .map_or("", |(_, after)| after)
            .trim_start();
    }
    let head: String = rest
        .chars()
        .take(15)
        .collect::<String>()
        .to_ascii_lowercase();
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<meta",
        "<title",
        "<div",
    ]
    .iter()
    .any(|start| head.starts_with(start))
}

/// Whether a page begins after a few stray characters.
pub(crate) fn starts_late(text: &str) -> bool {
    let head: String = text.chars().take(512).collect();
    ["<!doctype html", "<html"]
        .iter()
        .any(|start| find_ignoring_case(&head, start).is_some())
}

pub(crate) fn kind(html: &str) -> PageKind {
    let title = title(html).unwrap_or_default().to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| title.ends_with(word));
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if ends(&["- page inactive"]) {
        PageKind::Inactive
    } else if ends(&["- login"]) || has(&["sign in", "log in", "access denied to this page"]) {
        PageKind::Login
    } else if title == "statuspage | atlassian" || has(&["status page not found"]) {
        PageKind::NoSuchPage
    } else if has(&[
        "just a moment",
        "attention required",
        "access denied",
        "are you a robot",
        "forbidden",
    ]) {
        PageKind::Barrier
    } else {
        PageKind::Other
    }
}

pub(crate) fn title(html: &str) -> Option<String> {
    let start = find_ignoring_case(html, "<title")?;
    let rest = html[start..].split_once('>')?.1;
    let text = &rest[..find_ignoring_case(rest, "</title")?];
    Some(plain_text(text)).filter(|text| !text.is_empty())
}

/// Addresses of the feeds that a page announces.
pub(crate) fn feed_links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    for tag in tags(html).filter(|tag| tag.name() == "link" || tag.name() == "a") {
        let announced = tag.attribute("type").is_some_and(|kind| {
            matches!(
                kind.as_str(),
                "application/atom+xml" | "application/rss+xml"
            )
        });
        if let (true, Some(href)) = (announced, tag.attribute("href"))
            && !links.contains(&href)
        {
            links.push(href);
        }
    }
    links
}

/// Addresses of links to what looks like a status page elsewhere.
pub(crate) fn status_links(html: &str) -> Vec<String> {
    let links = tags(html)
        .filter(|tag| tag.name() == "a")
        .filter_map(|tag| tag.attribute("href"));
    let mut found: Vec<String> = Vec::new();
    for link in links {
        let host = link
            .split_once("://")
            .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let is_status = host.is_some_and(|host| {
            host.split('.')
                .any(|label| label.ends_with("status") || label == "statuspage")
        });
        if is_status && !found.contains(&link) {
            found.push(link);
        }
    }
    found
}

/// The content of `<script id="…">` with this id.
pub(crate) fn script<'a>(html: &'a str, id: &str) -> Option<&'a str> {
    let tag = tags(html)
        .find(|tag| tag.name() == "script" && tag.attribute("id").as_deref() == Some(id))?;
    let rest = tag.after();
    Some(&rest[..find_ignoring_case(rest, "</script")?])
}

/// Text without markup: blocks become lines, entities characters, runs of space one space.
pub(crate) fn plain_text(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('<') {
            skip_tag(rest, &mut text)
        } else {
            take_entity(rest, &mut text)
        };
    }
    text.push_str(rest);
    tidy(&text)
}

fn skip_tag<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let is_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    // A second `<` before the `>` means that the first one was no tag; this also keeps the walk linear.
    let end = rest[1..]
        .find(['<', '>'])
        .map(|at| at + 1)
        .filter(|at| is_tag && rest[*at..].starts_with('>'));
    let Some(end) = end else {
        text.push('<');
        return &rest[1..];
    };
    let name = rest[1..end].trim_start_matches('/').to_ascii_lowercase();
    let blocks = ["p", "br", "div", "li", "h", "tr", "ul"];
    if blocks.iter().any(|block| name.starts_with(block)) {
        text.push('\n');
    }
    &rest[end + 1..]
}

fn take_entity<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let end = rest.bytes().take(12).position(|b| b == b';');
    if let Some((character, end)) = end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
        text.push(character);
        return &rest[end + 1..];
    }
    text.push('&');
    &rest[1..]
}

/// The character that an entity's name (between `&` and `;`) stands for.
pub(crate) fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        _ => return None,
    })
}

fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines() {
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_some() && !tidy.is_empty() {
            tidy.push('\n');
        }
        while let Some(word) = words.next() {
            tidy.push_str(word);
            if words.peek().is_some() {
                tidy.push(' ');
            }
        }
    }
    tidy
}

/// Where an ASCII `needle` starts, whatever its case.
pub(crate) fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes()
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{PageKind, feed_links, kind, plain_text, script};

    #[test]
    fn markup_becomes_lines_of_text() {
        assert_eq!(
            plain_text("<p>We&#39;re  looking.</p><p>5 &lt; 6 &amp; so on<br/>End</p>"),
            "We're looking.\n5 < 6 & so on\nEnd"
        );
        assert_eq!(plain_text("a < b && c &nope; é<"), "a < b && c &nope; é<");
    }

    #[test]
    fn pages_in_the_place_of_data_are_told_apart() {
        let page = |title: &str| kind(&format!("<html><head><title>{title}</title>"));
        assert_eq!(page("Acme Status - Login"), PageKind::Login);
        assert_eq!(page("Acme Status - Page Inactive"), PageKind::Inactive);
        assert_eq!(page("Statuspage | Atlassian"), PageKind::NoSuchPage);
        assert_eq!(page("Just a moment..."), PageKind::Barrier);
        assert_eq!(page("Acme"), PageKind::Other);
    }

    #[test]
    fn links_and_scripts_are_found() {
        let html = r#"<link rel="alternate" type="application/atom+xml" href="/a.atom"><script id='data' type=x>{"a":1}</script>"#;
        assert_eq!(feed_links(html), ["/a.atom"]);
        assert_eq!(script(html, "data"), Some(r#"{"a":1}"#));
    }
}
