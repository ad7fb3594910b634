//! Assets and their versions in SQL.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::journeys::library::model::{Asset, AssetKind, Content, Described, Filter, Use, Version};
use crate::domains::journeys::library::policy::{Keeper, Writing};
use crate::kernel::ids::AssetId;
use crate::platform::db::schema::{asset_versions, journey_nodes, library_assets};
use crate::platform::db::{TenantTx, statement};

/// Journeys that are named as using an asset.
const MOST_USES: i32 = 100;

/// The assets a keeper sees: all, or everyone's and their teams'.
fn visible(keeper: &Keeper) -> library_assets::BoxedQuery<'static, Pg> {
    let all = library_assets::table.into_boxed();
    match keeper.teams() {
        None => all,
        Some(led) => {
            let led: Vec<_> = led.iter().copied().map(Some).collect();
            all.filter(
                library_assets::team_id
                    .is_null()
                    .or(library_assets::team_id.eq_any(led)),
            )
        }
    }
}

/// A page of what a keeper sees, what was changed last first.
pub fn page(tx: &mut TenantTx<'_>, keeper: &Keeper, filter: &Filter, limit: i64) -> QueryResult<Vec<Asset>> {
    let mut list = visible(keeper);
    list = match filter.archived {
        true => list.filter(library_assets::archived_at.is_not_null()),
        false => list.filter(library_assets::archived_at.is_null()),
    };
    for word in &filter.words {
        list = list.filter(library_assets::words.like(contains(word)));
    }
    if let Some(kind) = filter.kind {
        list = list.filter(library_assets::kind.eq(kind));
    }
    if !filter.kinds.is_empty() {
        list = list.filter(library_assets::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(folders) = &filter.folders {
        let folders: Vec<_> = folders.iter().copied().map(Some).collect();
        list = list.filter(library_assets::folder_id.eq_any(folders));
    }
    if let Some(team) = filter.team {
        list = list.filter(library_assets::team_id.eq(team));
    }
    if let Some(tag) = &filter.tag {
        list = list.filter(library_assets::tags.contains(vec![tag.clone()]));
    }
    if let Some((at, id)) = filter.after {
        list = list.filter(
            library_assets::changed_at
                .lt(at)
                .or(library_assets::changed_at.eq(at).and(library_assets::id.lt(id))),
        );
    }
    list.order((library_assets::changed_at.desc(), library_assets::id.desc()))
        .limit(limit)
        .select(Asset::as_select())
        .load(tx.conn())
}

fn contains(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// Assets a keeper sees and is offered, of this kind, of which a version says just this. The oldest first.
pub fn alike(
    tx: &mut TenantTx<'_>,
    keeper: &Keeper,
    kind: AssetKind,
    (body, url): (&str, Option<&str>),
) -> QueryResult<Vec<Asset>> {
    let saying = asset_versions::table
        .filter(asset_versions::body.eq(body.to_owned()))
        .filter(asset_versions::url.is_not_distinct_from(url.map(str::to_owned)))
        .select(asset_versions::asset_id);
    visible(keeper)
        .filter(library_assets::archived_at.is_null())
        .filter(library_assets::kind.eq(kind))
        .filter(library_assets::id.eq_any(saying))
        .order(library_assets::id)
        .select(Asset::as_select())
        .load(tx.conn())
}

/// One asset that a keeper sees, archived or not.
pub fn seen(tx: &mut TenantTx<'_>, keeper: &Keeper, id: AssetId) -> QueryResult<Asset> {
    visible(keeper)
        .filter(library_assets::id.eq(id))
        .select(Asset::as_select())
        .first(tx.conn())
}

/// One asset, whoever asks: where a lesson names it, or a job.
pub fn asset(tx: &mut TenantTx<'_>, id: AssetId) -> QueryResult<Asset> {
    Asset::query().filter(library_assets::id.eq(id)).first(tx.conn())
}

/// These assets, whoever asks, in no order.
pub fn some(tx: &mut TenantTx<'_>, ids: &[AssetId]) -> QueryResult<Vec<Asset>> {
    Asset::query()
        .filter(library_assets::id.eq_any(ids.to_vec()))
        .load(tx.conn())
}

/// Has every published lesson that shows another version of an asset show this one; answers how many did. Drafts follow anyway.
pub fn correct(tx: &mut TenantTx<'_>, _: &Writing, asset: AssetId, version: i32) -> QueryResult<usize> {
    diesel::update(
        journey_nodes::table
            .filter(journey_nodes::asset_id.eq(asset.0))
            .filter(journey_nodes::asset_version.is_not_null())
            .filter(journey_nodes::asset_version.is_distinct_from(version)),
    )
    .set(journey_nodes::asset_version.eq(version))
    .execute(tx.conn())
}

/// One asset, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, id: AssetId) -> QueryResult<Asset> {
    library_assets::table
        .filter(library_assets::id.eq(id))
        .select(Asset::as_select())
        .for_update()
        .first(tx.conn())
}

/// Writes an asset's row.
pub fn insert(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (id, kind): (AssetId, AssetKind),
    described: &Described,
    words: &str,
) -> QueryResult<bool> {
    let now = tx.now();
    let made = diesel::insert_into(library_assets::table)
        .values((
            library_assets::id.eq(id),
            library_assets::kind.eq(kind),
            library_assets::title.eq(&described.title),
            library_assets::folder_id.eq(described.folder),
            library_assets::team_id.eq(described.team),
            library_assets::tags.eq(&described.tags),
            library_assets::words.eq(words),
            library_assets::created_by.eq(by.author()),
            library_assets::created_at.eq(now),
            library_assets::changed_at.eq(now),
        ))
        .on_conflict((library_assets::org_id, library_assets::id))
        .do_nothing()
        .execute(tx.conn())?;
    Ok(made == 1)
}

/// Describes and files an asset anew.
pub fn describe(tx: &mut TenantTx<'_>, _: &Writing, id: AssetId, described: &Described) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(library_assets::table.filter(library_assets::id.eq(id)))
        .set((
            library_assets::title.eq(&described.title),
            library_assets::folder_id.eq(described.folder),
            library_assets::team_id.eq(described.team),
            library_assets::tags.eq(&described.tags),
            library_assets::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Shows this version from now on, under these words.
pub fn show(tx: &mut TenantTx<'_>, id: AssetId, version: i32, words: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(library_assets::table.filter(library_assets::id.eq(id)))
        .set((
            library_assets::version.eq(version),
            library_assets::words.eq(words),
            library_assets::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Archives an asset, or offers it again.
pub fn set_archived(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: AssetId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(library_assets::table.filter(library_assets::id.eq(id)))
        .set(library_assets::archived_at.eq(at))
        .execute(tx.conn())
        .map(|_| ())
}

/// Removes an asset of which nothing ever came.
pub fn delete(tx: &mut TenantTx<'_>, _: &Writing, id: AssetId) -> QueryResult<()> {
    diesel::delete(asset_versions::table.filter(asset_versions::asset_id.eq(id))).execute(tx.conn())?;
    diesel::delete(library_assets::table.filter(library_assets::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Writes a version.
pub fn insert_version(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (asset, version): (AssetId, i32),
    content: &Content,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(asset_versions::table)
        .values((
            asset_versions::asset_id.eq(asset),
            asset_versions::version.eq(version),
            asset_versions::body.eq(&content.body),
            asset_versions::url.eq(&content.url),
            asset_versions::media_id.eq(content.media),
            asset_versions::parts.eq(&content.parts),
            asset_versions::made_by.eq(by.author()),
            asset_versions::made_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes a first version away that holds nothing and was never used, so that what is written now is the first.
pub fn delete_empty_version(tx: &mut TenantTx<'_>, _: &Writing, asset: AssetId) -> QueryResult<()> {
    diesel::delete(
        asset_versions::table
            .filter(asset_versions::asset_id.eq(asset))
            .filter(asset_versions::version.eq(1)),
    )
    .execute(tx.conn())
    .map(|_| ())
}

/// One version.
pub fn version(tx: &mut TenantTx<'_>, asset: AssetId, version: i32) -> QueryResult<Version> {
    Version::query()
        .filter(asset_versions::asset_id.eq(asset))
        .filter(asset_versions::version.eq(version))
        .first(tx.conn())
}

/// Every version, the newest first.
pub fn versions(tx: &mut TenantTx<'_>, asset: AssetId) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(asset_versions::asset_id.eq(asset))
        .order(asset_versions::version.desc())
        .limit(200)
        .load(tx.conn())
}

/// The versions that are shown of these assets.
pub fn shown_versions(tx: &mut TenantTx<'_>, assets: &[Asset]) -> QueryResult<Vec<Version>> {
    let ids: Vec<AssetId> = assets.iter().map(|one| one.id).collect();
    let all: Vec<Version> = Version::query()
        .filter(asset_versions::asset_id.eq_any(ids))
        .load(tx.conn())?;
    let is_shown = |version: &Version| {
        assets
            .iter()
            .any(|one| one.id == version.asset_id && one.version == version.version)
    };
    Ok(all.into_iter().filter(is_shown).collect())
}

/// The number of the newest version.
pub fn newest(tx: &mut TenantTx<'_>, asset: AssetId) -> QueryResult<i32> {
    let newest: Option<i32> = asset_versions::table
        .filter(asset_versions::asset_id.eq(asset))
        .select(diesel::dsl::max(asset_versions::version))
        .first(tx.conn())?;
    Ok(newest.unwrap_or_default())
}

/// Every tag in use, by name.
#[expect(
    clippy::disallowed_methods,
    reason = "the entries of arrays have no typed form"
)]
pub fn tags(tx: &mut TenantTx<'_>) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Tag {
        #[diesel(sql_type = Text)]
        tag: String,
    }
    let found: Vec<Tag> = statement(
        "SELECT DISTINCT tag FROM library_assets, unnest(tags) AS tag WHERE archived_at IS NULL ORDER BY tag LIMIT 200",
    )
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.tag).collect())
}

/// The journeys whose drafts or published versions name an asset, by title.
#[expect(
    clippy::disallowed_methods,
    reason = "versions are folded into one line a journey, which has no typed form"
)]
pub fn uses(tx: &mut TenantTx<'_>, asset: AssetId) -> QueryResult<Vec<Use>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        title: String,
        #[diesel(sql_type = Nullable<Integer>)]
        number: Option<i32>,
        #[diesel(sql_type = Bool)]
        in_draft: bool,
        #[diesel(sql_type = Bool)]
        is_behind: bool,
    }
    let found: Vec<Found> = statement(
        "SELECT j.id, j.title, max(v.number) AS number, bool_or(v.number IS NULL) AS in_draft, \
           coalesce(bool_or(v.number IS NOT NULL AND n.asset_version <> a.version), false) AS is_behind \
         FROM journey_nodes n JOIN library_assets a ON a.org_id = n.org_id AND a.id = n.asset_id \
         JOIN journey_versions v ON v.org_id = n.org_id AND v.id = n.version_id \
         JOIN journeys j ON j.org_id = v.org_id AND j.id = v.journey_id \
         WHERE n.asset_id = $1 GROUP BY j.id, j.title ORDER BY j.title, j.id LIMIT $2",
    )
    .bind::<SqlUuid, _>(asset)
    .bind::<Integer, _>(MOST_USES)
    .load(tx.conn())?;
    let read = |one: Found| Use {
        journey: one.id,
        title: one.title,
        number: one.number,
        in_draft: one.in_draft,
        is_behind: one.is_behind,
    };
    Ok(found.into_iter().map(read).collect())
}
