//! Reports of the week that are due, each written once: in the transaction that notes when the next one is.

use chrono::{DateTime, Utc};
use db::{
    Db, PgConnection,
    letters::{self, NewReport},
    memberships,
    report_wishes::{self, Due},
    services::{self, reporting},
};
use domain::report::{Place, Report, Rhythm, TOO_LATE};

/// Writes the reports of one person for whom some are due. False when there was nobody. Whoever dies in the middle has written
/// nothing; two who do it at once attend to different persons.
pub async fn write_due(db: &Db) -> db::Result<bool> {
    let mut tx = db.begin().await?;
    let Some(due) = report_wishes::due(&mut tx).await? else {
        return Ok(false);
    };
    let next_at = if let Some(rhythm) = due.rhythm {
        Some(write(&mut tx, &due, rhythm).await?)
    } else {
        tracing::warn!(user = %due.user, "a weekly report was switched off: its time zone is unknown");
        None
    };
    report_wishes::advance(&mut tx, due.user, next_at).await?;
    tx.commit().await?;
    Ok(true)
}

/// One report for each workspace in which there is something to report. Gives when the next ones are due.
async fn write(conn: &mut PgConnection, due: &Due, rhythm: Rhythm) -> db::Result<DateTime<Utc>> {
    let now = services::now(&mut *conn).await?;
    let next_at = rhythm.next(now).due;
    let Some(week) = rhythm.due(now).filter(|_| due.verified) else {
        return Ok(next_at);
    };
    for membership in memberships::list(&mut *conn, due.user).await? {
        let place = Place {
            workspace: membership.name,
            zone: rhythm.zone.name().to_owned(),
            week,
            now,
        };
        let of = reporting::week(&mut *conn, membership.workspace, week).await?;
        let spans = reporting::disturbances(&mut *conn, membership.workspace, week).await?;
        let Some(report) = Report::of(place, &of, &spans) else {
            continue;
        };
        let new = NewReport {
            user: due.user,
            workspace: membership.workspace,
            week: week.key,
            report: &report,
            expires_at: week.due + TOO_LATE,
        };
        letters::insert_report(&mut *conn, new).await?;
    }
    Ok(next_at)
}
