//! Letters to one person: the question whether an address is theirs, the report of a week, and that a channel of theirs is in trouble.

use std::time::Duration;

use domain::{
    channel::parse_address,
    failure::clean,
    notice::{message::span, trouble::Trouble},
    report::{Certificate, Report, WITHIN_DAYS},
};
use url::Url;

use super::{
    Letter,
    sheet::{Envelope, List, Sheet},
};

/// Whom a letter is for.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    pub address: &'a str,
    /// The name of the account.
    pub name: &'a str,
    /// The same in every attempt.
    pub key: &'a str,
    /// Where this installation is found.
    pub public_url: &'a Url,
}

impl Addressee<'_> {
    fn envelope<'a>(&'a self, to: &'a str, unsubscribe: Option<&'a Url>) -> Envelope<'a> {
        Envelope {
            to,
            key: self.key,
            unsubscribe,
            public_url: self.public_url,
        }
    }

    /// The address as it can stand in an envelope; the reason otherwise.
    fn to(&self) -> Result<String, String> {
        let wrong = |reason| {
            format!(
                "No mail can be sent to {}: it {reason}.",
                clean(self.address, 254)
            )
        };
        parse_address(self.address).map_err(wrong)
    }
}

/// Asks whether the address is the reader's. Fails with a sentence where no mail can be sent there.
pub fn verification(addressee: Addressee<'_>, link: Url) -> Result<Letter, String> {
    let name = clean(addressee.name, 200);
    let place = addressee
        .public_url
        .host_str()
        .unwrap_or("this installation");
    let sheet = Sheet {
        headline: "Is this your address?".to_owned(),
        sentences: vec![
            format!("The account of {name} at {place} is to use this address. Say that it is yours, and it will."),
            "The link works once, for a day. If you know nothing of that account, do nothing: no more mail comes here."
                .to_owned(),
        ],
        button: Some(("Verify this address", link)),
        footer: format!("Sent by PulseCheck at {place} because somebody entered this address."),
        ..Sheet::default()
    };
    let to = addressee.to()?;
    Ok(sheet.letter(addressee.envelope(&to, None)))
}

/// Says that a channel takes no notices. Fails with a sentence where no mail can be sent to the address.
pub fn trouble(
    addressee: Addressee<'_>,
    trouble: &Trouble,
    channels: Url,
) -> Result<Letter, String> {
    let (channel, workspace) = (clean(&trouble.name, 200), clean(&trouble.workspace, 200));
    let sheet = Sheet {
        headline: format!("Notices are not taken: {channel}"),
        sentences: vec![
            format!(
                "The channel {channel} ({}) of {workspace} does not take its notices. {}",
                clean(&trouble.kind, 50),
                clean(&trouble.why, 500)
            ),
            "There is no other channel that could say so. What it should have said waits until it works again: change the channel, or \
             send a test to it."
                .to_owned(),
        ],
        button: Some(("Open the channels", channels)),
        footer: format!("Sent by PulseCheck because you own {workspace}."),
        ..Sheet::default()
    };
    let to = addressee.to()?;
    Ok(sheet.letter(addressee.envelope(&to, None)))
}

/// The report of a week. Fails with a sentence where no mail can be sent to the address.
pub fn report(
    addressee: Addressee<'_>,
    report: &Report,
    unsubscribe: &Url,
) -> Result<Letter, String> {
    let sheet = Sheet {
        headline: headline(report),
        sentences: sentences(report),
        lists: lists(report),
        button: Some(("Open the dashboard", addressee.public_url.clone())),
        footer: format!(
            "The weekly report of {}, as chosen on the account page of {}.",
            report.workspace,
            clean(addressee.name, 200)
        ),
    };
    let to = addressee.to()?;
    Ok(sheet.letter(addressee.envelope(&to, Some(unsubscribe))))
}

