//! What templates are made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::campaigns::content::{self, Draft, Starter, Variable, first_name};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, TemplateId, TemplateVersionId};
use crate::pg_enum;
use crate::platform::db::schema::{message_templates, template_drafts, template_versions};

pg_enum! {
    /// How what a template says travels.
    #[schemars(rename = "MessageChannel")]
    Channel as TemplateChannel {
        Email = "email": "E-mail",
        Sms = "sms": "Text message",
    }
}

pg_enum! {
    /// Why it is sent, which decides what must stand at its end.
    #[schemars(rename = "MessagePurpose")]
    Purpose as MessagePurpose {
        Commercial = "commercial": "Promotes something",
        Informational = "informational": "News and notices",
        Transactional = "transactional": "Answers what somebody did",
    }
}

impl Purpose {
    /// What follows from it.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Commercial => {
                "Goods, services, benefits, donations. A way to leave and your postal address are law."
            }
            Self::Informational => "Without a commercial aim. Mail programs still ask for a way to leave.",
            Self::Transactional => "A receipt, a confirmation, a password link.",
        }
    }
}

impl From<Channel> for content::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
        }
    }
}

impl From<Purpose> for content::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Commercial => Self::Commercial,
            Purpose::Informational => Self::Informational,
            Purpose::Transactional => Self::Transactional,
        }
    }
}

/// A template without its words.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = message_templates)]
pub struct Kept {
    pub id: TemplateId,
    pub name: String,
    pub channel: Channel,
    pub purpose: Purpose,
    /// The key of a kind of messages as consent knows it.
    pub category: String,
    /// The newest version; 0 before the first.
    pub current_version: i32,
    pub created_by: Option<MemberId>,
    pub changed_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    /// Whether it is arranged of blocks; else it is written as source.
    pub is_of_blocks: bool,
}

/// One saved version.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = template_versions)]
pub struct Version {
    pub id: TemplateVersionId,
    pub version: i32,
    pub purpose: Purpose,
    pub draft: Value,
    pub digest: Vec<u8>,
    pub note: String,
    pub made_by: Option<MemberId>,
    pub made_at: DateTime<Utc>,
    /// What it was arranged of, if it was.
    pub blocks: Option<Value>,
}

/// What was kept before it compiled.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = template_drafts)]
pub struct Unfinished {
    pub draft: Value,
    pub kept_by: Option<MemberId>,
    pub kept_at: DateTime<Utc>,
}

/// The words of a template, as versions and drafts keep them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    pub subject: String,
    pub preheader: String,
    pub source: String,
    /// Nothing when it is made from the HTML.
    pub text_part: Option<String>,
    pub variables: Vec<Variable>,
}

impl Words {
    /// The words of a starter.
    pub fn of_starter(starter: &Starter) -> Self {
        let draft = starter.draft();
        Self {
            subject: draft.subject,
            preheader: draft.preheader,
            source: draft.source,
            text_part: draft.text_part,
            variables: draft.variables,
        }
    }

    /// What stands around the blocks that a new mail begins with.
    pub fn beside_fresh_blocks() -> Self {
        Self {
            variables: vec![first_name()],
            ..Self::default()
        }
    }

    /// The same with another subject, unless it is empty.
    #[must_use]
    pub fn with_subject(self, subject: &str) -> Self {
        match subject.is_empty() {
            true => self,
            false => Self {
                subject: subject.to_owned(),
                ..self
            },
        }
    }

    /// What the content engine compiles.
    pub fn draft(&self, channel: Channel, purpose: Purpose) -> Draft {
        Draft {
            channel: channel.into(),
            purpose: purpose.into(),
            subject: self.subject.clone(),
            preheader: self.preheader.clone(),
            source: self.source.clone(),
            text_part: self.text_part.clone(),
            variables: self.variables.clone(),
        }
    }

    /// As it was kept.
    ///
    /// # Errors
    /// When what was kept cannot be read; it is a defect of ours.
    pub fn read(kept: Value) -> Result<Self, AppError> {
        serde_json::from_value(kept).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// As it is kept.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn written(&self) -> Result<Value, AppError> {
        serde_json::to_value(self).map_err(|cause| AppError::Unexpected(cause.into()))
    }
}
