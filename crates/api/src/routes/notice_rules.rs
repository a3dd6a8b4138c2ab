//! `/api/notice-rules`: which channel hears of what.

use std::{collections::BTreeSet, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use db::{audit, channels, notice_rules, services};
use domain::{
    fields::Fields,
    id::{ChannelId, RuleId, ServiceId, WorkspaceId},
    notice::{
        quiet::{Quiet, Words},
        rule::{Rule, Scope, Topic, Wish},
    },
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{Patch, Strict, input, path::Id},
    manners::client::Client,
    problem::{Problem, ProblemBody},
    state::AppState,
    view::channel::{Names, RuleView},
};

const SAME_SCOPE: &str =
    "The channel has a rule about exactly these services already. Change that one.";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_notice_rules, create_notice_rule))
        .routes(routes!(update_notice_rule, delete_notice_rule))
}

/// What can be said in a rule.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct NoticeRuleInput {
    /// Cannot be changed later
    channel_id: Option<Uuid>,
    /// Only services of this category
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    category: Patch<String>,
    /// Only this service; not together with `category`
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    service_id: Patch<Uuid>,
    /// `down`, `degraded`, `recovered`, `unknown`, `certificate`, `vendor_update`, `flapping`, `maintenance`
    topics: Option<Vec<String>>,
    /// Seconds of trouble before the first message, 0–86400
    delay_s: Option<u64>,
    /// Seconds between reminders, 300–604800; null for none
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    remind_s: Patch<u64>,
    /// Null for none
    #[serde(default)]
    #[schema(value_type = Option<QuietHoursInput>)]
    quiet: Patch<QuietHoursInput>,
}

input!(NoticeRuleInput {
    channel_id,
    category,
    service_id,
    topics,
    delay_s,
    remind_s,
    quiet
});

/// Hours in which messages wait.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct QuietHoursInput {
    /// `22:00`
    from: String,
    /// `07:00`; past midnight where it is not later than `from`
    until: String,
    /// `Europe/Berlin`
    zone: String,
    /// Topics that are told even then
    lets_through: Vec<String>,
}

