//! Drafts of blocks in SQL. Whoever changes one holds its template (`templates::queries::lock`).

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::campaigns::templates::policy::Writing;
use crate::kernel::ids::{MemberId, TemplateId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::block_drafts;

use super::model::BlockDraft;

/// Somebody's draft of a template, if they ever had one.
pub fn draft(
    tx: &mut TenantTx<'_>,
    template: TemplateId,
    member: MemberId,
) -> QueryResult<Option<BlockDraft>> {
    BlockDraft::query()
        .filter(block_drafts::template_id.eq(template))
        .filter(block_drafts::member_id.eq(member))
        .first(tx.conn())
        .optional()
}

/// What a draft is kept with.
#[derive(Debug)]
pub struct NewDraft {
    pub base: i32,
    pub tab: Uuid,
    pub layout: Value,
    pub words: Value,
    pub past: Value,
}

/// Keeps a draft in place of what was kept before.
pub fn keep(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    (template, member): (TemplateId, MemberId),
    new: &NewDraft,
) -> QueryResult<()> {
    let now = tx.now();
    let what = (
        block_drafts::base.eq(new.base),
        block_drafts::tab.eq(new.tab),
        block_drafts::layout.eq(&new.layout),
        block_drafts::words.eq(&new.words),
        block_drafts::past.eq(&new.past),
        block_drafts::changed_at.eq(now),
    );
    diesel::insert_into(block_drafts::table)
        .values((
            block_drafts::template_id.eq(template),
            block_drafts::member_id.eq(member),
            block_drafts::revision.eq(1),
            what,
        ))
        .on_conflict((
            block_drafts::org_id,
            block_drafts::template_id,
            block_drafts::member_id,
        ))
        .do_update()
        .set((block_drafts::revision.eq(block_drafts::revision + 1), what))
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts somebody's draft away: it was saved, or thrown away.
pub fn put_away(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    (template, member): (TemplateId, MemberId),
) -> QueryResult<()> {
    let now = tx.now();
    let own = block_drafts::table
        .filter(block_drafts::template_id.eq(template))
        .filter(block_drafts::member_id.eq(member));
    diesel::update(own)
        .set((
            block_drafts::layout.eq(None::<Value>),
            block_drafts::words.eq(None::<Value>),
            block_drafts::past.eq(serde_json::json!([])),
            block_drafts::revision.eq(block_drafts::revision + 1),
            block_drafts::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}