fn headline(report: &Report) -> String {
    let days = format!(
        "{} to {}",
        report.first.format("%-d %b"),
        report.last.format("%-d %b %Y")
    );
    match report.uptime {
        Some(uptime) => format!("{} up, {days}: {}", percent(uptime), report.workspace),
        None => format!("Nothing was observed, {days}: {}", report.workspace),
    }
}

fn sentences(report: &Report) -> Vec<String> {
    let services = counted(report.services, "service", "services");
    let observed = match (report.uptime, report.coverage) {
        (Some(uptime), Some(coverage)) => format!(
            "{services}, up {} of the time that was observed; {} of the week was.",
            percent(uptime),
            percent(coverage)
        ),
        (Some(uptime), None) => format!("{services}, up {} of the time.", percent(uptime)),
        (None, _) => format!("{services}, and nobody could tell how they were."),
    };
    let incidents = match (&report.longest, report.incidents) {
        (Some(longest), count) => {
            let which = if count == 1 { "It" } else { "The longest one" };
            let still = if longest.goes_on {
                ", and was not over then"
            } else {
                ""
            };
            format!(
                "{}. {which} lasted {} at {}{still}.",
                counted(count, "incident", "incidents"),
                lasted(longest.ms),
                longest.service
            )
        }
        (None, _) => "No incidents.".to_owned(),
    };
    let days = format!(
        "From {} to {}, by the clocks of {}.",
        report.first.format("%A, %-d %B"),
        report.last.format("%A, %-d %B %Y"),
        report.zone
    );
    vec![observed, incidents, days]
}

fn lists(report: &Report) -> Vec<List> {
    let worst = report.worst.iter().map(|one| {
        let figure = format!("{} up, down {}", percent(one.uptime), lasted(one.down_ms));
        (one.service.clone(), figure)
    });
    let slowest = report.slowest.iter().map(|one| {
        let figure = format!(
            "{} (half under {})",
            millis(one.p95_us),
            millis(one.median_us)
        );
        (one.service.clone(), figure)
    });
    let certificates = report.certificates.iter();
    let more = |count: usize| match count {
        0 => String::new(),
        count => format!("and {count} more"),
    };
    let mut lists = vec![
        List {
            heading: "Down most",
            rows: worst.collect(),
            more: more(report.worst_more),
        },
        List {
            heading: "Slowest: 95 of 100 answers came within",
            rows: slowest.collect(),
            more: String::new(),
        },
        List {
            heading: CERTIFICATES,
            rows: certificates
                .map(|one| (one.service.clone(), ends(one)))
                .collect(),
            more: more(report.certificates_more),
        },
    ];
    lists.retain(|list| !list.rows.is_empty());
    lists
}

const CERTIFICATES: &str = "Certificates that end within 30 days";
const _: () = assert!(WITHIN_DAYS == 30);

fn ends(certificate: &Certificate) -> String {
    match certificate.days {
        ..0 => "has ended".to_owned(),
        0 => "ends within a day".to_owned(),
        1 => "ends in 1 day".to_owned(),
        days => format!("ends in {days} days"),
    }
}

