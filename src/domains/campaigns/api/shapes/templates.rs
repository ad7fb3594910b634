//! Templates.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domains::campaigns::content::{self, Kind};
use crate::domains::campaigns::templates::model::{Channel, Kept, Purpose, Version, Words};
use crate::kernel::ids::{MemberId, TemplateId};

/// A template in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateSummary {
    /// Its id.
    pub id: TemplateId,
    /// What staff call it.
    pub name: String,
    /// How it travels.
    pub channel: Channel,
    /// Why it is sent.
    pub purpose: Purpose,
    /// Which kind of message it is, such as `newsletters`.
    pub category: String,
    /// The newest version; 0 before the first.
    pub current_version: i32,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

impl From<Kept> for TemplateSummary {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            name: kept.name,
            channel: kept.channel,
            purpose: kept.purpose,
            category: kept.category,
            current_version: kept.current_version,
            changed_at: kept.changed_at,
        }
    }
}

/// A template.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateView {
    /// Its id.
    pub id: TemplateId,
    /// What staff call it.
    pub name: String,
    /// How it travels.
    pub channel: Channel,
    /// Why it is sent.
    pub purpose: Purpose,
    /// Which kind of message it is, such as `newsletters`.
    pub category: String,
    /// The newest version; 0 before the first.
    pub current_version: i32,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// When it was put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// The subject of the newest version; empty for text messages.
    pub subject: String,
    /// What mail programs show beside the subject.
    pub preheader: String,
    /// The words, in the markup of templates.
    pub source: String,
    /// The plain text part, when it is not made from the source.
    pub text_part: Option<String>,
    /// The variables it declares.
    pub variables: Vec<TemplateVariable>,
    /// Its versions, the newest 40.
    pub versions: Vec<TemplateVersionView>,
}

/// A version of a template.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateVersionView {
    /// Its number.
    pub version: i32,
    /// Why it was sent.
    pub purpose: Purpose,
    /// What changed, in words; may be empty.
    pub note: String,
    /// Who made it.
    pub made_by: Option<MemberId>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// SHA-256 of what it compiles to, by which messages name it.
    pub sha256: String,
}

/// A variable that a template declares.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateVariable {
    /// Its name, without a dot for the template’s own.
    pub name: String,
    /// What it holds.
    #[serde(default)]
    pub kind: VariableKind,
    /// Whether somebody without the value is sent nothing.
    #[serde(default)]
    pub required: bool,
    /// What stands there instead of a missing value.
    #[serde(default)]
    pub fallback: Option<String>,
    /// What staff call it.
    #[serde(default)]
    pub label: String,
}

/// What a variable holds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    /// Words.
    #[default]
    Text,
    /// A decimal number with a point.
    Number,
    /// A date or moment in ISO 8601.
    Date,
    /// An address.
    Url,
}

impl From<content::Variable> for TemplateVariable {
    fn from(variable: content::Variable) -> Self {
        Self {
            name: variable.name,
            kind: match variable.kind {
                Kind::Text => VariableKind::Text,
                Kind::Number => VariableKind::Number,
                Kind::Date => VariableKind::Date,
                Kind::Url => VariableKind::Url,
            },
            required: variable.required,
            fallback: variable.fallback,
            label: variable.label,
        }
    }
}

impl From<TemplateVariable> for content::Variable {
    fn from(variable: TemplateVariable) -> Self {
        Self {
            name: variable.name,
            kind: match variable.kind {
                VariableKind::Text => Kind::Text,
                VariableKind::Number => Kind::Number,
                VariableKind::Date => Kind::Date,
                VariableKind::Url => Kind::Url,
            },
            required: variable.required,
            fallback: variable.fallback,
            label: variable.label,
        }
    }
}

impl TemplateView {
    /// A template with its newest words.
    pub fn of(kept: Kept, words: Words, versions: Vec<Version>) -> Self {
        Self {
            id: kept.id,
            name: kept.name,
            channel: kept.channel,
            purpose: kept.purpose,
            category: kept.category,
            current_version: kept.current_version,
            changed_at: kept.changed_at,
            archived_at: kept.archived_at,
            subject: words.subject,
            preheader: words.preheader,
            source: words.source,
            text_part: words.text_part,
            variables: words.variables.into_iter().map(Into::into).collect(),
            versions: versions
                .into_iter()
                .map(|version| TemplateVersionView {
                    version: version.version,
                    purpose: version.purpose,
                    note: version.note,
                    made_by: version.made_by,
                    made_at: version.made_at,
                    sha256: hex::encode(version.digest),
                })
                .collect(),
        }
    }
}

/// A template to be added.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateTemplate {
    /// What staff call it, 1 to 120 characters.
    pub name: String,
    /// How it travels; e-mail when left out.
    pub channel: Option<Channel>,
    /// Why it is sent, which decides what must stand at its end.
    pub purpose: Option<Purpose>,
    /// Which kind of message it is, such as `newsletters`.
    pub category: String,
    /// The subject; for e-mail.
    pub subject: String,
    /// What mail programs show beside the subject; for e-mail.
    pub preheader: String,
    /// The words: MJML or Markdown for e-mail, plain for text messages, with variables in double braces.
    pub source: String,
    /// The plain text part; made from the source when left out.
    pub text_part: Option<String>,
    /// The variables it declares.
    pub variables: Vec<TemplateVariable>,
}

impl CreateTemplate {
    /// The words as templates keep them.
    pub fn words(&self) -> Words {
        let is_mail = self.channel != Some(Channel::Sms);
        let of_mail = |text: &str| if is_mail { clean(text) } else { String::new() };
        Words {
            subject: of_mail(&self.subject).trim().to_owned(),
            preheader: of_mail(&self.preheader).trim().to_owned(),
            source: clean(&self.source),
            text_part: self.text_part.as_deref().filter(|_| is_mail).map(clean),
            variables: self.variables.iter().cloned().map(Into::into).collect(),
        }
    }
}

/// Line ends as one character; without NUL, which no database keeps.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\0', "")
}
