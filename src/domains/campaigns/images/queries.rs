//! The library in SQL.

use diesel::prelude::*;
use serde_json::Value;

use crate::domains::campaigns::templates::policy::Writing;
use crate::kernel::ids::{CampaignImageId, MemberId, TemplateId, TemplateVersionId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{
    block_drafts, campaign_images, message_templates, template_drafts, template_version_images,
    template_versions,
};
use crate::platform::files::{Measures, StoredFile};

use super::model::{Described, Image, Use};

/// The most lines about where images are used.
const MOST_USES: i64 = 2_000;

/// Images of the list, the newest first, those whose name has `search` in it.
pub fn page(
    tx: &mut TenantTx<'_>,
    search: &str,
    before: Option<CampaignImageId>,
    limit: i64,
) -> QueryResult<Vec<Image>> {
    let mut list = Image::query()
        .filter(campaign_images::hidden_at.is_null())
        .order(campaign_images::id.desc())
        .limit(limit)
        .into_boxed();
    if !search.is_empty() {
        list = list.filter(campaign_images::name.ilike(contains(search)));
    }
    if let Some(before) = before {
        list = list.filter(campaign_images::id.lt(before));
    }
    list.load(tx.conn())
}

fn contains(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// One image, in the list or not.
pub fn image(tx: &mut TenantTx<'_>, id: CampaignImageId) -> QueryResult<Image> {
    Image::query().filter(campaign_images::id.eq(id)).first(tx.conn())
}

/// One image, held until the end of the transaction, so that none is used while it is removed.
pub fn lock(tx: &mut TenantTx<'_>, _: &Writing, id: CampaignImageId) -> QueryResult<Image> {
    campaign_images::table
        .filter(campaign_images::id.eq(id))
        .select(campaign_images::id)
        .for_update()
        .first::<CampaignImageId>(tx.conn())?;
    image(tx, id)
}

/// The images with these tokens, in the list or not.
pub fn by_tokens(tx: &mut TenantTx<'_>, tokens: &[Vec<u8>]) -> QueryResult<Vec<Image>> {
    Image::query()
        .filter(campaign_images::token.eq_any(tokens))
        .load(tx.conn())
}

/// Writes the row of an image whose bytes are stored; false when it is there already.
pub fn insert(
    tx: &mut TenantTx<'_>,
    (id, author): (CampaignImageId, MemberId),
    token: &[u8],
    (file, measures): (&StoredFile, Measures),
    described: &Described,
) -> QueryResult<bool> {
    let now = tx.now();
    let inserted = diesel::insert_into(campaign_images::table)
        .values((
            campaign_images::id.eq(id),
            campaign_images::token.eq(token),
            campaign_images::name.eq(&described.name),
            campaign_images::alt.eq(&described.alt),
            campaign_images::decorates.eq(described.alt.is_empty()),
            campaign_images::mime.eq(file.mime),
            campaign_images::size_bytes.eq(file.size_bytes),
            campaign_images::width.eq(measures.width),
            campaign_images::height.eq(measures.height),
            campaign_images::storage_key.eq(&file.storage_key),
            campaign_images::thumb_key.eq(file.thumb_key.as_deref().unwrap_or_default()),
            campaign_images::uploaded_by.eq(author),
            campaign_images::created_at.eq(now),
        ))
        .on_conflict((campaign_images::org_id, campaign_images::id))
        .do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

/// Calls and describes an image anew.
pub fn describe(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: CampaignImageId,
    described: &Described,
) -> QueryResult<()> {
    diesel::update(campaign_images::table.filter(campaign_images::id.eq(id)))
        .set((
            campaign_images::name.eq(&described.name),
            campaign_images::alt.eq(&described.alt),
            campaign_images::decorates.eq(described.alt.is_empty()),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes an image out of the list; it can still be seen where it stands.
pub fn hide(tx: &mut TenantTx<'_>, _: &Writing, id: CampaignImageId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(campaign_images::table.filter(campaign_images::id.eq(id)))
        .set(campaign_images::hidden_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Deletes an image that nothing shows; its bytes follow.
pub fn delete(tx: &mut TenantTx<'_>, _: &Writing, id: CampaignImageId) -> QueryResult<()> {
    diesel::delete(campaign_images::table.filter(campaign_images::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes down which images a version shows.
pub fn note_uses(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    version: TemplateVersionId,
    images: &[CampaignImageId],
) -> QueryResult<()> {
    let rows: Vec<_> = images
        .iter()
        .map(|image| {
            (
                template_version_images::version_id.eq(version),
                template_version_images::image_id.eq(*image),
            )
        })
        .collect();
    diesel::insert_into(template_version_images::table)
        .values(rows)
        .execute(tx.conn())
        .map(|_| ())
}

/// The versions that show these images, the newest first.
pub fn uses(tx: &mut TenantTx<'_>, images: &[CampaignImageId]) -> QueryResult<Vec<Use>> {
    let found: Vec<(CampaignImageId, TemplateId, String, i32, i32)> = template_version_images::table
        .inner_join(
            template_versions::table.on(template_versions::id.eq(template_version_images::version_id)),
        )
        .inner_join(message_templates::table.on(message_templates::id.eq(template_versions::template_id)))
        .filter(template_version_images::image_id.eq_any(images))
        .order(template_versions::id.desc())
        .limit(MOST_USES)
        .select((
            template_version_images::image_id,
            message_templates::id,
            message_templates::name,
            template_versions::version,
            message_templates::current_version,
        ))
        .load(tx.conn())?;
    let read = |(image, template, name, version, current)| Use {
        image,
        template,
        name,
        version,
        current,
    };
    Ok(found.into_iter().map(read).collect())
}

/// What is being worked on and not saved, as JSON: the drafts of blocks and of sources.
pub fn drafts(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Value>> {
    let mut all: Vec<Value> = template_drafts::table
        .select(template_drafts::draft)
        .load(tx.conn())?;
    let arranged: Vec<Option<Value>> = block_drafts::table
        .filter(block_drafts::layout.is_not_null())
        .select(block_drafts::layout)
        .load(tx.conn())?;
    all.extend(arranged.into_iter().flatten());
    Ok(all)
}