/// Two decimals, floored where they come from; whole only where it is exactly all or nothing.
fn percent(value: f64) -> String {
    if value >= 100.0 {
        "100%".to_owned()
    } else {
        format!("{value:.2}%")
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn lasted(ms: i64) -> String {
    span(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

fn millis(us: u32) -> String {
    match us / 1_000 {
        0 => "1 ms".to_owned(),
        ms @ 1..10_000 => format!("{ms} ms"),
        ms => format!("{} s", ms / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use domain::report::{Longest, Poor};

    use super::*;

    fn quiet_week() -> Report {
        Report {
            workspace: "Shop".to_owned(),
            first: "2026-03-23".parse().unwrap(),
            last: "2026-03-29".parse().unwrap(),
            zone: "Europe/Berlin".to_owned(),
            services: 1,
            uptime: Some(100.0),
            coverage: Some(99.98),
            incidents: 0,
            longest: None,
            worst: Vec::new(),
            worst_more: 0,
            slowest: Vec::new(),
            certificates: Vec::new(),
            certificates_more: 0,
        }
    }

    fn read(report: &Report) -> Letter {
        let public_url: Url = "https://pulse.example.com/".parse().unwrap();
        let addressee = Addressee {
            address: "ann@example.com",
            name: "Ann",
            key: "k",
            public_url: &public_url,
        };
        super::report(addressee, report, &public_url.join("u?token=x").unwrap()).unwrap()
    }

    #[test]
    fn a_quiet_week_is_told_in_three_lines() {
        let letter = read(&quiet_week());
        assert_eq!(letter.subject, "100% up, 23 Mar to 29 Mar 2026: Shop");
        let expected = "100% up, 23 Mar to 29 Mar 2026: Shop\n\n\
            1 service, up 100% of the time that was observed; 99.98% of the week was.\n\
            No incidents.\n\
            From Monday, 23 March to Sunday, 29 March 2026, by the clocks of Europe/Berlin.\n\n\
            Open the dashboard: https://pulse.example.com/\n\n\
            -- \n\
            The weekly report of Shop, as chosen on the account page of Ann.\n\
            No more mail of this kind: https://pulse.example.com/u?token=x\n";
        assert_eq!(letter.text, expected);
        assert!(!letter.html.contains("<table>"));
    }

    #[test]
    fn a_bad_week_names_what_was_bad_and_counts_the_rest() {
        let mut report = quiet_week();
        (report.services, report.uptime, report.incidents) = (900, Some(0.0), 12);
        report.longest = Some(Longest {
            service: "Till".to_owned(),
            ms: 93_600_000,
            goes_on: true,
        });
        report.worst = vec![Poor {
            service: "Till".to_owned(),
            uptime: 0.0,
            down_ms: 93_600_000,
        }];
        report.worst_more = 3;
        report.certificates = [-1, 0, 1, 29]
            .map(|days| Certificate {
                service: format!("C{days}"),
                days,
            })
            .into();
        let letter = read(&report);
        for part in [
            "12 incidents. The longest one lasted 1 d 2 h at Till, and was not over then.",
            "Down most\n  Till: 0.00% up, down 1 d 2 h\n  and 3 more",
            "  C-1: has ended\n  C0: ends within a day\n  C1: ends in 1 day\n  C29: ends in 29 days",
        ] {
            assert!(
                letter.text.contains(part),
                "{part} is missing: {}",
                letter.text
            );
        }
        (report.uptime, report.coverage) = (None, Some(0.0));
        assert!(read(&report).subject.starts_with("Nothing was observed, "));
    }

    #[test]
    fn markup_stays_text_and_lines_stay_lines() {
        let mut report = quiet_week();
        report.workspace = "<script>alert(1)</script>".to_owned();
        report.worst = vec![Poor {
            service: "{{ 7 * 7 }} <img src=x onerror=y> & 'co'".to_owned(),
            uptime: 50.0,
            down_ms: 1_000,
        }];
        let html = read(&report).html;
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert!(
            html.contains("{{ 7 * 7 }} &lt;img src=x onerror=y&gt; &amp; &#x27;co&#x27;"),
            "{html}"
        );
    }

    #[test]
    fn an_address_that_is_none_gets_nothing() {
        let public_url: Url = "https://pulse.example.com/".parse().unwrap();
        for address in [
            "",
            "ann",
            "a@b>\r\nRCPT TO:<c@d",
            "ä@example.com",
            "a,b@example.com",
        ] {
            let addressee = Addressee {
                address,
                name: "Ann",
                key: "k",
                public_url: &public_url,
            };
            let refused = verification(addressee, public_url.clone());
            assert!(refused.is_err_and(|why| !why.contains('\n')), "{address:?}");
        }
    }
}
