//! What is done with mail of blocks. Each is one transaction.

use serde_json::json;
use uuid::Uuid;

use crate::config::Config;
use crate::domains::campaigns::content::Block;
use crate::domains::campaigns::images;
use crate::domains::campaigns::templates::actions::{self, Said, Saved};
use crate::domains::campaigns::templates::events::TemplateConverted;
use crate::domains::campaigns::templates::model::{Channel, Kept, Words};
use crate::domains::campaigns::templates::policy::Writing;
use crate::domains::campaigns::templates::queries::{self as templates, Facts, Made};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CampaignImageId, MemberId, TemplateId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::checks::check;
use super::forms::BlocksForm;
use super::layout::Layout;
use super::model::Work;
use super::queries::{self, NewDraft};
use super::steps::{self, Done, Open, Step};

/// The longest layout, in bytes of JSON. What it becomes would be cut off by mailboxes long before.
const LONGEST: usize = 300_000;

/// What somebody is arranging: their draft, else the newest version, else a beginning.
///
/// # Errors
/// When the database fails.
pub fn work_of(tx: &mut TenantTx<'_>, kept: &Kept, member: Option<MemberId>) -> Result<Work, AppError> {
    let row = match member {
        Some(member) => queries::draft(tx, kept.id, member)?,
        None => None,
    };
    let revision = row.as_ref().map_or(0, |row| row.revision);
    if let Some(row) = row
        && let Some(work) = Work::of_draft(row)?
    {
        return Ok(work);
    }
    let (layout, words) = newest(tx, kept)?;
    Ok(Work {
        layout,
        words,
        base: kept.current_version,
        revision,
        tab: None,
        past: Vec::new(),
        changed_at: None,
    })
}

fn newest(tx: &mut TenantTx<'_>, kept: &Kept) -> Result<(Layout, Words), AppError> {
    if kept.current_version == 0 {
        return Ok((Layout::fresh(), Words::beside_fresh_blocks()));
    }
    let version = templates::version(tx, kept.id, kept.current_version)?;
    let layout = version.blocks.map(Layout::read).transpose()?;
    let words = Words {
        source: String::new(),
        ..Words::read(version.draft)?
    };
    Ok((layout.unwrap_or_default(), words))
}

/// The words with the source that the blocks become.
pub fn spelled_out(layout: &Layout, words: &Words, config: &Config) -> Words {
    Words {
        source: layout.written(config).mjml,
        ..words.clone()
    }
}

/// The words of what whoever acts is arranging.
///
/// # Errors
/// When the database fails.
pub fn words_at_work(tx: &mut TenantTx<'_>, kept: &Kept, config: &Config) -> Result<Words, AppError> {
    let member = tx.actor().member_id();
    let work = work_of(tx, kept, member)?;
    Ok(spelled_out(&work.layout, &work.words, config))
}

/// Begins a mail of blocks: as its first version when it compiles, else as a draft of whoever begins it.
///
/// # Errors
/// When the database fails.
pub fn create(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    facts: &Facts,
    (layout, words): (&Layout, &Words),
    config: &Config,
) -> Result<TemplateId, AppError> {
    let id = actions::begin(tx, writing, Channel::Email, facts)?;
    templates::made(tx, writing, id, Made::OfBlocks)?;
    let checked = check(layout, words, facts.purpose, config);
    if checked.is_wrong() {
        keep(tx, writing, id, &begun(layout, words))?;
        return Ok(id);
    }
    let whole = spelled_out(layout, words, config);
    actions::save(
        tx,
        writing,
        id,
        (facts, ""),
        (Said::blocks(&whole, layout), 0),
        config,
    )?;
    Ok(id)
}

/// Work that nobody has seen yet.
pub fn begun(layout: &Layout, words: &Words) -> Work {
    Work {
        layout: layout.clone(),
        words: Words {
            source: String::new(),
            ..words.clone()
        },
        base: 0,
        revision: 0,
        tab: None,
        past: Vec::new(),
        changed_at: None,
    }
}

/// Keeps a draft of whoever writes.
///
/// # Errors
/// [`AppError::Invalid`] when it is too long.
pub fn keep(tx: &mut TenantTx<'_>, writing: &Writing, id: TemplateId, work: &Work) -> Result<(), AppError> {
    let Some(member) = writing.author() else {
        return Ok(());
    };
    let layout = work.layout.kept()?;
    if layout.to_string().len() > LONGEST {
        return Err(AppError::field(
            "blocks",
            "The mail is too long. Nothing more fits into it.",
        ));
    }
    let new = NewDraft {
        base: work.base,
        tab: work.tab.unwrap_or_default(),
        layout,
        words: work.words.written()?,
        past: serde_json::to_value(&work.past).map_err(|cause| AppError::Unexpected(cause.into()))?,
    };
    Ok(queries::keep(tx, writing, (id, member), &new)?)
}

