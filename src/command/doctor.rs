//! `waymark doctor`: what is wrong, and how to mend it.

use std::path::Path;

use diesel::prelude::*;

use crate::boot;
use crate::config::Config;
use crate::kernel::time::{Clock, SystemClock};
use crate::platform::crypto::KeyRing;
use crate::platform::db::{SystemTask, SystemTx, migrations, roles};

/// What one check found.
enum Finding {
    Good(String),
    Worth(String),
    Wrong(String),
}

/// Checks everything and prints a line each. Ends with failure when something is wrong.
///
/// # Errors
/// When at least one check failed.
pub fn doctor(config: Config) -> anyhow::Result<()> {
    println!(
        "waymark {} looks at its surroundings\n",
        env!("CARGO_PKG_VERSION")
    );
    let mut wrong = 0;
    let mut say = |name: &str, finding: Finding| match finding {
        Finding::Good(text) => println!("  ok      {name:<12} {text}"),
        Finding::Worth(text) => println!("  look    {name:<12} {text}"),
        Finding::Wrong(text) => {
            wrong += 1;
            println!("  WRONG   {name:<12} {text}");
        }
    };
    say("data folder", data_folder(&config.data));
    say("disk", disk(&config.data));
    match boot::keys(&config) {
        Ok(keys) => {
            say(
                "secret",
                Finding::Good("secret.key is there and private".to_owned()),
            );
            for (name, finding) in database(&config, &keys) {
                say(name, finding);
            }
        }
        Err(cause) => say("secret", Finding::Wrong(format!("{cause:#}"))),
    }
    say("mail", mail(&config));
    say("address", address(&config));
    println!();
    if wrong > 0 {
        anyhow::bail!("{wrong} checks found something that must be mended");
    }
    println!("Nothing stands in the way of `waymark serve`.");
    Ok(())
}

fn data_folder(data: &Path) -> Finding {
    match std::fs::create_dir_all(data).and_then(|()| tempfile::NamedTempFile::new_in(data).map(drop)) {
        Ok(()) => Finding::Good(format!("{} can be written", data.display())),
        Err(cause) => Finding::Wrong(format!(
            "{} cannot be written ({cause}). Choose another with --data, or change its owner.",
            data.display()
        )),
    }
}

fn disk(data: &Path) -> Finding {
    match nix::sys::statvfs::statvfs(data) {
        Ok(stat) => {
            let free = u128::from(stat.blocks_available()) * u128::from(stat.fragment_size()) / 1_000_000;
            match free {
                0..500 => Finding::Wrong(format!(
                    "only {free} MB are free. PostgreSQL stops when the disk is full: make room."
                )),
                500..2_000 => Finding::Worth(format!("{free} MB are free; make room before it is full")),
                _ => Finding::Good(format!("{} GB are free", free / 1_000)),
            }
        }
        Err(cause) => Finding::Worth(format!("the free space cannot be read: {cause}")),
    }
}

fn database(config: &Config, keys: &KeyRing) -> Vec<(&'static str, Finding)> {
    let database = match boot::database(config, keys) {
        Ok(database) => database,
        Err(cause) => {
            let help = if config.database.url.is_empty() {
                ""
            } else {
                " Check DATABASE_URL, and that PostgreSQL accepts connections from here."
            };
            return vec![("database", Finding::Wrong(format!("{cause:#}.{help}")))];
        }
    };
    let url = database.owner_url.clone();
    let mut findings = Vec::new();
    findings.push(match migrations::server_version(&url) {
        Ok(version) if version / 10_000 >= 14 => (
            "database",
            Finding::Good(format!(
                "PostgreSQL {}.{} answers",
                version / 10_000,
                version % 10_000
            )),
        ),
        Ok(version) => (
            "database",
            Finding::Wrong(format!(
                "PostgreSQL {} is too old: 14 or newer is needed.",
                version / 10_000
            )),
        ),
        Err(cause) => ("database", Finding::Wrong(format!("{cause:#}"))),
    });
    findings.push(match migrations::pending(&url) {
        Ok(pending) if pending.is_empty() => ("migrations", Finding::Good("none is pending".to_owned())),
        Ok(pending) => (
            "migrations",
            Finding::Worth(format!(
                "{} are pending: `waymark migrate` or the next start runs them",
                pending.len()
            )),
        ),
        Err(cause) => ("migrations", Finding::Wrong(format!("{cause:#}"))),
    });
    for (name, role) in [("role", roles::TENANT_ROLE), ("system role", roles::SYSTEM_ROLE)] {
        let checked = roles::url_for(&url, role, &keys.role_password(role))
            .and_then(|url| roles::verify_powerless(&url));
        findings.push(match checked {
            Ok(()) => (
                name,
                Finding::Good(format!(
                    "{role} owns nothing; every tenant table has forced row-level security"
                )),
            ),
            Err(cause) => (
                name,
                Finding::Wrong(format!(
                    "{cause:#}. `waymark migrate` makes the roles and their passwords anew."
                )),
            ),
        });
    }
    if let Ok(app) = boot::assemble(
        config.clone(),
        keys.clone(),
        &url,
        std::sync::Arc::new(SystemClock),
    ) {
        findings.push((
            "clock",
            app.db
                .system_blocking(SystemTask::Operator, |tx| Ok(clock(tx)?))
                .unwrap_or_else(|error| Finding::Wrong(error.to_string())),
        ));
        let names = app
            .db
            .system_blocking(SystemTask::Operator, |tx| Ok(organizations(tx)?))
            .unwrap_or_default();
        let listed = if names.is_empty() {
            "none yet: open the portal to set it up".to_owned()
        } else {
            names.join(", ")
        };
        findings.push(("organizations", Finding::Good(listed)));
    }
    if let Some(embedded) = database.embedded
        && let Err(cause) = embedded.stop()
    {
        findings.push((
            "database",
            Finding::Wrong(format!("the embedded database did not stop well: {cause}")),
        ));
    }
    findings
}

fn clock(tx: &mut SystemTx<'_>) -> QueryResult<Finding> {
    let theirs: chrono::DateTime<chrono::Utc> =
        diesel::select(diesel::dsl::now.into_sql::<diesel::sql_types::Timestamptz>())
            .get_result(tx.conn())?;
    let apart = (SystemClock.now() - theirs).num_seconds().abs();
    Ok(match apart {
        0..=2 => Finding::Good("this machine and the database agree".to_owned()),
        _ => Finding::Wrong(format!(
            "this machine and the database are {apart} seconds apart. Let both follow the same time server (NTP)."
        )),
    })
}

fn organizations(tx: &mut SystemTx<'_>) -> QueryResult<Vec<String>> {
    use crate::platform::db::schema::organizations;
    organizations::table
        .order(organizations::slug)
        .limit(20)
        .select(organizations::slug)
        .load(tx.conn())
}

fn mail(config: &Config) -> Finding {
    if config.mail.outbox_page {
        return Finding::Worth("mail is kept and shown at /outbox (development); nothing is sent".to_owned());
    }
    Finding::Worth(
        "mail is kept in the database and not sent; `waymark admin reset-link EMAIL` prints a reset link"
            .to_owned(),
    )
}

fn address(config: &Config) -> Finding {
    match config.public_url.as_str() {
        "" => Finding::Worth(
            "public_url is not set: links in mail use the address the portal listens on".to_owned(),
        ),
        url if config.is_https() => Finding::Good(url.to_owned()),
        url => Finding::Worth(format!("{url} is not https: cookies are not marked Secure")),
    }
}
