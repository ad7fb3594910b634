//! What browsers send about who is in a channel, and how people are picked.

use serde::Deserialize;

use crate::domains::channels::model::ChannelRole;
use crate::domains::tenancy::{self, MemberCard, PeopleFilter};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;

/// People shown for one search.
const FOUND: i64 = 20;
/// Handles and people looked at in one form.
const MOST: usize = 60;

/// Picking people: by looking for them, and by handles. Works without script: "Find" sends the same form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PickForm {
    /// Whom is looked for.
    pub q: String,
    /// Handles, separated by spaces or commas.
    pub handles: String,
    /// Ids of those ticked.
    pub person: Vec<String>,
    /// Pressed to look and not yet to send.
    pub find: String,
    /// Name of a group conversation.
    pub title: String,
}

impl PickForm {
    /// Whether people are only looked for.
    pub fn only_finds(&self) -> bool {
        !self.find.is_empty()
    }

    /// Everyone picked, each once.
    ///
    /// # Errors
    /// [`AppError::Invalid`] at `handles` for those nobody has, at `person` for ids that are none.
    pub fn people(&self, tx: &mut TenantTx<'_>) -> Result<Vec<MemberId>, AppError> {
        let mut errors = FieldErrors::default();
        let mut people: Vec<MemberId> = Vec::new();
        for id in self.person.iter().filter(|id| !id.is_empty()).take(MOST) {
            match id.parse() {
                Ok(id) => people.push(id),
                Err(_) => errors.add(
                    "person",
                    "One of these people can't be found any more. Take them out and try again.",
                ),
            }
        }
        let wanted = self.wanted_handles();
        let found = tenancy::find_by_handles(tx, &wanted)?;
        if let Some(sentence) = tenancy::nobody_called(&wanted, &found) {
            errors.add("handles", sentence);
        }
        people.extend(found.into_iter().map(|card| card.id));
        people.sort();
        people.dedup();
        match errors.is_empty() {
            true => Ok(people),
            false => Err(errors.into()),
        }
    }

    fn wanted_handles(&self) -> Vec<String> {
        let parts = self
            .handles
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let handles = parts.map(|part| part.trim_start_matches('@').to_lowercase());
        let mut handles: Vec<String> = handles.filter(|part| !part.is_empty()).take(MOST).collect();
        handles.sort();
        handles.dedup();
        handles
    }

    /// The name of a group conversation.
    ///
    /// # Errors
    /// When it is too long.
    pub fn name(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let title = check.line(
            "title",
            "The name",
            &self.title,
            0,
            crate::domains::channels::places::model::TITLE_LENGTH,
        );
        check.finish(|| title)
    }
}

/// The picker as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    /// What was typed.
    pub form: PickForm,
    /// Those ticked.
    pub chosen: Vec<MemberCard>,
    /// Those found by the search, without those ticked.
    pub found: Vec<MemberCard>,
    /// Whether somebody was looked for in vain.
    pub nobody: bool,
}

impl Picker {
    /// The picker for a form; `except` is left out of what is found.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, form: PickForm, except: &[MemberId]) -> Result<Self, AppError> {
        let ids: Vec<MemberId> = form
            .person
            .iter()
            .take(MOST)
            .filter_map(|id| id.parse().ok())
            .collect();
        let ids = tenancy::visible_among(tx, &ids)?;
        let mut chosen: Vec<MemberCard> = tenancy::member_cards(tx, &ids)?.into_values().collect();
        chosen.sort_by(|one, other| one.name.cmp(&other.name));
        let filter = PeopleFilter::search(&form.q);
        let mut found = match filter.words.is_empty() {
            true => Vec::new(),
            false => tenancy::search_people(tx, &filter, FOUND)?,
        };
        found.retain(|card| !except.contains(&card.id) && !ids.contains(&card.id));
        let nobody = found.is_empty() && !form.q.trim().is_empty();
        Ok(Self {
            form,
            chosen,
            found,
            nobody,
        })
    }
}

/// Which people of a channel are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    /// Whom is looked for.
    pub q: String,
    /// Name after which the page begins.
    pub name: String,
    /// Person after whom the page begins.
    pub after: String,
}

/// Whom somebody begins to name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MentionQuery {
    /// What follows the `@`.
    pub q: String,
}

/// A channel role for somebody.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    /// The role.
    pub role: String,
}

impl RoleForm {
    /// What was meant.
    ///
    /// # Errors
    /// When it is no role.
    pub fn parse(&self) -> Result<ChannelRole, AppError> {
        self.role
            .parse()
            .map_err(|_| AppError::BadRequest("That is not a role in a channel.".to_owned()))
    }
}
