//! Making exports, and removing them after a week.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::domains::channels::events::ChannelExported;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, Id, JobId, MemberId, OrgId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{JobKind, JobRun, Outcome};
use crate::platform::storage::{StorageError, StorageKey};

use super::actions::Export;
use super::archive::{Archive, Finished};
use super::model::{KIND, Made, Wanted};
use super::queries;
use super::sheets::Sheet;
use super::writing::{Filling, Going};

/// Removes exports whose time is over; runs once a day.
pub const EXPIRE: &str = "channels.expire_exports";

/// The jobs of exports.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let (making, expiring) = (app.clone(), app.clone());
    vec![
        JobKind {
            name: KIND,
            run: Arc::new(move |run| make(&making, run)),
        },
        JobKind {
            name: EXPIRE,
            run: Arc::new(move |run| expire(&expiring, run)),
        },
    ]
}

/// Where the file of an export is. Named after its job: made twice, it is there once.
///
/// # Errors
/// Never for keys of this form.
pub fn key_of(org: OrgId, job: JobId) -> Result<StorageKey, AppError> {
    StorageKey::new(org.0, "exports", job.uuid()).map_err(|cause| AppError::Unexpected(cause.into()))
}

fn make(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let wanted: Wanted = run.args()?;
    let mut filling = Filling {
        db: &app.db,
        scope: run.scope(),
        run,
        written: 0,
        total: 0,
    };
    let filled = match wanted {
        Wanted::Member { member } => of_member(app, &mut filling, member)?,
        Wanted::Channel { channel, from_seq } => of_channel(app, &mut filling, channel, from_seq)?,
    };
    match filled {
        Some(archive) => keep(app, run, wanted, &archive.finish()?, filling.written),
        None => Ok(Outcome::Cancelled("stopped on request".to_owned())),
    }
}

/// None when it was stopped.
fn of_member(app: &App, filling: &mut Filling<'_>, member: MemberId) -> Result<Option<Archive>, AppError> {
    let (total, sheet) = app.db.tenant_blocking(&filling.scope, |tx| {
        let profile = queries::profile(tx, member)?;
        Ok((
            queries::count_of_author(tx, member)?,
            sheet(app, tx, format!("Messages of {}", profile.name))?,
        ))
    })?;
    filling.total = total;
    let mut archive = Archive::begin(&app.config.data, filling.run.id(), &sheet)?;
    let through = filling.person(&mut archive, member)? == Going::Through
        && filling.own(&mut archive, member)? == Going::Through
        && filling.author(&mut archive, member)? == Going::Through
        && filling.files(&mut archive, member, app.storage.as_ref())? == Going::Through;
    Ok(through.then_some(archive))
}

/// None when it was stopped, or the channel is gone.
fn of_channel(
    app: &App,
    filling: &mut Filling<'_>,
    channel: ChannelId,
    from_seq: i64,
) -> Result<Option<Archive>, AppError> {
    let found = app.db.tenant_blocking(&filling.scope, |tx| {
        let Some(named) = queries::named(tx, &[channel])?.pop() else {
            return Ok(None);
        };
        let title = if named.title.is_empty() {
            "Direct conversation".to_owned()
        } else {
            named.title.clone()
        };
        Ok(Some((
            queries::count_of_channel(tx, channel, from_seq)?,
            sheet(app, tx, title)?,
            named,
        )))
    })?;
    let Some((total, sheet, named)) = found else {
        return Ok(None);
    };
    filling.total = total;
    let mut archive = Archive::begin(&app.config.data, filling.run.id(), &sheet)?;
    let through = filling.channel(&mut archive, &named, from_seq)? == Going::Through;
    Ok(through.then_some(archive))
}

fn sheet(app: &App, tx: &mut TenantTx<'_>, title: String) -> Result<Sheet, AppError> {
    let made = tx.now().format("%-d %b %Y, %H:%M UTC").to_string();
    Ok(Sheet::new(
        title,
        queries::organization_name(tx)?,
        made,
        &app.config.public_url,
    ))
}

/// Stores the file, then tells that it is there.
fn keep(
    app: &App,
    run: &JobRun,
    wanted: Wanted,
    file: &Finished,
    messages: i64,
) -> Result<Outcome, AppError> {
    let key = key_of(run.org(), run.id())?;
    let runtime =
        tokio::runtime::Handle::try_current().map_err(|cause| AppError::Unexpected(cause.into()))?;
    runtime
        .block_on(app.storage.put_file(&key, file.path(), "application/zip"))
        .map_err(away)?;
    let (job, asker) = (run.id(), run.asked_by());
    app.db.tenant_blocking(&run.scope(), |tx| {
        if let (Wanted::Channel { channel, .. }, Some(by)) = (wanted, asker) {
            tx.emit(&ChannelExported { channel, by })?;
        }
        tx.audit(
            Entry::of("channels.export.made", "export", job).after(
                json!({ "wanted": wanted, "asked_by": asker, "messages": messages, "bytes": file.bytes }),
            ),
        )
    })?;
    let made = Made {
        messages,
        bytes: file.bytes,
        expired: false,
    };
    Ok(Outcome::Done(json!(made)))
}

fn expire(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let runtime =
        tokio::runtime::Handle::try_current().map_err(|cause| AppError::Unexpected(cause.into()))?;
    let over = app
        .db
        .tenant_blocking(&run.scope(), |tx| Ok(queries::over(tx)?))?;
    let mut removed = 0;
    for job in over {
        let Export { job, made, .. } = Export::of(job)?;
        if made.expired {
            continue;
        }
        runtime
            .block_on(app.storage.delete(&key_of(run.org(), job.id)?))
            .map_err(away)?;
        let gone = json!(Made {
            expired: true,
            ..made
        });
        app.db.tenant_blocking(&run.scope(), |tx| {
            queries::keep_result(tx, job.id, gone)?;
            tx.audit(Entry::of("channels.export.expired", "export", job.id))
        })?;
        removed += 1;
        run.progress(removed, None)?;
    }
    Ok(Outcome::Done(json!({ "removed": removed })))
}

fn away(cause: StorageError) -> AppError {
    AppError::Unexpected(anyhow::Error::new(cause).context("storing an export"))
}
