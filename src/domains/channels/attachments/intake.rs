//! From what a browser sent to a file that can be attached: recognised, cleaned, stored, and only then written down.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app::App;
use crate::domains::channels::messages::model::{Attachment, AttachmentKind};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AttachmentId, ChannelId, MemberId};
use crate::platform::db::TenantScope;
use crate::platform::files::{self, StoredFile};
use crate::platform::web::upload::Upload;

use super::actions;
use super::model::NewFile;

/// What became of some files.
#[derive(Debug, Default)]
pub struct Taken {
    /// Ready to be attached, in the order they came.
    pub files: Vec<Attachment>,
    /// Not taken: a sentence for each.
    pub refused: Vec<String>,
}

/// Takes files for a message that is being written. `seed` is the message's id, or the upload's key: the same file under
/// the same seed is kept once, however often it is sent.
///
/// # Errors
/// As [`actions::prepare`]; [`AppError::Unexpected`] when storage is away. Files that may not travel are no error.
pub async fn take(
    app: &App,
    scope: &TenantScope,
    channel: ChannelId,
    seed: Uuid,
    uploads: Vec<Upload>,
) -> Result<Taken, AppError> {
    let mut taken = Taken::default();
    let Some(member) = scope.actor().member_id().filter(|_| !uploads.is_empty()) else {
        return Ok(taken);
    };
    let ids: Vec<AttachmentId> = uploads
        .iter()
        .map(|upload| {
            AttachmentId(files::id_of(
                "attachment v1",
                member,
                channel.0,
                seed,
                &upload.digest,
            ))
        })
        .collect();
    let known = {
        let ids = ids.clone();
        app.db
            .tenant(scope, move |tx| actions::prepare(tx, channel, &ids))
            .await?
    };
    for (id, upload) in ids.into_iter().zip(uploads) {
        if let Some(known) = known
            .iter()
            .chain(&taken.files)
            .find(|file| file.id == id)
            .cloned()
        {
            if !taken.files.iter().any(|file| file.id == id) {
                taken.files.push(known);
            }
            continue;
        }
        match files::store(app.storage.as_ref(), scope.org(), &upload).await? {
            Ok(stored) => {
                let arrival = Arrival {
                    id,
                    channel,
                    member,
                    at: app.clock().now(),
                };
                taken.files.push(keep(app, scope, arrival, stored).await?);
            }
            Err(refusal) => taken.refused.push(format!("{}: {refusal}", upload.name)),
        }
    }
    Ok(taken)
}

/// A file on its way in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its id.
    pub id: AttachmentId,
    /// The channel it is meant for.
    pub channel: ChannelId,
    /// Who sends it.
    pub member: MemberId,
    /// When it comes.
    pub at: DateTime<Utc>,
}

/// Takes in a picture that came without a browser, as the sample data's do: cleaned and stored like an upload. Its row is
/// the caller's to write; the bytes of one that is not written are for [`discard`].
///
/// # Errors
/// As [`files::store_picture`].
pub async fn take_picture(
    app: &App,
    scope: &TenantScope,
    arrival: Arrival,
    name: &str,
    bytes: &'static [u8],
) -> Result<NewFile, AppError> {
    let stored = files::store_picture(app.storage.as_ref(), scope.org(), name, bytes).await?;
    Ok(row_of(arrival, stored))
}

/// Takes the bytes of a picture away whose row was not written.
pub async fn discard(app: &App, file: &NewFile) {
    files::discard(app.storage.as_ref(), &file.storage_key, file.thumb_key.as_deref()).await;
}

/// Writes the row of a file whose bytes are stored; bytes without a row are taken away again.
async fn keep(
    app: &App,
    scope: &TenantScope,
    arrival: Arrival,
    stored: StoredFile,
) -> Result<Attachment, AppError> {
    let row = row_of(arrival, stored.clone());
    let written = app.db.tenant(scope, move |tx| actions::add(tx, &row)).await;
    if !matches!(written, Ok((_, true))) {
        stored.discard(app.storage.as_ref()).await;
    }
    written.map(|(attachment, _)| attachment)
}

fn row_of(arrival: Arrival, stored: StoredFile) -> NewFile {
    let picture = stored.picture;
    NewFile {
        id: arrival.id,
        channel_id: arrival.channel,
        uploaded_by: arrival.member,
        kind: match picture {
            Some(_) => AttachmentKind::Image,
            None => AttachmentKind::File,
        },
        name: stored.name,
        mime: stored.mime.to_owned(),
        size_bytes: stored.size_bytes,
        width: picture.map(|picture| picture.width),
        height: picture.map(|picture| picture.height),
        thumb_width: picture.map(|picture| picture.thumb_width),
        thumb_height: picture.map(|picture| picture.thumb_height),
        storage_key: stored.storage_key,
        thumb_key: stored.thumb_key,
        created_at: arrival.at,
    }
}
