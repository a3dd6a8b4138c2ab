//! The `sessions` table: one row per sign-in on one device, a family of refresh tokens of which none is stored.

use chrono::{DateTime, Utc};
use domain::id::{SessionId, UserId};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    Result,
    memberships::{self, Membership},
    users::{self, User},
};

/// One sign-in on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    /// `local`, `google` or `github`.
    pub auth_provider: String,
    /// Number of the refresh token that is good now; rises by one with every use.
    pub generation: i32,
    /// When the generation last rose.
    pub rotated_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub user_agent: String,
    pub address: String,
}

impl Session {
    /// Neither ended nor run out.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// Who is asking: a live session, its person, and where that person is a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    pub session: Session,
    pub user: User,
    /// The personal workspace if there is one, as `memberships::list` begins.
    pub membership: Option<Membership>,
}

/// Columns of `Row`, from `sessions` as `s`; `id` and `created_at` are renamed, because `users` has them too.
macro_rules! columns {
    () => {
        "s.id as session_id, s.user_id, s.auth_provider, s.generation, s.rotated_at, s.created_at as session_created_at,
         s.last_seen_at, s.expires_at, s.revoked_at, s.user_agent, s.address"
    };
}

#[derive(FromRow)]
struct Row {
    #[sqlx(rename = "session_id")]
    id: Uuid,
    user_id: Uuid,
    auth_provider: String,
    generation: i32,
    rotated_at: DateTime<Utc>,
    #[sqlx(rename = "session_created_at")]
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    user_agent: String,
    address: String,
}

#[derive(FromRow)]
struct LiveRow {
    #[sqlx(flatten)]
    session: Row,
    #[sqlx(flatten)]
    user: users::Row,
    #[sqlx(flatten)]
    membership: memberships::MaybeRow,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId(row.id),
            user_id: UserId(row.user_id),
            auth_provider: row.auth_provider,
            generation: row.generation,
            rotated_at: row.rotated_at,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            user_agent: row.user_agent,
            address: row.address,
        }
    }
}

pub async fn insert(conn: &mut PgConnection, session: &Session) -> Result<()> {
    sqlx::query(
        "insert into sessions (id, user_id, auth_provider, generation, rotated_at, created_at,
             last_seen_at, expires_at, revoked_at, user_agent, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(session.id.0)
    .bind(session.user_id.0)
    .bind(&session.auth_provider)
    .bind(session.generation)
    .bind(session.rotated_at)
    .bind(session.created_at)
    .bind(session.last_seen_at)
    .bind(session.expires_at)
    .bind(session.revoked_at)
    .bind(&session.user_agent)
    .bind(&session.address)
    .execute(conn)
    .await?;
    Ok(())
}

/// Any session, ended ones too.
pub async fn find(conn: &mut PgConnection, id: SessionId) -> Result<Option<Session>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from sessions s where s.id = $1"
    ))
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// A live session with its person and the first of that person's workspaces: others will be named by the request once there are
/// any. Asked on every request, so that ending a session counts at once.
pub async fn find_live(
    conn: &mut PgConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<Live>> {
    let row: Option<LiveRow> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        ", ",
        users::columns!(),
        ", ",
        memberships::columns!(),
        " from sessions s join users u on u.id = s.user_id
         left join memberships m on m.user_id = u.id
         left join workspaces w on w.id = m.workspace_id
         where s.id = $1 and s.revoked_at is null and s.expires_at > $2
         order by ",
        memberships::order!(),
        " limit 1"
    ))
    .bind(id.0)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Live {
            session: row.session.into(),
            user: row.user.into(),
            membership: row.membership.read()?,
        })
    })
    .transpose()
}

/// What a rotation depends on and leads to.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    pub now: DateTime<Utc>,
    /// A session whose generation rose since then keeps it.
    pub rested_since: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Raises the generation, if `generation` is still the good one, has rested, and the session lives; none means that
/// one of this is not so.
pub async fn rotate(
    conn: &mut PgConnection,
    id: SessionId,
    generation: i32,
    rotation: Rotation,
) -> Result<Option<Session>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "update sessions s
         set generation = generation + 1, rotated_at = $3, last_seen_at = $3, expires_at = $4
         where id = $1 and generation = $2 and revoked_at is null and expires_at > $3
             and (rotated_at < $5 or rotated_at = created_at)
         returning ",
        columns!()
    ))
    .bind(id.0)
    .bind(generation)
    .bind(rotation.now)
    .bind(rotation.expires_at)
    .bind(rotation.rested_since)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// A person's live sessions, the latest seen first.
