//! What most scenarios need: a database with services, the target, workers beside it, and a watch over all of them.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use bench::{
    process::{Postgres, Program, redis_on},
    seed,
    watch::{Ledger, Watch},
};
use db::Db;
use domain::id::ServiceId;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::Args;

/// Ports of the target.
pub(crate) const PLAIN: u16 = 18_080;
pub(crate) const TLS: u16 = 18_086;
pub(crate) const SILENT: u16 = 18_087;
const FIRST_ADMIN: u16 = 18_090;

/// A database of a scenario's own, and the programs around it.
pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) url: String,
    pub(crate) workspace: Uuid,
    pub(crate) postgres: Postgres,
    target: Program,
    folder: TempDir,
    args: Args,
    workers_started: std::cell::Cell<u16>,
}

impl Stage {
    /// An empty database and a target that answers.
    pub(crate) async fn set(args: &Args, name: &str) -> anyhow::Result<Self> {
        let url = seed::database(&args.database_url, name).await?;
        let db = Db::new(&url, "bench", 4)?;
        let workspace = seed::workspace(&db).await?;
        let postgres = Postgres::of(&mut *db.acquire().await?).await?;
        let folder = tempfile::tempdir()?;
        let certificate = folder.path().join("target.pem");
        let listening = [
            ("--plain", format!("0.0.0.0:{PLAIN}")),
            ("--tls", format!("0.0.0.0:{TLS}")),
            ("--silent", format!("0.0.0.0:{SILENT}")),
            ("--certificate", certificate.display().to_string()),
        ];
        let mut arguments = vec!["target"];
        arguments.extend(
            listening
                .iter()
                .flat_map(|(flag, value)| [*flag, value.as_str()]),
        );
        let target = Program::start(&args.programs.join("bench"), &arguments, &[])?;
        let stage = Self {
            db,
            url,
            workspace,
            postgres,
            target,
            folder,
            args: args.clone(),
            workers_started: std::cell::Cell::new(0),
        };
        stage.until_the_target_answers(&certificate).await?;
        Ok(stage)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "it asks whether its own target listens"
    )]
    async fn until_the_target_answers(&self, certificate: &Path) -> anyhow::Result<()> {
        for _ in 0..200 {
            let answers = tokio::net::TcpStream::connect(("127.0.0.1", PLAIN)).await;
            if answers.is_ok() && certificate.exists() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the target does not answer")
    }

    pub(crate) async fn services(&self, what: seed::Services) -> anyhow::Result<Vec<ServiceId>> {
        seed::services(&self.db, self.workspace, what).await
    }

    /// A worker as it is released, with its default settings.
    pub(crate) fn worker(&self) -> anyhow::Result<Program> {
        let number = self.workers_started.get();
        self.workers_started.set(number + 1);
        let mut settings = settings(&self.args, &self.url);
        let certificate = self.folder.path().join("target.pem");
        settings.extend([
            ("ADMIN_ADDR", format!("127.0.0.1:{}", FIRST_ADMIN + number)),
            ("EXTRA_CA_FILE", certificate.display().to_string()),
            ("PUBLIC_URL", "http://127.0.0.1".to_owned()),
        ]);
        Program::start(&self.args.programs.join("worker"), &[], &settings)
    }

    /// A ledger with everything that serves all workers.
    pub(crate) fn ledger(&self) -> anyhow::Result<Ledger> {
        let ledger = Ledger::default()
            .with_postgres(self.postgres)
            .with("target", self.target.pid());
        Ok(match self.redis()? {
            Some(pid) => ledger.with("redis", pid),
            None => ledger,
        })
    }

    /// The process of Redis, when it runs on this machine.
    pub(crate) fn redis(&self) -> anyhow::Result<Option<u32>> {
        let redis: Url = self.args.redis_url.parse().context("REDIS_URL")?;
        Ok(redis_on(redis.port().unwrap_or(6_379)))
    }

    pub(crate) fn watch<'a>(
        &'a self,
        workers: &[&Program],
        services: &'a [ServiceId],
        interval: Duration,
    ) -> anyhow::Result<Watch<'a>> {
        let ledger = workers.iter().fold(self.ledger()?, |ledger, worker| {
            ledger.with("worker", worker.pid())
        });
        Ok(Watch {
            db: &self.db,
            ledger,
            services,
            interval,
        })
    }

    /// Slots that workers say they have missed since they started.
    pub(crate) async fn missed(&self) -> anyhow::Result<i64> {
        let sql = "select coalesce(sum((figures->>'missed')::int8), 0)::int8 from workers";
        Ok(sqlx::query_scalar(sql).fetch_one(self.db.pool()).await?)
    }

    pub(crate) async fn strike(self) -> anyhow::Result<()> {
        self.target.stop().await?;
        self.db.close().await;
        Ok(())
    }
}

/// What every program of ours is started with.
pub(crate) fn settings(args: &Args, url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("DATABASE_URL", url.to_owned()),
        ("REDIS_URL", args.redis_url.clone()),
        (
            "SECRET_KEY",
            "measuring-measuring-measuring-measuring".to_owned(),
        ),
        ("LOG", "warn".to_owned()),
    ]
}
