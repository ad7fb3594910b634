//! Suggestions of the sample data: what the portal itself proposes for the first two who do not get on.

use crate::domains::journeys::building;
use crate::domains::journeys::suggestions::actions;
use crate::domains::journeys::suggestions::model::Settings;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

/// How many.
const WAITING: usize = 2;

/// Has them proposed.
///
/// # Errors
/// When the database refuses.
pub fn write(tx: &mut TenantTx<'_>) -> Result<(), AppError> {
    for journey in building::open(tx)? {
        if actions::propose_for(tx, &journey, &Settings::default(), WAITING)? > 0 {
            return Ok(());
        }
    }
    Ok(())
}