/// Takes a step, with all that was typed.
///
/// # Errors
/// [`AppError::Invalid`] when this window has not seen the newest steps, when something is too long, or when a version can't be saved;
/// [`AppError::Conflict`] when the template is not made of blocks.
pub fn take(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    (form, uploaded): (&BlocksForm, Option<CampaignImageId>),
    known: &[String],
    config: &Config,
) -> Result<Done, AppError> {
    let kept = templates::lock(tx, writing, id)?;
    expect_blocks(&kept)?;
    let mut work = work_of(tx, &kept, writing.author())?;
    expect_seen(&work, form)?;
    let (facts, note) = form.template().facts(known)?;
    form.check()?;
    let before = (work.layout.clone(), work.words.clone());
    let mut layout = work.layout.clone();
    form.fill(&mut layout);
    choose_image(tx, &mut layout, form, uploaded)?;
    work.words = form.words();
    let mut done = steps::go(&mut work, layout, form)?;
    if form.step() == Step::Version {
        done.saved = Some(save(tx, writing, &kept, &work, (&facts, &note), form, config)?);
        return Ok(done);
    }
    rename(tx, writing, &kept, &facts)?;
    if work.changed_at.is_some() || before != (work.layout.clone(), work.words.clone()) {
        // Only what is typed may be followed by a step of the same window that has not heard of it.
        work.tab = (form.step() == Step::Stay).then(|| form.window());
        keep(tx, writing, id, &work)?;
    }
    Ok(done)
}

fn expect_blocks(kept: &Kept) -> Result<(), AppError> {
    match kept.is_of_blocks {
        true => Ok(()),
        false => Err(AppError::Conflict(
            "This template is written as source, so it has no blocks to arrange.".to_owned(),
        )),
    }
}

/// That the window has seen every step, or that only it has taken any since.
fn expect_seen(work: &Work, form: &BlocksForm) -> Result<(), AppError> {
    let is_own = form
        .tab
        .parse()
        .is_ok_and(|tab: Uuid| !tab.is_nil() && work.tab == Some(tab));
    match form.seen == work.stamp() || is_own {
        true => Ok(()),
        false => Err(AppError::field(
            "blocks",
            "You changed this mail in another window meanwhile. Here is how it is now, with what you typed last; press again to go on from here.",
        )),
    }
}

fn rename(tx: &mut TenantTx<'_>, writing: &Writing, kept: &Kept, facts: &Facts) -> Result<(), AppError> {
    let is_same = kept.name == facts.name && kept.purpose == facts.purpose && kept.category == facts.category;
    if is_same {
        return Ok(());
    }
    templates::change(tx, writing, kept.id, facts, kept.current_version)?;
    tx.audit(Entry::of("campaigns.template.changed", "template", kept.id))
}

/// Puts another image into the open block: what was uploaded, or chosen from the library. Words that were not typed for it come with it.
fn choose_image(
    tx: &mut TenantTx<'_>,
    layout: &mut Layout,
    form: &BlocksForm,
    uploaded: Option<CampaignImageId>,
) -> Result<(), AppError> {
    let Open::Block(place) = form.opened() else {
        return Ok(());
    };
    let Some(Block::Image {
        source, alt, address, ..
    }) = layout.at(place)
    else {
        return Ok(());
    };
    let is_other = !form.block_image.is_empty() && form.block_image != source;
    let image = match uploaded {
        Some(id) => images::queries::image(tx, id)?,
        None if is_other => images::actions::at_path(tx, &form.block_image)?
            .ok_or_else(|| AppError::field("block_image", "Choose an image from the library."))?,
        None => return Ok(()),
    };
    let former = images::actions::at_path(tx, &source)?;
    let is_typed = !alt.is_empty() && former.is_none_or(|former| former.alt != alt);
    let block = Block::Image {
        source: image.path(tx.org()),
        alt: if is_typed { alt } else { image.alt },
        address,
        width: u16::try_from(image.width).ok().filter(|width| *width < 536),
    };
    layout.put(place, block);
    Ok(())
}

fn save(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    kept: &Kept,
    work: &Work,
    (facts, note): (&Facts, &str),
    form: &BlocksForm,
    config: &Config,
) -> Result<Saved, AppError> {
    let checked = check(&work.layout, &work.words, facts.purpose, config);
    if checked.is_wrong() {
        return Err(AppError::Invalid(checked.errors()));
    }
    let whole = spelled_out(&work.layout, &work.words, config);
    let base = form.base.parse().unwrap_or(kept.current_version);
    let said = Said::blocks(&whole, &work.layout);
    actions::save(tx, writing, kept.id, (facts, note), (said, base), config)
}

/// Goes on with the source that the blocks became; there is no way back but an older version. It is kept unfinished until it is saved.
///
/// # Errors
/// [`AppError::Conflict`] when the template is not made of blocks.
pub fn to_source(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    id: TemplateId,
    config: &Config,
) -> Result<(), AppError> {
    let kept = templates::lock(tx, writing, id)?;
    expect_blocks(&kept)?;
    let work = work_of(tx, &kept, writing.author())?;
    let words = spelled_out(&work.layout, &work.words, config);
    templates::keep_unfinished(tx, writing, id, &words.written()?)?;
    templates::made(tx, writing, id, Made::OfSource)?;
    put_away(tx, writing, id)?;
    tx.audit(Entry::of("campaigns.template.converted", "template", id).after(json!({ "to": "source" })))?;
    tx.emit(&TemplateConverted { template: id })?;
    Ok(())
}

/// Puts the draft of whoever writes away.
///
/// # Errors
/// When the database fails.
pub fn put_away(tx: &mut TenantTx<'_>, writing: &Writing, id: TemplateId) -> Result<(), AppError> {
    if let Some(member) = writing.author() {
        queries::put_away(tx, writing, (id, member))?;
    }
    Ok(())
}
