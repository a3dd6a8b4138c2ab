//! Everything that is sealed, whatever table it lies in: which key opens it, and sealing it anew with the current one.

use domain::id::ChannelId;
use runtime::seal::{Keyring, Unopened};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use uuid::Uuid;

use crate::{Db, Result, channels, outbox};

/// Rows that are read, and at most sealed anew, in one transaction.
const AT_ONCE: i64 = 200;
/// Whoever seals anew holds this, so that several workers do not do it at once.
const LOCK: i64 = 0x5055_4c53_4b45_5953;

/// How many sealed values there are, and which key opens them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub all: u64,
    /// Opened by the previous key only.
    pub need_previous: u64,
    /// Services and channels whose secrets no key opens.
    pub lost_services: u64,
    pub lost_channels: u64,
}

/// Where sealed values lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Services,
    Channels,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    secrets: Vec<u8>,
}

/// What is to be put in the place of what.
#[derive(Default)]
struct Anew {
    ids: Vec<Uuid>,
    before: Vec<Vec<u8>>,
    after: Vec<Vec<u8>>,
}

/// Which keys open what is stored. Reads every sealed value, in batches, and changes nothing.
pub async fn examine(conn: &mut PgConnection, keyring: &Keyring) -> Result<Standing> {
    let mut standing = Standing::default();
    for table in [Table::Services, Table::Channels] {
        let mut after = Uuid::nil();
        loop {
            let rows = table.read(conn, after).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in &rows {
                standing.count(table, &keyring.reseal(&row.id.to_string(), &row.secrets));
            }
        }
    }
    Ok(standing)
}

