//! Moving learners to a newer version of their journey: what they did stays done, and they are told before what changes.

use serde_json::json;

use crate::domains::journeys::building;
use crate::domains::journeys::learning::events::{EnrolmentMoved, JourneyCompleted};
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, JourneyVersionId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries::{self, Behind, Change};

/// Learners of one version, and what moving them would change.
#[derive(Debug, Clone)]
pub struct Preview {
    pub behind: Behind,
    pub changes: Vec<Change>,
}

/// What moving everybody to the newest version would change, version by version.
///
/// # Errors
/// When the database fails.
pub fn previews(tx: &mut TenantTx<'_>, coaching: &Coaching) -> Result<Vec<Preview>, AppError> {
    let Some(newest) = building::published(tx, coaching.journey())?.map(|version| version.id) else {
        return Ok(Vec::new());
    };
    let mut previews = Vec::new();
    for behind in queries::behind(tx, coaching, newest)? {
        let changes = queries::changes(tx, behind.version_id, newest)?;
        previews.push(Preview { behind, changes });
    }
    Ok(previews)
}

/// Moves who learns a version and has not finished to the newest, or only those of them who are chosen; how many that were.
///
/// # Errors
/// [`AppError::NotFound`] when nothing is published.
pub fn move_all(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    from: JourneyVersionId,
    chosen: &[EnrolmentId],
) -> Result<usize, AppError> {
    let to = building::published(tx, coaching.journey())?
        .ok_or(AppError::NotFound)?
        .id;
    if from == to {
        return Ok(0);
    }
    let mut learners = queries::movable(tx, coaching, from)?;
    learners.retain(|one| chosen.is_empty() || chosen.contains(&one.id));
    let ids: Vec<EnrolmentId> = learners.iter().map(|one| one.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    queries::move_to(tx, coaching, &ids, (from, to))?;
    for one in &learners {
        tx.emit(&EnrolmentMoved {
            enrolment: one.id,
            member: one.member_id,
            journey: coaching.journey(),
            from,
            to,
        })?;
    }
    for one in queries::finish(tx, &ids)? {
        tx.emit(&JourneyCompleted {
            enrolment: one.id,
            member: one.member_id,
            journey: coaching.journey(),
        })?;
    }
    let after = json!({ "from": from, "to": to, "learners": ids.len() });
    tx.audit(Entry::of("journeys.enrolment.moved", "journey", coaching.journey()).after(after))?;
    Ok(ids.len())
}
