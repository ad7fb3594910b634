//! Who creates, changes and fills contexts. Pure; writers demand the proofs made here.

use crate::domains::tenancy::model::{Context, ContextKind};
use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};

/// Whether somebody leads the context in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leadership {
    /// They do.
    Leads,
    /// They do not.
    Follows,
}

impl From<bool> for Leadership {
    fn from(leads: bool) -> Self {
        if leads { Self::Leads } else { Self::Follows }
    }
}

/// That a context of this kind may be created.
pub struct Creation(ContextKind);

impl Creation {
    /// The kind.
    pub fn kind(&self) -> ContextKind {
        self.0
    }
}

/// That this context's name, description and dates may be changed.
pub struct Editing<'a>(&'a Context);

/// That this context may be archived, or opened again.
pub struct Archiving<'a>(&'a Context);

/// That people may be added to this context and taken out of it.
pub struct Membership<'a>(&'a Context);

macro_rules! about_a_context {
    ($($proof:ident),+) => {$(
        impl $proof<'_> {
            /// Which.
            pub fn context(&self) -> &Context {
                self.0
            }
        }
    )+};
}
about_a_context!(Editing, Archiving, Membership);

/// Whether the actor may create a context of `kind`: admins any, team leaders teams and challenges, coaches cohorts and
/// challenges.
///
/// # Errors
/// [`Denied`] with who could.
pub fn may_create(actor: &Actor, kind: ContextKind) -> Result<Creation, Denied> {
    let enough: &[Role] = match kind {
        ContextKind::Team => &[Role::Admin, Role::TeamLeader],
        ContextKind::Challenge => &[Role::Admin, Role::TeamLeader, Role::Coach],
        ContextKind::Cohort => &[Role::Admin, Role::Coach],
        ContextKind::Sponsor => &[Role::Admin],
    };
    if actor.roles().any(enough) {
        return Ok(Creation(kind));
    }
    let who = enough
        .iter()
        .map(|role| role.label().to_lowercase())
        .collect::<Vec<_>>()
        .join(" or ");
    Err(Denied::because(format!(
        "A {} can be created by an {who} only.",
        kind.noun()
    )))
}

/// The kinds the actor may create.
///
/// # Errors
/// [`Denied`] when there is none.
pub fn may_create_some(actor: &Actor) -> Result<Vec<ContextKind>, Denied> {
    let kinds: Vec<_> = ContextKind::ALL
        .iter()
        .copied()
        .filter(|kind| may_create(actor, *kind).is_ok())
        .collect();
    if kinds.is_empty() {
        return Err(Denied::because(
            "Groups are created by admins, team leaders and coaches.",
        ));
    }
    Ok(kinds)
}

/// Whether the actor may change what a context says about itself.
///
/// # Errors
/// [`AppError::Denied`] for others than its leaders and admins; [`AppError::Conflict`] while it is archived.
pub fn may_edit<'a>(
    actor: &Actor,
    context: &'a Context,
    leadership: Leadership,
) -> Result<Editing<'a>, AppError> {
    looks_after(actor, leadership)?;
    is_open(context)?;
    Ok(Editing(context))
}

/// Whether the actor may archive a context or open it again: admins, and leaders who could have created it.
///
/// # Errors
/// [`Denied`] for others.
pub fn may_archive<'a>(
    actor: &Actor,
    context: &'a Context,
    leadership: Leadership,
) -> Result<Archiving<'a>, Denied> {
    looks_after(actor, leadership)?;
    may_create(actor, context.kind)?;
    Ok(Archiving(context))
}

/// Whether the actor may add people to a context and take them out.
///
/// # Errors
/// [`AppError::Denied`] for others than its leaders and admins; [`AppError::Conflict`] while it is archived.
pub fn may_manage_members<'a>(
    actor: &Actor,
    context: &'a Context,
    leadership: Leadership,
) -> Result<Membership<'a>, AppError> {
    looks_after(actor, leadership)?;
    is_open(context)?;
    Ok(Membership(context))
}

/// Somebody who is only a sponsor looks after nothing, even where they were made a leader: they know too few people.
fn looks_after(actor: &Actor, leadership: Leadership) -> Result<(), Denied> {
    let roles = actor.roles();
    if roles.has(Role::Admin) || (leadership == Leadership::Leads && !roles.sponsor_only()) {
        return Ok(());
    }
    Err(Denied::because("Only its leaders and admins can do that."))
}

fn is_open(context: &Context) -> Result<(), AppError> {
    if context.is_open() {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "This {} is archived. Open it again first.",
        context.kind.noun()
    )))
}
