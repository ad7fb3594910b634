//! Organizations, members and their roles, and contexts: teams, challenges, sponsors and cohorts.
//!
//! Invariants: a user has at most one member in an organization; handles are unique in it; only admins change roles and
//! membership, except that a context's leader looks after its members; an organization always keeps one admin who can
//! sign in. Tells the events in [`events`].

mod contexts;
pub mod events;
pub mod model;
mod people;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use serde::{Deserialize, Serialize};

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId, NoteId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::members;
use crate::platform::mail::{Locale, Mailbox};
use crate::platform::web::{NavItem, RouteDef, shell};

pub use model::{Belonging, Context, ContextKind, ContextMember, MemberCard, MemberState, Person};
pub use people::erasing::erase;
pub use people::policy::Erasing;
pub use people::queries::PeopleFilter;

/// Somewhere a context leads to, such as one of its channels.
#[derive(Debug, Clone)]
pub struct ContextLink {
    /// Where.
    pub href: String,
    /// Its name.
    pub label: String,
    /// Its icon in the sprite.
    pub icon: &'static str,
}

/// What another domain adds to the page of a context the acting member sees; registered in [`crate::domains`].
pub type ContextLinks = fn(&mut TenantTx<'_>, ContextId) -> Result<Vec<ContextLink>, AppError>;

/// What another domain adds to the page of a person the acting member sees; registered in [`crate::domains`].
pub type PersonLinks = fn(&mut TenantTx<'_>, MemberId) -> Result<Vec<ContextLink>, AppError>;

/// Who a member is by now, when another domain made two of them one; registered in [`crate::domains`].
pub type PersonAlias = fn(&mut TenantTx<'_>, MemberId) -> Result<Option<MemberId>, AppError>;

/// What another domain does at once, in the same transaction, when a member no longer belongs to a context: access that follows
/// from belonging must not outlive it by the time a fact takes to travel. Registered in [`crate::domains`].
pub type BelongingEnded = fn(&mut TenantTx<'_>, MemberId, ContextId) -> Result<(), AppError>;

/// What another domain ends when somebody is no longer a member, in the same transaction: powers that a return must not bring back
/// by itself. Registered in [`crate::domains`].
pub type MembershipEnded = fn(&mut TenantTx<'_>, MemberId) -> Result<(), AppError>;

/// What another domain takes away of somebody who is erased, in the same transaction; registered in [`crate::domains`].
pub type ErasePart = fn(&mut TenantTx<'_>, &KeyRing, &Erasing) -> Result<(), AppError>;

/// One thing that is kept about somebody, as they are told of it when they ask for what is kept about them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gathered {
    /// What it is, such as `Conversation`.
    pub title: String,
    /// When it was written, in words with the zone.
    pub when: String,
    /// Who wrote it; empty for facts.
    pub by: String,
    /// What it says.
    pub text: String,
    /// The note it is, whose reading is noted.
    pub note: Option<NoteId>,
    /// Whether it may hold what is others' business, so that a person has to look at it.
    pub needs_review: bool,
}

impl Gathered {
    /// Who wrote it and when, as far as that is known.
    pub fn lead(&self) -> String {
        let words = [self.by.as_str(), self.when.as_str()];
        let known: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        known.join(" · ")
    }
}

/// What another domain keeps about somebody; registered in [`crate::domains`].
pub type SubjectPart = fn(&mut TenantTx<'_>, &KeyRing, MemberId) -> Result<Vec<Gathered>, AppError>;

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        people::routes::routes(),
        contexts::routes::routes(),
        contexts::member_routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, _me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok(vec![
        NavItem::new("/people", "People", "users").under("Organise"),
        NavItem::new("/contexts", "Teams and groups", "building-2").under("Organise"),
    ])
}

/// Names, handles and avatars of these people, in whatever state they are. One query; absent ids are absent.
///
/// # Errors
/// When the database fails.
pub fn member_cards(
    tx: &mut TenantTx<'_>,
    ids: &[MemberId],
) -> Result<HashMap<MemberId, MemberCard>, AppError> {
    Ok(people::queries::cards(tx, ids)?)
}

/// Who stopped being a member before this moment.
///
/// # Errors
/// When the database fails.
pub fn departed(tx: &mut TenantTx<'_>, before: DateTime<Utc>) -> Result<Vec<MemberId>, AppError> {
    Ok(people::queries::departed(tx, before)?)
}

/// The card of somebody in the act of doing something, from what is known of them anyway: without their headline.
pub fn own_card(me: &Member) -> MemberCard {
    MemberCard {
        id: me.member,
        name: me.name.clone(),
        handle: me.handle.clone(),
        headline: String::new(),
        initials: shell::initials(&me.name),
        hue: shell::hue(me.member.0),
        state: MemberState::Active,
    }
}

/// The active people the acting member may know of, to be filtered, ordered and limited: sponsors know the people of
/// their contexts and channels, others everyone.
pub fn visible_people(tx: &TenantTx<'_>) -> members::BoxedQuery<'static, Pg> {
    people::queries::visible_people(tx)
}

/// Those of `ids` who are active and whom the acting member may know of.
///
/// # Errors
/// When the database fails.
pub fn visible_among(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> Result<Vec<MemberId>, AppError> {
    Ok(people::queries::visible_among(tx, ids)?)
}

/// A page of visible people in the order of names: what pickers and autocompletion show.
///
/// # Errors
/// When the database fails.
pub fn search_people(
    tx: &mut TenantTx<'_>,
    filter: &PeopleFilter,
    limit: i64,
) -> Result<Vec<MemberCard>, AppError> {
    Ok(people::queries::page(tx, filter, limit)?)
}

/// The visible people behind these handles (lower case, without `@`), in no order; unknown handles are absent.
///
/// # Errors
/// When the database fails.
pub fn find_by_handles(tx: &mut TenantTx<'_>, handles: &[String]) -> Result<Vec<MemberCard>, AppError> {
    Ok(people::queries::by_handles(tx, handles)?)
}

/// A sentence about the handles that are none of these people's, when there are any.
pub fn nobody_called(handles: &[String], found: &[MemberCard]) -> Option<String> {
    let unknown: Vec<String> = handles
        .iter()
        .filter(|handle| !found.iter().any(|card| card.handle == **handle))
        .map(|handle| format!("@{handle}"))
        .collect();
    (!unknown.is_empty()).then(|| format!("Nobody here is called {}.", unknown.join(", ")))
}

/// For each of these texts whether it names nobody: no word of it is part of the name or the handle of anybody here. For what leaves
/// the portal, where names must not.
///
/// # Errors
/// When the database fails.
pub fn name_nobody(tx: &mut TenantTx<'_>, texts: &[String]) -> Result<Vec<bool>, AppError> {
    let nameless = people::queries::nameless(tx, texts)?;
    Ok((1_i64..)
        .zip(texts)
        .map(|(place, _)| nameless.contains(&place))
        .collect())
}

/// Who has this handle (lower case, without `@`), in whatever state they are: for logs, not for lists of people.
///
/// # Errors
/// When the database fails.
pub fn anyone_with_handle(tx: &mut TenantTx<'_>, handle: &str) -> Result<Option<MemberCard>, AppError> {
    Ok(people::queries::by_handle_in_any_state(tx, handle)?)
}

/// A person the acting member may know of.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn person(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Person, AppError> {
    Ok(people::queries::person(tx, member)?)
}

/// The open contexts a member belongs to, by name.
///
/// # Errors
/// When the database fails.
pub fn contexts_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<Belonging>, AppError> {
    Ok(contexts::queries::of_member(tx, member)?)
}

/// A context the acting member may know of.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn context(tx: &mut TenantTx<'_>, id: ContextId) -> Result<Context, AppError> {
    Ok(contexts::queries::context(tx, id)?)
}

/// Everyone who belongs to a context, leaders first.
///
/// # Errors
/// When the database fails.
pub fn members_of_context(tx: &mut TenantTx<'_>, id: ContextId) -> Result<Vec<ContextMember>, AppError> {
    Ok(contexts::queries::members_of(tx, id)?)
}

/// Whether a member leads a context.
///
/// # Errors
/// When the database fails.
pub fn leads(tx: &mut TenantTx<'_>, member: MemberId, context: ContextId) -> Result<bool, AppError> {
    Ok(contexts::queries::leads(tx, member, context)?)
}

/// Open contexts the acting member may know of, by name.
///
/// # Errors
/// When the database fails.
pub fn open_contexts(tx: &mut TenantTx<'_>, limit: i64) -> Result<Vec<Context>, AppError> {
    Ok(contexts::queries::open(tx, None, limit)?)
}

/// The proof that the acting member may erase this person, and their card; also about people who left.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, [`AppError::Denied`] for others than privacy officers and about oneself.
pub fn erasable(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(MemberCard, Erasing), AppError> {
    let (card, roles) = people::queries::erasable(tx, member)?;
    let erasing = people::policy::may_erase(tx.actor(), &card, roles)?;
    Ok((card, erasing))
}

/// Where mail reaches these people, and in which language; those who are not active or have no address are left out.
///
/// # Errors
/// When the database fails.
pub fn mailboxes(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> Result<Vec<(Mailbox, Locale)>, AppError> {
    let found = people::queries::mailboxes(tx, ids)?;
    let mailbox =
        |(name, email, locale): (String, String, String)| (Mailbox { name, email }, Locale::of(&locale));
    Ok(found.into_iter().map(mailbox).collect())
}

/// The active people who hold a role.
///
/// # Errors
/// When the database fails.
pub fn with_role(tx: &mut TenantTx<'_>, role: Role) -> Result<Vec<MemberId>, AppError> {
    Ok(people::queries::with_role(tx, role)?)
}
