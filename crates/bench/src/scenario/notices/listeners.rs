//! Workspaces and channels that hear the usual of everything.

use anyhow::Context as _;
use db::Db;
use domain::{
    channel::{ChannelConfig, ChannelKind},
    notice::rule::Topic,
};
use serde_json::json;
use uuid::Uuid;

use super::SINK;

/// Channels of a workspace.
pub(super) const EACH: i32 = 3;

/// So many more workspaces.
pub(super) async fn workspaces(db: &Db, count: i32) -> anyhow::Result<Vec<Uuid>> {
    let made = sqlx::query_scalar(
        "insert into workspaces (id, name) select gen_random_uuid(), 'Measured' from generate_series(1, $1) returning id",
    );
    Ok(made.bind(count).fetch_all(db.pool()).await?)
}

/// Webhooks to the sink, `each` for every workspace, at paths that are their ids.
pub(super) async fn channels(db: &Db, workspaces: &[Uuid], each: i32) -> anyhow::Result<()> {
    let base = format!("http://127.0.0.1:{SINK}/");
    let config = ChannelConfig::parse(ChannelKind::Webhook, &json!({ "url": base }), None);
    let config = config.map_err(|fields| anyhow::anyhow!("{fields:?}"))?;
    sqlx::query(
        "with made as (
             insert into channels (id, workspace_id, name, kind, config)
             select id, workspace, 'Channel ' || n, 'webhook', $1::jsonb || jsonb_build_object('url', $2 || id::text)
             from (select gen_random_uuid() as id, workspace, n
                   from unnest($3::uuid[]) as workspace, generate_series(1, $4) as n) as new
             returning id, workspace_id)
         insert into notice_rules (id, workspace_id, channel_id, topics)
         select gen_random_uuid(), workspace_id, id, $5 from made",
    )
    .bind(config.split()?.clear)
    .bind(base)
    .bind(workspaces)
    .bind(each)
    .bind(Topic::USUAL.map(Topic::as_str).to_vec())
    .execute(db.pool())
    .await
    .context("channels")?;
    sqlx::query("analyze channels, notice_rules")
        .execute(db.pool())
        .await?;
    Ok(())
}