/// Seals anew what the previous key sealed, a batch to a transaction: whoever goes on after a crash does the rest. Channels that
/// were stopped because nothing opened their secrets go on when something does. Gives how it stands afterwards; none when
/// somebody else is at it.
pub async fn reseal(db: &Db, keyring: &Keyring) -> Result<Option<Standing>> {
    let mut standing = Standing::default();
    for table in [Table::Services, Table::Channels] {
        let mut after = Uuid::nil();
        loop {
            let mut tx = db.begin().await?;
            if !lock(&mut tx).await? {
                return Ok(None);
            }
            let rows = table.read(&mut tx, after).await?;
            let Some(last) = rows.last() else {
                // Not by dropping it: that would keep the lock for as long as nobody uses the connection.
                tx.commit().await?;
                break;
            };
            after = last.id;
            let mut anew = Anew::default();
            let mut opened = Vec::new();
            for row in rows {
                let sealed = keyring.reseal(&row.id.to_string(), &row.secrets);
                standing.count(table, &sealed);
                if sealed.is_ok() {
                    opened.push(ChannelId(row.id));
                }
                if let Ok(Some(sealed)) = sealed {
                    anew.ids.push(row.id);
                    anew.before.push(row.secrets);
                    anew.after.push(sealed);
                }
            }
            let done = table.replace(&mut tx, &anew).await?;
            standing.need_previous = standing.need_previous.saturating_sub(done);
            if table == Table::Channels && channels::sealed::opened(&mut tx, &opened).await? > 0 {
                outbox::wake(&mut tx).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(Some(standing))
}

async fn lock(conn: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
        .bind(LOCK)
        .fetch_one(conn)
        .await?)
}

impl Standing {
    /// Whether nothing is lost.
    pub const fn is_whole(&self) -> bool {
        self.lost_services == 0 && self.lost_channels == 0
    }

    fn count(&mut self, table: Table, resealed: &Result<Option<Vec<u8>>, Unopened>) {
        self.all += 1;
        match (resealed, table) {
            (Ok(None), _) => {}
            (Ok(Some(_)), _) => self.need_previous += 1,
            (Err(_), Table::Services) => self.lost_services += 1,
            (Err(_), Table::Channels) => self.lost_channels += 1,
        }
    }
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Channels => "channels",
        }
    }

    /// The next batch of sealed values after this id.
    async fn read(self, conn: &mut PgConnection, after: Uuid) -> Result<Vec<Row>> {
        let sql = format!(
            "select id, secrets from {} where secrets is not null and id > $1 order by id limit $2",
            self.name()
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(conn)
            .await?)
    }

    /// Puts in what was sealed anew, but for rows that somebody else holds or has changed. Gives how many.
    async fn replace(self, conn: &mut PgConnection, anew: &Anew) -> Result<u64> {
        if anew.ids.is_empty() {
            return Ok(0);
        }
        let sql = format!(
            "with free as (select id from {0} where id = any($1) for no key update skip locked)
             update {0} t set secrets = u.after
             from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as u (id, before, after) join free on free.id = u.id
             where t.id = u.id and t.secrets = u.before",
            self.name()
        );
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(&anew.ids)
            .bind(&anew.before)
            .bind(&anew.after)
            .execute(conn)
            .await?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "another-key-another-key-another-key";
    const THIRD: &str = "a-third-key-a-third-key-a-third-key";

    fn ring(current: &str, previous: Option<&str>) -> Keyring {
        let ring = Keyring::new(current.to_owned().into()).expect("long enough");
        ring.with_previous(previous.map(|key| key.to_owned().into()))
            .expect("long enough")
    }

    /// Channels and services of one workspace, sealed with that key; more than fit into one batch.
    async fn seal_with(pool: &sqlx::PgPool, key: &str, channels: u128, services: u128) {
        let workspace = Uuid::from_u128(1);
        sqlx::query("insert into workspaces (id, name) values ($1, 'Shop') on conflict do nothing")
            .bind(workspace)
            .execute(pool)
            .await
            .expect("a workspace");
        let ring = ring(key, None);
        let sealed = |ids: &[Uuid]| -> Vec<Vec<u8>> {
            let seal = |id: &Uuid| ring.seal(&id.to_string(), b"{}").expect("sealed");
            ids.iter().map(seal).collect()
        };
        let ids: Vec<Uuid> = (0..channels).map(|_| Uuid::now_v7()).collect();
        sqlx::query(
            "insert into channels (id, workspace_id, name, kind, config, secrets)
             select u.id, $1, 'Channel', 'webhook', '{}', u.sealed from unnest($2::uuid[], $3::bytea[]) as u (id, sealed)",
        )
        .bind(workspace)
        .bind(&ids)
        .bind(sealed(&ids))
        .execute(pool)
        .await
        .expect("channels");
        let ids: Vec<Uuid> = (0..services).map(|_| Uuid::now_v7()).collect();
        sqlx::query(
            "insert into services (id, workspace_id, name, monitor_type, url, target, secrets, check_interval_s, shard)
             select u.id, $1, 'Shop', 'http_ping', 'https://shop.test/', '{}', u.sealed, 30, 1
             from unnest($2::uuid[], $3::bytea[]) as u (id, sealed)",
        )
        .bind(workspace)
        .bind(&ids)
        .bind(sealed(&ids))
        .execute(pool)
        .await
        .expect("services");
    }

    async fn standing(pool: &sqlx::PgPool, ring: &Keyring) -> Standing {
        let mut conn = pool.acquire().await.expect("a connection");
        examine(&mut conn, ring).await.expect("examined")
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn everything_is_sealed_anew_and_then_needs_the_previous_key_no_more(pool: sqlx::PgPool) {
        seal_with(&pool, OLD, 250, 410).await;
        seal_with(&pool, NEW, 1, 1).await;
        let changing = ring(NEW, Some(OLD));
        let before = standing(&pool, &changing).await;
        assert_eq!((before.all, before.need_previous), (662, 660));
        let db = Db::from_pool(pool.clone());
        let after = reseal(&db, &changing).await.expect("resealed");
        let after = after.expect("nobody else is at it");
        assert_eq!((after.all, after.need_previous), (662, 0));
        let whole = Standing {
            all: 662,
            ..Standing::default()
        };
        assert_eq!(standing(&pool, &ring(NEW, None)).await, whole);
        assert_eq!(standing(&pool, &ring(OLD, None)).await.lost_services, 411);
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_no_key_opens_is_counted_and_left_as_it_is(pool: sqlx::PgPool) {
        seal_with(&pool, THIRD, 2, 3).await;
        seal_with(&pool, OLD, 1, 1).await;
        let db = Db::from_pool(pool.clone());
        let changing = ring(NEW, Some(OLD));
        let after = reseal(&db, &changing).await.expect("resealed");
        let after = after.expect("nobody else is at it");
        assert_eq!((after.lost_services, after.lost_channels), (3, 2));
        assert_eq!(after.need_previous, 0);
        assert!(!after.is_whole());
        let third = standing(&pool, &ring(THIRD, None)).await;
        assert_eq!((third.lost_services, third.lost_channels), (1, 1));
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn one_at_a_time_seals_anew_and_a_row_that_somebody_holds_waits(pool: sqlx::PgPool) {
        seal_with(&pool, OLD, 2, 0).await;
        let (db, changing) = (Db::from_pool(pool.clone()), ring(NEW, Some(OLD)));
        let mut other = pool.begin().await.expect("a transaction");
        assert!(lock(&mut other).await.expect("asked"));
        assert_eq!(reseal(&db, &changing).await.expect("asked"), None);
        other.rollback().await.expect("ended");
        let mut other = pool.begin().await.expect("a transaction");
        sqlx::query("select id from channels order by id limit 1 for update")
            .execute(&mut *other)
            .await
            .expect("held");
        let left = reseal(&db, &changing).await.expect("resealed");
        assert_eq!(left.expect("alone").need_previous, 1);
        other.rollback().await.expect("ended");
        let left = reseal(&db, &changing).await.expect("resealed");
        assert_eq!(left.expect("alone").need_previous, 0);
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_channel_that_was_stopped_for_its_key_goes_on_when_a_key_opens_it(
        pool: sqlx::PgPool,
    ) {
        seal_with(&pool, OLD, 2, 0).await;
        sqlx::query(
            "update channels set broken_at = now(), broken_reason = $1 where id = (select min(id::text)::uuid from channels)",
        )
        .bind(channels::sealed::FOREIGN)
        .execute(&pool)
        .await
        .expect("stopped");
        sqlx::query(
            "update channels set broken_at = now(), broken_reason = 'gone' where broken_at is null",
        )
        .execute(&pool)
        .await
        .expect("stopped");
        let db = Db::from_pool(pool.clone());
        let broken = "select array_agg(broken_reason) from channels where broken_at is not null";
        reseal(&db, &ring(NEW, None)).await.expect("looked");
        let reasons: Vec<String> = sqlx::query_scalar(broken).fetch_one(&pool).await.unwrap();
        assert_eq!(reasons.len(), 2);
        reseal(&db, &ring(NEW, Some(OLD))).await.expect("looked");
        let reasons: Vec<String> = sqlx::query_scalar(broken).fetch_one(&pool).await.unwrap();
        assert_eq!(reasons, ["gone"]);
    }
}
