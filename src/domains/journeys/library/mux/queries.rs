//! What is kept about Mux, in SQL.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domains::journeys::library::model::{Media, MediaState};
use crate::kernel::ids::{AssetId, MediaId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{
    asset_media, library_assets, mux_accounts, mux_films, mux_refusals, mux_reports,
};
use crate::providers::video::Reference;
use crate::providers::video::mux::MuxReport;

use super::model::{Account, Audience, MuxFilm, Refused, Reported};

/// The organization's account, when it has one.
pub fn account(tx: &mut TenantTx<'_>) -> QueryResult<Option<Account>> {
    Account::query().first(tx.conn()).optional()
}

/// An account as it is to be kept; a secret that is none leaves the one there is.
#[derive(Debug)]
pub struct Facts {
    pub token_id: String,
    pub token_secret: Option<Vec<u8>>,
    pub signing_key_id: String,
    pub signing_key: Option<Vec<u8>>,
    pub webhook_secret: Option<Vec<u8>>,
    pub api: String,
    pub stream: String,
    pub audience: Audience,
}

/// Keeps an account. What stopped it is forgotten: a person has looked at it.
pub fn keep_account(tx: &mut TenantTx<'_>, by: MemberId, facts: &Facts) -> QueryResult<()> {
    let (now, org) = (tx.now(), tx.org());
    let common = (
        mux_accounts::token_id.eq(&facts.token_id),
        mux_accounts::signing_key_id.eq(&facts.signing_key_id),
        mux_accounts::api.eq(&facts.api),
        mux_accounts::stream.eq(&facts.stream),
        mux_accounts::audience.eq(facts.audience),
        mux_accounts::stopped_because.eq(""),
        mux_accounts::changed_by.eq(by),
        mux_accounts::changed_at.eq(now),
    );
    let secrets = (
        facts
            .token_secret
            .as_ref()
            .map(|secret| mux_accounts::token_secret.eq(secret)),
        facts
            .signing_key
            .as_ref()
            .map(|secret| mux_accounts::signing_key.eq(secret)),
        facts
            .webhook_secret
            .as_ref()
            .map(|secret| mux_accounts::webhook_secret.eq(secret)),
    );
    let changed = diesel::update(mux_accounts::table)
        .set((common, secrets))
        .execute(tx.conn())?;
    if changed == 0 {
        diesel::insert_into(mux_accounts::table)
            .values((
                mux_accounts::org_id.eq(org),
                common,
                mux_accounts::token_secret.eq(facts.token_secret.as_deref().unwrap_or_default()),
                mux_accounts::signing_key.eq(facts.signing_key.as_deref().unwrap_or_default()),
                mux_accounts::webhook_secret.eq(facts.webhook_secret.as_deref()),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Notes what a check found.
pub fn note_check(tx: &mut TenantTx<'_>, said: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(mux_accounts::table)
        .set((
            mux_accounts::checked_at.eq(now),
            mux_accounts::check_said.eq(said),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Stops handing over until a person has mended the account.
pub fn stop(tx: &mut TenantTx<'_>, why: &str) -> QueryResult<()> {
    diesel::update(mux_accounts::table)
        .set(mux_accounts::stopped_because.eq(why))
        .execute(tx.conn())
        .map(|_| ())
}

/// The copy of a file, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, media: MediaId) -> QueryResult<Option<MuxFilm>> {
    mux_films::table
        .filter(mux_films::media_id.eq(media))
        .select(MuxFilm::as_select())
        .for_update()
        .first(tx.conn())
        .optional()
}

/// The copy of a file.
pub fn film(tx: &mut TenantTx<'_>, media: MediaId) -> QueryResult<Option<MuxFilm>> {
    MuxFilm::query()
        .filter(mux_films::media_id.eq(media))
        .first(tx.conn())
        .optional()
}

/// The copy that Mux knows by one of these names, held until the end of the transaction.
pub fn called(
    tx: &mut TenantTx<'_>,
    upload: Option<&str>,
    asset: Option<&str>,
) -> QueryResult<Option<MuxFilm>> {
    let mut found = None;
    if let Some(upload) = upload {
        found = mux_films::table
            .filter(mux_films::upload_ref.eq(upload))
            .select(MuxFilm::as_select())
            .for_update()
            .first(tx.conn())
            .optional()?;
    }
    match (found, asset) {
        (None, Some(asset)) => mux_films::table
            .filter(mux_films::asset_ref.eq(asset))
            .select(MuxFilm::as_select())
            .for_update()
            .first(tx.conn())
            .optional(),
        (found, _) => Ok(found),
    }
}

/// Writes the row of a copy that is to be made, in the place of one that failed or was taken away.
pub fn plan(tx: &mut TenantTx<'_>, media: MediaId) -> QueryResult<()> {
    let now = tx.now();
    diesel::delete(mux_films::table.filter(mux_films::media_id.eq(media))).execute(tx.conn())?;
    diesel::insert_into(mux_films::table)
        .values((
            mux_films::media_id.eq(media),
            mux_films::state.eq(MediaState::QueuedForUpload),
            mux_films::created_at.eq(now),
            mux_films::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes what Mux calls a copy and how far it is.
pub fn note(
    tx: &mut TenantTx<'_>,
    media: MediaId,
    (state, reference): (MediaState, &Reference),
    failure: &str,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(mux_films::table.filter(mux_films::media_id.eq(media)))
        .set((
            mux_films::state.eq(state),
            mux_films::upload_ref.eq(&reference.upload),
            mux_films::asset_ref.eq(&reference.asset),
            mux_films::playback_ref.eq(&reference.playback),
            mux_films::is_doubtful.eq(reference.is_doubtful),
            mux_films::failure.eq(failure),
            mux_films::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Counts an attempt; answers how many there were.
pub fn count_attempt(tx: &mut TenantTx<'_>, media: MediaId) -> QueryResult<i32> {
    diesel::update(mux_films::table.filter(mux_films::media_id.eq(media)))
        .set(mux_films::attempts.eq(mux_films::attempts + 1))
        .returning(mux_films::attempts)
        .get_result(tx.conn())
}

/// Videos and recordings that can be played and have no copy that works or is on its way, at most `most`.
pub fn without_copy(tx: &mut TenantTx<'_>, most: i64) -> QueryResult<Vec<MediaId>> {
    let good = [
        MediaState::QueuedForUpload,
        MediaState::UploadedPendingAsset,
        MediaState::Processing,
        MediaState::Ready,
    ];
    let copied = mux_films::table
        .filter(mux_films::state.eq_any(good))
        .select(mux_films::media_id);
    asset_media::table
        .filter(asset_media::state.eq(MediaState::Ready))
        .filter(
            asset_media::mime
                .like("video/%")
                .or(asset_media::mime.like("audio/%")),
        )
        .filter(asset_media::id.ne_all(copied))
        .order(asset_media::id)
        .limit(most)
        .select(asset_media::id)
        .load(tx.conn())
}

/// Copies that are at Mux, or on their way there.
pub fn standing(tx: &mut TenantTx<'_>) -> QueryResult<Vec<MediaId>> {
    mux_films::table
        .filter(mux_films::state.ne(MediaState::Deleted))
        .select(mux_films::media_id)
        .load(tx.conn())
}

/// Copies by how far they are, the newest first, with the names of their assets.
pub fn listed(tx: &mut TenantTx<'_>, most: i64) -> QueryResult<Vec<(MuxFilm, AssetId, String)>> {
    let films: Vec<MuxFilm> = MuxFilm::query()
        .order(mux_films::changed_at.desc())
        .limit(most)
        .load(tx.conn())?;
    let ids: Vec<MediaId> = films.iter().map(|one| one.media_id).collect();
    let files: Vec<Media> = Media::query()
        .filter(asset_media::id.eq_any(ids))
        .load(tx.conn())?;
    let assets: Vec<AssetId> = files.iter().map(|one| one.asset_id).collect();
    let titles: Vec<(AssetId, String)> = library_assets::table
        .filter(library_assets::id.eq_any(assets))
        .select((library_assets::id, library_assets::title))
        .load(tx.conn())?;
    let named = |film: MuxFilm| {
        let file = files.iter().find(|file| file.id == film.media_id)?;
        let (asset, title) = titles.iter().find(|(asset, _)| *asset == file.asset_id)?;
        Some((film, *asset, title.clone()))
    };
    Ok(films.into_iter().filter_map(named).collect())
}

/// Writes down a report; false when it came before.
pub fn insert_report(
    tx: &mut TenantTx<'_>,
    report: &MuxReport,
    (media, fate): (Option<MediaId>, &str),
    body: &Value,
) -> QueryResult<bool> {
    let now = tx.now();
    let made = diesel::insert_into(mux_reports::table)
        .values((
            mux_reports::id.eq(&report.id),
            mux_reports::kind.eq(&report.kind),
            mux_reports::upload_ref.eq(&report.upload),
            mux_reports::asset_ref.eq(&report.asset),
            mux_reports::media_id.eq(media),
            mux_reports::fate.eq(fate),
            mux_reports::body.eq(body),
            mux_reports::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(made == 1)
}

/// Notes what became of a report.
pub fn settle_report(tx: &mut TenantTx<'_>, id: &str, (media, fate): (MediaId, &str)) -> QueryResult<()> {
    diesel::update(mux_reports::table.filter(mux_reports::id.eq(id)))
        .set((mux_reports::media_id.eq(media), mux_reports::fate.eq(fate)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Reports that wait for their film, the oldest first.
pub fn parked(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Reported>> {
    Reported::query()
        .filter(mux_reports::fate.eq("parked"))
        .order(mux_reports::received_at)
        .limit(500)
        .load(tx.conn())
}

/// The last reports.
pub fn recent(tx: &mut TenantTx<'_>, most: i64) -> QueryResult<Vec<Reported>> {
    Reported::query()
        .order((mux_reports::received_at.desc(), mux_reports::id))
        .limit(most)
        .load(tx.conn())
}

/// Counts a report that was not believed.
pub fn count_refusal(tx: &mut TenantTx<'_>, why: &str) -> QueryResult<()> {
    let now = tx.now();
    let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
    diesel::insert_into(mux_refusals::table)
        .values((mux_refusals::hour.eq(hour), mux_refusals::why.eq(why)))
        .on_conflict((mux_refusals::org_id, mux_refusals::hour, mux_refusals::why))
        .do_update()
        .set(mux_refusals::count.eq(mux_refusals::count + 1))
        .execute(tx.conn())
        .map(|_| ())
}

/// The last hours with reports that were not believed.
pub fn refusals(tx: &mut TenantTx<'_>, most: i64) -> QueryResult<Vec<Refused>> {
    Refused::query()
        .order(mux_refusals::hour.desc())
        .limit(most)
        .load(tx.conn())
}

/// Gives up what was parked before `parked`, and forgets what came before `all`.
pub fn forget(tx: &mut TenantTx<'_>, parked: DateTime<Utc>, all: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(
        mux_reports::table
            .filter(mux_reports::fate.eq("parked"))
            .filter(mux_reports::received_at.lt(parked)),
    )
    .set(mux_reports::fate.eq("dropped"))
    .execute(tx.conn())?;
    let old =
        diesel::delete(mux_reports::table.filter(mux_reports::received_at.lt(all))).execute(tx.conn())?;
    diesel::delete(mux_refusals::table.filter(mux_refusals::hour.lt(all))).execute(tx.conn())?;
    Ok(old)
}
