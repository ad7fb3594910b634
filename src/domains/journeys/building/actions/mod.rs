//! What is done with journeys. Each is one transaction; whoever changes the shape of a draft holds it meanwhile.

mod shape;
mod taking;
mod writing;

use serde_json::json;

use crate::domains::journeys::building::events::{JourneyArchived, JourneyCreated, JourneyRestored};
use crate::domains::journeys::building::model::{Journey, Node};
use crate::domains::journeys::building::policy::{self, Beginning, Builder, Building};
use crate::domains::journeys::building::queries;
use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, JourneyId, JourneyVersionId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

pub use shape::{Done, MOST_NODES, NewNode, Whither, add, move_node, overtaken, rename};
pub use taking::{
    Taken, TakenDraft, bring_back, copy_title, duplicate, keep_removed, remove, replace_all, with_new_keys,
};
pub use writing::{Occasion, Wrote, stamp, write};

/// The proof that whoever acts builds journeys, and which.
///
/// # Errors
/// [`AppError::Denied`] as [`policy::may_build`].
pub fn builder(tx: &mut TenantTx<'_>) -> Result<Builder, AppError> {
    let led = match (tx.actor().member_id(), tx.roles().has(Role::TeamLeader)) {
        (Some(me), true) => led_by(tx, me)?,
        _ => Vec::new(),
    };
    Ok(policy::may_build(tx.actor(), led)?)
}

fn led_by(tx: &mut TenantTx<'_>, me: MemberId) -> Result<Vec<ContextId>, AppError> {
    let mine = tenancy::contexts_of(tx, me)?;
    let led = mine
        .into_iter()
        .filter(|one| one.is_leader && one.context.kind == ContextKind::Team);
    Ok(led.map(|one| one.context.id).collect())
}

/// A journey that whoever acts builds.
///
/// # Errors
/// [`AppError::Denied`] for who builds none, [`AppError::NotFound`] when it is not theirs.
pub fn seen(tx: &mut TenantTx<'_>, id: JourneyId) -> Result<(Builder, Journey), AppError> {
    let builder = builder(tx)?;
    let journey = queries::journey(tx, id)?;
    policy::may_see(&builder, &journey)?;
    Ok((builder, journey))
}

/// The proof that whoever acts may change a journey.
///
/// # Errors
/// As [`seen`]; [`AppError::Denied`] while it is put away.
pub fn changing(tx: &mut TenantTx<'_>, id: JourneyId) -> Result<(Building, Journey), AppError> {
    let (builder, journey) = seen(tx, id)?;
    let building = policy::may_change(&builder, &journey)?;
    Ok((building, journey))
}

/// What a journey is called and says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// Whether milestones are done one after the other.
    pub in_order: bool,
    pub team: Option<ContextId>,
}

/// Begins a journey with one milestone, so that the first lesson has a place.
///
/// # Errors
/// When the database fails.
pub fn create(tx: &mut TenantTx<'_>, beginning: &Beginning, words: &Words) -> Result<JourneyId, AppError> {
    let (id, draft) = begin(tx, beginning, words)?;
    let first = Node::milestone(tx.new_id(), "First milestone".to_owned());
    queries::insert_nodes(tx, draft, &[first])?;
    Ok(id)
}

/// Begins a journey with nothing in it; answers it and its draft.
///
/// # Errors
/// When the database fails.
pub fn begin(
    tx: &mut TenantTx<'_>,
    beginning: &Beginning,
    words: &Words,
) -> Result<(JourneyId, JourneyVersionId), AppError> {
    expect_team(tx, beginning.team())?;
    let (id, draft): (JourneyId, JourneyVersionId) = (tx.new_id(), tx.new_id());
    queries::insert(tx, beginning, id, &words.title)?;
    queries::insert_draft(tx, id, draft, (&words.title, &words.summary), (words.in_order, 0))?;
    tx.audit(
        Entry::of("journeys.journey.created", "journey", id)
            .after(json!({ "title": words.title, "team": words.team })),
    )?;
    tx.emit(&JourneyCreated { journey: id })?;
    Ok((id, draft))
}

/// Refuses a team that is not there.
fn expect_team(tx: &mut TenantTx<'_>, team: Option<ContextId>) -> Result<(), AppError> {
    let Some(team) = team else { return Ok(()) };
    match tenancy::context(tx, team) {
        Ok(found) if found.kind == ContextKind::Team => Ok(()),
        Ok(_) | Err(AppError::NotFound) => Err(AppError::field("team", "Choose a team from the list.")),
        Err(error) => Err(error),
    }
}

/// Changes what a journey is called and says about itself.
///
/// # Errors
/// [`AppError::Invalid`] at a team that is none of the builder's.
pub fn describe(tx: &mut TenantTx<'_>, building: &Building, words: &Words) -> Result<(), AppError> {
    let builder = builder(tx)?;
    policy::may_begin(&builder, words.team)?;
    expect_team(tx, words.team)?;
    let draft = queries::lock(tx, building)?;
    let before = json!({ "title": draft.title, "in_order": draft.in_order });
    queries::rename(tx, building, &words.title, words.team)?;
    queries::describe(
        tx,
        building,
        draft.id,
        (&words.title, &words.summary, words.in_order),
    )?;
    queries::touch(tx, building)?;
    tx.audit(
        Entry::of("journeys.journey.described", "journey", building.journey())
            .before(before)
            .after(json!({ "title": words.title, "in_order": words.in_order, "team": words.team })),
    )
}

/// Puts a journey away, or takes it into use again. Who learns in it goes on.
///
/// # Errors
/// When the database fails.
pub fn archive(tx: &mut TenantTx<'_>, builder: &Builder, journey: &Journey) -> Result<(), AppError> {
    let is_used = journey.archived_at.is_none();
    let at = is_used.then(|| tx.now());
    queries::archive(tx, builder, journey.id, at)?;
    let action = match is_used {
        true => "journeys.journey.archived",
        false => "journeys.journey.restored",
    };
    tx.audit(Entry::of(action, "journey", journey.id))?;
    match is_used {
        true => tx.emit(&JourneyArchived { journey: journey.id })?,
        false => tx.emit(&JourneyRestored { journey: journey.id })?,
    };
    Ok(())
}

/// Makes a copy of a whole journey's draft: a journey of its own, for the same team.
///
/// # Errors
/// [`AppError::Invalid`] when the builder may not begin one for that team.
pub fn copy_journey(
    tx: &mut TenantTx<'_>,
    builder: &Builder,
    journey: &Journey,
) -> Result<JourneyId, AppError> {
    let draft = queries::draft(tx, journey.id)?;
    let taken = Taken {
        nodes: queries::nodes(tx, draft.id)?,
        atoms: queries::atoms(tx, draft.id)?,
        draft: None,
    };
    let beginning = policy::may_begin(builder, journey.team_id)?;
    let words = Words {
        title: copy_title(&draft.title, 120),
        summary: draft.summary,
        in_order: draft.in_order,
        team: journey.team_id,
    };
    let (id, into) = begin(tx, &beginning, &words)?;
    let copy = with_new_keys(&taken)?;
    queries::insert_nodes(tx, into, &copy.nodes)?;
    queries::insert_atoms(tx, into, &copy.atoms)?;
    Ok(id)
}
