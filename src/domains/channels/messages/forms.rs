//! What browsers send about messages.

use serde::Deserialize;

use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AttachmentId, MessageId};
use crate::platform::web::RequestKey;
use crate::platform::web::upload::MOST_FILES;

use super::model::{IdTaken, NewMessage, NewText};

/// The composer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MessageForm {
    /// Markdown as typed.
    pub body: String,
    /// Id made by the browser; the form's key when there was no script.
    pub client_id: String,
    /// Number of the message answered.
    pub reply_to: String,
    /// Ids of uploaded files.
    pub attachment: Vec<String>,
    /// Ticked when `@channel` is meant.
    pub everyone: String,
}

impl MessageForm {
    /// The message's id: the browser's, else the form's key.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when it is none.
    pub fn id(&self, key: RequestKey) -> Result<MessageId, AppError> {
        match self.client_id.trim() {
            "" => Ok(MessageId(key.uuid())),
            text => text
                .parse()
                .map_err(|_| AppError::BadRequest("The message id must be a UUID.".to_owned())),
        }
    }

    /// The ids of uploaded files, each once.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when one is none.
    pub fn attachments(&self) -> Result<Vec<AttachmentId>, AppError> {
        let mut ids: Vec<AttachmentId> = Vec::new();
        for text in self
            .attachment
            .iter()
            .map(|id| id.trim())
            .filter(|id| !id.is_empty())
        {
            let id = text
                .parse()
                .map_err(|_| AppError::BadRequest("A file id must be a UUID.".to_owned()))?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// What was meant. `taken` says what becomes of it when its id was used for other words.
    ///
    /// # Errors
    /// [`AppError::Invalid`] or [`AppError::BadRequest`] for ids that are none.
    pub fn parse(&self, key: RequestKey, taken: IdTaken) -> Result<NewMessage, AppError> {
        let id = self.id(key)?;
        let mut errors = FieldErrors::default();
        let reply_to = match self.reply_to.trim() {
            "" => None,
            text => text
                .parse()
                .map_err(|_| errors.add("reply_to", "The message you answer is not there any more."))
                .ok(),
        };
        let attachments = self.attachments()?;
        if attachments.len() > MOST_FILES {
            errors.add(
                "files",
                format!("At most {MOST_FILES} files fit into one message."),
            );
        }
        let body = self
            .body
            .replace("\r\n", "\n")
            .replace('\0', "")
            .trim()
            .to_owned();
        if errors.is_empty() {
            Ok(NewMessage {
                id,
                body,
                reply_to,
                attachments,
                everyone_confirmed: !self.everyone.is_empty(),
                taken,
            })
        } else {
            Err(errors.into())
        }
    }
}

/// A changed text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    /// Markdown as typed.
    pub body: String,
    /// Ticked when `@channel` is meant.
    pub everyone: String,
    /// How often the message had been changed when this text was begun.
    pub version: String,
}

impl EditForm {
    /// The text, with line ends as stored.
    pub fn text(&self) -> NewText {
        let body = self.body.replace("\r\n", "\n").replace('\0', "");
        NewText {
            body: body.trim().to_owned(),
            everyone_confirmed: !self.everyone.is_empty(),
            version: self.version.parse().ok(),
        }
    }
}

/// A deletion, with a moderator's reason.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeleteForm {
    /// Why.
    pub reason: String,
}

/// A reaction.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReactionForm {
    /// The emoji.
    pub emoji: String,
}

/// Unsent text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    /// Markdown as typed.
    pub body: String,
    /// Number of the message answered.
    pub reply_to: String,
}

/// Where a conversation is to be shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Window {
    /// Messages before this number.
    pub before: Option<i64>,
    /// Messages from this number on.
    pub from: Option<i64>,
    /// Messages around this number.
    pub at: Option<i64>,
    /// The newest, whatever is unread.
    pub latest: Option<String>,
    /// Answering this message.
    pub reply: Option<i64>,
}

/// Asks for what changed.
#[derive(Debug, Clone, Deserialize)]
pub struct Since {
    /// The revision the page knows.
    pub rev: i64,
}
