//! What browsers send about people.

use serde::Deserialize;

use crate::domains::tenancy::model::MemberState;
use crate::kernel::actor::{Role, Roles};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{ContextId, MemberId};
use crate::kernel::validate::Check;

use super::queries::PeopleFilter;

/// The filters of the directory, as the address has them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PeopleQuery {
    pub q: String,
    pub role: String,
    pub context: String,
    pub state: String,
    pub after: String,
}

impl PeopleQuery {
    /// What is asked for. An address that was changed by hand filters less instead of failing.
    pub fn filter(&self) -> PeopleFilter {
        PeopleFilter {
            role: self.role.parse::<Role>().ok(),
            context: self.context.parse::<ContextId>().ok(),
            state: self.state.parse().unwrap_or(MemberState::Active),
            after: self.after.parse::<MemberId>().ok(),
            ..PeopleFilter::search(&self.q)
        }
    }

    /// Whether anything is filtered at all.
    pub fn is_plain(&self) -> bool {
        self.q.trim().is_empty() && self.role.is_empty() && self.context.is_empty() && self.state.is_empty()
    }
}

/// The form of somebody's roles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RolesForm {
    pub roles: Vec<String>,
    /// The roles held when the form was made, joined by commas.
    pub held: String,
}

/// What was meant.
#[derive(Debug, Clone, Copy)]
pub struct RolesWanted {
    /// All the roles to hold from now on.
    pub roles: Roles,
    /// The roles they held as far as the sender knew.
    pub instead_of: Roles,
}

impl RolesForm {
    /// Reads the form.
    ///
    /// # Errors
    /// For words that are no roles.
    pub fn parse(&self) -> Result<RolesWanted, FieldErrors> {
        let mut check = Check::default();
        let roles: Roles = self
            .roles
            .iter()
            .filter_map(|role| check.one_of::<Role>("roles", "roles", role))
            .collect();
        let instead_of: Roles = self
            .held
            .split(',')
            .filter_map(|role| role.parse::<Role>().ok())
            .collect();
        check.finish(|| RolesWanted { roles, instead_of })
    }
}
