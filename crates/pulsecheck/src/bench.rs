//! `pulsecheck bench`: what looking costs on this machine, measured with this very program in a folder of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use bench::process::{Postgres, Program};
use bench::seed::{self, Services};
use bench::target::{self, Listening};
use bench::watch::{Ledger, Watch, Window};
use db::Db;
use domain::headroom;
use domain::id::ServiceId;
use tokio::net::TcpStream;

use crate::cli::close_after;
use crate::data_dir::DataDir;
use crate::installation::{Access, Settings};
use crate::output::tell;
use crate::postgres;

/// Every service is looked at this often.
const INTERVAL: Duration = Duration::from_secs(30);
/// Until every service was looked at once.
const WARM_UP: Duration = Duration::from_secs(35);
/// What may be busy before looks begin to start late.
const FULL: f64 = 0.7;

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// Services that are looked at every 30 s
    #[arg(long, default_value_t = 5_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    services: u32,
    /// For how long they are watched, after a first round
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(10..=3_600))]
    seconds: u32,
    /// Be the server that is looked at
    #[arg(long, hide = true, value_name = "ADDRESS")]
    target: Option<SocketAddr>,
}

/// What came of it.
struct Measured {
    window: Window,
    memory_mb: u64,
    postgres_mb: u64,
}

/// Starts everything once more beside whatever runs, with services that only this machine answers, and tells what it cost.
pub async fn run(settings: &Settings, config: &Config) -> anyhow::Result<()> {
    if let Some(address) = config.target {
        return target::serve(&Listening::plain(address)).await;
    }
    let folder = tempfile::tempdir()?;
    let scratch = Settings {
        data_dir: folder.path().join("data"),
        pg_bin_dir: settings.pg_bin_dir.clone(),
        database_url: None,
        database_url_file: None,
        secret_key: None,
        secret_key_file: None,
        secret_key_previous: None,
        secret_key_previous_file: None,
    };
    let target = free_address()?;
    tell(format_args!(
        "Looking at {} services on this machine every 30 s; this takes {} s. Nothing leaves the machine, and nothing of it stays.",
        config.services,
        WARM_UP.as_secs() + u64::from(config.seconds) + 10
    ));
    let services = fill(&scratch, config.services, target.port()).await?;
    let measured = measure(&scratch, config, target, &services).await?;
    tell(report(&measured));
    Ok(())
}

/// Makes the installation and its services.
async fn fill(scratch: &Settings, count: u32, port: u16) -> anyhow::Result<Vec<ServiceId>> {
    let installation = scratch.open(Access::Alone).await?;
    let filling = async {
        installation.ready_schema().await?;
        let workspace = seed::workspace(&installation.db).await?;
        seed::services(
            &installation.db,
            workspace,
            Services::plain(count, 30, port),
        )
        .await
    };
    let filled = filling.await;
    close_after(installation, filled).await
}

async fn measure(
    scratch: &Settings,
    config: &Config,
    target: SocketAddr,
    services: &[ServiceId],
) -> anyhow::Result<Measured> {
    let program = std::env::current_exe().context("this program's own file")?;
    let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, target.port()));
    let answering = Program::start(&program, &["bench", "--target", &anywhere.to_string()], &[])?;
    let address = free_address()?;
    let mut settings = vec![
        ("DATA_DIR", scratch.data_dir.display().to_string()),
        ("LISTEN_ADDR", address.to_string()),
        ("PUBLIC_URL", format!("http://{address}")),
        ("LOG", "warn".to_owned()),
    ];
    settings.extend(
        scratch
            .pg_bin_dir
            .as_ref()
            .map(|path: &PathBuf| ("PG_BIN_DIR", path.display().to_string())),
    );
    let whole = Program::start(&program, &["serve"], &settings)?;
    until_it_listens(address).await?;
    let data = DataDir::open(&scratch.data_dir)?;
    let db = Db::new(&postgres::running(&data).await?, "pulsecheck-bench", 2)?;
    let server = Postgres::of(&mut *db.acquire().await?).await?;
    tokio::time::sleep(WARM_UP).await;
    let watch = Watch {
        db: &db,
        ledger: Ledger::default()
            .with_postgres(server)
            .with("pulsecheck", whole.pid())
            .with("target", answering.pid()),
        services,
        interval: INTERVAL,
    };
    let mut windows = watch
        .windows(1, Duration::from_secs(config.seconds.into()))
        .await?;
    let measured = Measured {
        window: windows.pop().context("nothing was measured")?,
        memory_mb: whole.peak_rss_mb(),
        postgres_mb: server.memory_mb(),
    };
    db.close().await;
    whole.stop().await?;
    answering.stop().await?;
    Ok(measured)
}

fn report(measured: &Measured) -> String {
    let window = &measured.window;
    let (ours, postgres) = (
        window.us_per_check("pulsecheck"),
        window.us_per_check("postgres"),
    );
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    #[expect(clippy::cast_precision_loss, reason = "a count of processors")]
    let looks_per_second = processors as f64 * FULL / ((ours + postgres).max(1.0) / 1e6);
    format!(
        "slots due, looked at, not up   {}, {}, {}\n\
         lateness p50, p99, most        {}, {}, {} ms\n\
         CPU per check                  PulseCheck {ours:.0} µs, PostgreSQL {postgres:.0} µs\n\
         memory                         PulseCheck {} MB, PostgreSQL {} MB\n\
         meanwhile others were busy     with {:.1} of {processors} processors\n\
         With nothing else to do, this machine could look at about {} such services every 60 s.",
        window.due,
        window.looked,
        window.not_up,
        window.late_p50_ms,
        window.late_p99_ms,
        window.late_max_ms,
        measured.memory_mb,
        measured.postgres_mb,
        window.spent.others(),
        headroom::about(looks_per_second * 60.0),
    )
}

/// An address that was free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "it asks whether its own target listens"
)]
async fn until_it_listens(address: SocketAddr) -> anyhow::Result<()> {
    for _ in 0..600 {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the program that is measured did not start within a minute")
}
