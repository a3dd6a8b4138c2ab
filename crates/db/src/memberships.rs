//! The `memberships` table: who may do what in which workspace.

use chrono::{DateTime, Utc};
use domain::id::{UserId, WorkspaceId};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result};

/// What a member may do; each role includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Viewer = 1,
    Editor = 2,
    Owner = 3,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    fn from_number(number: i16) -> Result<Self> {
        match number {
            1 => Ok(Self::Viewer),
            2 => Ok(Self::Editor),
            3 => Ok(Self::Owner),
            other => Err(Error::Corrupt {
                table: "memberships",
                reason: format!("{other} is no role"),
            }),
        }
    }
}

/// A workspace that somebody belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub workspace: WorkspaceId,
    /// Name of the workspace.
    pub name: String,
    /// The person's own, made at the first sign-in.
    pub personal: bool,
    pub role: Role,
}

/// Columns of `Row`, from `memberships` as `m` and `workspaces` as `w`.
macro_rules! columns {
    () => {
        "m.workspace_id, w.name as workspace_name, w.personal_of is not distinct from m.user_id as personal, m.role"
    };
}
pub(crate) use columns;

/// The personal workspace first, then by age.
macro_rules! order {
    () => {
        "personal desc, m.created_at, m.workspace_id"
    };
}
pub(crate) use order;

#[derive(FromRow)]
struct Row {
    workspace_id: Uuid,
    workspace_name: String,
    personal: bool,
    role: i16,
}

/// The same of somebody who may be no member of anything; `personal` means nothing then.
#[derive(FromRow)]
pub(crate) struct MaybeRow {
    workspace_id: Option<Uuid>,
    workspace_name: Option<String>,
    personal: bool,
    role: Option<i16>,
}

impl TryFrom<Row> for Membership {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            workspace: WorkspaceId(row.workspace_id),
            name: row.workspace_name,
            personal: row.personal,
            role: Role::from_number(row.role)?,
        })
    }
}

impl MaybeRow {
    pub(crate) fn read(self) -> Result<Option<Membership>> {
        let (Some(workspace_id), Some(workspace_name), Some(role)) =
            (self.workspace_id, self.workspace_name, self.role)
        else {
            return Ok(None);
        };
        let row = Row {
            workspace_id,
            workspace_name,
            personal: self.personal,
            role,
        };
        row.try_into().map(Some)
    }
}

pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "insert into memberships (workspace_id, user_id, role, created_at) values ($1, $2, $3, $4)",
    )
    .bind(workspace.0)
    .bind(user.0)
    .bind(role as i16)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// The workspaces of one person, the personal one first.
pub async fn list(conn: &mut PgConnection, user: UserId) -> Result<Vec<Membership>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from memberships m join workspaces w on w.id = m.workspace_id where m.user_id = $1 order by ",
        order!()
    ))
    .bind(user.0)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}
