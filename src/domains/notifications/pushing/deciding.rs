//! Deciding what is due to be pushed to one person.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domains::consent::model::Channel;
use crate::domains::notifications::decide::{Verdict, decide};
use crate::domains::notifications::devices::model::Device;
use crate::domains::notifications::devices::queries as devices;
use crate::domains::notifications::model::{PushState, Reason};
use crate::domains::notifications::queries::{self, Due};
use crate::domains::notifications::telling::{Known, facts};
use crate::kernel::error::AppError;
use crate::kernel::ids::NotificationId;
use crate::platform::db::TenantTx;

use super::queries as pushes;
use super::{wake, words};

/// Whether and when one thing is pushed to somebody with these devices. The same is asked as for e-mail, but for how often: a push is
/// about now, so there are no digests of them.
pub fn verdict(known: &Known, one: &Due, devices: &[Device], now: DateTime<Utc>) -> Verdict {
    let mut reader = known.reader(Channel::Push, one.kind.category());
    reader.has_address = devices.iter().any(Device::is_reachable);
    match decide(facts(one), &reader, now) {
        Verdict::Leave(Reason::NoAddress) => Verdict::Leave(Reason::NoDevice),
        other => other,
    }
}

/// Decides what is due, and sets on its way what is to be told: one push for each place and device. Answers when more is to be decided.
///
/// # Errors
/// When the database fails.
pub fn push(tx: &mut TenantTx<'_>, known: &Known) -> Result<Vec<DateTime<Utc>>, AppError> {
    let due = queries::push_due(tx, known.member)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let (devices, now) = (devices::reachable(tx, known.member)?, tx.now());
    let mut later = Vec::new();
    let mut places: BTreeMap<String, Vec<NotificationId>> = BTreeMap::new();
    for one in due {
        match verdict(known, &one, &devices, now) {
            Verdict::Tell => places.entry(words::topic(&one)).or_default().push(one.id),
            Verdict::Leave(reason) => {
                queries::settle_push(tx, &[one.id], PushState::NotTold, Some(reason))?;
            }
            Verdict::Later(until) | Verdict::Gather(until) => {
                queries::put_off_push(tx, one.id, until)?;
                later.push(until);
            }
        }
    }
    for about in places.values() {
        for device in &devices {
            pushes::insert(tx, device, about)?;
        }
        queries::set_out(tx, about)?;
        wake(tx);
    }
    Ok(later)
}
