//! What admins and invited people send.

use serde::Deserialize;

use crate::domains::identity::passwords::rules;
use crate::kernel::actor::Role;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::ContextId;
use crate::kernel::validate::Check;

/// An invitation as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    pub email: String,
    pub display_name: String,
    pub roles: Vec<String>,
    pub team: String,
}

/// An invitation as meant.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub email: String,
    pub display_name: String,
    pub roles: Vec<Role>,
    pub team: Option<ContextId>,
}

impl InviteForm {
    pub fn parse(&self) -> Result<NewInvitation, FieldErrors> {
        let mut check = Check::default();
        let email = check.email("email", &self.email);
        let display_name = check.line("display_name", "Name", &self.display_name, 0, 120);
        // Everyone who joins is a member; a sponsor alone is the exception.
        let mut roles: Vec<Role> = Role::ALL
            .iter()
            .copied()
            .filter(|role| self.roles.iter().any(|chosen| chosen == role.as_str()))
            .collect();
        check.refuse_when(roles.is_empty(), "roles", "Choose at least one role.");
        if !roles.contains(&Role::Member) && roles != [Role::Sponsor] {
            roles.insert(0, Role::Member);
        }
        let team = self.team.trim();
        let chosen = team.parse::<ContextId>().ok();
        check.refuse_when(
            !team.is_empty() && chosen.is_none(),
            "team",
            "Choose a team from the list.",
        );
        check.finish(|| NewInvitation {
            email,
            display_name,
            roles,
            team: chosen,
        })
    }
}

/// What an invited person sends: a name, and a password when they have no account yet.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    pub name: String,
    pub password: String,
}

impl AcceptForm {
    pub fn name(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Your name", &self.name, 1, 120);
        check.finish(|| name)
    }

    /// For a new account: name and password together.
    pub fn account(&self, email: &str, organization: &str) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Your name", &self.name, 1, 120);
        rules::check(
            &mut check,
            "password",
            &self.password,
            &[email, &name, organization],
        );
        check.finish(|| name)
    }
}
