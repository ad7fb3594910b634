//! Who is acting. Policies are pure functions of an [`Actor`] and a thing.

use std::str::FromStr;

use chrono_tz::Tz;

use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::pg_enum;

pg_enum! {
    /// What a member may do in an organization; a member may hold several.
    Role as MemberRole {
        Member = "member": "Member",
        Steward = "steward": "Steward",
        Coach = "coach": "Coach",
        TeamLeader = "team_leader": "Team leader",
        Sponsor = "sponsor": "Sponsor",
        Communicator = "communicator": "Communicator",
        PrivacyOfficer = "privacy_officer": "Privacy officer",
        Admin = "admin": "Admin",
    }
}

/// A set of roles, as bits in the order of [`Role::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles(u16);

impl Roles {
    /// Whether `role` is held.
    pub fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    /// Whether any of `roles` is held.
    pub fn any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles held, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.has(*role))
    }

    /// The labels people read, joined by commas.
    pub fn labels(self) -> String {
        self.iter().map(Role::label).collect::<Vec<_>>().join(", ")
    }

    /// Whether this person is only a sponsor: sees what they sponsor and nothing else.
    pub fn sponsor_only(self) -> bool {
        self.has(Role::Sponsor)
            && !self.any(&[
                Role::Admin,
                Role::Communicator,
                Role::Coach,
                Role::Steward,
                Role::TeamLeader,
                Role::PrivacyOfficer,
            ])
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | (1 << role as u16)))
    }
}

/// A member in the act of doing something.
#[derive(Debug, Clone)]
pub struct Member {
    /// The organization they act in.
    pub org: OrgId,
    /// Their organization's name.
    pub org_name: String,
    /// Who they are there.
    pub member: MemberId,
    /// Their login.
    pub user: UserId,
    /// The name others see.
    pub name: String,
    /// What others write after `@` to mention them.
    pub handle: String,
    /// What they may do.
    pub roles: Roles,
    /// Their time zone.
    pub zone: Tz,
    /// Their language, `en` or `fr`.
    pub locale: String,
    /// The login's epoch; sessions and cached copies with another are void.
    pub auth_epoch: i32,
}

/// Who acts: a person, or the portal itself doing scheduled or consequent work.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A signed-in member (also behind a personal API token).
    Member(Box<Member>),
    /// Waymark itself: a job or a subscriber, named by what it does.
    Portal(&'static str),
}

impl Actor {
    /// The member's id, when a person acts.
    pub fn member_id(&self) -> Option<MemberId> {
        match self {
            Self::Member(member) => Some(member.member),
            Self::Portal(_) => None,
        }
    }

    /// The roles held; the portal itself holds none and passes no policy by accident.
    pub fn roles(&self) -> Roles {
        match self {
            Self::Member(member) => member.roles,
            Self::Portal(_) => Roles::default(),
        }
    }
}

/// A time zone from its IANA name, falling back to UTC for names this build does not know.
pub fn zone_or_utc(name: &str) -> Tz {
    Tz::from_str(name).unwrap_or(Tz::UTC)
}
