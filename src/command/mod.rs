//! The command line: what an operator types.

mod doctor;
mod operate;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Parser, Subcommand};

use crate::boot;
use crate::config::{self, Config};
use crate::platform::{memory, telemetry};
use crate::providers::pdf;

/// One portal where a membership organisation talks with its people.
///
/// Without a database URL Waymark runs its own PostgreSQL in the data folder. Start it with `waymark serve` and open the
/// address it prints.
#[derive(Parser)]
#[command(name = "waymark", version, about, long_about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Args, Clone)]
pub struct Common {
    /// Configuration file (TOML). Environment variables override it; `waymark config` shows the outcome.
    #[arg(long, global = true, env = "WAYMARK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder for the embedded database, uploads and secrets.
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the portal: web pages and background work in one process.
    Serve(serve::ServeArgs),
    /// Bring the database to this version and stop.
    Migrate,
    /// Look after admins.
    #[command(subcommand)]
    Admin(operate::Admin),
    /// Sample data.
    #[command(subcommand)]
    Demo(operate::Demo),
    /// Check disk, clock, secret, database, roles, row-level security, storage and mail, and say how to mend each.
    Doctor(doctor::DoctorArgs),
    /// Look after the audit log.
    #[command(subcommand)]
    Audit(operate::Audit),
    /// Save the embedded database, uploads and the secret into one new file. The portal may go on running.
    Backup {
        /// Where to, such as waymark-2026-11-20.waymark.
        file: PathBuf,
    },
    /// Bring a backup back into an empty data folder.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Print the effective configuration, secrets masked.
    Config,
    /// Read the text of one PDF, as the portal has it done for itself in a process of its own.
    #[command(name = pdf::COMMAND, hide = true)]
    ReadPdf,
}

impl Common {
    /// The effective configuration.
    ///
    /// # Errors
    /// Every problem at once, a line each.
    pub fn load(&self) -> anyhow::Result<Config> {
        let environment = |name: &str| std::env::var(name).ok();
        let mut config = match config::load(self.config.as_deref(), &environment) {
            Ok(config) => config,
            Err(problems) => bail!("the configuration has problems:\n  {}", problems.join("\n  ")),
        };
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }
}

/// Runs the command line.
///
/// # Errors
/// What went wrong, for the operator.
pub fn run() -> anyhow::Result<ExitCode> {
    memory::return_large_blocks();
    let cli = Cli::parse();
    // It knows nothing of the portal it is started by.
    if matches!(cli.command, Command::ReadPdf) {
        return Ok(pdf::serve());
    }
    carry_out(cli).map(|()| ExitCode::SUCCESS)
}

fn carry_out(cli: Cli) -> anyhow::Result<()> {
    let config = cli.common.load()?;
    telemetry::start_logging(config.log.format, &config.log.filter);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in config::unknown_variables(names) {
        tracing::warn!(
            variable = name,
            "an environment variable that Waymark does not know has no effect"
        );
    }
    match cli.command {
        Command::Serve(args) => serve::serve(config, &args),
        Command::Migrate => migrate(config),
        Command::Admin(command) => operate::admin(config, command),
        Command::Demo(command) => operate::demo(config, command),
        Command::Doctor(args) => doctor::doctor(config, &args),
        Command::Audit(command) => operate::audit(config, &command),
        Command::Backup { file } => operate::backup(config, &file),
        Command::Restore { file } => operate::restore(&config, &file),
        Command::Config => {
            print!("{}", config.masked());
            Ok(())
        }
        Command::ReadPdf => Ok(()),
    }
}

fn migrate(config: Config) -> anyhow::Result<()> {
    let keys = boot::keys(&config)?;
    let database = boot::database(&config, &keys)?;
    let run = boot::prepare(&database.owner_url, &keys)?;
    match run.len() {
        0 => println!("The database is up to date."),
        count => println!("Ran {count} migrations:\n  {}", run.join("\n  ")),
    }
    if let Some(embedded) = database.embedded {
        embedded.stop()?;
    }
    Ok(())
}
