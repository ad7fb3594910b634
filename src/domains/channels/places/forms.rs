//! What browsers send about channels.

use serde::Deserialize;

use crate::domains::channels::model::NotifyLevel;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{ChannelId, ContextId};
use crate::kernel::validate::Check;

use super::model::{DESCRIPTION_LENGTH, Mute, NewChannel, Settings, TITLE_LENGTH};
use super::queries::Search;

/// A new channel, or what is set about one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChannelForm {
    /// Id of what it is made for; only for a new one.
    pub context: String,
    /// Name.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Who writes.
    pub post_policy: String,
    /// How people come in.
    pub join_rule: String,
    /// What newcomers see.
    pub history_rule: String,
    /// Mark of the settings this form was made from.
    pub mark: String,
}

impl ChannelForm {
    /// A form that shows `settings`.
    pub fn of(settings: &Settings) -> Self {
        Self {
            context: String::new(),
            title: settings.title.clone(),
            description: settings.description.clone(),
            post_policy: settings.post_policy.to_string(),
            join_rule: settings.join_rule.to_string(),
            history_rule: settings.history_rule.to_string(),
            mark: settings.mark(),
        }
    }

    /// What was meant by the form of a new channel.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse_new(&self) -> Result<NewChannel, FieldErrors> {
        let mut check = Check::default();
        let context: Option<ContextId> = self.context.parse().ok();
        check.refuse_when(context.is_none(), "context", "Choose what the channel is for.");
        let settings = self.settings(check)?;
        let context = context.ok_or_else(FieldErrors::default)?;
        Ok(NewChannel {
            context,
            settings,
            owner: None,
        })
    }

    /// What was meant by the form of an existing channel.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self) -> Result<Settings, FieldErrors> {
        self.settings(Check::default())
    }

    /// What was meant by the form of a conversation, which has a name and nothing else.
    ///
    /// # Errors
    /// When the name is too long.
    pub fn parse_name(&self, stored: &Settings) -> Result<Settings, FieldErrors> {
        let mut check = Check::default();
        let title = check.line("title", "The name", &self.title, 0, TITLE_LENGTH);
        check.finish(|| Settings {
            title,
            ..stored.clone()
        })
    }

    fn settings(&self, mut check: Check) -> Result<Settings, FieldErrors> {
        let (title, description) = texts(&mut check, &self.title, &self.description);
        let post_policy = check.one_of("post_policy", "who may write", &self.post_policy);
        let join_rule = check.one_of("join_rule", "how people come in", &self.join_rule);
        let history_rule = check.one_of("history_rule", "what newcomers see", &self.history_rule);
        let chosen = post_policy.zip(join_rule).zip(history_rule);
        let Some(((post_policy, join_rule), history_rule)) = chosen else {
            return Err(check.finish(|| ()).err().unwrap_or_default());
        };
        check.finish(|| Settings {
            title,
            description,
            post_policy,
            join_rule,
            history_rule,
        })
    }
}

/// Title and description as they are stored.
fn texts(check: &mut Check, title: &str, description: &str) -> (String, String) {
    (
        check.line("title", "The title", title, 1, TITLE_LENGTH),
        check.text(
            "description",
            "The description",
            description,
            0,
            DESCRIPTION_LENGTH,
        ),
    )
}

impl Settings {
    /// These settings with texts that can be stored: what programs send is held to the same rules as forms.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut check = Check::default();
        let (title, description) = texts(&mut check, &self.title, &self.description);
        check.finish(|| Self {
            title,
            description,
            ..self
        })
    }
}

/// What a channel may call attention for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NotificationsForm {
    /// The level.
    pub notify: String,
    /// How long it is muted.
    pub mute: String,
}

impl NotificationsForm {
    /// What was meant.
    ///
    /// # Errors
    /// When a choice is none of those offered.
    pub fn parse(&self) -> Result<(NotifyLevel, Mute), FieldErrors> {
        let mut check = Check::default();
        let level = check.one_of("notify", "what to be told about", &self.notify);
        let mute = Mute::from_word(&self.mute);
        check.refuse_when(mute.is_none(), "mute", "Choose for how long from the list.");
        match level.zip(mute) {
            Some(chosen) => check.finish(|| chosen),
            None => Err(check.finish(|| ()).err().unwrap_or_default()),
        }
    }
}

/// Looking for a channel to join.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BrowseQuery {
    /// Words of its name.
    pub q: String,
    /// After this channel.
    pub after: String,
}

impl BrowseQuery {
    /// What is asked for. A position that is none begins at the start.
    pub fn search(&self) -> Search {
        let text: String = self.q.trim().chars().take(TITLE_LENGTH).collect();
        Search {
            text,
            after: self.after.parse::<ChannelId>().ok(),
        }
    }
}

/// What a new channel is suggested for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    /// Id of a context.
    pub context: String,
}
