//! Files of the library in SQL: their rows, their pieces while they come in, their captions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::journeys::library::model::{Captions, Media, MediaState};
use crate::domains::journeys::library::policy::Writing;
use crate::kernel::ids::{AssetId, MediaId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{asset_media, media_captions, media_parts};
use crate::platform::files::StoredFile;

/// A file before a byte of it is here.
#[derive(Debug, Clone)]
pub struct Announced<'a> {
    pub id: MediaId,
    pub asset: AssetId,
    pub name: &'a str,
    pub size_bytes: i64,
}

/// Writes the row of a file that is to come.
pub fn announce(tx: &mut TenantTx<'_>, by: &Writing, file: &Announced<'_>) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(asset_media::table)
        .values((
            asset_media::id.eq(file.id),
            asset_media::asset_id.eq(file.asset),
            asset_media::state.eq(MediaState::QueuedForUpload),
            asset_media::name.eq(file.name),
            asset_media::size_bytes.eq(file.size_bytes),
            asset_media::created_by.eq(by.author()),
            asset_media::created_at.eq(now),
            asset_media::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes what is to follow when a file is whole: whether it takes the words of the one before, and whether published journeys show it.
pub fn follow(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: MediaId,
    (takes_words, corrects): (bool, bool),
) -> QueryResult<()> {
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set((
            asset_media::takes_words.eq(takes_words),
            asset_media::corrects.eq(corrects),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes whether captions and transcript of a file are those of another, and nobody has said that they fit.
pub fn set_borrowed(tx: &mut TenantTx<'_>, _: &Writing, id: MediaId, is_borrowed: bool) -> QueryResult<()> {
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set(asset_media::has_borrowed_words.eq(is_borrowed))
        .execute(tx.conn())
        .map(|_| ())
}

/// One file.
pub fn one(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<Media> {
    Media::query().filter(asset_media::id.eq(id)).first(tx.conn())
}

/// One file, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<Media> {
    asset_media::table
        .filter(asset_media::id.eq(id))
        .select(Media::as_select())
        .for_update()
        .first(tx.conn())
}

/// These files.
pub fn some(tx: &mut TenantTx<'_>, ids: &[MediaId]) -> QueryResult<Vec<Media>> {
    Media::query().filter(asset_media::id.eq_any(ids)).load(tx.conn())
}

/// Every file of an asset, the newest first.
pub fn of_asset(tx: &mut TenantTx<'_>, asset: AssetId) -> QueryResult<Vec<Media>> {
    Media::query()
        .filter(asset_media::asset_id.eq(asset))
        .order(asset_media::id.desc())
        .load(tx.conn())
}

/// Notes how far a file is, and why it cannot be used.
pub fn set_state(tx: &mut TenantTx<'_>, id: MediaId, state: MediaState, failure: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set((
            asset_media::state.eq(state),
            asset_media::failure.eq(failure),
            asset_media::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that a file is whole and where it is.
pub fn set_ready(tx: &mut TenantTx<'_>, id: MediaId, file: &StoredFile) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set((
            asset_media::state.eq(MediaState::Ready),
            asset_media::name.eq(&file.name),
            asset_media::mime.eq(file.mime),
            asset_media::size_bytes.eq(file.size_bytes),
            asset_media::storage_key.eq(&file.storage_key),
            asset_media::sha256.eq(file.digest.to_vec()),
            asset_media::thumb_key.eq(&file.thumb_key),
            asset_media::width.eq(file.picture.map(|picture| picture.width)),
            asset_media::height.eq(file.picture.map(|picture| picture.height)),
            asset_media::failure.eq(""),
            asset_media::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes what the bytes of a file hash to.
pub fn set_digest(tx: &mut TenantTx<'_>, id: MediaId, digest: &[u8]) -> QueryResult<()> {
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set(asset_media::sha256.eq(digest))
        .execute(tx.conn())
        .map(|_| ())
}

/// What a browser found out about a video or recording by playing it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Played {
    pub duration_ms: Option<i64>,
    pub width: Option<i32>,
    pub height: Option<i32>,
}

/// Notes what a browser found out, and the picture it took.
pub fn set_played(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: MediaId,
    played: Played,
    poster: Option<&str>,
) -> QueryResult<()> {
    let media = asset_media::table.filter(asset_media::id.eq(id));
    diesel::update(media)
        .set((
            asset_media::duration_ms.eq(played.duration_ms),
            asset_media::width.eq(played.width),
            asset_media::height.eq(played.height),
        ))
        .execute(tx.conn())?;
    if let Some(poster) = poster {
        diesel::update(media)
            .set(asset_media::thumb_key.eq(poster))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Says what a picture shows and what is said in a recording.
pub fn describe(
    tx: &mut TenantTx<'_>,
    _: &Writing,
    id: MediaId,
    (alt, transcript): (&str, &str),
) -> QueryResult<()> {
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set((asset_media::alt.eq(alt), asset_media::transcript.eq(transcript)))
        .execute(tx.conn())
        .map(|_| ())
}

/// A piece of a file.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = media_parts)]
pub struct Part {
    pub starts: i64,
    pub size_bytes: i64,
    pub storage_key: String,
}

/// The pieces of a file, in order.
pub fn parts(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<Vec<Part>> {
    Part::query()
        .filter(media_parts::media_id.eq(id))
        .order(media_parts::starts)
        .load(tx.conn())
}

/// How many bytes of a file are here.
pub fn received(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<i64> {
    let last: Option<(i64, i64)> = media_parts::table
        .filter(media_parts::media_id.eq(id))
        .order(media_parts::starts.desc())
        .select((media_parts::starts, media_parts::size_bytes))
        .first(tx.conn())
        .optional()?;
    Ok(last.map(|(starts, size)| starts + size).unwrap_or_default())
}

/// Writes down a piece; false when one that starts there is here already.
pub fn insert_part(tx: &mut TenantTx<'_>, id: MediaId, part: &Part) -> QueryResult<bool> {
    let made = diesel::insert_into(media_parts::table)
        .values((
            media_parts::media_id.eq(id),
            media_parts::starts.eq(part.starts),
            media_parts::size_bytes.eq(part.size_bytes),
            media_parts::storage_key.eq(&part.storage_key),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(made == 1)
}

/// Forgets the pieces of a file; their bytes follow.
pub fn delete_parts(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<usize> {
    diesel::delete(media_parts::table.filter(media_parts::media_id.eq(id))).execute(tx.conn())
}

/// Files whose upload began before this moment and came no further since.
pub fn abandoned(tx: &mut TenantTx<'_>, before: DateTime<Utc>, most: i64) -> QueryResult<Vec<Media>> {
    Media::query()
        .filter(asset_media::state.eq(MediaState::QueuedForUpload))
        .filter(asset_media::changed_at.lt(before))
        .order(asset_media::changed_at)
        .limit(most)
        .load(tx.conn())
}

/// Notes that something of a file came.
pub fn touch(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(asset_media::table.filter(asset_media::id.eq(id)))
        .set(asset_media::changed_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// The captions of a file, by language.
pub fn captions(tx: &mut TenantTx<'_>, id: MediaId) -> QueryResult<Vec<Captions>> {
    Captions::query()
        .filter(media_captions::media_id.eq(id))
        .order(media_captions::language)
        .load(tx.conn())
}

/// The text of captions.
pub fn caption_text(tx: &mut TenantTx<'_>, id: MediaId, language: &str) -> QueryResult<String> {
    media_captions::table
        .filter(media_captions::media_id.eq(id))
        .filter(media_captions::language.eq(language))
        .select(media_captions::vtt)
        .first(tx.conn())
}

/// Keeps captions, in the place of those of the same language.
pub fn keep_captions(
    tx: &mut TenantTx<'_>,
    by: &Writing,
    (id, language): (MediaId, &str),
    vtt: &str,
) -> QueryResult<()> {
    let now = tx.now();
    let row = (
        media_captions::vtt.eq(vtt),
        media_captions::made_by.eq(by.author()),
        media_captions::made_at.eq(now),
    );
    diesel::insert_into(media_captions::table)
        .values((
            media_captions::media_id.eq(id),
            media_captions::language.eq(language),
            row,
        ))
        .on_conflict((
            media_captions::org_id,
            media_captions::media_id,
            media_captions::language,
        ))
        .do_update()
        .set(row)
        .execute(tx.conn())
        .map(|_| ())
}

/// Removes captions; false when there are none of this language.
pub fn remove_captions(tx: &mut TenantTx<'_>, _: &Writing, id: MediaId, language: &str) -> QueryResult<bool> {
    let gone = diesel::delete(
        media_captions::table
            .filter(media_captions::media_id.eq(id))
            .filter(media_captions::language.eq(language)),
    )
    .execute(tx.conn())?;
    Ok(gone == 1)
}
