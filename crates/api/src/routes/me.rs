//! `/api/me/preferences`: how somebody likes the web app, and which mail they want; shown to nobody else.

use axum::{Json, extract::State};
use chrono::Weekday;
use db::{
    PgConnection,
    report_wishes::{self, Wish},
    services, users, workers,
};
use domain::{fields::Fields, report::Rhythm};
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

/// A day of the week.
#[derive(Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ReportDay {
    #[default]
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// How somebody likes the web app, and which mail they want.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct PreferencesView {
    theme: Theme,
    density: Density,
    /// Categories of the dashboard from top to bottom; others follow by name
    category_order: Vec<String>,
    /// A report of the week by mail, of every workspace that one belongs to
    weekly_report: bool,
    /// The day on which it comes, at eight in the morning
    report_day: ReportDay,
    /// By the clocks of which time zone; null while nobody chose one
    #[schema(example = "Europe/Berlin")]
    report_zone: Option<String>,
}

/// What is to change; the rest stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
struct PreferencesInput {
    theme: Option<Theme>,
    density: Option<Density>,
    /// At most 500 of at most 100 characters
    category_order: Option<Vec<String>>,
    /// Only for somebody whose address is verified
    weekly_report: Option<bool>,
    report_day: Option<ReportDay>,
    /// A name of the time zone database
    report_zone: Option<String>,
}

input!(PreferencesInput {
    theme,
    density,
    category_order,
    weekly_report,
    report_day,
    report_zone
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
    let wish = report_wishes::find(&mut conn, signed_in.id()).await?;
    Ok(Json(read(stored, wish)))
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
    let mut tx = state.db.begin().await?;
    let wish = change_wish(&mut tx, &signed_in, &input).await?;
    let changes = changes(input)?;
    let stored = users::change_preferences(&mut tx, signed_in.id(), &changes).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(Json(read(stored, wish)))
}

/// What somebody wants of the report of the week from now on; none as long as they never chose.
async fn change_wish(
    conn: &mut PgConnection,
    signed_in: &SignedIn,
    input: &PreferencesInput,
) -> Result<Option<Wish>, Problem> {
    users::lock(conn, signed_in.id()).await?;
    let before = report_wishes::find(conn, signed_in.id()).await?;
    let asked = (input.weekly_report, input.report_day, &input.report_zone);
    if let (None, None, None) = asked {
        return Ok(before);
    }
    let rhythm = rhythm(before, input)?;
    let was_on = before.is_some_and(|wish| wish.next_at.is_some());
    let on = input.weekly_report.unwrap_or(was_on);
    if on && !was_on {
        may_switch_on(conn, signed_in).await?;
    }
    let now = services::now(conn).await?;
    let wish = Wish {
        rhythm,
        next_at: on.then(|| rhythm.next(now).due),
    };
    report_wishes::put(conn, signed_in.id(), wish).await?;
    Ok(Some(wish))
}

/// The day and the zone that were sent, else those of before.
fn rhythm(before: Option<Wish>, input: &PreferencesInput) -> Result<Rhythm, Fields> {
    let before = before.map(|wish| wish.rhythm);
    let zone = match &input.report_zone {
        Some(name) => Rhythm::parse_zone(name).map_err(|why| Fields::one("report_zone", why))?,
        None => before.map_or(chrono_tz::Tz::UTC, |rhythm| rhythm.zone),
    };
    let weekday = match input.report_day {
        Some(day) => day.weekday(),
        None => before.map_or(Weekday::Mon, |rhythm| rhythm.weekday),
    };
    Ok(Rhythm { weekday, zone })
}

async fn may_switch_on(conn: &mut PgConnection, signed_in: &SignedIn) -> Result<(), Problem> {
    let reason = if !workers::send_mail(conn).await? {
        "cannot be switched on: this installation sends no mail"
    } else if signed_in.user().email_verified_at.is_none() {
        "cannot be switched on before your address is verified"
    } else {
        return Ok(());
    };
    Err(Problem::field("weekly_report", reason))
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
fn read(stored: Value, wish: Option<Wish>) -> PreferencesView {
    PreferencesView {
        weekly_report: wish.is_some_and(|wish| wish.next_at.is_some()),
        report_day: wish
            .map(|wish| ReportDay::of(wish.rhythm.weekday))
            .unwrap_or_default(),
        report_zone: wish.map(|wish| wish.rhythm.zone.name().to_owned()),
        ..serde_json::from_value(stored).unwrap_or_default()
    }
}

impl ReportDay {
    const fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Mon => Self::Monday,
            Weekday::Tue => Self::Tuesday,
            Weekday::Wed => Self::Wednesday,
            Weekday::Thu => Self::Thursday,
            Weekday::Fri => Self::Friday,
            Weekday::Sat => Self::Saturday,
            Weekday::Sun => Self::Sunday,
        }
    }

    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Tuesday => Weekday::Tue,
            Self::Wednesday => Weekday::Wed,
            Self::Thursday => Weekday::Thu,
            Self::Friday => Weekday::Fri,
            Self::Saturday => Weekday::Sat,
            Self::Sunday => Weekday::Sun,
        }
    }
}
