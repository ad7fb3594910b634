//! `waymark admin`, `demo`, `backup` and `restore`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};

use crate::boot::{self, Booted, Migrations};
use crate::config::Config;
use crate::demo;
use crate::domains::{identity, upkeep};
use crate::kernel::error::AppError;
use crate::platform::audit::chain;
use crate::platform::crypto;
use crate::platform::db::{SystemTask, TenantScope, migrations};
use crate::platform::embedded_postgres;

/// `waymark admin …`
#[derive(Subcommand)]
pub enum Admin {
    /// Make someone an admin of an organization, with a login when they have none.
    Create(CreateAdmin),
    /// Print a single-use link with which someone can set a new password. It begins with public_url.
    ResetLink {
        /// Their e-mail address.
        email: String,
    },
}

/// Options of `waymark admin create`.
#[derive(Args)]
pub struct CreateAdmin {
    /// E-mail address to sign in with.
    #[arg(long)]
    email: String,
    /// Name others see.
    #[arg(long)]
    name: String,
    /// The organization's short name; `waymark doctor` lists them.
    #[arg(long)]
    organization: String,
    /// The first password; asked for on the terminal (or read from standard input) when left out.
    #[arg(long, env = "WAYMARK_ADMIN_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

/// `waymark demo …`
#[derive(Subcommand)]
pub enum Demo {
    /// Write sample organizations into the database.
    Seed {
        /// How much: two organizations to look around in, or one to measure with.
        #[arg(long, value_enum, default_value = "lively")]
        size: Size,
        /// Members of the large organization.
        #[arg(long, default_value_t = 100_000)]
        members: u32,
        /// Messages of the large organization.
        #[arg(long, default_value_t = 1_000_000)]
        messages: u64,
    },
}

/// How much sample data.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Size {
    /// A union local with 200 members and 5,000 messages, and a sales academy beside it.
    Lively,
    /// One organization for measurements.
    Large,
}

/// `waymark audit …`
#[derive(Subcommand)]
pub enum Audit {
    /// Check that no entry of any organization's audit log was changed, removed or put in, and print the head of each chain.
    Verify,
}

/// Runs `work` on a booted portal and stops the embedded database afterwards.
fn on_portal<T>(config: Config, work: impl FnOnce(&Booted) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let booted = boot::boot(config, Migrations::Run)?;
    let outcome = work(&booted);
    let Booted { app, database } = booted;
    drop(app);
    if let Some(embedded) = database.embedded {
        embedded.stop()?;
    }
    outcome
}

/// `waymark admin …`
///
/// # Errors
/// When the person or organization is not as described.
pub fn admin(config: Config, command: Admin) -> anyhow::Result<()> {
    match command {
        Admin::Create(args) => create_admin(config, args),
        Admin::ResetLink { email } => on_portal(config, |booted| {
            let app = &booted.app;
            let (base, minutes) = (app.config.public_url.clone(), app.config.sessions.reset_minutes);
            let base = if base.is_empty() {
                eprintln!(
                    "public_url is not set: the link is for a portal at 127.0.0.1:8080; for another address set WAYMARK_PUBLIC_URL"
                );
                "http://127.0.0.1:8080".to_owned()
            } else {
                base
            };
            let made = app.db.system_blocking(SystemTask::Operator, move |tx| {
                identity::reset_link(tx, &email, &base, minutes)
            });
            let link = made.map_err(|error| match error {
                AppError::NotFound => anyhow::anyhow!("nobody signs in with that address"),
                other => told(other),
            })?;
            println!("{link}");
            Ok(())
        }),
    }
}

/// `waymark audit …`
///
/// # Errors
/// When a log was tampered with, after all were checked.
pub fn audit(config: Config, command: &Audit) -> anyhow::Result<()> {
    let Audit::Verify = command;
    on_portal(config, |booted| {
        let app = &booted.app;
        let organizations = app
            .db
            .system_blocking(SystemTask::Operator, upkeep::organizations)
            .map_err(told)?;
        let mut broken = 0;
        for (org, slug) in organizations {
            let scope = TenantScope::of_portal(org, "audit.verify");
            let verdict = app.db.tenant_blocking(&scope, chain::verify).map_err(told)?;
            match verdict.broken {
                None => println!("{slug}: {} entries hold, head {}", verdict.links, verdict.head),
                Some(what) => {
                    broken += 1;
                    println!("{slug}: BROKEN after {} entries: {what}", verdict.links);
                }
            }
            if verdict.unchained > 0 {
                println!(
                    "{slug}: {} entries older than two hours are in no chain: they were put in past the portal, or it has not run since",
                    verdict.unchained
                );
            }
        }
        match broken {
            0 => Ok(()),
            1 => bail!("one audit log was tampered with"),
            many => bail!("{many} audit logs were tampered with"),
        }
    })
}

