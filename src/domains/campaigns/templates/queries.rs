//! Templates and their versions in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::domains::tenancy;
use crate::kernel::ids::{MemberId, TemplateId, TemplateVersionId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{members, message_templates, template_drafts, template_versions};

use super::model::{Channel, Kept, Purpose, Unfinished, Version};
use super::policy::Writing;

#[diesel::declare_sql_function]
extern "SQL" {
    fn char_length(text: Text) -> Integer;
}

/// What a template is called and what it is for.
#[derive(Debug, Clone)]
pub struct Facts {
    pub name: String,
    pub purpose: Purpose,
    pub category: String,
}

/// Templates from the newest to the oldest, those in use or those put away.
pub fn page(
    tx: &mut TenantTx<'_>,
    is_archived: bool,
    before: Option<TemplateId>,
    limit: i64,
) -> QueryResult<Vec<Kept>> {
    let mut list = Kept::query()
        .filter(message_templates::archived_at.is_not_null().eq(is_archived))
        .order(message_templates::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        list = list.filter(message_templates::id.lt(before));
    }
    list.load(tx.conn())
}

/// One template.
pub fn template(tx: &mut TenantTx<'_>, id: TemplateId) -> QueryResult<Kept> {
    Kept::query()
        .filter(message_templates::id.eq(id))
        .first(tx.conn())
}

/// One template, held until the end of the transaction: two who save at once save one after the other.
pub fn lock(tx: &mut TenantTx<'_>, _: &Writing, id: TemplateId) -> QueryResult<Kept> {
    message_templates::table
        .filter(message_templates::id.eq(id))
        .select(message_templates::id)
        .for_update()
        .first::<TemplateId>(tx.conn())?;
    template(tx, id)
}

/// Begins a template.
pub fn create(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    channel: Channel,
    facts: &Facts,
) -> QueryResult<TemplateId> {
    let (id, now) = (tx.new_id::<TemplateId>(), tx.now());
    diesel::insert_into(message_templates::table)
        .values((
            message_templates::id.eq(id),
            message_templates::name.eq(&facts.name),
            message_templates::channel.eq(channel),
            message_templates::purpose.eq(facts.purpose),
            message_templates::category.eq(&facts.category),
            message_templates::created_by.eq(writing.author()),
            message_templates::created_at.eq(now),
            message_templates::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Changes what a template is called and for, and which version is the newest.
pub fn change(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: TemplateId,
    facts: &Facts,
    current: i32,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(message_templates::table.filter(message_templates::id.eq(id)))
        .set((
            message_templates::name.eq(&facts.name),
            message_templates::purpose.eq(facts.purpose),
            message_templates::category.eq(&facts.category),
            message_templates::current_version.eq(current),
            message_templates::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a template away, or brings it back.
pub fn archive(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: TemplateId,
    moment: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(message_templates::table.filter(message_templates::id.eq(id)))
        .set(message_templates::archived_at.eq(moment))
        .execute(tx.conn())
        .map(|_| ())
}

/// How the words of a template are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    OfSource,
    OfBlocks,
}

/// Says how the words of a template are made from now on.
pub fn made(tx: &mut TenantTx<'_>, _: &Writing, id: TemplateId, made: Made) -> QueryResult<()> {
    diesel::update(message_templates::table.filter(message_templates::id.eq(id)))
        .set(message_templates::is_of_blocks.eq(made == Made::OfBlocks))
        .execute(tx.conn())
        .map(|_| ())
}

/// What a version holds.
pub struct NewVersion<'a> {
    pub number: i32,
    pub purpose: Purpose,
    pub draft: Value,
    /// What it was arranged of, if it was.
    pub blocks: Option<Value>,
    pub digest: &'a [u8],
    pub note: &'a str,
}

/// Adds a version.
pub fn add_version(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    template: TemplateId,
    new: &NewVersion<'_>,
) -> QueryResult<TemplateVersionId> {
    let (id, now) = (tx.new_id::<TemplateVersionId>(), tx.now());
    diesel::insert_into(template_versions::table)
        .values((
            template_versions::id.eq(id),
            template_versions::template_id.eq(template),
            template_versions::version.eq(new.number),
            template_versions::purpose.eq(new.purpose),
            template_versions::draft.eq(&new.draft),
            template_versions::digest.eq(new.digest),
            template_versions::note.eq(new.note),
            template_versions::made_by.eq(writing.author()),
            template_versions::made_at.eq(now),
            template_versions::blocks.eq(&new.blocks),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// One version by its number.
pub fn version(tx: &mut TenantTx<'_>, template: TemplateId, number: i32) -> QueryResult<Version> {
    Version::query()
        .filter(template_versions::template_id.eq(template))
        .filter(template_versions::version.eq(number))
        .first(tx.conn())
}

/// One version by its id.
pub fn version_by_id(tx: &mut TenantTx<'_>, id: TemplateVersionId) -> QueryResult<Version> {
    Version::query()
        .filter(template_versions::id.eq(id))
        .first(tx.conn())
}

/// Versions from the newest to the oldest.
pub fn versions(
    tx: &mut TenantTx<'_>,
    template: TemplateId,
    before: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(template_versions::template_id.eq(template))
        .filter(template_versions::version.lt(before.unwrap_or(i32::MAX)))
        .order(template_versions::version.desc())
        .limit(limit)
        .load(tx.conn())
}

/// What was kept unfinished, if anything.
pub fn unfinished(tx: &mut TenantTx<'_>, template: TemplateId) -> QueryResult<Option<Unfinished>> {
    Unfinished::query()
        .filter(template_drafts::template_id.eq(template))
        .first(tx.conn())
        .optional()
}

/// Keeps what is unfinished, in place of what was kept before.
pub fn keep_unfinished(
    tx: &mut TenantTx<'_>,
    writing: &Writing,
    template: TemplateId,
    draft: &Value,
) -> QueryResult<()> {
    let now = tx.now();
    let words = (
        template_drafts::draft.eq(draft),
        template_drafts::kept_by.eq(writing.author()),
        template_drafts::kept_at.eq(now),
    );
    diesel::insert_into(template_drafts::table)
        .values((template_drafts::template_id.eq(template), words))
        .on_conflict((template_drafts::org_id, template_drafts::template_id))
        .do_update()
        .set(words)
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets what was kept unfinished.
pub fn forget_unfinished(tx: &mut TenantTx<'_>, _: &Writing, template: TemplateId) -> QueryResult<()> {
    diesel::delete(template_drafts::table.filter(template_drafts::template_id.eq(template)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Whoever of the active people has the longest name.
pub fn longest_name(tx: &mut TenantTx<'_>) -> QueryResult<Option<MemberId>> {
    tenancy::visible_people(tx)
        .order((char_length(members::display_name).desc(), members::id))
        .limit(1)
        .select(members::id)
        .first(tx.conn())
        .optional()
}

/// Somebody of the active people who reads French.
pub fn french_reader(tx: &mut TenantTx<'_>) -> QueryResult<Option<MemberId>> {
    tenancy::visible_people(tx)
        .filter(members::locale.eq("fr"))
        .order(members::id)
        .limit(1)
        .select(members::id)
        .first(tx.conn())
        .optional()
}
