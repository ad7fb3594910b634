//! What is done with templates.

use serde_json::json;

use crate::config::Config;
use crate::domains::campaigns::content::{Compiled, Problem, compile};
use crate::domains::campaigns::images::{self, address::is_of_library};
use crate::kernel::error::AppError;
use crate::kernel::ids::{TemplateId, TemplateVersionId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::blocks::{self, Layout};
use super::events::{TemplateArchived, TemplateCreated, TemplateRestored, TemplateVersionSaved};
use super::forms::errors_of;
use super::model::{Channel, Kept, Purpose, Version, Words};
use super::policy::Writing;
use super::queries::{self, Facts, Made, NewVersion};

/// Compiles words. Pictures may only come from the library.
///
/// # Errors
/// Everything that is wrong with them.
pub fn compiled(
    words: &Words,
    channel: Channel,
    purpose: Purpose,
    config: &Config,
) -> Result<Compiled, Vec<Problem>> {
    let is_own = |address: &str| is_of_library(address, config);
    compile(&words.draft(channel, purpose), &is_own)
}

/// What a version says: its words, and the blocks they were arranged of, if they were.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    words: &'a Words,
    layout: Option<&'a Layout>,
}

impl<'a> Said<'a> {
    /// Written as source.
    pub fn source(words: &'a Words) -> Self {
        Self { words, layout: None }
    }

    /// Arranged of blocks; `words` hold the source they became.
    pub fn blocks(words: &'a Words, layout: &'a Layout) -> Self {
        Self {
            words,
            layout: Some(layout),
        }
    }

    fn made(self) -> Made {
        match self.layout {
            Some(_) => Made::OfBlocks,
            None => Made::OfSource,
        }
    }
}

/// The words somebody works on: those kept unfinished, else those of the newest version.
///
/// # Errors
/// When the database fails.
pub fn words_at_work(tx: &mut TenantTx<'_>, kept: &Kept, config: &Config) -> Result<Words, AppError> {
    if kept.is_of_blocks {
        return blocks::actions::words_at_work(tx, kept, config);
    }
    if let Some(unfinished) = queries::unfinished(tx, kept.id)? {
        return Words::read(unfinished.draft);
    }
    match kept.current_version {
        0 => Ok(Words::default()),
        number => Words::read(queries::version(tx, kept.id, number)?.draft),
    }
}

/// The words of a version of a template, of the newest when none is decided; nothing as long as there is none.
///
/// # Errors
/// When the database fails.
pub fn words_of(
    tx: &mut TenantTx<'_>,
    template: Option<TemplateId>,
    version: Option<TemplateVersionId>,
) -> Result<Option<Words>, AppError> {
    let Some(template) = template else {
        return Ok(None);
    };
    let version = match version {
        Some(id) => queries::version_by_id(tx, id)?,
        None => match queries::template(tx, template)?.current_version {
            0 => return Ok(None),
            current => queries::version(tx, template, current)?,
        },
    };
    Words::read(version.draft).map(Some)
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
    let id = begin(tx, writing, channel, facts)?;
    match compiled(words, channel, facts.purpose, config) {
        Ok(compiled) => {
            let said = Said::source(words);
            add(tx, writing, id, facts, said, (compiled.digest(), 1, ""))?;
        }
        Err(_) => queries::keep_unfinished(tx, writing, id, &words.written()?)?,
    }
    Ok(id)
}

/// Begins a template without words.
///
/// # Errors
/// When the database fails.
pub fn begin(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    channel: Channel,
    facts: &Facts,
) -> Result<TemplateId, AppError> {
    let id = queries::create(tx, writing, channel, facts)?;
    tx.audit(Entry::of("campaigns.template.created", "template", id).after(json!({ "channel": channel })))?;
    tx.emit(&TemplateCreated { template: id })?;
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
    (said, base): (Said<'_>, i32),
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
    let compiled = compiled(said.words, kept.channel, facts.purpose, config)
        .map_err(|problems| AppError::Invalid(errors_of(&problems)))?;
    if base > 0 && is_same(&queries::version(tx, id, base)?, said, compiled.digest()) {
        queries::change(tx, writing, id, facts, base)?;
        at_rest(tx, writing, id, said.made())?;
        tx.audit(Entry::of("campaigns.template.changed", "template", id))?;
        return Ok(Saved::Same(base));
    }
    add(tx, writing, id, facts, said, (compiled.digest(), base + 1, note))?;
    Ok(Saved::Version(base + 1))
}

/// Whether a version says this already, made in the same way.
fn is_same(version: &Version, said: Said<'_>, digest: &[u8; 32]) -> bool {
    version.digest == digest && version.blocks.is_some() == said.layout.is_some()
}

/// What was unfinished is finished.
fn at_rest(tx: &mut TenantTx<'_>, writing: &Writing, id: TemplateId, made: Made) -> Result<(), AppError> {
    queries::made(tx, writing, id, made)?;
    queries::forget_unfinished(tx, writing, id)?;
    blocks::actions::put_away(tx, writing, id)
}

fn add(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    facts: &Facts,
    said: Said<'_>,
    (digest, number, note): (&[u8; 32], i32, &str),
) -> Result<(), AppError> {
    let new = NewVersion {
        number,
        purpose: facts.purpose,
        draft: said.words.written()?,
        blocks: said.layout.map(Layout::kept).transpose()?,
        digest,
        note,
    };
    let version = queries::add_version(tx, writing, id, &new)?;
    images::actions::note_uses(tx, writing, version, &said.words.source)?;
    queries::change(tx, writing, id, facts, number)?;
    at_rest(tx, writing, id, said.made())?;
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
    if kept.is_of_blocks {
        return blocks::actions::put_away(tx, writing, id);
    }
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
    let layout = old.blocks.map(Layout::read).transpose()?;
    let facts = Facts {
        name: kept.name.clone(),
        purpose: old.purpose,
        category: kept.category.clone(),
    };
    let note = format!("Version {number} brought back");
    if compiled(&words, kept.channel, facts.purpose, config).is_err() {
        keep_old(tx, writing, id, &facts, (&words, layout.as_ref()))?;
        return Ok(None);
    }
    let said = Said {
        words: &words,
        layout: layout.as_ref(),
    };
    let at_work = (said, kept.current_version);
    save(tx, writing, id, (&facts, &note), at_work, config).map(Some)
}

fn keep_old(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    facts: &Facts,
    (words, layout): (&Words, Option<&Layout>),
) -> Result<(), AppError> {
    let Some(layout) = layout else {
        queries::made(tx, writing, id, Made::OfSource)?;
        return keep(tx, writing, id, facts, words);
    };
    queries::made(tx, writing, id, Made::OfBlocks)?;
    let kept = queries::template(tx, id)?;
    let mut work = blocks::actions::begun(layout, words);
    work.base = kept.current_version;
    blocks::actions::keep(tx, writing, id, &work)?;
    tx.audit(Entry::of("campaigns.template.kept", "template", id))
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
    let name: String = format!("Copy of {}", kept.name).chars().take(120).collect();
    let facts = Facts {
        name: name.trim_end().to_owned(),
        purpose: kept.purpose,
        category: kept.category.clone(),
    };
    if kept.is_of_blocks {
        let work = blocks::actions::work_of(tx, &kept, writing.author())?;
        return blocks::actions::create(tx, writing, &facts, (&work.layout, &work.words), config);
    }
    let words = words_at_work(tx, &kept, config)?;
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
