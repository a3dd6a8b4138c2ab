//! How many segments a text takes (3GPP TS 23.038), and keeping to few.

/// The basic alphabet, one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Two septets each.
const EXTENDED: &str = "^{}\\[~]|€";

/// How the characters travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// 160 septets alone, 153 in each of several segments.
    Gsm,
    /// 70 units of UTF-16 alone, 67 in each of several segments.
    Unicode,
}

impl Encoding {
    /// One character outside the alphabet makes the whole text Unicode.
    pub(super) fn of(text: &str) -> Self {
        let is_known = |c: char| BASIC.contains(c) || EXTENDED.contains(c);
        if text.chars().all(is_known) {
            Self::Gsm
        } else {
            Self::Unicode
        }
    }

    fn size(self, c: char) -> usize {
        match self {
            Self::Gsm => 1 + usize::from(EXTENDED.contains(c)),
            Self::Unicode => c.len_utf16(),
        }
    }

    pub(super) fn segments(self, text: &str) -> usize {
        let size: usize = text.chars().map(|c| self.size(c)).sum();
        let (alone, each) = self.room();
        if size <= alone {
            1
        } else {
            size.div_ceil(each)
        }
    }

    const fn room(self) -> (usize, usize) {
        match self {
            Self::Gsm => (160, 153),
            Self::Unicode => (70, 67),
        }
    }
}

/// Our own typography in the basic alphabet, so that it does not make a text twice as dear.
pub(super) fn simplified(text: &str) -> String {
    text.replace('…', "...")
        .replace(['“', '”'], "\"")
        .replace(['‘', '’'], "'")
        .replace(['–', '—'], "-")
        .replace('·', "-")
}

/// As much of the text as fits into so many segments.
pub(super) fn cut(text: &str, segments: usize) -> String {
    let encoding = Encoding::of(text);
    if encoding.segments(text) <= segments {
        return text.to_owned();
    }
    let (alone, each) = encoding.room();
    let room = if segments == 1 {
        alone
    } else {
        each * segments
    };
    let mut used = 3;
    let fits = |c: &char| {
        used += encoding.size(*c);
        used <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_counted_as_they_are_billed() {
        for (text, encoding, segments) in [
            ("a".repeat(160), Encoding::Gsm, 1),
            ("a".repeat(161), Encoding::Gsm, 2),
            ("€".repeat(80), Encoding::Gsm, 1),
            ("€".repeat(81), Encoding::Gsm, 2),
            ("ж".repeat(70), Encoding::Unicode, 1),
            ("ж".repeat(71), Encoding::Unicode, 2),
            ("😀".repeat(35), Encoding::Unicode, 1),
            ("😀".repeat(36), Encoding::Unicode, 2),
        ] {
            assert_eq!(Encoding::of(&text), encoding);
            assert_eq!(encoding.segments(&text), segments, "{text}");
            let cut = cut(&text, 1);
            assert_eq!(Encoding::of(&cut).segments(&cut), 1);
        }
    }
}
