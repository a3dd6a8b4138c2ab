//! Every table out of a database and into an empty one, whatever tables there are; used by `pulsecheck backup` and `restore`.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow, PgConnection, postgres::PgCopyIn};

use crate::{Error, Result};

/// A table and the columns that are copied, in that order. Generated columns make themselves again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
}

/// A range of a partitioned table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Partition {
    pub parent: String,
    pub name: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Begins a transaction that sees one moment of the database, however long the copying takes.
pub async fn begin_snapshot(conn: &mut PgConnection) -> Result<()> {
    let begin = "begin isolation level repeatable read read only";
    sqlx::query(begin).execute(conn).await?;
    Ok(())
}

/// All tables, each after those it refers to, so that they can be filled in this order.
pub async fn tables(conn: &mut PgConnection) -> Result<Vec<Table>> {
    let tables: Vec<Table> = sqlx::query_as(
        "select t.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
         from pg_class t
         join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
             and t.relname <> '_sqlx_migrations'
         group by t.relname
         order by t.relname",
    )
    .fetch_all(&mut *conn)
    .await?;
    let references: Vec<(String, String)> = sqlx::query_as(
        "select distinct f.conrelid::regclass::text, f.confrelid::regclass::text
         from pg_constraint f
         where f.contype = 'f' and f.connamespace = 'public'::regnamespace and f.conrelid <> f.confrelid",
    )
    .fetch_all(conn)
    .await?;
    in_order(tables, &references)
}

/// The ranges of all partitioned tables.
pub async fn partitions(conn: &mut PgConnection) -> Result<Vec<Partition>> {
    let partitions = sqlx::query_as(
        r#"select parent, name, lower::timestamptz as "from", upper::timestamptz as "to"
         from (
             select p.relname::text as parent, c.relname::text as name,
                 substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)') as lower,
                 substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([^'']+)''\)') as upper
             from pg_inherits i
             join pg_class c on c.oid = i.inhrelid
             join pg_class p on p.oid = i.inhparent
             where p.relnamespace = 'public'::regnamespace and p.relkind = 'p'
         ) bounds
         where lower is not null and upper is not null
         order by parent, lower::timestamptz"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(partitions)
}

/// The rows of a table in PostgreSQL's binary format.
pub async fn copy_out<'c>(
    conn: &'c mut PgConnection,
    table: &Table,
) -> Result<BoxStream<'c, sqlx::Result<bytes::Bytes>>> {
    // A partitioned table can only be copied through a query.
    let (name, columns) = (quoted(&table.name), columns(table));
    let sql = format!("copy (select {columns} from {name}) to stdout (format binary)");
    Ok(conn.copy_out_raw(&sql).await?)
}

/// Takes what `copy_out` gave. A row already there is an error.
pub async fn copy_in<'c>(
    conn: &'c mut PgConnection,
    table: &Table,
) -> Result<PgCopyIn<&'c mut PgConnection>> {
    let (name, columns) = (quoted(&table.name), columns(table));
    let sql = format!("copy {name} ({columns}) from stdin (format binary)");
    Ok(conn.copy_in_raw(&sql).await?)
}

/// Whether nobody has used this database yet: no schema, or neither a user nor a service.
pub async fn is_unused(conn: &mut PgConnection) -> Result<bool> {
    for table in ["users", "services"] {
        let exists = "select to_regclass($1) is not null";
        if sqlx::query_scalar::<_, bool>(exists)
            .bind(table)
            .fetch_one(&mut *conn)
            .await?
        {
            let sql = format!("select exists (select 1 from {table})");
            if sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql))
                .fetch_one(&mut *conn)
                .await?
            {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Removes every table of ours, so that the schema can be made at another version.
pub async fn drop_everything(conn: &mut PgConnection) -> Result<()> {
    let names: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition",
    )
    .fetch_all(&mut *conn)
    .await?;
    for name in names {
        let sql = format!("drop table if exists {} cascade", quoted(&name));
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Empties the tables, of what the migrations themselves put there.
pub async fn empty(conn: &mut PgConnection, tables: &[Table]) -> Result<()> {
    let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    if !names.is_empty() {
        let sql = format!("truncate {}", names.join(", "));
        sqlx::query(AssertSqlSafe(sql)).execute(conn).await?;
    }
    Ok(())
}

/// Makes a range of a partitioned table, unless it is there.
pub async fn make_partition(conn: &mut PgConnection, partition: &Partition) -> Result<()> {
    let (name, parent) = (quoted(&partition.name), quoted(&partition.parent));
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let (from, to) = (time(partition.from), time(partition.to));
    let sql = format!(
        "create table if not exists {name} partition of {parent} for values from ('{from}') to ('{to}')"
    );
    sqlx::query(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// Lets identity columns go on after the highest number that was copied in.
pub async fn advance_identities(conn: &mut PgConnection) -> Result<()> {
    let identities: Vec<(String, String)> = sqlx::query_as(
        "select t.relname::text, a.attname::text
         from pg_attribute a join pg_class t on t.oid = a.attrelid
         where t.relnamespace = 'public'::regnamespace and a.attidentity <> '' and not t.relispartition",
    )
    .fetch_all(&mut *conn)
    .await?;
    for (table, column) in identities {
        let sql = format!(
            "select setval(pg_get_serial_sequence($1, $2), coalesce(max({column}), 0) + 1, false) from {table}",
            column = quoted(&column),
            table = quoted(&table),
        );
        let advance = sqlx::query(AssertSqlSafe(sql))
            .bind(quoted(&table))
            .bind(&column);
        advance.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Puts each table after those it refers to.
fn in_order(mut waiting: Vec<Table>, references: &[(String, String)]) -> Result<Vec<Table>> {
    let mut placed: BTreeSet<String> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_free = |table: &Table| {
            let mut targets = references.iter().filter(|(from, _)| *from == table.name);
            targets.all(|(_, to)| placed.contains(to))
        };
        let (free, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_free);
        if free.is_empty() {
            let reason = "tables refer to each other in a circle".to_owned();
            return Err(Error::Corrupt {
                table: "pg_constraint",
                reason,
            });
        }
        placed.extend(free.iter().map(|table| table.name.clone()));
        ordered.extend(free);
        waiting = rest;
    }
    Ok(ordered)
}

fn columns(table: &Table) -> String {
    let quoted: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    quoted.join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        Table {
            name: name.to_owned(),
            columns: vec![],
        }
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let tables = vec![table("events"), table("incidents"), table("services")];
        let ordered = in_order(
            tables,
            &[pair("events", "incidents"), pair("incidents", "services")],
        );
        let names: Vec<String> = ordered
            .unwrap()
            .into_iter()
            .map(|table| table.name)
            .collect();
        assert_eq!(names, ["services", "incidents", "events"]);
        assert!(
            in_order(
                vec![table("a"), table("b")],
                &[pair("a", "b"), pair("b", "a")]
            )
            .is_err()
        );
    }
}
