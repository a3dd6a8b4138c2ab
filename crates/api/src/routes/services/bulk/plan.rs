//! What a change to many services means for each of them.

use db::services::Stored;
use domain::{fields::Fields, service::ServiceConfig};
use serde_json::{Value, json};

use super::{
    super::{
        change::{self, Action},
        secrets,
    },
    BulkInput,
};
use crate::{input::service::ServiceInput, state::AppState};

/// What is to be done to every service that is meant.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    Act(Action),
    Edit(Box<ServiceInput>),
    /// Tags to be added and tags to be taken away.
    Tags(Vec<String>, Vec<String>),
}

/// What is to be done to one service, with what it is before and after.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Act {
        action: Action,
        values: (Value, Value),
    },
    Edit {
        config: Box<ServiceConfig>,
        values: (Value, Value),
    },
}

impl Step {
    pub(super) fn values(&self) -> (&Value, &Value) {
        let (Self::Act { values, .. } | Self::Edit { values, .. }) = self;
        (&values.0, &values.1)
    }
}

impl Plan {
    pub(super) fn read(input: &BulkInput, fields: &mut Fields) -> Self {
        let mut edit = ServiceInput::default();
        let more_or_less = input.add_tags.is_some() || input.remove_tags.is_some();
        match input.action.as_deref() {
            Some("pause") => return Self::Act(Action::Pause),
            Some("resume") => return Self::Act(Action::Resume),
            Some("delete") => return Self::Act(Action::Delete),
            Some("category") if input.category.is_sent() => {
                edit.category.clone_from(&input.category);
            }
            Some("tags") if input.tags.is_some() && more_or_less => {
                fields.push("tags", "must not be sent with add_tags or remove_tags");
            }
            Some("tags") if input.tags.is_some() => edit.tags.clone_from(&input.tags),
            Some("tags") if more_or_less => {
                let list = |tags: &Option<Vec<String>>| tags.clone().unwrap_or_default();
                return Self::Tags(list(&input.add_tags), list(&input.remove_tags));
            }
            Some("interval") if input.check_interval.is_some() => {
                edit.check_interval = input.check_interval;
            }
            Some("category") => fields.push("category", "must be sent, null for none"),
            Some("tags") => fields.push("tags", "must be sent, or add_tags or remove_tags"),
            Some("interval") => fields.push("check_interval", "must be sent"),
            _ => fields.push(
                "action",
                "must be pause, resume, category, tags, interval or delete",
            ),
        }
        Self::Edit(Box::new(edit))
    }

    /// What it means for a service; none when that is so already, every wrong field when it cannot be.
    pub(super) fn step(&self, state: &AppState, stored: &Stored) -> Result<Option<Step>, Fields> {
        let service = &stored.service;
        match self {
            Self::Act(action) => Ok(act(*action, service.paused_at.is_some())),
            Self::Edit(input) => edit(state, stored, input),
            Self::Tags(more, less) => {
                let mut tags = service.config.tags.clone();
                let new = more.iter().map(|tag| tag.trim().to_owned());
                tags.extend(new.filter(|tag| !service.config.tags.contains(tag)));
                tags.retain(|tag| !less.iter().any(|gone| gone.trim() == tag));
                let input = ServiceInput {
                    tags: Some(tags),
                    ..ServiceInput::default()
                };
                edit(state, stored, &input)
            }
        }
    }

    pub(super) fn word(&self) -> String {
        match self {
            Self::Act(action) => format!("{action:?}").to_lowercase(),
            Self::Edit(edit) => json!({
                "category": edit.category.clone().or(None), "tags": edit.tags,
                "check_interval": edit.check_interval,
            })
            .to_string(),
            Self::Tags(more, less) => json!({ "add_tags": more, "remove_tags": less }).to_string(),
        }
    }
}

fn act(action: Action, paused: bool) -> Option<Step> {
    let now = if paused { "paused" } else { "watched" };
    let then = match (action, paused) {
        (Action::Pause, false) => "paused",
        (Action::Resume, true) => "watched",
        (Action::Delete, _) => "deleted",
        _ => return None,
    };
    Some(Step::Act {
        action,
        values: (json!(now), json!(then)),
    })
}

fn edit(state: &AppState, stored: &Stored, input: &ServiceInput) -> Result<Option<Step>, Fields> {
    let opened = secrets::open(&state.keyring, stored);
    let mut before = stored.service.config.clone();
    secrets::restore(&state.keyring, stored, &mut before);
    let config = input.config(Some((stored, &opened)), Ok(None), change::rules(state))?;
    if config == before {
        return Ok(None);
    }
    let value = |config: &ServiceConfig| {
        if input.check_interval.is_some() {
            json!(config.check_interval.as_secs())
        } else if input.tags.is_some() {
            json!(config.tags)
        } else {
            json!(config.category)
        }
    };
    let values = (value(&before), value(&config));
    Ok(Some(Step::Edit {
        config: Box::new(config),
        values,
    }))
}