fn create_admin(config: Config, args: CreateAdmin) -> anyhow::Result<()> {
    let password = match args.password {
        Some(password) => password,
        None => ask_password()?,
    };
    on_portal(config, move |booted| {
        let (email, name, slug) = (args.email.clone(), args.name, args.organization);
        let made = booted.app.db.system_blocking(SystemTask::Operator, move |tx| {
            identity::create_admin(tx, &args.email, &name, &slug, &password)
        });
        let founded = made.map_err(|error| match error {
            AppError::NotFound => {
                anyhow::anyhow!("there is no such organization; `waymark doctor` lists them")
            }
            other => told(other),
        })?;
        let scope = TenantScope::of_portal(founded.org, "admin.create");
        booted
            .app
            .db
            .tenant_blocking(&scope, |tx| identity::tell_admin_created(tx, founded))
            .map_err(told)?;
        println!("{email} is an admin now.");
        Ok(())
    })
}

/// An error of the portal as the operator reads it: with the cause, field by field.
fn told(error: AppError) -> anyhow::Error {
    match error {
        AppError::Invalid(errors) => anyhow::anyhow!(
            "{}",
            errors
                .iter()
                .map(|(field, text)| format!("{field}: {text}"))
                .collect::<Vec<_>>()
                .join("\n")
        ),
        AppError::Unexpected(cause) => cause,
        other => other.into(),
    }
}

fn ask_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        print!("Password: ");
        std::io::stdout().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// `waymark demo …`
///
/// # Errors
/// When the database refuses.
pub fn demo(config: Config, command: Demo) -> anyhow::Result<()> {
    let Demo::Seed {
        size,
        members,
        messages,
    } = command;
    on_portal(config, |booted| {
        if demo::has_real(&booted.app)? {
            bail!(
                "this portal has an organization of its own, and everybody knows the password of the sample sign-ins; \
                 write sample data into another data folder, with --data or another DATABASE_URL"
            );
        }
        let now = booted.app.clock().now();
        match size {
            Size::Lively => {
                if demo::seed(&booted.app, now)? == 0 {
                    bail!("the sample organizations are already there");
                }
            }
            Size::Large => demo::seed_large(&booted.app, members, messages, now)?,
        }
        // What was written at once is not known to the planner yet, and would be asked for in the worst ways.
        migrations::take_stock(&booted.database.owner_url)?;
        println!(
            "Sample data is written. Everyone's password is {}.",
            demo::PASSWORD
        );
        Ok(())
    })
}

/// `waymark backup FILE`
///
/// # Errors
/// When the database is not the embedded one, or the archive cannot be written.
pub fn backup(config: Config, to: &Path) -> anyhow::Result<()> {
    if !config.database.url.is_empty() {
        bail!(
            "this database is not the embedded one: back it up with pg_dump, and copy {} (secret.key and objects)",
            config.data.display()
        );
    }
    let keys = boot::keys(&config)?;
    let running = embedded_postgres::start(boot::embedded_settings(&config.data, &keys))?;
    let manifest = embedded_postgres::backup(
        &running,
        to,
        crate::kernel::time::Clock::now(&crate::kernel::time::SystemClock),
    );
    running.stop()?;
    manifest?;
    println!(
        "Everything is in {}. It holds the secret key: keep it where only operators can read it.",
        to.display()
    );
    Ok(())
}

/// `waymark restore FILE`
///
/// # Errors
/// When the data folder is not empty or the archive is damaged.
pub fn restore(config: &Config, from: &Path) -> anyhow::Result<()> {
    let manifest = embedded_postgres::restore(from, &config.data, |data| {
        let keys = crypto::load_or_create(data)?;
        Ok(boot::embedded_settings(data, &keys))
    });
    manifest.with_context(|| format!("restoring into {}", config.data.display()))?;
    println!(
        "Restored into {}. Start it with `waymark serve`.",
        config.data.display()
    );
    Ok(())
}
