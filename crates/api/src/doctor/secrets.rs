//! What the doctor says of the keys: which of them are still needed, and what no key opens.

use db::resealing::Standing;

/// What one should know of what is sealed; `Err` when something of it is lost as things are.
pub fn said(standing: &Standing, is_changing: bool) -> Result<String, String> {
    let Standing {
        all, need_previous, ..
    } = *standing;
    if !standing.is_whole() {
        let lost = both(standing.lost_services, standing.lost_channels);
        let keys = if is_changing {
            "neither SECRET_KEY nor SECRET_KEY_PREVIOUS opens"
        } else {
            "SECRET_KEY does not open"
        };
        return Err(format!(
            "{keys} those of {lost}. Give the key that sealed them as SECRET_KEY_PREVIOUS, or enter them again in the app"
        ));
    }
    Ok(match (is_changing, need_previous) {
        (false, _) => format!("{all}, all sealed with SECRET_KEY"),
        (true, 0) => format!(
            "{all}, none of which needs SECRET_KEY_PREVIOUS any more. It may be taken out: at once, or seven days after the change \
             so that nobody has to sign in anew. With it end links in messages sent before the change and calendar addresses \
             copied before it"
        ),
        (true, _) => format!(
            "{all}, of which {need_previous} still need SECRET_KEY_PREVIOUS. Leave it in: a worker seals them anew within minutes"
        ),
    })
}

fn both(services: u64, channels: u64) -> String {
    let counted = |count: u64, noun: &str| match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{count} {noun}s")),
    };
    let parts = [counted(services, "service"), counted(channels, "channel")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doctor_says_when_the_previous_key_may_go_and_what_no_key_opens() {
        let mut standing = Standing {
            all: 7,
            need_previous: 3,
            ..Standing::default()
        };
        let note = said(&standing, true).expect("fine");
        assert!(note.contains("3 still need SECRET_KEY_PREVIOUS"), "{note}");
        standing.need_previous = 0;
        let note = said(&standing, true).expect("fine");
        assert!(note.contains("It may be taken out"), "{note}");
        assert!(!said(&standing, false).expect("fine").contains("PREVIOUS"));
        (standing.lost_services, standing.lost_channels) = (2, 1);
        let fault = said(&standing, true).expect_err("lost");
        assert!(fault.contains("neither"), "{fault}");
        assert!(fault.contains("2 services and 1 channel."), "{fault}");
    }
}
