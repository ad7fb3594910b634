//! The database: there, new enough, migrated, and served from without power over it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;

use super::{Checked, Finding};
use crate::app::App;
use crate::boot;
use crate::config::Config;
use crate::domains::consent::sealing::checking::Books;
use crate::domains::upkeep;
use crate::kernel::error::AppError;
use crate::kernel::time::{Clock, SystemClock};
use crate::platform::crypto::KeyRing;
use crate::platform::db::{SystemTask, SystemTx, TenantScope, migrations, roles};
use crate::platform::embedded_postgres::{Binaries, MINIMUM_MAJOR};

/// Days of logs that are read again.
const SEALED_DAYS: i64 = 8;

/// Every check of the database that can be made: without one there is none to make, without keys only the owner's.
pub fn checks(config: &Config, keys: Option<&KeyRing>) -> Vec<Checked> {
    if config.database.url.is_empty() && !config.data.join("postgres").exists() {
        return vec![("database", programs())];
    }
    let Some(keys) = keys else {
        return match config.database.url.as_str() {
            "" => Vec::new(),
            url => vec![("database", version(url)), ("migrations", pending(url))],
        };
    };
    let database = match boot::database(config, keys) {
        Ok(database) => database,
        Err(cause) => return vec![("database", Finding::Wrong(format!("{cause:#}")))],
    };
    let mut checked = of_server(config, keys, &database.owner_url);
    if let Some(embedded) = database.embedded
        && let Err(cause) = embedded.stop()
    {
        let text = format!("the embedded database did not stop well: {cause}");
        checked.push(("database", Finding::Wrong(text)));
    }
    checked
}

/// For the first start: whether PostgreSQL is installed.
fn programs() -> Finding {
    match Binaries::find(None) {
        Ok(found) => Finding::Good(format!(
            "none yet: `waymark serve` makes one with PostgreSQL {}",
            found.version()
        )),
        Err(cause) => Finding::Wrong(format!("{cause}.")),
    }
}

fn of_server(config: &Config, keys: &KeyRing, url: &str) -> Vec<Checked> {
    let mut checked = vec![("database", version(url)), ("migrations", pending(url))];
    for (name, role) in [("role", roles::TENANT_ROLE), ("system role", roles::SYSTEM_ROLE)] {
        checked.push((name, powerless(keys, url, role)));
    }
    checked.push(("row security", policies(keys, url)));
    if let Ok(app) = boot::assemble(config.clone(), keys.clone(), url, Arc::new(SystemClock)) {
        checked.push(("database time", asked(&app, time)));
        checked.push(("organizations", asked(&app, organizations)));
        checked.push(("sealed logs", seals(&app)));
    }
    checked
}

fn version(url: &str) -> Finding {
    match migrations::server_version(url) {
        Ok(version) if version / 10_000 >= MINIMUM_MAJOR => Finding::Good(format!(
            "PostgreSQL {}.{} answers",
            version / 10_000,
            version % 10_000
        )),
        Ok(version) => Finding::Wrong(format!(
            "PostgreSQL {} is too old: {MINIMUM_MAJOR} or newer is needed.",
            version / 10_000
        )),
        Err(cause) => Finding::Wrong(format!(
            "{cause:#}. Check DATABASE_URL, and that PostgreSQL accepts connections from here."
        )),
    }
}

fn pending(url: &str) -> Finding {
    match migrations::pending(url) {
        Ok(pending) if pending.is_empty() => Finding::Good("none is pending".to_owned()),
        Ok(pending) => Finding::Worth(format!(
            "{} are pending: `waymark migrate` or the next start runs them",
            pending.len()
        )),
        Err(cause) => Finding::Wrong(format!("{cause:#}")),
    }
}

fn powerless(keys: &KeyRing, url: &str, role: &str) -> Finding {
    let checked =
        roles::url_for(url, role, &keys.role_password(role)).and_then(|url| roles::verify_powerless(&url));
    match checked {
        Ok(()) => Finding::Good(format!(
            "{role} owns nothing and cannot step around row-level security"
        )),
        Err(cause) => Finding::Wrong(format!(
            "{cause:#}. `waymark migrate` makes the roles and their passwords anew."
        )),
    }
}

