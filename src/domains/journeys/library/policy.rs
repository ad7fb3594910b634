//! Who works with the library. Pure; writers demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{ContextId, MemberId};

/// Who sees the library at all.
pub const KEEPERS: &[Role] = &[Role::Coach, Role::TeamLeader, Role::Admin];

/// Somebody at work in the library: who, and which of it is theirs.
#[derive(Debug, Clone)]
pub struct Keeper {
    member: MemberId,
    /// The teams they lead, when they see no more than those and what is everyone's.
    teams: Option<Vec<ContextId>>,
}

/// That the assets of a team, or of the whole organization, may be written.
#[derive(Debug)]
pub struct Writing(MemberId);

impl Writing {
    /// By whom.
    pub fn author(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor works in the library. For everybody else it is not there.
///
/// # Errors
/// [`AppError::NotFound`] for who is neither coach, admin nor team leader.
pub fn may_look(actor: &Actor, leads: &[ContextId]) -> Result<Keeper, AppError> {
    let Some(member) = actor.member_id().filter(|_| actor.roles().any(KEEPERS)) else {
        return Err(AppError::NotFound);
    };
    let teams = match actor.roles().any(&[Role::Coach, Role::Admin]) {
        true => None,
        false => Some(leads.to_vec()),
    };
    Ok(Keeper { member, teams })
}

impl Keeper {
    /// Who it is.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// The teams whose assets they see besides everyone's; none when they see all.
    pub fn teams(&self) -> Option<&[ContextId]> {
        self.teams.as_deref()
    }

    /// Whether they may write what belongs to this team, or to everyone.
    ///
    /// # Errors
    /// [`Denied`] for team leaders about what is not their team's.
    pub fn may_write(&self, team: Option<ContextId>) -> Result<Writing, Denied> {
        let is_theirs = match (&self.teams, team) {
            (None, _) => true,
            (Some(led), Some(team)) => led.contains(&team),
            (Some(_), None) => false,
        };
        match is_theirs {
            true => Ok(Writing(self.member)),
            false => Err(Denied::because(
                "Team leaders change what belongs to their team. Coaches and admins change the rest.",
            )),
        }
    }

    /// Whether they may arrange folders, which all share.
    ///
    /// # Errors
    /// [`Denied`] for team leaders.
    pub fn may_arrange(&self) -> Result<Writing, Denied> {
        match self.teams {
            None => Ok(Writing(self.member)),
            Some(_) => Err(Denied::because("Folders are arranged by coaches and admins.")),
        }
    }
}

/// Somebody whose work a job goes on with: as far as they see the library when it does, with the teams they lead then.
///
/// # Errors
/// [`Denied`] for who is neither coach, admin nor team leader any more.
pub fn going_on_for(member: MemberId, roles: &[Role], leads: Vec<ContextId>) -> Result<Keeper, Denied> {
    let has = |role: Role| roles.contains(&role);
    let teams = match (has(Role::Coach) || has(Role::Admin), has(Role::TeamLeader)) {
        (true, _) => None,
        (false, true) => Some(leads),
        (false, false) => {
            return Err(Denied::because(
                "Who began this does not work in the library any more.",
            ));
        }
    };
    Ok(Keeper { member, teams })
}

/// What follows by itself from what somebody was allowed to begin, such as the end of an upload; and what the sample data brings along.
pub fn on_behalf_of(author: MemberId) -> Writing {
    Writing(author)
}
