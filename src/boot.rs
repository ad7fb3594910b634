//! From configuration to a working [`App`]: secrets, database, roles, migrations, in this order.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use secrecy::SecretString;

use crate::app::App;
use crate::config::Config;
use crate::domains;
use crate::domains::identity::Directory;
use crate::kernel::time::{Clock, SystemClock};
use crate::platform::crypto::{self, KeyRing, Passwords};
use crate::platform::db::{Db, migrations, roles};
use crate::platform::embedded_postgres::{self, Settings};
use crate::platform::live::Signals;
use crate::platform::storage;
use crate::platform::web::session::Sessions;

/// Owner's role and database name inside the embedded PostgreSQL.
const OWNER: &str = "waymark_owner";
const DATABASE: &str = "waymark";

/// Whether migrations run at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// Run what is pending.
    Run,
    /// Refuse to start when something is pending.
    Expect,
}

/// The database the portal uses, and how its owner reaches it.
pub struct Database {
    /// URL with the owner's login.
    pub owner_url: String,
    /// The embedded server, when there is one.
    pub embedded: Option<embedded_postgres::Running>,
}

/// A working portal and the database server it may own.
pub struct Booted {
    /// The portal.
    pub app: App,
    /// Its database.
    pub database: Database,
}

/// The installation's keys, from `secret.key` in the data folder; made there at the first start.
///
/// # Errors
/// When there is no usable secret.
pub fn keys(config: &Config) -> anyhow::Result<KeyRing> {
    crypto::load_or_create(&config.data)
}

/// Starts or finds the database.
///
/// # Errors
/// When the embedded server cannot be started; the message says what to do.
pub fn database(config: &Config, keys: &KeyRing) -> anyhow::Result<Database> {
    if !config.database.url.is_empty() {
        return Ok(Database {
            owner_url: config.database.url.clone(),
            embedded: None,
        });
    }
    let embedded = embedded_postgres::start(embedded_settings(&config.data, keys))?;
    migrations::prefer_lz4(&embedded.url(), DATABASE)?;
    Ok(Database {
        owner_url: embedded.url(),
        embedded: Some(embedded),
    })
}

/// Settings of the embedded server of a data folder.
pub fn embedded_settings(data: &Path, keys: &KeyRing) -> Settings {
    Settings {
        data: data.to_path_buf(),
        superuser: OWNER.to_owned(),
        password: SecretString::from(keys.role_password(OWNER)),
        database: DATABASE.to_owned(),
    }
}

/// Makes roles, runs migrations; answers the names of what was run.
///
/// # Errors
/// When the owner lacks rights or a migration fails.
pub fn prepare(owner_url: &str, keys: &KeyRing) -> anyhow::Result<Vec<String>> {
    let version = migrations::server_version(owner_url)? / 10_000;
    if version < embedded_postgres::MINIMUM_MAJOR {
        bail!(
            "PostgreSQL {version} is too old: {} or newer is needed",
            embedded_postgres::MINIMUM_MAJOR
        );
    }
    migrations::alone(owner_url, |conn| {
        roles::ensure(
            conn,
            owner_url,
            &keys.role_password(roles::TENANT_ROLE),
            &keys.role_password(roles::SYSTEM_ROLE),
        )?;
        migrations::run(conn)
    })
}

/// Everything up to a working portal.
///
/// # Errors
/// Whatever stands in the way, in words an operator can act on.
pub fn boot(config: Config, migrate: Migrations) -> anyhow::Result<Booted> {
    let has_database = !config.database.url.is_empty() || config.data.join("postgres").exists();
    if migrate == Migrations::Expect && !has_database {
        bail!(
            "there is no database in {} yet; run `waymark migrate` first",
            config.data.display()
        );
    }
    let keys = keys(&config)?;
    let database = database(&config, &keys)?;
    match migrate {
        Migrations::Run => {
            for name in prepare(&database.owner_url, &keys)? {
                tracing::info!(migration = name, "migrated");
            }
        }
        Migrations::Expect => {
            let pending = migrations::pending(&database.owner_url)?;
            if !pending.is_empty() {
                bail!(
                    "the database is behind this version by {} migrations; run `waymark migrate` first",
                    pending.len()
                );
            }
        }
    }
    let app = assemble(config, keys, &database.owner_url, Arc::new(SystemClock))?;
    Ok(Booted { app, database })
}

/// The portal over a prepared database.
///
/// # Errors
/// When the database cannot be reached with both roles, or a role has more power than it may.
pub fn assemble(
    config: Config,
    keys: KeyRing,
    owner_url: &str,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<App> {
    let url_of = |role: &str| roles::url_for(owner_url, role, &keys.role_password(role));
    let (tenant_url, system_url) = (url_of(roles::TENANT_ROLE)?, url_of(roles::SYSTEM_ROLE)?);
    roles::verify_powerless(&tenant_url).context("checking the portal's database role")?;
    roles::verify_powerless(&system_url).context("checking the portal's system role")?;
    let db = Db::connect(
        &tenant_url,
        &system_url,
        config.database.pool_size,
        clock,
        Arc::new(Signals::default()),
    )?;
    Ok(App {
        sessions: Sessions::new(db.clone(), &config),
        directory: Arc::new(Directory::new(db.clone())),
        proofs: Arc::default(),
        storage: storage::open(&config.storage, &config.data).context("opening the storage for uploads")?,
        passwords: Passwords::new()?,
        register: Arc::new(domains::register()),
        config: Arc::new(config),
        keys,
        db,
    })
}
