//! What the idioms share: tone, colours, links, and fitting text into a provider's limits.

use domain::{
    failure::clean,
    notice::message::{Kind, Message, Subject, instant},
    verdict::Verdict,
};
use url::Url;

/// How a message feels, which decides colour, sign and urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Bad,
    Warning,
    Good,
    Unknown,
    AtWork,
    Plain,
}

impl Tone {
    pub(crate) fn of(message: &Message) -> Self {
        let gravest = || Self::of_counts(message);
        match message.kind {
            Kind::Down => Self::Bad,
            Kind::Degraded | Kind::Flapping | Kind::DeliveryFailed => Self::Warning,
            Kind::Recovered | Kind::UnknownOver | Kind::MaintenanceEnded => Self::Good,
            Kind::UnknownLong | Kind::Isolated => Self::Unknown,
            Kind::MaintenanceUpcoming | Kind::MaintenanceStarted => Self::AtWork,
            Kind::Certificate => {
                let days = message.subjects.iter().filter_map(|s| s.certificate_days);
                let soon = days.min().is_some_and(|days| days <= 3);
                if soon { Self::Bad } else { Self::Warning }
            }
            Kind::Still | Kind::Settled | Kind::Digest | Kind::VendorUpdate => gravest(),
            Kind::Acknowledged | Kind::Test => Self::Plain,
        }
    }

    fn of_counts(message: &Message) -> Self {
        let counts = message.counts();
        if counts.down > 0 {
            Self::Bad
        } else if counts.degraded > 0 {
            Self::Warning
        } else if counts.unknown > 0 {
            Self::Unknown
        } else if counts.maintenance > 0 {
            Self::AtWork
        } else if counts.up > 0 {
            Self::Good
        } else {
            Self::Plain
        }
    }

    pub(crate) const fn of_state(state: Verdict) -> Self {
        match state {
            Verdict::Up => Self::Good,
            Verdict::Degraded => Self::Warning,
            Verdict::Down => Self::Bad,
            Verdict::Unknown => Self::Unknown,
            Verdict::Maintenance => Self::AtWork,
        }
    }

    /// The colours of the web app.
    pub(crate) const fn colour(self) -> u32 {
        match self {
            Self::Bad => 0x00db_2f37,
            Self::Warning => 0x00d9_8206,
            Self::Good => 0x0017_a05a,
            Self::Unknown => 0x0075_7889,
            Self::AtWork => 0x000a_79bd,
            Self::Plain => 0x004f_46e5,
        }
    }

    /// `#db2f37`.
    pub(crate) fn hex(self) -> String {
        format!("#{:06x}", self.colour())
    }

    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Bad => "🔴",
            Self::Warning => "🟠",
            Self::Good => "🟢",
            Self::Unknown => "⚪",
            Self::AtWork => "🔵",
            Self::Plain => "🔔",
        }
    }
}

/// Where a reader may go, with the words of the buttons.
pub(crate) fn links(message: &Message) -> Vec<(&'static str, &Url)> {
    let links = &message.links;
    let all = [("Open", &links.open), ("Acknowledge", &links.acknowledge)];
    all.into_iter()
        .filter_map(|(label, url)| Some((label, url.as_ref()?)))
        .collect()
}

/// The same as lines of plain text: `Open: https://…`.
pub(crate) fn plain_links(message: &Message) -> Vec<String> {
    let links = links(message).into_iter();
    links
        .map(|(label, url)| format!("{label}: {url}"))
        .collect()
}

/// The same in one line of Markdown; empty when there is nowhere to go.
pub(crate) fn markdown_links(message: &Message) -> String {
    let link = |(label, url): (&str, &Url)| {
        let url = url.as_str().replace('(', "%28").replace(')', "%29");
        format!("[{label}]({url})")
    };
    let all: Vec<String> = links(message).into_iter().map(link).collect();
    all.join(" · ")
}

/// The headline with its sign.
pub(crate) fn signed_headline(message: &Message) -> String {
    format!("{} {}", Tone::of(message).sign(), message.headline())
}

/// The sentences, as many as fit into `most` characters once `escape` has been over them; what does not fit is counted.
pub(crate) fn body(message: &Message, most: usize, escape: impl Fn(&str) -> String) -> String {
    let lines: Vec<String> = message
        .sentences()
        .iter()
        .map(|line| escape(line))
        .collect();
    fit(&lines, most, message.more.total())
}