pub async fn list(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from sessions s where s.user_id = $1 and s.revoked_at is null and s.expires_at > $2
         order by s.last_seen_at desc, s.id"
    ))
    .bind(user.0)
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Ends a session of `user`; false when there is no such live one.
pub async fn end(
    conn: &mut PgConnection,
    user: UserId,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "update sessions set revoked_at = $3
         where id = $1 and user_id = $2 and revoked_at is null and expires_at > $3",
    )
    .bind(id.0)
    .bind(user.0)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every live session of `user` but `kept`; which ones these were.
pub async fn end_all(
    conn: &mut PgConnection,
    user: UserId,
    kept: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "update sessions set revoked_at = $3
         where user_id = $1 and id is distinct from $2 and revoked_at is null and expires_at > $3
         returning id",
    )
    .bind(user.0)
    .bind(kept.map(|id| id.0))
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(SessionId).collect())
}

/// Deletes what ended or ran out before `before`; how many.
pub async fn delete_ended(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query("delete from sessions where expires_at < $1 or revoked_at < $1")
        .bind(before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain::id::WorkspaceId;
    use sqlx::PgPool;

    use super::*;
    use crate::memberships::Role;

    async fn workspace(pool: &PgPool, name: &str, of: Option<UserId>) -> Result<WorkspaceId> {
        let id = WorkspaceId(Uuid::now_v7());
        sqlx::query("insert into workspaces (id, name, personal_of) values ($1, $2, $3)")
            .bind(id.0)
            .bind(name)
            .bind(of.map(|of| of.0))
            .execute(pool)
            .await?;
        Ok(id)
    }

    async fn signed_in(pool: &PgPool, now: DateTime<Utc>) -> Result<Session> {
        let user = User {
            id: UserId(Uuid::now_v7()),
            email: "ann@example.com".into(),
            email_verified_at: Some(now),
            name: "Ann".into(),
            avatar_url: None,
            is_operator: false,
            created_at: now - TimeDelta::days(9),
            last_sign_in_at: Some(now),
        };
        let session = Session {
            id: SessionId(Uuid::now_v7()),
            user_id: user.id,
            auth_provider: "local".into(),
            generation: 3,
            rotated_at: now,
            created_at: now - TimeDelta::days(1),
            last_seen_at: now,
            expires_at: now + TimeDelta::hours(1),
            revoked_at: None,
            user_agent: "a browser".into(),
            address: "192.0.2.1".into(),
        };
        let mut conn = pool.acquire().await?;
        users::insert(&mut conn, &user).await?;
        insert(&mut conn, &session).await?;
        let live = find_live(&mut conn, session.id, now).await?;
        let alone = Live {
            session: session.clone(),
            user,
            membership: None,
        };
        assert_eq!(live, Some(alone), "a member of nothing");
        Ok(session)
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn who_asks_comes_with_the_personal_workspace_first(pool: PgPool) -> Result<()> {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let session = signed_in(&pool, now).await?;
        let (ann, mut conn) = (session.user_id, pool.acquire().await?);
        let company = workspace(&pool, "Company", None).await?;
        memberships::insert(&mut conn, company, ann, Role::Viewer, now).await?;
        let first = |live: Option<Live>| {
            let first = live.and_then(|live| live.membership);
            first.map(|first| (first.workspace, first.name, first.personal, first.role))
        };
        let live = find_live(&mut conn, session.id, now).await?;
        let theirs = (company, "Company".to_owned(), false, Role::Viewer);
        assert_eq!(first(live), Some(theirs));
        let own = workspace(&pool, "Own", Some(ann)).await?;
        let later = now + TimeDelta::minutes(1);
        memberships::insert(&mut conn, own, ann, Role::Owner, later).await?;
        let live = find_live(&mut conn, session.id, now).await?;
        assert_eq!(
            first(live),
            Some((own, "Own".to_owned(), true, Role::Owner))
        );
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_session_that_ended_or_ran_out_is_nobody(pool: PgPool) -> Result<()> {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let session = signed_in(&pool, now).await?;
        let mut conn = pool.acquire().await?;
        let at_its_end = find_live(&mut conn, session.id, session.expires_at).await?;
        assert_eq!(at_its_end, None);
        assert!(end(&mut conn, session.user_id, session.id, now).await?);
        assert_eq!(find_live(&mut conn, session.id, now).await?, None);
        Ok(())
    }
}
