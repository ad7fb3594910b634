//! The pages of leaving and confirming.

use askama::Template;

use crate::domains::consent::model::{Channel, EVERYTHING};
use crate::domains::consent::{queries, texts};
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::platform::mail::{Locale, say};
use crate::platform::web::Shell;

/// Where somebody is with leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// They are asked.
    Ask,
    /// They have left, and can undo it.
    Left,
    /// They have undone it.
    Undone,
}

/// `/u/{link}`
#[derive(Template)]
#[template(path = "consent/leaving.html")]
pub struct LeavingPage {
    pub shell: Shell,
    pub locale: Locale,
    pub path: String,
    pub organization: String,
    /// The category in words.
    pub category: String,
    pub channel: String,
    pub step: Step,
}

impl LeavingPage {
    /// Reads who sends what.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        locale: Locale,
        path: String,
        about: (Channel, &str),
        step: Step,
    ) -> Result<Self, AppError> {
        let (channel, category) = about;
        Ok(Self {
            shell,
            locale,
            path,
            organization: queries::asker(tx)?.name,
            category: category_name(tx, locale, category)?,
            channel: texts::channel_name(locale, channel),
            step,
        })
    }

    /// Words with who, what and how in them.
    pub fn say(&self, id: &str) -> String {
        say(
            self.locale,
            id,
            &[
                ("organization", self.organization.clone()),
                ("category", self.category.clone()),
                ("channel", self.channel.clone()),
            ],
        )
    }

    pub fn is_asking(&self) -> bool {
        self.step == Step::Ask
    }

    pub fn has_left(&self) -> bool {
        self.step == Step::Left
    }
}

/// A category in words.
///
/// # Errors
/// When the database fails.
pub fn category_name(tx: &mut TenantTx<'_>, locale: Locale, key: &str) -> Result<String, AppError> {
    if key == EVERYTHING {
        return Ok(say(locale, "category-all", &[]));
    }
    let known = texts::categories(tx, locale)?;
    Ok(known
        .into_iter()
        .find(|category| category.key == key)
        .map_or_else(|| key.to_owned(), |category| category.name))
}

/// Where somebody is with confirming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// They are asked.
    Ask,
    /// They have just said yes.
    Thanked,
    /// There is nothing to say yes to: they did before, or a later word outweighs the question.
    Over,
}

/// `/y/{link}`
#[derive(Template)]
#[template(path = "consent/confirming.html")]
pub struct ConfirmingPage {
    pub shell: Shell,
    pub locale: Locale,
    pub path: String,
    pub organization: String,
    pub category: String,
    pub channel: String,
    /// Exactly what is agreed to.
    pub wording: String,
    pub stage: Stage,
}

impl ConfirmingPage {
    /// Whether they are asked.
    pub fn is_asking(&self) -> bool {
        self.stage == Stage::Ask
    }

    /// Whether they have just said yes.
    pub fn is_thanked(&self) -> bool {
        self.stage == Stage::Thanked
    }

    /// Words with who, what and how in them.
    pub fn say(&self, id: &str) -> String {
        say(
            self.locale,
            id,
            &[
                ("organization", self.organization.clone()),
                ("category", self.category.clone()),
                ("channel", self.channel.clone()),
            ],
        )
    }
}