/// As many lines as fit into `most` characters, then how many were left out. Where there are more beyond the named ones, the last
/// line says how many.
pub(crate) fn fit(lines: &[String], most: usize, beyond: u32) -> String {
    fit_by(lines, (most, beyond), |text| text.chars().count())
}

/// The same for a limit in bytes.
pub(crate) fn fit_bytes(lines: &[String], most: usize, beyond: u32) -> String {
    fit_by(lines, (most, beyond), str::len)
}

/// That so many lines are left out, the last of which may count those beyond.
pub(crate) fn ending(left: usize, beyond: u32) -> String {
    let left = left - usize::from(beyond > 0) + usize::try_from(beyond).unwrap_or(0);
    format!("… and {left} more")
}

fn fit_by(lines: &[String], (most, beyond): (usize, u32), size: fn(&str) -> usize) -> String {
    let all = lines.join("\n");
    if size(&all) <= most {
        return all;
    }
    // Room for the last line.
    let ending = |left: usize| ending(left, beyond);
    let mut text = String::new();
    let mut used = 0;
    for (index, line) in lines.iter().enumerate() {
        let rest = lines.len() - index;
        let needed = size(line) + usize::from(index > 0);
        let reserve = if rest > 1 {
            size(&ending(rest - 1)) + 1
        } else {
            0
        };
        if used + needed + reserve > most {
            let mut left = rest;
            if index == 0 {
                text.push_str(&cut(line, most - reserve));
                left -= 1;
            }
            if left > 0 {
                text.push('\n');
                text.push_str(&ending(left));
            }
            return text;
        }
        if index > 0 {
            text.push('\n');
        }
        text.push_str(line);
        used += needed;
    }
    text
}

/// At most `most` characters, the last one `…` where something was cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// At most `most` bytes, cut between characters.
pub(crate) fn cut_bytes(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The workspace's name as one clean line.
pub(crate) fn workspace(message: &Message) -> String {
    clean(&message.workspace, 120)
}

/// Where and when, for the quiet line at the end.
pub(crate) fn footer(message: &Message) -> String {
    format!("{} · {}", workspace(message), instant(message.occurred_at))
}

/// A name as one clean line.
pub(crate) fn name(subject: &Subject) -> String {
    clean(&subject.name, 120)
}

/// `&`, `<`, `>` and quotes as HTML writes them.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// An invisible character after the sign: what follows is no mention.
const NO_MENTION: &str = "@\u{2060}";

/// Text in which nobody is mentioned.
pub(crate) fn unmentioned(text: &str) -> String {
    text.replace('@', NO_MENTION)
}

/// Text in Markdown that shows as it is and calls nobody.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '[' | ']' | '(' | ')' => {
                out.push('\\');
                out.push(c);
            }
            '@' => out.push_str(NO_MENTION),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let lines: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
        for most in [30, 100, 500] {
            let text = fit(&lines, most, 0);
            assert!(text.chars().count() <= most, "{most}: {text}");
            let shown = text.lines().count() - 1;
            assert!(text.ends_with(&format!("… and {} more", 100 - shown)));
            // The last line counts others.
            let text = fit(&lines, most, 4_000);
            assert!(text.chars().count() <= most, "{most}: {text}");
            let shown = text.lines().count() - 1;
            assert!(text.ends_with(&format!("… and {} more", 4_099 - shown)));
        }
        assert_eq!(fit(&lines[..2], 100, 0), "line 0\nline 1");
        assert_eq!(fit(&lines[..2], 13, 7), "line 0\nline 1");
        assert_eq!(fit(&lines[..3], 19, 7), "line 0\n… and 8 more");
        assert_eq!(fit(&["é".repeat(50)], 10, 0), format!("{}…", "é".repeat(9)));
    }

    #[test]
    fn markup_shows_as_it_is() {
        assert_eq!(html("<b>&\"x\""), "&lt;b&gt;&amp;&quot;x&quot;");
        assert_eq!(
            markdown("*a* [b](c) @all"),
            "\\*a\\* \\[b\\]\\(c\\) @\u{2060}all"
        );
        assert_eq!(cut_bytes("aé", 2), "a");
    }
}
