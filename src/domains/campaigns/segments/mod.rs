//! Segments: people described by what is true of them, as one tree of conditions that is asked of the database anew each time.
//!
//! A tree is compiled to SQL over people ([`compile`]) which reads their tags, fields, workplaces, groups, stewards and when they were
//! spoken with. That is the one exception to the rule that nobody reads the tables of another domain: a condition on a hundred thousand
//! people cannot be asked of facades one by one. Only reading, only by what `queries` and `compile` write, and never a sensitive field.
//!
//! Invariants: who left is in no segment; every condition is true or false of everybody, never unknown; no segment contains itself, also
//! not through others; a segment that names something that is gone or became sensitive means nobody at all until it is changed, rather
//! than others than were meant. Tells the events in [`events`].
//!
//! For who sends: [`condition`], [`compiled`] and [`members_sql`] put a segment into a statement of one's own as a set of ids; [`count`],
//! [`page`], [`contains`] and [`explain`] ask.

pub mod actions;
pub mod compile;
pub mod events;
pub mod explain;
pub mod forms;
pub mod lines;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
pub mod tree;
pub mod words;

use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, SegmentId};
use crate::platform::db::TenantTx;

use compile::Compiled;
use explain::Explained;
use model::Condition;
use queries::Meant;
use tree::Node;

/// What must be true of the people of a segment.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn condition(tx: &mut TenantTx<'_>, segment: SegmentId) -> Result<Condition, AppError> {
    queries::segment(tx, segment)?.condition()
}

/// The tree with other segments in it, ready to be asked.
///
/// # Errors
/// [`AppError::Conflict`] when it cannot be asked as it is; see [`tree::Known::expand`].
pub fn expanded(tx: &mut TenantTx<'_>, condition: &Condition) -> Result<Node, AppError> {
    queries::known(tx, &[condition])?.expand(condition)
}

/// A boolean over `members m` that is true of whom the tree means, with its values as parameters from `$first` on. The statement it is
/// put into has `first - 1` parameters before; [`Compiled::bind`] adds these.
///
/// # Errors
/// As [`expanded`].
pub fn compiled(tx: &mut TenantTx<'_>, condition: &Condition, first: usize) -> Result<Compiled, AppError> {
    Ok(compile::compile(&expanded(tx, condition)?, first))
}

/// `SELECT m.id FROM members m WHERE …`: the people a tree means, as a set of ids to select from or to join with.
///
/// # Errors
/// As [`expanded`].
pub fn members_sql(tx: &mut TenantTx<'_>, condition: &Condition, first: usize) -> Result<Compiled, AppError> {
    let only_here = "SELECT m.id FROM members m WHERE m.org_id = (SELECT app.current_org()) AND ";
    Ok(compiled(tx, condition, first)?.within(only_here, ""))
}

/// How many people a tree means.
///
/// # Errors
/// As [`expanded`].
pub fn count(tx: &mut TenantTx<'_>, condition: &Condition) -> Result<i64, AppError> {
    let node = expanded(tx, condition)?;
    Ok(queries::counts(tx, &[&node])?.into_iter().next().unwrap_or(0))
}

/// Some people a tree means, in the order of names, after one of them.
///
/// # Errors
/// As [`expanded`].
pub fn page(
    tx: &mut TenantTx<'_>,
    condition: &Condition,
    after: Option<MemberId>,
    limit: i64,
) -> Result<Vec<Meant>, AppError> {
    let node = expanded(tx, condition)?;
    Ok(queries::page(tx, &node, after, limit)?)
}

/// Whether a tree means this person.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person; as [`expanded`].
pub fn contains(tx: &mut TenantTx<'_>, condition: &Condition, member: MemberId) -> Result<bool, AppError> {
    let node = expanded(tx, condition)?;
    queries::contains(tx, &node, member)?.ok_or(AppError::NotFound)
}

/// Why a tree means this person or not.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The person's name.
    pub name: String,
    /// Whether they left, and so are in no segment.
    pub is_gone: bool,
    /// Whether the tree means them.
    pub is_in: bool,
    /// The tree, with yes or no at each node.
    pub tree: Explained,
}

/// Why a tree means this person or not: one question of the database, beside reading the segments and fields that it names.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person; as [`expanded`].
pub fn explain(
    tx: &mut TenantTx<'_>,
    condition: &Condition,
    member: MemberId,
) -> Result<Explanation, AppError> {
    let node = expanded(tx, condition)?;
    let mut found = queries::answers(tx, &node, member)?;
    let segments = found.names.split_off(found.answers.len().min(found.names.len()));
    let answers = found.answers.into_iter().zip(found.names).collect();
    let tree = explain::explain(&node, answers, segments);
    Ok(Explanation {
        name: found.name,
        is_gone: found.is_gone,
        is_in: tree.holds && !found.is_gone,
        tree,
    })
}
