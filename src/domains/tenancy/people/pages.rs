//! What the pages about people print.

use askama::Template;

use crate::domains::tenancy::contexts::queries as contexts;
use crate::domains::tenancy::model::{Belonging, MemberCard, MemberState, Person};
use crate::domains::tenancy::{ContextLink, PersonLinks};
use crate::kernel::actor::{Member, Role, Roles};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::forms::{PeopleQuery, RolesForm};
use super::policy::Standing;
use super::queries;

/// People on a page of the directory.
const PAGE: i64 = 50;
/// Contexts offered as filters.
const CONTEXTS_OFFERED: i64 = 200;

/// One person in a list.
pub struct PersonLine {
    pub card: MemberCard,
    pub roles: Vec<&'static str>,
}

/// `/people`
#[derive(Template)]
#[template(path = "tenancy/people.html")]
pub struct PeoplePage {
    pub shell: Shell,
    pub q: String,
    pub roles: Vec<Choice>,
    pub contexts: Vec<Choice>,
    pub states: Vec<Choice>,
    pub people: Vec<PersonLine>,
    pub start: String,
    pub next: String,
    pub is_filtered: bool,
    pub can_invite: bool,
}

impl PeoplePage {
    /// The directory under these filters.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &PeopleQuery,
    ) -> Result<Self, AppError> {
        let is_admin = me.roles.has(Role::Admin);
        let mut filter = query.filter();
        if !is_admin {
            filter.state = MemberState::Active;
        }
        let mut cards = queries::page(tx, &filter, PAGE + 1)?;
        let has_more = cards.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        cards.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let last = cards.last().filter(|_| has_more).map(|card| card.id.to_string());
        Ok(Self {
            shell,
            q: query.q.clone(),
            roles: Role::ALL
                .iter()
                .map(|role| Choice::new(role.as_str(), role.label(), filter.role == Some(*role)))
                .collect(),
            contexts: context_choices(tx, query)?,
            states: match is_admin {
                true => MemberState::ALL
                    .iter()
                    .map(|state| Choice::new(state.as_str(), state.label(), filter.state == *state))
                    .collect(),
                false => Vec::new(),
            },
            people: lines(tx, cards)?,
            start: if filter.after.is_some() {
                address_of(query, "")
            } else {
                String::new()
            },
            next: last.map(|id| address_of(query, &id)).unwrap_or_default(),
            is_filtered: !query.is_plain(),
            can_invite: is_admin,
        })
    }
}

fn context_choices(tx: &mut TenantTx<'_>, query: &PeopleQuery) -> Result<Vec<Choice>, AppError> {
    let open = contexts::open(tx, None, CONTEXTS_OFFERED)?;
    Ok(open
        .into_iter()
        .map(|context| {
            let id = context.id.to_string();
            let chosen = id == query.context;
            Choice::new(
                id,
                format!("{} ({})", context.name, context.kind.label().to_lowercase()),
                chosen,
            )
        })
        .collect())
}

fn address_of(query: &PeopleQuery, after: &str) -> String {
    let filters = [
        ("q", query.q.as_str()),
        ("role", &query.role),
        ("context", &query.context),
        ("state", &query.state),
        ("after", after),
    ];
    address("/people", &filters)
}

/// The roles worth a badge: that somebody is a member goes without saying.
fn badges(roles: Roles) -> Vec<&'static str> {
    roles
        .iter()
        .filter(|role| *role != Role::Member)
        .map(Role::label)
        .collect()
}

/// People with their roles, in the order given.
///
/// # Errors
/// When the database fails.
pub fn lines(tx: &mut TenantTx<'_>, cards: Vec<MemberCard>) -> Result<Vec<PersonLine>, AppError> {
    let ids: Vec<_> = cards.iter().map(|card| card.id).collect();
    let mut roles = queries::roles_of(tx, &ids)?;
    Ok(cards
        .into_iter()
        .map(|card| PersonLine {
            roles: badges(roles.remove(&card.id).unwrap_or_default()),
            card,
        })
        .collect())
}

/// A moment, for machines and for people.
pub struct Moment {
    pub machine: String,
    pub shown: String,
}

/// What only admins see of a person.
pub struct AdminPart {
    pub email: String,
    pub last_active: Option<Moment>,
    pub has_login: bool,
    pub changes: Vec<&'static StandingWords>,
}

/// `/people/{member}`
#[derive(Template)]
#[template(path = "tenancy/person.html")]
pub struct PersonPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub roles: Vec<&'static str>,
    pub contexts: Vec<Belonging>,
    pub since: Moment,
    pub is_me: bool,
    pub can_message: bool,
    pub admin: Option<AdminPart>,
    pub links: Vec<ContextLink>,
}

