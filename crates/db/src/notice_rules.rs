//! `notice_rules`: which channel hears of what.

use std::time::Duration;

use domain::{
    id::{ChannelId, RuleId, ServiceId, WorkspaceId},
    notice::{
        quiet::Quiet,
        rule::{Rule, Scope, Topic, Wish},
    },
};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result, columns};

/// The most rules that a workspace may have.
pub const MOST: i64 = 1_000;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    workspace_id: Uuid,
    channel_id: Uuid,
    category: Option<String>,
    service_id: Option<Uuid>,
    topics: Vec<String>,
    delay_s: i32,
    remind_s: Option<i32>,
    quiet: Option<Value>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select r.id, r.workspace_id, r.channel_id, r.category, r.service_id, r.topics, r.delay_s, r.remind_s, r.quiet
             from notice_rules r ",
            $rest
        )
    };
}

/// The rules of these workspaces whose channels are not switched off.
pub async fn of_workspaces(
    conn: &mut PgConnection,
    workspaces: &[WorkspaceId],
) -> Result<Vec<(WorkspaceId, Rule)>> {
    let rows: Vec<Row> = sqlx::query_as(select!(
        "join channels c on c.id = r.channel_id where r.workspace_id = any($1) and c.paused_at is null"
    ))
    .bind(workspaces.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| Ok((WorkspaceId(row.workspace_id), row.try_into()?)))
        .collect()
}

/// All rules of a workspace: of channels in the order of their making, the most general first.
pub async fn list(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Vec<Rule>> {
    let rows: Vec<Row> = sqlx::query_as(select!(
        "join channels c on c.id = r.channel_id where r.workspace_id = $1
         order by c.created_at, c.id, r.service_id is not null, r.category nulls first, r.created_at, r.id"
    ))
    .bind(workspace.0)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Rule::try_from).collect()
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: RuleId,
) -> Result<Option<Rule>> {
    let row: Option<Row> = sqlx::query_as(select!("where r.workspace_id = $1 and r.id = $2"))
        .bind(workspace.0)
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    row.map(Rule::try_from).transpose()
}

/// How many rules a workspace has.
pub async fn count(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<i64> {
    Ok(
        sqlx::query_scalar("select count(*) from notice_rules where workspace_id = $1")
            .bind(workspace.0)
            .fetch_one(conn)
            .await?,
    )
}

/// Makes a rule, or changes what the rule with this id says. False when another rule of the channel has the same scope.
pub async fn put(conn: &mut PgConnection, workspace: WorkspaceId, rule: &Rule) -> Result<bool> {
    let (category, service) = match &rule.scope {
        Scope::Workspace => (None, None),
        Scope::Category(name) => (Some(name.as_str()), None),
        Scope::Service(id) => (None, Some(id.0)),
    };
    let wish = &rule.wish;
    let topics: Vec<&str> = wish.topics.iter().map(|topic| topic.as_str()).collect();
    let seconds = |span: Duration| i32::try_from(span.as_secs()).unwrap_or(i32::MAX);
    let put = sqlx::query(
        "insert into notice_rules (id, workspace_id, channel_id, category, service_id, topics, delay_s, remind_s, quiet)
         select $2, $1, c.id, $4, $5, $6, $7, $8, $9::jsonb from channels c where c.id = $3 and c.workspace_id = $1
         on conflict (id) do update set category = $4, service_id = $5, topics = $6, delay_s = $7, remind_s = $8,
                quiet = $9::jsonb
         where notice_rules.workspace_id = $1",
    )
    .bind(workspace.0)
    .bind(rule.id.0)
    .bind(rule.channel.0)
    .bind(category)
    .bind(service)
    .bind(topics)
    .bind(seconds(wish.delay))
    .bind(wish.remind.map(seconds))
    .bind(wish.quiet.as_ref().map(columns::json))
    .execute(conn)
    .await;
    match put {
        Ok(done) => Ok(done.rows_affected() == 1),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub async fn delete(conn: &mut PgConnection, workspace: WorkspaceId, id: RuleId) -> Result<bool> {
    let done = sqlx::query("delete from notice_rules where workspace_id = $1 and id = $2")
        .bind(workspace.0)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

impl TryFrom<Row> for Rule {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let quiet = row
            .quiet
            .map(serde_json::from_value::<Quiet>)
            .transpose()
            .map_err(|_| Error::Corrupt {
                table: "notice_rules",
                reason: format!("rule {}: its quiet hours cannot be read", row.id),
            })?;
        let seconds = |s: i32| Duration::from_secs(u64::try_from(s).unwrap_or(0));
        Ok(Self {
            id: RuleId(row.id),
            channel: ChannelId(row.channel_id),
            scope: match (row.service_id, row.category) {
                (Some(id), _) => Scope::Service(ServiceId(id)),
                (None, Some(name)) => Scope::Category(name),
                (None, None) => Scope::Workspace,
            },
            wish: Wish {
                // A topic that a newer version wrote is left out.
                topics: row
                    .topics
                    .iter()
                    .filter_map(|word| Topic::parse(word))
                    .collect(),
                delay: seconds(row.delay_s),
                remind: row.remind_s.map(seconds),
                quiet,
            },
        })
    }
}
