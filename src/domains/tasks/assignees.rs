//! Whom one can give a task to, as forms offer them.

use std::collections::HashSet;

use crate::domains::people::stewards::queries::{self as stewards, Candidate};
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;

use super::policy;

/// Oneself; those stewards and coaches whom one sees, for who makes tasks for others; and whose the task is already.
///
/// # Errors
/// When the database fails.
pub fn of(tx: &mut TenantTx<'_>, me: &Member, whose: Option<MemberId>) -> Result<Vec<Candidate>, AppError> {
    let mut found = vec![Candidate {
        id: me.member,
        name: me.name.clone(),
    }];
    if policy::gives_to_others(me.roles) {
        found.extend(others(tx, me.member)?);
    }
    if let Some(whose) = whose.filter(|whose| !found.iter().any(|one| one.id == *whose)) {
        let name = tenancy::member_cards(tx, &[whose])?
            .remove(&whose)
            .map(|card| card.name);
        found.push(Candidate {
            id: whose,
            name: name.unwrap_or_default(),
        });
    }
    Ok(found)
}

fn others(tx: &mut TenantTx<'_>, me: MemberId) -> Result<Vec<Candidate>, AppError> {
    let mut found = stewards::candidates(tx)?;
    let ids: Vec<MemberId> = found.iter().map(|one| one.id).collect();
    let visible: HashSet<MemberId> = tenancy::visible_among(tx, &ids)?.into_iter().collect();
    found.retain(|one| one.id != me && visible.contains(&one.id));
    Ok(found)
}
