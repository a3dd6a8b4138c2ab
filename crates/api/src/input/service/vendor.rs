//! The vendor part of a service as it is sent: which page, and which part of it.

use std::time::Duration;

use domain::{fields::Fields, id::VendorPageId, incident::Severity, vendor::VendorTarget};
use uuid::Uuid;

use super::ServiceInput;
use crate::{
    input::{Patch, query::filled},
    vendor::component::Wish,
};

/// No page is read more often; also the interval that is taken where none is sent.
pub const SHORTEST_INTERVAL: Duration = Duration::from_mins(1);

/// The addresses of a page, and the field in which they were sent.
#[derive(Clone, Copy, Debug)]
pub struct Addresses<'a> {
    pub texts: &'a [String],
    pub field: &'static str,
    pub user_defined: bool,
}

/// Which part of a page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Not a word: what it was, else the page as a whole.
    Unsaid,
    Whole,
    Component(Wish<'a>),
}

impl ServiceInput {
    /// Either list of addresses, but not both; empty ones count as not sent, as existing clients send them.
    pub fn addresses(&self, fields: &mut Fields) -> Option<Addresses<'_>> {
        let found = self.status_page_api_urls.as_deref().unwrap_or_default();
        let own = self.user_defined_urls.as_deref().unwrap_or_default();
        match (any_filled(found), any_filled(own)) {
            (true, true) => {
                let reason = "must not be sent beside status_page_api_urls";
                fields.push("user_defined_urls", reason);
                None
            }
            (true, false) => Some(Addresses {
                texts: found,
                field: "status_page_api_urls",
                user_defined: false,
            }),
            (false, true) => Some(Addresses {
                texts: own,
                field: "user_defined_urls",
                user_defined: true,
            }),
            (false, false) => None,
        }
    }

    /// The component that is named; a null key without a name is the page as a whole.
    pub fn part(&self) -> Part<'_> {
        let name = filled(self.component_name.as_deref());
        match (&self.component_key, name) {
            (Patch::Set(key), _) if !key.trim().is_empty() => Part::Component(Wish {
                key: Some(key.trim()),
                name,
            }),
            (_, Some(_)) => Part::Component(Wish { key: None, name }),
            (Patch::Keep, None) => Part::Unsaid,
            (_, None) => Part::Whole,
        }
    }

    /// What a partial outage counts as, if that was sent.
    pub fn partial_outage(&self, fields: &mut Fields) -> Option<Severity> {
        match filled(self.partial_outage_is.as_deref())? {
            "down" => Some(Severity::Down),
            "degraded" => Some(Severity::Degraded),
            _ => {
                fields.push("partial_outage_is", "must be down or degraded");
                None
            }
        }
    }
}

fn any_filled(texts: &[String]) -> bool {
    texts.iter().any(|text| !text.trim().is_empty())
}

/// A target that is always right, to check other fields beside it.
pub fn placeholder() -> VendorTarget {
    VendorTarget {
        page: VendorPageId(Uuid::nil()),
        component: None,
        partial_outage_is: Severity::Down,
        urls: Vec::new(),
        user_defined: false,
    }
}
