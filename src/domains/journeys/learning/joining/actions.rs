//! Choosing whose dates count.

use serde_json::json;

use crate::domains::journeys::learning::enrolling::queries::cohort;
use crate::domains::journeys::learning::model::LateRule;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::CohortJourneyId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries;

/// Gives a cohort another rule for who joins late, or joined late; whether it was another. What they began or did stays open.
///
/// # Errors
/// [`AppError::NotFound`] when the cohort is not on this journey.
pub fn set_rule(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    id: CohortJourneyId,
    rule: LateRule,
) -> Result<bool, AppError> {
    let cohort = cohort(tx, coaching, id)?;
    if !queries::set_rule(tx, coaching, &cohort, rule)? {
        return Ok(false);
    }
    tx.audit(
        Entry::of("journeys.cohort.late_rule_set", "cohort_journey", id)
            .before(json!({ "rule": cohort.late_rule }))
            .after(json!({ "rule": rule })),
    )?;
    Ok(true)
}
