//! Members and contexts.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::kernel::actor::{Role, Roles};
use crate::kernel::ids::{ContextId, MemberId, UserId};
use crate::pg_enum;
use crate::platform::db::schema::{contexts, members};
use crate::platform::web::shell;

pg_enum! {
    /// What kind of group a context is.
    ContextKind as ContextKind {
        /// A worksite, committee or department.
        Team = "team": "Team",
        /// Something done together for a while.
        Challenge = "challenge": "Challenge",
        /// An outside supporter who sees what it supports.
        Sponsor = "sponsor": "Sponsor",
        /// People who learn together.
        Cohort = "cohort": "Cohort",
    }
}

impl ContextKind {
    /// Several of them, as a heading.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Team => "Teams",
            Self::Challenge => "Challenges",
            Self::Sponsor => "Sponsors",
            Self::Cohort => "Cohorts",
        }
    }

    /// Inside a sentence: `a team`, `the cohort`.
    pub const fn noun(self) -> &'static str {
        self.as_str()
    }
}

pg_enum! {
    /// Whether a member can use the portal.
    MemberState as MemberState {
        /// Can sign in.
        Active = "active": "Active",
        /// Kept out for now.
        Suspended = "suspended": "Suspended",
        /// No longer a member; what they wrote stays.
        Left = "left": "Left",
    }
}

/// What others see of a person beside what they wrote: cheap, and read for many at once.
#[derive(Debug, Clone)]
pub struct MemberCard {
    /// Who.
    pub id: MemberId,
    /// The name others see.
    pub name: String,
    /// What is written after `@`.
    pub handle: String,
    /// A line about them; may be empty.
    pub headline: String,
    /// First letters, for the avatar.
    pub initials: String,
    /// Colour of the avatar, 0 to 11.
    pub hue: u16,
    /// Whether they can use the portal.
    pub state: MemberState,
}

#[derive(HasQuery, Debug)]
#[diesel(table_name = members)]
pub(super) struct CardRow {
    pub id: MemberId,
    pub display_name: String,
    pub handle: String,
    pub headline: String,
    pub state: MemberState,
}

impl From<CardRow> for MemberCard {
    fn from(row: CardRow) -> Self {
        Self {
            initials: shell::initials(&row.display_name),
            hue: shell::hue(row.id.0),
            id: row.id,
            name: row.display_name,
            handle: row.handle,
            headline: row.headline,
            state: row.state,
        }
    }
}

/// A person, as their page and the policies need them.
#[derive(Debug, Clone)]
pub struct Person {
    /// What everyone sees.
    pub card: MemberCard,
    /// Their login, when they have one.
    pub user: Option<UserId>,
    /// The address mail goes to; shown to admins only.
    pub email: Option<String>,
    /// When they became a member.
    pub since: DateTime<Utc>,
    /// When they last used the portal.
    pub last_active: Option<DateTime<Utc>>,
    /// What they may do.
    pub roles: Roles,
}

impl Person {
    /// Whether they can act as an admin: active, with a login and the role.
    pub fn is_acting_admin(&self) -> bool {
        self.user.is_some() && self.card.state == MemberState::Active && self.roles.has(Role::Admin)
    }
}

/// A team, challenge, sponsor or cohort.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = contexts)]
pub struct Context {
    /// Which.
    pub id: ContextId,
    /// Of what kind.
    pub kind: ContextKind,
    /// Its name, unique among the open ones of its kind.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// First day, for what lasts a while.
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Counts changes, so that a form made from an older one is noticed.
    pub version: i32,
}

impl Context {
    /// Whether people can join it and write in its channels.
    pub fn is_open(&self) -> bool {
        self.archived_at.is_none()
    }
}

/// A context somebody belongs to.
#[derive(Debug, Clone)]
pub struct Belonging {
    /// The context.
    pub context: Context,
    /// Whether they lead it.
    pub is_leader: bool,
}

/// Somebody who belongs to a context.
#[derive(Queryable, Debug, Clone, Copy)]
pub struct ContextMember {
    /// Who.
    pub member: MemberId,
    /// Whether they lead it.
    pub is_leader: bool,
}
