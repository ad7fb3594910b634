//! Taking in what was done without a network.

use serde::Deserialize as _;
use serde_json::Value;

use crate::domains::journeys::learning::lessons::actions::{self, Opened};
use crate::domains::journeys::learning::lessons::forms::WritingForm;
use crate::domains::journeys::learning::progress::queries as progress;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::platform::db::TenantTx;

use super::forms::{Done, Sent};

/// Takes in one thing that was done. What is done already stays done.
///
/// # Errors
/// As the same thing done online; [`AppError::Conflict`] when somebody else did it.
pub fn take(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
    sent: Value,
) -> Result<(), AppError> {
    // Whoever may not is told nothing about its shape.
    let opened = actions::opened(tx, enrolment, lesson)?;
    let sent = Sent::deserialize(sent).map_err(|cause| AppError::field("body", cause.to_string()))?;
    if Some(sent.member) != tx.actor().member_id() {
        return Err(AppError::Conflict("Somebody else did this.".to_owned()));
    }
    match sent.what {
        Done::Done if opened.working.lesson().is_done() => Ok(()),
        Done::Done => actions::mark(tx, enrolment, lesson).map(|_| ()),
        Done::Ticks { ticked, unticked } => tick(tx, &opened, (ticked, unticked)),
        Done::Writing { body } => {
            let form = WritingForm {
                body,
                ..WritingForm::default()
            };
            actions::submit(tx, enrolment, lesson, &form)
        }
    }
}

/// Ticks are changed one by one: what was ticked elsewhere meanwhile stays.
fn tick(
    tx: &mut TenantTx<'_>,
    opened: &Opened,
    (ticked, unticked): (Vec<String>, Vec<String>),
) -> Result<(), AppError> {
    let (enrolment, lesson) = (opened.working.enrolment().id, opened.working.lesson().key);
    if opened.working.lesson().is_done() {
        return Ok(());
    }
    let kept = progress::progress(tx, enrolment, lesson)?.and_then(|kept| kept.draft);
    let mut now = actions::ticked(kept.as_ref());
    now.retain(|key| !unticked.contains(key));
    now.extend(ticked);
    actions::tick(tx, enrolment, lesson, &now).map(|_| ())
}