fn policies(keys: &KeyRing, url: &str) -> Finding {
    let role = roles::TENANT_ROLE;
    let gaps =
        roles::url_for(url, role, &keys.role_password(role)).and_then(|url| roles::gaps_in_policies(&url));
    match gaps {
        Ok(gaps) if gaps.is_empty() => {
            Finding::Good("every tenant table has forced row-level security and its policy".to_owned())
        }
        Ok(gaps) => Finding::Wrong(format!(
            "{}. Somebody changed the tables by hand: restore a backup, or make the policy again as migration \
             2026-11-20-000100 does.",
            gaps.join("; ")
        )),
        Err(cause) => Finding::Wrong(format!("{cause:#}")),
    }
}

fn asked(app: &App, question: fn(&mut SystemTx<'_>) -> QueryResult<Finding>) -> Finding {
    app.db
        .system_blocking(SystemTask::Operator, move |tx| Ok(question(tx)?))
        .unwrap_or_else(|error| Finding::Wrong(error.told()))
}

/// Both clocks agree, and nothing was written later than now: a clock that was set back makes what is new look old.
fn time(tx: &mut SystemTx<'_>) -> QueryResult<Finding> {
    use crate::platform::db::schema::events;
    let theirs: DateTime<Utc> =
        diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(tx.conn())?;
    let newest: Option<DateTime<Utc>> = events::table
        .select(diesel::dsl::max(events::occurred_at))
        .first(tx.conn())?;
    let apart = (SystemClock.now() - theirs).num_seconds();
    let ahead = newest.map_or(0, |newest| (newest - SystemClock.now()).num_seconds());
    Ok(match (apart.abs(), ahead) {
        (0..=2, ..=2) => Finding::Good("this machine and the database agree on the time".to_owned()),
        (0..=2, ahead) => Finding::Wrong(format!(
            "something happened {ahead} seconds in the future: a clock was wrong. Let this machine follow a time server (NTP)."
        )),
        _ => Finding::Wrong(format!(
            "this machine and the database are {} seconds apart. Let both follow the same time server (NTP).",
            apart.abs()
        )),
    })
}

fn organizations(tx: &mut SystemTx<'_>) -> QueryResult<Finding> {
    use crate::platform::db::schema::organizations;
    let names: Vec<String> = organizations::table
        .order(organizations::slug)
        .limit(20)
        .select(organizations::slug)
        .load(tx.conn())?;
    Ok(Finding::Good(match names.is_empty() {
        true => "none yet: open the portal to set it up".to_owned(),
        false => names.join(", "),
    }))
}

/// Whether the logs of the last days are as they were sealed.
fn seals(app: &App) -> Finding {
    match differing(app) {
        Ok((0, _)) => Finding::Good("none yet: what a day holds is sealed the night after".to_owned()),
        Ok((days, found)) if found.is_empty() => {
            Finding::Good(format!("{days} days of logs are as they were sealed"))
        }
        Ok((_, found)) => Finding::Wrong(format!(
            "{} Somebody changed the database by hand, or a part of it was lost: compare with a backup.",
            found.join(" ")
        )),
        Err(error) => Finding::Worth(format!("they could not be compared: {}", error.told())),
    }
}

/// How many days of logs were read again, and what is not as it was sealed.
fn differing(app: &App) -> Result<(i64, Vec<String>), AppError> {
    let organizations = app
        .db
        .system_blocking(SystemTask::Operator, upkeep::organizations)?;
    let (mut days, mut found) = (0, Vec::new());
    for (org, slug) in organizations {
        let scope = TenantScope::of_portal(org, "doctor.seals");
        let since = app.clock().now().date_naive() - TimeDelta::days(SEALED_DAYS);
        let verdict = Books::of(&app.db, &app.keys, scope).check(since, &mut |_| Ok(()))?;
        days += verdict.days;
        found.extend(
            verdict
                .findings
                .into_iter()
                .map(|one| format!("{slug}, {}, {}: {}", one.day, one.log, one.what)),
        );
    }
    Ok((days, found))
}
