//! Files in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::channels::messages::model::Attachment;
use crate::domains::channels::model::Place;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AttachmentId, ChannelId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{attachments, messages};

use super::model::{Keys, NewFile, StoredFile};
use super::policy::{Describable, Withdrawable};

/// A file whose message the acting member may read, or which they have uploaded and not sent.
///
/// # Errors
/// [`AppError::NotFound`] otherwise.
pub fn visible(tx: &mut TenantTx<'_>, place: &Place, id: AttachmentId) -> Result<StoredFile, AppError> {
    let (channel, me) = (place.channel.id, tx.my_id()?);
    let file: StoredFile = StoredFile::query()
        .filter(attachments::id.eq(id))
        .filter(attachments::channel_id.eq(channel))
        .first(tx.conn())?;
    let readable = match file.seq {
        None => file.uploaded_by == me,
        Some(seq) => seq >= place.membership.visible_from_seq && stands(tx, channel, seq)?,
    };
    if readable {
        Ok(file)
    } else {
        Err(AppError::NotFound)
    }
}

fn stands(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> QueryResult<bool> {
    let message = messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.eq(seq))
        .filter(messages::deleted_at.is_null());
    diesel::select(diesel::dsl::exists(message)).get_result(tx.conn())
}

/// Those of `ids` that this member uploaded for this channel, sent or not, in the order they came.
pub fn uploaded(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    ids: &[AttachmentId],
) -> QueryResult<Vec<Attachment>> {
    Attachment::query()
        .filter(attachments::id.eq_any(ids))
        .filter(attachments::channel_id.eq(channel))
        .filter(attachments::uploaded_by.eq(member))
        .order((attachments::created_at, attachments::id))
        .load(tx.conn())
}

/// What this member uploaded for this channel and has not sent, in the order it came.
pub fn unsent(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> QueryResult<Vec<Attachment>> {
    Attachment::query()
        .filter(attachments::channel_id.eq(channel))
        .filter(attachments::uploaded_by.eq(member))
        .filter(attachments::seq.is_null())
        .order((attachments::created_at, attachments::id))
        .load(tx.conn())
}

/// How many files this member has uploaded and not sent, anywhere.
pub fn unsent_count(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<i64> {
    attachments::table
        .filter(attachments::uploaded_by.eq(member))
        .filter(attachments::seq.is_null())
        .count()
        .get_result(tx.conn())
}

/// Writes a file's row; false when one with this id is already there.
pub fn insert(tx: &mut TenantTx<'_>, file: &NewFile) -> QueryResult<bool> {
    let inserted = diesel::insert_into(attachments::table)
        .values(file)
        .on_conflict((attachments::org_id, attachments::id))
        .do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

/// Writes what a picture shows.
pub fn describe(tx: &mut TenantTx<'_>, proof: &Describable<'_>, alt_text: &str) -> QueryResult<()> {
    diesel::update(attachments::table.filter(attachments::id.eq(proof.file().id)))
        .set(attachments::alt_text.eq(alt_text))
        .execute(tx.conn())
        .map(|_| ())
}

/// Removes an unsent file's row.
pub fn withdraw(tx: &mut TenantTx<'_>, proof: &Withdrawable<'_>) -> QueryResult<Vec<Keys>> {
    diesel::delete(
        attachments::table
            .filter(attachments::id.eq(proof.file().id))
            .filter(attachments::seq.is_null()),
    )
    .returning(Keys::as_returning())
    .get_results(tx.conn())
}

/// Removes the rows of the files of these messages.
pub fn delete_of_messages(tx: &mut TenantTx<'_>, channel: ChannelId, seqs: &[i64]) -> QueryResult<Vec<Keys>> {
    let seqs: Vec<Option<i64>> = seqs.iter().copied().map(Some).collect();
    diesel::delete(
        attachments::table
            .filter(attachments::channel_id.eq(channel))
            .filter(attachments::seq.eq_any(seqs)),
    )
    .returning(Keys::as_returning())
    .get_results(tx.conn())
}

/// Removes rows of files that were uploaded before `moment` and never sent, at most `most`.
pub fn delete_unsent(tx: &mut TenantTx<'_>, moment: DateTime<Utc>, most: i64) -> QueryResult<Vec<Keys>> {
    let forgotten: Vec<AttachmentId> = attachments::table
        .filter(attachments::seq.is_null())
        .filter(attachments::created_at.lt(moment))
        .order(attachments::created_at)
        .limit(most)
        .select(attachments::id)
        .load(tx.conn())?;
    // Asked again: one of them may have been sent in between.
    diesel::delete(
        attachments::table
            .filter(attachments::id.eq_any(forgotten))
            .filter(attachments::seq.is_null()),
    )
    .returning(Keys::as_returning())
    .get_results(tx.conn())
}

/// Removes rows of files whose message was deleted without [`super::forget`], at most `most`.
pub fn delete_of_deleted(tx: &mut TenantTx<'_>, most: i64) -> QueryResult<Vec<Keys>> {
    let left: Vec<AttachmentId> = attachments::table
        .inner_join(
            messages::table.on(messages::org_id
                .eq(attachments::org_id)
                .and(messages::channel_id.eq(attachments::channel_id))
                .and(messages::seq.nullable().eq(attachments::seq))),
        )
        .filter(messages::has_attachment)
        .filter(messages::deleted_at.is_not_null())
        .limit(most)
        .select(attachments::id)
        .load(tx.conn())?;
    diesel::delete(attachments::table.filter(attachments::id.eq_any(left)))
        .returning(Keys::as_returning())
        .get_results(tx.conn())
}
