//! Whether people can be sent mail: notices of mail channels, the question whether an address is theirs, reports of the week.

use notify::MailConfig;
use runtime::faults::Faults;

use super::Finding;

pub(super) fn examine(config: &MailConfig) -> Vec<Finding> {
    let mut faults = Faults::default();
    let mail = config.read(&mut faults);
    if !faults.0.is_empty() {
        let wrong = |fault: String| Finding::wrong("mail", fault);
        return faults.0.into_iter().map(wrong).collect();
    }
    vec![match mail {
        Some(mail) => Finding::good("mail", format!("goes {mail}")),
        None => Finding::good(
            "mail",
            "none is sent: no mail channels, verified addresses or weekly reports. SMTP_HOST and MAIL_FROM change that",
        ),
    }]
}
