//! Who may change what about a person. Pure; writers demand the proofs made here.

use crate::domains::tenancy::model::{MemberCard, MemberState, Person};
use crate::kernel::actor::{Actor, Role, Roles};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

/// That these roles may be given to this person.
pub struct RolesChange<'a> {
    person: &'a Person,
    roles: Roles,
}

impl RolesChange<'_> {
    /// Who gets them.
    pub fn person(&self) -> &Person {
        self.person
    }

    /// All the roles they hold from now on.
    pub fn roles(&self) -> Roles {
        self.roles
    }
}

/// How somebody's membership changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Kept out for now.
    Suspend,
    /// Let in again.
    Restore,
    /// No longer a member.
    Leave,
}

impl Standing {
    /// The state it leads to.
    pub const fn state(self) -> MemberState {
        match self {
            Self::Suspend => MemberState::Suspended,
            Self::Restore => MemberState::Active,
            Self::Leave => MemberState::Left,
        }
    }
}

/// That this person's standing may change so.
pub struct StandingChange<'a> {
    person: &'a Person,
    standing: Standing,
}

impl StandingChange<'_> {
    /// Whose.
    pub fn person(&self) -> &Person {
        self.person
    }

    /// The state they are in from now on.
    pub fn state(&self) -> MemberState {
        self.standing.state()
    }
}

/// Only admins look after roles and standing.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_administer(actor: &Actor) -> Result<(), Denied> {
    match actor.roles().has(Role::Admin) {
        true => Ok(()),
        false => Err(Denied::because(
            "Only an admin can change what people may do here.",
        )),
    }
}

/// Whether the actor may give `person` exactly `roles`, when `other_admins` more people can act as admins.
///
/// # Errors
/// [`AppError::Denied`] for others than admins; [`AppError::Invalid`] when it would leave nobody in charge.
pub fn may_change_roles<'a>(
    actor: &Actor,
    person: &'a Person,
    roles: Roles,
    other_admins: i64,
) -> Result<RolesChange<'a>, AppError> {
    may_administer(actor)?;
    if person.card.state == MemberState::Left {
        return Err(AppError::Conflict(
            "They are no longer a member. Restore them first.".to_owned(),
        ));
    }
    if roles.iter().next().is_none() {
        return Err(AppError::field("roles", "Choose at least one role."));
    }
    if person.is_acting_admin() && !roles.has(Role::Admin) && other_admins == 0 {
        let message = "This is the last admin who can sign in. Make somebody else an admin first.";
        return Err(AppError::field("roles", message));
    }
    Ok(RolesChange { person, roles })
}

/// Somebody who leaves stays a plain member only, so that coming back brings no powers along.
pub fn stripped<'a>(leaving: &StandingChange<'a>) -> RolesChange<'a> {
    RolesChange {
        person: leaving.person,
        roles: [Role::Member].into_iter().collect(),
    }
}

/// Whether the actor may change the standing of `person`, when `other_admins` more people can act as admins.
///
/// # Errors
/// [`AppError::Denied`] for others than admins and for oneself; [`AppError::Conflict`] when it is so already or would leave
/// nobody in charge.
pub fn may_change_standing<'a>(
    actor: &Actor,
    person: &'a Person,
    standing: Standing,
    other_admins: i64,
) -> Result<StandingChange<'a>, AppError> {
    may_administer(actor)?;
    if actor.member_id() == Some(person.card.id) {
        return Err(Denied::because("You can't do that to yourself. Ask another admin.").into());
    }
    if person.is_acting_admin() && standing != Standing::Restore && other_admins == 0 {
        return Err(AppError::Conflict(
            "This is the last admin who can sign in. Make somebody else an admin first.".to_owned(),
        ));
    }
    match (person.card.state, standing) {
        (MemberState::Active, Standing::Restore) => Err(already("can sign in")),
        (MemberState::Suspended, Standing::Suspend) => Err(already("is suspended")),
        (MemberState::Left, Standing::Leave) => Err(already("has left")),
        (MemberState::Left, Standing::Suspend) => Err(already("has left")),
        _ => Ok(StandingChange { person, standing }),
    }
}

fn already(state: &str) -> AppError {
    AppError::Conflict(format!("That is so already: this person {state}."))
}

/// That this person may be erased. Every domain that takes away what it holds about somebody demands it.
pub struct Erasing {
    member: MemberId,
    state: MemberState,
    roles: Roles,
}

impl Erasing {
    /// Whom.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// The state they were in.
    pub fn state(&self) -> MemberState {
        self.state
    }

    /// Whether they were an admin.
    pub fn is_admin(&self) -> bool {
        self.roles.has(Role::Admin)
    }
}

/// Whether the actor erases people: privacy officers, and never themselves. Whether a hold forbids it, whoever keeps holds says.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_erase(actor: &Actor, card: &MemberCard, roles: Roles) -> Result<Erasing, Denied> {
    if !actor.roles().has(Role::PrivacyOfficer) {
        return Err(Denied::because("Only privacy officers erase people."));
    }
    if actor.member_id() == Some(card.id) {
        return Err(Denied::because("Another privacy officer has to erase you."));
    }
    Ok(Erasing {
        member: card.id,
        state: card.state,
        roles,
    })
}
