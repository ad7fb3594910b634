//! What the pages about belonging print.

use askama::Template;

use crate::domains::tenancy::contexts::{policy, queries};
use crate::domains::tenancy::model::{Context, MemberCard};
use crate::domains::tenancy::people::queries::{self as people, PeopleFilter};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ContextId;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::AddForm;

/// People offered by one search.
const OFFERED: i64 = 30;

/// Somebody who could be added.
pub struct Candidate {
    pub card: MemberCard,
    pub belongs: bool,
    pub is_picked: bool,
}

/// `/contexts/{context}/members/new`
#[derive(Template)]
#[template(path = "tenancy/add_members.html")]
pub struct AddMembersPage {
    pub shell: Shell,
    pub context: Context,
    pub candidates: Vec<Candidate>,
    pub form: AddForm,
    pub errors: FieldErrors,
}

impl AddMembersPage {
    /// The search, the people it found, and the form.
    ///
    /// # Errors
    /// What the policy refuses.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: ContextId,
        form: AddForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let context = queries::context(tx, id)?;
        let leadership = queries::my_leadership(tx, id)?;
        policy::may_manage_members(tx.actor(), &context, leadership)?;
        let cards = people::page(tx, &PeopleFilter::search(&form.q), OFFERED)?;
        let ids: Vec<_> = cards.iter().map(|card| card.id).collect();
        let belonging = queries::belonging_among(tx, id, &ids)?;
        let candidate = |card: MemberCard| Candidate {
            belongs: belonging.contains(&card.id),
            is_picked: form.member.contains(&card.id.to_string()),
            card,
        };
        let candidates = cards.into_iter().map(candidate).collect();
        Ok(Self {
            shell,
            context,
            candidates,
            form,
            errors,
        })
    }
}

/// `/contexts/{context}/members/{member}/removal`
#[derive(Template)]
#[template(path = "tenancy/remove_member.html")]
pub struct RemovalPage {
    pub shell: Shell,
    pub context: Context,
    pub card: MemberCard,
}
