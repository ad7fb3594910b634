//! What is kept about a person beside what others wrote: telling them, and taking it away.

mod queries;

use crate::domains::people::import;
use crate::domains::tenancy::{Erasing, Gathered};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

/// Contact points, tags, workplace and stewards of an erased person go, as do the files they came in and the records that were given
/// up for theirs; the assignments they held end.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    for file in queries::forget_rows(tx, erasing)? {
        import::actions::delete_file(tx, file)?;
    }
    for record in queries::given_up_for(tx, erasing)? {
        queries::empty_given_up(tx, erasing, record)?;
    }
    queries::forget_mergers(tx, erasing)?;
    queries::unname_changes(tx, erasing)?;
    Ok(queries::erase(tx, erasing)?)
}

/// The facts of somebody's record, for the person who asked for them.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let facts = queries::facts(tx, member)?;
    let gather = |fact: queries::Fact| Gathered {
        title: fact.title,
        when: String::new(),
        by: String::new(),
        text: fact.value,
        note: None,
        needs_review: false,
    };
    Ok(facts.into_iter().map(gather).collect())
}
