//! The database: its programs, whether it answers, how old its schema is, whether its clock is ours, and which keys open what it holds.

use runtime::clock::Clock;

use super::{Finding, Grade};
use crate::installation::{Access, Installation, Settings};
use crate::postgres::{Account, Binaries, data_major};

/// Clocks this far apart confuse people; checks are dated by the database's.
const APART_MS: i64 = 2_000;

pub(super) async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    match settings.external() {
        Err(error) => return vec![Finding::failure("database", &error)],
        Ok(Some(_)) => findings.push(Finding::good(
            "programs",
            "not needed: DATABASE_URL names a database",
        )),
        Ok(None) => {
            let programs = programs(settings);
            let usable = programs.is_ok();
            findings.push(programs.unwrap_or_else(|error| Finding::failure("programs", &error)));
            // Looking makes nothing: a database that does not exist yet is not started.
            if !usable || !settings.data_dir.join("postgres").exists() {
                return findings;
            }
        }
    }
    match settings.open(Access::Beside).await {
        Err(error) => findings.push(Finding::failure("database", &error)),
        Ok(installation) => {
            findings.extend(questions(&installation).await);
            if let Err(error) = installation.close().await {
                findings.push(Finding::failure("database", &error));
            }
        }
    }
    findings
}

fn programs(settings: &Settings) -> anyhow::Result<Finding> {
    let folder = settings.data_dir.join("postgres");
    let account = match Account::choose(&folder)? {
        Account::Own => String::new(),
        Account::Namespace => ", in a user namespace because you are root".to_owned(),
        Account::User { uid, .. } => format!(", as user {uid} because you are root"),
    };
    let chosen = settings
        .pg_bin_dir
        .as_deref()
        .filter(|path| !path.as_os_str().is_empty());
    let binaries = Binaries::find(chosen, data_major(&folder)?)?;
    Ok(Finding::good(
        "programs",
        format!(
            "PostgreSQL {} in {}{account}",
            binaries.major,
            binaries.folder.display()
        ),
    ))
}

async fn questions(installation: &Installation) -> Vec<Finding> {
    let mut conn = match installation.db.dedicated().await {
        Ok(conn) => conn,
        Err(error) => {
            return vec![Finding::wrong(
                "database",
                format!(
                    "does not answer: {error}. Is DATABASE_URL right, and does that server run?"
                ),
            )];
        }
    };
    let before = Clock::System.now();
    let about = match db::server::about(&mut conn).await {
        Ok(about) => about,
        Err(error) => {
            return vec![Finding::wrong(
                "database",
                format!("answers, but not our question: {error}"),
            )];
        }
    };
    let after = Clock::System.now();
    let middle = before + (after - before) / 2;
    let apart = (about.now - middle).num_milliseconds();
    let size = about.size >> 20;
    let schema = schema(&mut conn).await;
    let secrets = match schema.grade {
        Grade::Good => secrets(installation, &mut conn).await,
        _ => None,
    };
    let mut findings = vec![
        Finding::good(
            "database",
            format!("PostgreSQL {} answers; {size} MB", about.version),
        ),
        match apart.abs() {
            ..=APART_MS => Finding::good(
                "clock",
                format!("{} ms apart from the database's", apart.abs()),
            ),
            _ => Finding::wrong(
                "clock",
                format!(
                    "this machine and the database are {} s apart: let both use a time server (NTP)",
                    apart.abs() / 1000
                ),
            ),
        },
        schema,
    ];
    findings.extend(secrets);
    findings
}

/// Which keys open what is sealed; none where nothing can be sealed yet.
async fn secrets(installation: &Installation, conn: &mut db::PgConnection) -> Option<Finding> {
    let has_key = installation.given_key.is_some() || installation.data.secret_key().exists();
    if !has_key || db::schema::version(conn).await.ok()? == 0 {
        return None;
    }
    // Otherwise it is said of the key already.
    let Ok(ring) = installation.keys().and_then(|keys| keys.ring()) else {
        return None;
    };
    let is_changing = ring.previous().is_some();
    let standing = db::resealing::examine(conn, &ring).await;
    Some(match standing {
        Err(error) => Finding::wrong("secrets", error.to_string()),
        Ok(standing) => match api::doctor::secrets::said(&standing, is_changing) {
            Ok(note) => Finding::good("secrets", note),
            Err(fault) => Finding::wrong("secrets", fault),
        },
    })
}

async fn schema(conn: &mut db::PgConnection) -> Finding {
    let known = db::schema::known_version();
    match db::schema::version(conn).await {
        Err(error) => Finding::wrong("schema", error.to_string()),
        Ok(0) => Finding::good("schema", "none yet; the first start makes it"),
        Ok(found) if found > known => {
            Finding::wrong("schema", db::Error::Newer { found, known }.to_string())
        }
        Ok(found) if found < known => Finding::odd(
            "schema",
            format!("{found}; the next start brings it to {known}, after a backup"),
        ),
        Ok(found) => Finding::good("schema", found.to_string()),
    }
}
