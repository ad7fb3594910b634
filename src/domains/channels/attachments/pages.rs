//! What people see of files besides their messages.

use askama::Template;
use serde::Serialize;

use crate::domains::channels::messages::model::{Attachment, AttachmentKind};
use crate::domains::channels::messages::view::{self, AttachmentView};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::ChannelId;
use crate::platform::web::Shell;

/// A file that hangs on the composer, for its template and its script.
#[derive(Debug, Clone, Serialize)]
pub struct Attached {
    /// Its id, for the field `attachment`.
    pub id: String,
    /// `image` or `file`.
    pub kind: &'static str,
    /// Name.
    pub name: String,
    /// `PDF, 412 kB`.
    pub note: String,
    /// Where its thumbnail is; empty for files that are no pictures.
    pub thumb: String,
    /// Thumbnail size in pixels.
    pub width: i32,
    /// Thumbnail size in pixels.
    pub height: i32,
    /// What a picture shows.
    pub alt_text: String,
    /// Where to take it back.
    pub removal: String,
}

impl Attached {
    /// A file of this channel.
    pub fn of(channel: ChannelId, file: &Attachment) -> Self {
        let AttachmentView {
            name,
            note,
            thumb,
            width,
            height,
            ..
        } = view::attachment_view(&format!("/channels/{channel}"), file);
        let kind = match file.kind {
            AttachmentKind::Image => "image",
            AttachmentKind::File => "file",
        };
        Self {
            id: file.id.to_string(),
            kind,
            name,
            note,
            thumb,
            width,
            height,
            alt_text: file.alt_text.clone(),
            removal: format!("/channels/{channel}/attachments/{}/removal", file.id),
        }
    }
}

/// The page on which a picture is described.
#[derive(Template)]
#[template(path = "channels/attachments/description.html")]
pub struct DescriptionPage {
    /// The frame.
    pub shell: Shell,
    /// Where to send it.
    pub action: String,
    /// Where to go back.
    pub back: String,
    /// The picture.
    pub src: String,
    /// Its name.
    pub name: String,
    /// What was typed, or is there.
    pub alt_text: String,
    /// What was wrong.
    pub errors: FieldErrors,
}
