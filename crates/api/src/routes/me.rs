//! `/api/me/preferences`: how somebody likes the web app; shown to nobody else.

use axum::{Json, extract::State};
use db::users;
use domain::fields::Fields;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Strict, input},
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// Most categories whose order is kept.
const MOST_CATEGORIES: usize = 500;
/// Longest name of a category, in characters.
const LONGEST_CATEGORY: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show_preferences, change_preferences))
}

#[derive(Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Theme {
    /// As the machine is set
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Density {
    #[default]
    Comfortable,
    Compact,
}

/// How somebody likes the web app.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct PreferencesView {
    theme: Theme,
    density: Density,
    /// Categories of the dashboard from top to bottom; others follow by name
    category_order: Vec<String>,
}

/// What is to change; the rest stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct PreferencesInput {
    theme: Option<Theme>,
    density: Option<Density>,
    /// At most 500 of at most 100 characters
    category_order: Option<Vec<String>>,
}

input!(PreferencesInput {
    theme,
    density,
    category_order
});

/// How I like the web app.
#[utoipa::path(get, path = "/api/me/preferences", tag = "me",
    responses((status = 200, body = PreferencesView), (status = 401, body = ProblemBody)))]
async fn show_preferences(
    signed_in: SignedIn,
    State(state): State<AppState>,
) -> Result<Json<PreferencesView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let stored = users::preferences(&mut conn, signed_in.id()).await?;
    Ok(Json(read(stored)))
}

/// Changes the fields that are sent.
#[utoipa::path(put, path = "/api/me/preferences", tag = "me", request_body = PreferencesInput,
    responses((status = 200, body = PreferencesView), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn change_preferences(
    signed_in: SignedIn,
    State(state): State<AppState>,
    Strict(input): Strict<PreferencesInput>,
) -> Result<Json<PreferencesView>, Problem> {
    let changes = changes(input)?;
    let mut conn = state.db.acquire().await?;
    let stored = users::change_preferences(&mut conn, signed_in.id(), &changes).await?;
    Ok(Json(read(stored)))
}

fn changes(input: PreferencesInput) -> Result<Value, Fields> {
    let mut map = Map::new();
    if let Some(theme) = input.theme {
        map.insert("theme".to_owned(), json!(theme));
    }
    if let Some(density) = input.density {
        map.insert("density".to_owned(), json!(density));
    }
    if let Some(order) = input.category_order {
        let too_long = |name: &String| name.chars().count() > LONGEST_CATEGORY;
        if order.len() > MOST_CATEGORIES || order.iter().any(too_long) {
            let reason = "must be at most 500 names of at most 100 characters";
            return Err(Fields::one("category_order", reason));
        }
        map.insert("category_order".to_owned(), json!(order));
    }
    Ok(Value::Object(map))
}

/// What an older version stored and this one does not know is left alone and not shown.
fn read(stored: Value) -> PreferencesView {
    serde_json::from_value(stored).unwrap_or_default()
}
