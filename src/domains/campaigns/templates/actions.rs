//! What is done with templates.

use serde_json::json;

use crate::config::Config;
use crate::domains::campaigns::content::{Compiled, Problem, compile};
use crate::kernel::error::AppError;
use crate::kernel::ids::TemplateId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::events::{TemplateArchived, TemplateCreated, TemplateRestored, TemplateVersionSaved};
use super::forms::errors_of;
use super::model::{Channel, Kept, Purpose, Words};
use super::policy::Writing;
use super::queries::{self, Facts, NewVersion};

/// Compiles words. Pictures may only come from the portal itself.
///
/// # Errors
/// Everything that is wrong with them.
pub fn compiled(
    words: &Words,
    channel: Channel,
    purpose: Purpose,
    config: &Config,
) -> Result<Compiled, Vec<Problem>> {
    let own = format!("{}/", config.public_url);
    let is_own = |address: &str| !config.public_url.is_empty() && address.starts_with(&own);
    compile(&words.draft(channel, purpose), &is_own)
}

/// The words somebody works on: those kept unfinished, else those of the newest version.
///
/// # Errors
/// When the database fails.
pub fn words_at_work(tx: &mut TenantTx<'_>, kept: &Kept) -> Result<Words, AppError> {
    if let Some(unfinished) = queries::unfinished(tx, kept.id)? {
        return Words::read(unfinished.draft);
    }
    match kept.current_version {
        0 => Ok(Words::default()),
        number => Words::read(queries::version(tx, kept.id, number)?.draft),
    }
}

/// Begins a template with words: as its first version when they compile, else kept unfinished.
///
/// # Errors
/// When the database fails.
pub fn create(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    channel: Channel,
    facts: &Facts,
    words: &Words,
    config: &Config,
) -> Result<TemplateId, AppError> {
    let id = queries::create(tx, writing, channel, facts)?;
    tx.audit(Entry::of("campaigns.template.created", "template", id).after(json!({ "channel": channel })))?;
    tx.emit(&TemplateCreated { template: id })?;
    match compiled(words, channel, facts.purpose, config) {
        Ok(compiled) => {
            add(tx, writing, id, facts, words, (compiled.digest(), 1, ""))?;
        }
        Err(_) => queries::keep_unfinished(tx, writing, id, &words.written()?)?,
    }
    Ok(id)
}

/// What became of saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// A new version of this number.
    Version(i32),
    /// The words are those of this version: none was added.
    Same(i32),
}

/// Saves a version.
///
/// # Errors
/// [`AppError::Invalid`] when the words do not compile, or when somebody saved another version since `base`.
pub fn save(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    (facts, note): (&Facts, &str),
    (words, base): (&Words, i32),
    config: &Config,
) -> Result<Saved, AppError> {
    let kept = queries::lock(tx, writing, id)?;
    if kept.current_version != base {
        return Err(AppError::field(
            "name",
            format!(
                "Somebody saved version {} while you were writing. Look at it, then save again to put yours after it.",
                kept.current_version
            ),
        ));
    }
    let compiled = compiled(words, kept.channel, facts.purpose, config)
        .map_err(|problems| AppError::Invalid(errors_of(&problems)))?;
    if base > 0 && queries::version(tx, id, base)?.digest == compiled.digest() {
        queries::change(tx, writing, id, facts, base)?;
        queries::forget_unfinished(tx, writing, id)?;
        tx.audit(Entry::of("campaigns.template.changed", "template", id))?;
        return Ok(Saved::Same(base));
    }
    add(tx, writing, id, facts, words, (compiled.digest(), base + 1, note))?;
    Ok(Saved::Version(base + 1))
}

fn add(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    facts: &Facts,
    words: &Words,
    (digest, number, note): (&[u8; 32], i32, &str),
) -> Result<(), AppError> {
    let new = NewVersion {
        number,
        purpose: facts.purpose,
        draft: words.written()?,
        digest,
        note,
    };
    let version = queries::add_version(tx, writing, id, &new)?;
    queries::change(tx, writing, id, facts, number)?;
    queries::forget_unfinished(tx, writing, id)?;
    let about = json!({ "version": number, "digest": hex::encode(digest.get(..8).unwrap_or_default()) });
    tx.audit(Entry::of("campaigns.template.saved", "template", id).after(about))?;
    tx.emit(&TemplateVersionSaved {
        template: id,
        version,
        number,
    })?;
    Ok(())
}

/// Keeps words that are not ready, without compiling them.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn keep(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    facts: &Facts,
    words: &Words,
) -> Result<(), AppError> {
    let kept = queries::lock(tx, writing, id)?;
    queries::change(tx, writing, id, facts, kept.current_version)?;
    queries::keep_unfinished(tx, writing, id, &words.written()?)?;
    tx.audit(Entry::of("campaigns.template.kept", "template", id))
}

/// Throws away what was kept unfinished.
///
/// # Errors
/// [`AppError::Conflict`] when there is no version to fall back to.
pub fn discard(tx: &mut TenantTx<'_>, writing: &Writing, id: TemplateId) -> Result<(), AppError> {
    let kept = queries::lock(tx, writing, id)?;
    if kept.current_version == 0 {
        return Err(AppError::Conflict(
            "There is no version yet to fall back to. Archive the template instead.".to_owned(),
        ));
    }
    queries::forget_unfinished(tx, writing, id)?;
    tx.audit(Entry::of("campaigns.template.discarded", "template", id))
}

/// Makes the words of an old version those of a new one. When the rules have changed since and they no longer compile, they are kept
/// unfinished and nothing is answered.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn bring_back(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    number: i32,
    config: &Config,
) -> Result<Option<Saved>, AppError> {
    let kept = queries::lock(tx, writing, id)?;
    let old = queries::version(tx, id, number)?;
    let words = Words::read(old.draft)?;
    let facts = Facts {
        name: kept.name.clone(),
        purpose: old.purpose,
        category: kept.category.clone(),
    };
    let note = format!("Version {number} brought back");
    if compiled(&words, kept.channel, facts.purpose, config).is_err() {
        keep(tx, writing, id, &facts, &words)?;
        return Ok(None);
    }
    let at_work = (&words, kept.current_version);
    save(tx, writing, id, (&facts, &note), at_work, config).map(Some)
}

/// Begins another template with the words of this one.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn copy(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    config: &Config,
) -> Result<TemplateId, AppError> {
    let kept = queries::template(tx, id)?;
    let words = words_at_work(tx, &kept)?;
    let name: String = format!("Copy of {}", kept.name).chars().take(120).collect();
    let facts = Facts {
        name: name.trim_end().to_owned(),
        purpose: kept.purpose,
        category: kept.category,
    };
    create(tx, writing, kept.channel, &facts, &words, config)
}

/// Puts a template away, or takes it back into use; answers whether it is away now.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn archive(tx: &mut TenantTx<'_>, writing: &Writing, id: TemplateId) -> Result<bool, AppError> {
    let kept = queries::lock(tx, writing, id)?;
    let goes_away = kept.archived_at.is_none();
    let moment = goes_away.then(|| tx.now());
    queries::archive(tx, writing, id, moment)?;
    if goes_away {
        tx.audit(Entry::of("campaigns.template.archived", "template", id))?;
        tx.emit(&TemplateArchived { template: id })?;
    } else {
        tx.audit(Entry::of("campaigns.template.restored", "template", id))?;
        tx.emit(&TemplateRestored { template: id })?;
    }
    Ok(goes_away)
}
