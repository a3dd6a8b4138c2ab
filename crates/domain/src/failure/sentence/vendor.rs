//! Sentences about what vendors publish: whose word it is stands first.

use super::{PIECE, clean};
use crate::failure::{Detail, FailureCode as Code, VendorFault};

pub(super) fn of(code: Code, detail: &Detail) -> String {
    let Detail::Vendor(fault) = detail else {
        return bare(code).to_owned();
    };
    let page = clean(&fault.page, PIECE);
    let what = named(fault);
    let (incident, reason) = (
        because(fault.incident.as_deref()),
        because(fault.reason.as_deref()),
    );
    match code {
        Code::VendorMajorOutage => format!("{page} reports a major outage of {what}{incident}."),
        Code::VendorPartialOutage => {
            format!("{page} reports a partial outage of {what}{incident}.")
        }
        Code::VendorDegraded => format!("{page} reports that {what} is degraded{incident}."),
        Code::VendorMaintenance => format!("{page} reports maintenance of {what}{incident}."),
        Code::SourceUnavailable => format!("The status page of {page} could not be read{reason}."),
        Code::SourceInvalid => {
            format!("The status page of {page} is not in a form that we understand{reason}.")
        }
        Code::SourceUnknownStatus => match fault.raw.as_deref() {
            Some(raw) => {
                let raw = clean(raw, 60);
                format!("{page} gives {what} a status that we do not know: “{raw}”.")
            }
            None => format!("{page} says nothing about the state of {what}."),
        },
        Code::ComponentMissing => format!("{page} no longer lists {what}{reason}."),
        other => bare(other).to_owned(),
    }
}

fn named(fault: &VendorFault) -> String {
    let component = fault.component.as_deref();
    component.map_or_else(|| "this service".to_owned(), |name| clean(name, PIECE))
}

fn because(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(": {}", clean(text, PIECE)))
}

const fn bare(code: Code) -> &'static str {
    match code {
        Code::VendorMajorOutage => "The vendor reports a major outage.",
        Code::VendorPartialOutage => "The vendor reports a partial outage.",
        Code::VendorDegraded => "The vendor reports degraded service.",
        Code::VendorMaintenance => "The vendor reports maintenance.",
        Code::SourceUnavailable => "The status page could not be read.",
        Code::SourceInvalid => "The status page is not in a form that we understand.",
        Code::SourceUnknownStatus => "The status page uses a status that we do not know.",
        _ => "The component is no longer on the status page.",
    }
}