impl PersonPage {
    /// The page of a visible person.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when they are not visible.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        member: crate::kernel::ids::MemberId,
        linkers: &[PersonLinks],
    ) -> Result<Self, AppError> {
        let person = queries::person(tx, member)?;
        let visible = contexts::visible_of_member(tx, member)?;
        let is_me = person.card.id == me.member;
        let moment = |at| Moment {
            machine: machine(at),
            shown: local_date_time(at, me.zone),
        };
        let admin = me.roles.has(Role::Admin).then(|| AdminPart {
            email: person.email.clone().unwrap_or_default(),
            last_active: person.last_active.map(moment),
            has_login: person.user.is_some(),
            changes: if is_me {
                Vec::new()
            } else {
                person
                    .open_changes()
                    .iter()
                    .map(|change| change.words())
                    .collect()
            },
        });
        let mut links = Vec::new();
        for linker in linkers {
            links.extend(linker(tx, member)?);
        }
        Ok(Self {
            shell,
            links,
            roles: person.roles.iter().map(Role::label).collect(),
            contexts: visible,
            since: Moment {
                machine: machine(person.since),
                shown: person
                    .since
                    .with_timezone(&me.zone)
                    .format("%-d %B %Y")
                    .to_string(),
            },
            is_me,
            can_message: !is_me && person.card.state == MemberState::Active && person.user.is_some(),
            admin,
            card: person.card,
        })
    }
}

/// One role in the form.
pub struct RoleChoice {
    pub value: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub chosen: bool,
}

/// `/people/{member}/roles`
#[derive(Template)]
#[template(path = "tenancy/roles.html")]
pub struct RolesPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub choices: Vec<RoleChoice>,
    pub held: String,
    pub errors: FieldErrors,
    pub warning: String,
}

impl RolesPage {
    /// The form: with what was typed when it comes back, else with the roles held.
    pub fn new(
        shell: Shell,
        person: Person,
        typed: Option<&RolesForm>,
        errors: FieldErrors,
        warning: String,
    ) -> Self {
        let held = person
            .roles
            .iter()
            .map(Role::as_str)
            .collect::<Vec<_>>()
            .join(",");
        let chosen = |role: Role| match typed {
            Some(form) => form.roles.iter().any(|word| word == role.as_str()),
            None => person.roles.has(role),
        };
        let choices = Role::ALL
            .iter()
            .map(|role| RoleChoice {
                value: role.as_str(),
                label: role.label(),
                hint: meaning(*role),
                chosen: chosen(*role),
            })
            .collect();
        Self {
            shell,
            card: person.card,
            choices,
            held,
            errors,
            warning,
        }
    }
}

/// What a role lets somebody do, for whoever hands it out.
const fn meaning(role: Role) -> &'static str {
    match role {
        Role::Member => "Reads and writes in their own channels.",
        Role::Steward => "Looks after people and reads what was reported in channels.",
        Role::Coach => "Creates cohorts and challenges, and leads learners.",
        Role::TeamLeader => "Creates teams and challenges, and runs the groups they lead.",
        Role::Sponsor => "Alone, sees only the groups and channels they are in, and the people there.",
        Role::Communicator => "Sends broadcasts to the whole organization.",
        Role::PrivacyOfficer => "Reads the audit log, sets retention and legal holds, and exports.",
        Role::Admin => "Invites people, changes roles and settings, and reads the audit log.",
    }
}

/// How a change of standing is asked and told.
pub struct StandingWords {
    pub path: &'static str,
    pub verb: &'static str,
    pub kind: &'static str,
    pub question: &'static str,
    pub consequence: &'static str,
    pub done: &'static str,
}

impl Standing {
    /// Its words.
    pub const fn words(self) -> &'static StandingWords {
        match self {
            Self::Suspend => &StandingWords {
                path: "suspension",
                verb: "Suspend",
                kind: "danger",
                question: "Suspend this person?",
                consequence: "They are signed out everywhere at once and can't sign in here until somebody restores them. What they wrote stays, and so do their groups.",
                done: "is suspended and signed out everywhere.",
            },
            Self::Restore => &StandingWords {
                path: "restoration",
                verb: "Restore",
                kind: "primary",
                question: "Let this person in again?",
                consequence: "They can sign in again. Somebody who had left comes back as a plain member and joins their groups anew.",
                done: "can sign in again.",
            },
            Self::Leave => &StandingWords {
                path: "departure",
                verb: "Mark as left",
                kind: "danger",
                question: "Has this person left the organization?",
                consequence: "They are signed out, taken out of every group and keep no role. What they wrote stays under their name. You can restore them later.",
                done: "is noted as having left.",
            },
        }
    }
}

/// `/people/{member}/suspension` and its sisters.
#[derive(Template)]
#[template(path = "tenancy/standing.html")]
pub struct StandingPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub words: &'static StandingWords,
}