/// Rules of the workspace, by channel, the most general first.
#[utoipa::path(get, path = "/api/notice-rules", tag = "notices", responses(
    (status = 200, description = "Rules", body = [RuleView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_notice_rules(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<Vec<RuleView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let rules = notice_rules::list(&mut conn, member.workspace()).await?;
    let names = names(&mut conn, member.workspace(), &rules).await?;
    Ok(Json(
        rules
            .iter()
            .map(|rule| RuleView::new(rule, &names))
            .collect(),
    ))
}

/// Adds a rule.
#[utoipa::path(post, path = "/api/notice-rules", tag = "notices", request_body = NoticeRuleInput, responses(
    (status = 201, description = "The new rule", body = RuleView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 409, description = "The channel has a rule with the same scope", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn create_notice_rule(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Strict(input): Strict<NoticeRuleInput>,
) -> Result<(StatusCode, Json<RuleView>), Problem> {
    let mut tx = state.db.begin().await?;
    if notice_rules::count(&mut tx, member.workspace()).await? >= notice_rules::MOST {
        let reason = format!(
            "has {} rules, which is the most there may be",
            notice_rules::MOST
        );
        return Err(Problem::field("workspace", reason));
    }
    let rule = check(&mut tx, member.workspace(), input, None).await?;
    let view = put(tx, &member, &client, ("notice_rule.created", &rule)).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Changes a rule: the fields that are sent.
#[utoipa::path(put, path = "/api/notice-rules/{id}", tag = "notices", params(("id" = Uuid, Path)), request_body = NoticeRuleInput, responses(
    (status = 200, description = "The changed rule", body = RuleView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "The channel has a rule with the same scope", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn update_notice_rule(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
    Strict(input): Strict<NoticeRuleInput>,
) -> Result<Json<RuleView>, Problem> {
    let mut tx = state.db.begin().await?;
    let before = notice_rules::find(&mut tx, member.workspace(), RuleId(id)).await?;
    let before = before.ok_or(Problem::NotFound)?;
    let rule = check(&mut tx, member.workspace(), input, Some(before)).await?;
    let view = put(tx, &member, &client, ("notice_rule.updated", &rule)).await?;
    Ok(Json(view))
}

/// Deletes a rule. What it promised about open incidents is kept.
#[utoipa::path(delete, path = "/api/notice-rules/{id}", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn delete_notice_rule(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let id = RuleId(id);
    let mut tx = state.db.begin().await?;
    if !notice_rules::delete(&mut tx, member.workspace(), id).await? {
        return Err(Problem::NotFound);
    }
    note(&mut tx, &member, &client, ("notice_rule.deleted", id)).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rule that the input makes, every wrong field named. The channel and the service have to be of the workspace.
async fn check(
    conn: &mut db::PgConnection,
    workspace: WorkspaceId,
    input: NoticeRuleInput,
    before: Option<Rule>,
) -> Result<Rule, Problem> {
    let mut fields = Fields::default();
    let channel = channel(&input, before.as_ref(), &mut fields);
    let (scope, wish) = before
        .as_ref()
        .map_or((Scope::Workspace, Wish::default()), |rule| {
            (rule.scope.clone(), rule.wish.clone())
        });
    let scope = self::scope(&input, scope, &mut fields);
    let wish = self::wish(input, wish, &mut fields);
    if let Some(channel) = channel
        && channels::find(conn, workspace, channel).await?.is_none()
    {
        fields.push("channel_id", "must be the id of a channel");
    }
    if let Scope::Service(id) = &scope
        && services::find(conn, workspace, *id).await?.is_none()
    {
        fields.push("service_id", "must be the id of a service");
    }
    let rule = Rule {
        id: before.map_or_else(|| RuleId(Uuid::now_v7()), |before| before.id),
        channel: channel.unwrap_or(ChannelId(Uuid::nil())),
        scope,
        wish,
    };
    Ok(fields.finish(rule)?)
}

fn channel(
    input: &NoticeRuleInput,
    before: Option<&Rule>,
    fields: &mut Fields,
) -> Option<ChannelId> {
    match (input.channel_id.map(ChannelId), before) {
        (Some(sent), Some(before)) if sent != before.channel => {
            fields.push("channel_id", "cannot be changed; make another rule");
            None
        }
        (_, Some(before)) => Some(before.channel),
        (Some(sent), None) => Some(sent),
        (None, None) => {
            fields.push("channel_id", "must be given");
            None
        }
    }
}

fn scope(input: &NoticeRuleInput, before: Scope, fields: &mut Fields) -> Scope {
    if !input.category.is_sent() && !input.service_id.is_sent() {
        return before;
    }
    match (&input.category, &input.service_id) {
        (Patch::Set(_), Patch::Set(_)) => {
            fields.push("service_id", "must not be given together with category");
            before
        }
        (Patch::Set(name), _) => {
            let name = name.trim();
            if !(1..=100).contains(&name.chars().count()) {
                fields.push("category", "must be 1 to 100 characters long");
            }
            Scope::Category(name.to_owned())
        }
        (_, Patch::Set(id)) => Scope::Service(ServiceId(*id)),
        (Patch::Keep, _) if matches!(before, Scope::Category(_)) => before,
        (_, Patch::Keep) if matches!(before, Scope::Service(_)) => before,
        _ => Scope::Workspace,
    }
}

fn wish(input: NoticeRuleInput, before: Wish, fields: &mut Fields) -> Wish {
    let topics = input.topics.map(|words| topics("topics", &words, fields));
    let quiet = match input.quiet {
        Patch::Keep => before.quiet,
        Patch::Clear => None,
        Patch::Set(sent) => {
            let lets_through = self::topics("quiet", &sent.lets_through, fields);
            let words = Words {
                from: sent.from,
                until: sent.until,
                zone: sent.zone,
                lets_through,
            };
            Quiet::try_from(words)
                .map_err(|reason| fields.push("quiet", reason))
                .ok()
        }
    };
    let wish = Wish {
        topics: topics.unwrap_or(before.topics),
        delay: input.delay_s.map_or(before.delay, Duration::from_secs),
        remind: match input.remind_s {
            Patch::Keep => before.remind,
            Patch::Clear => None,
            Patch::Set(seconds) => Some(Duration::from_secs(seconds)),
        },
        quiet,
    };
    if let Err(wrong) = wish.check() {
        fields.merge(wrong);
    }
    wish
}

fn topics(field: &str, words: &[String], fields: &mut Fields) -> BTreeSet<Topic> {
    let mut found = BTreeSet::new();
    for word in words {
        let Some(topic) = Topic::parse(word) else {
            let all: Vec<&str> = Topic::ALL.iter().map(|topic| topic.as_str()).collect();
            fields.push(field, format!("must name topics: {}", all.join(", ")));
            break;
        };
        found.insert(topic);
    }
    found
}

async fn put(
    mut tx: db::Tx,
    member: &Member<Editor>,
    client: &Client,
    (action, rule): (&str, &Rule),
) -> Result<RuleView, Problem> {
    if !notice_rules::put(&mut tx, member.workspace(), rule).await? {
        return Err(Problem::Conflict(SAME_SCOPE));
    }
    note(&mut tx, member, client, (action, rule.id)).await?;
    let names = names(&mut tx, member.workspace(), std::slice::from_ref(rule)).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(RuleView::new(rule, &names))
}

async fn note(
    tx: &mut db::Tx,
    member: &Member<Editor>,
    client: &Client,
    (action, id): (&str, RuleId),
) -> Result<(), Problem> {
    let now = services::now(tx).await?;
    let entry = audit::Entry {
        workspace: Some(member.workspace()),
        user: Some(member.user().id),
        action,
        subject: id.to_string(),
        detail: json!({}),
        address: client.address.to_string(),
    };
    Ok(audit::insert(tx, &entry, now).await?)
}

/// The names of the channels and services that rules are about.
async fn names(
    conn: &mut db::PgConnection,
    workspace: WorkspaceId,
    rules: &[Rule],
) -> Result<Names, Problem> {
    let channels = channels::list(conn, workspace).await?;
    let ids: Vec<ServiceId> = rules
        .iter()
        .filter_map(|rule| match &rule.scope {
            Scope::Service(id) => Some(*id),
            _ => None,
        })
        .collect();
    Ok(Names {
        channels: channels.into_iter().map(|one| (one.id, one.name)).collect(),
        services: services::telling::names(conn, workspace, &ids).await?,
    })
}
