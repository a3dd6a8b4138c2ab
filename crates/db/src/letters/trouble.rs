//! Letters to the owners of a workspace about a channel that takes no notices.

use chrono::TimeDelta;
use domain::{id::WorkspaceId, notice::trouble::Trouble};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Result, columns};

/// Whoever was written to about a channel is not written to about it again for so long.
const APART: TimeDelta = TimeDelta::days(1);
/// After that it is of no use any more.
const OF_USE: TimeDelta = TimeDelta::days(1);

/// Writes to every owner whose address is verified, but for those who were written to about this channel within a day. Gives how many
/// letters that makes.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    trouble: &Trouble,
) -> Result<u64> {
    let owners: Vec<Uuid> = sqlx::query_scalar(
        "select u.id from memberships m join users u on u.id = m.user_id
         where m.workspace_id = $1 and m.role = 3 and u.email_verified_at is not null
           and not exists (select 1 from letters l
                           where l.user_id = u.id and l.kind = 'trouble' and l.created_at > now() - $3
                             and l.body ->> 'channel' = $2)
         order by u.id",
    )
    .bind(workspace.0)
    .bind(trouble.channel.to_string())
    .bind(APART)
    .fetch_all(&mut *conn)
    .await?;
    for owner in &owners {
        sqlx::query(
            "insert into letters (id, user_id, kind, workspace_id, body, expires_at, next_at)
             values ($1, $2, 'trouble', $3, $4::jsonb, now() + $5, now())",
        )
        .bind(Uuid::now_v7())
        .bind(owner)
        .bind(workspace.0)
        .bind(columns::json(trouble))
        .bind(OF_USE)
        .execute(&mut *conn)
        .await?;
    }
    Ok(owners.len() as u64)
}
