//! Which services are meant: the same words for a list, for its groups and for a change to many.

use db::services::listing::{Filter, Standing};
use domain::fields::Fields;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::input::query::{self, filled};

const STATUSES: [(&str, Standing); 7] = [
    ("up", Standing::Up),
    ("degraded", Standing::Degraded),
    ("down", Standing::Down),
    ("unknown", Standing::Unknown),
    ("maintenance", Standing::Maintenance),
    ("paused", Standing::Paused),
    ("pending", Standing::Pending),
];

/// Which services.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct FilterQuery {
    /// Part of name, address or tag
    pub(super) q: Option<String>,
    /// This category only
    pub(super) category: Option<String>,
    /// `true`: services without a category only
    #[param(value_type = Option<bool>)]
    pub(super) uncategorised: Option<String>,
    /// up, degraded, down, unknown, maintenance, paused or pending; or several of them with commas between
    pub(super) status: Option<String>,
    /// `http_ping` or `status_page`
    pub(super) monitor_type: Option<String>,
    /// This tag only
    pub(super) tag: Option<String>,
}

impl FilterQuery {
    /// The filter that is meant; words that nobody knows are named in `fields`.
    pub(super) fn read(&self, fields: &mut Fields) -> Filter {
        let text = |text: &Option<String>| filled(text.as_deref()).map(str::to_owned);
        let flags = [("true", true), ("false", false)];
        let uncategorised = self.uncategorised.as_deref();
        Filter {
            q: text(&self.q),
            category: text(&self.category),
            uncategorised: query::word(fields, "uncategorised", uncategorised, &flags)
                .unwrap_or(false),
            standings: standings(fields, self.status.as_deref()),
            monitor_type: text(&self.monitor_type),
            tag: text(&self.tag),
            ids: None,
        }
    }
}

fn standings(fields: &mut Fields, status: Option<&str>) -> Vec<Standing> {
    let words = status.unwrap_or_default().split(',');
    let mut standings = Vec::new();
    for word in words.filter_map(|word| filled(Some(word))) {
        let Some(standing) = query::word(fields, "status", Some(word), &STATUSES) else {
            // One reason is enough, however many words are wrong.
            break;
        };
        standings.push(standing);
    }
    standings
}
