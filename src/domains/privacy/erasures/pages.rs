//! What the pages about one person's privacy print.

use askama::Template;

use crate::domains::privacy::requests;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::{ErasureForm, HoldForm};
use super::{actions, queries};

/// `/privacy/people/{member}`
#[derive(Template)]
#[template(path = "privacy/person.html")]
pub struct PersonPage {
    pub shell: Shell,
    pub card: MemberCard,
    pub state: &'static str,
    pub erased: String,
    pub hold: String,
    pub hold_since: String,
    pub requests: Vec<requests::pages::RequestLine>,
    pub form: HoldForm,
    pub errors: FieldErrors,
}

impl PersonPage {
    /// What a privacy officer looks after about one person.
    ///
    /// # Errors
    /// As [`actions::expect_care`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        member: MemberId,
        form: HoldForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_care(tx, member)?;
        let card = tenancy::member_cards(tx, &[member])?
            .remove(&member)
            .ok_or(AppError::NotFound)?;
        let hold = queries::hold(tx, member)?;
        let erased = queries::erased(tx, member)?;
        Ok(Self {
            shell,
            state: card.state.label(),
            erased: erased.map_or_else(String::new, |(at, _)| local_date_time(at, me.zone)),
            hold_since: hold
                .as_ref()
                .map_or_else(String::new, |hold| local_date_time(hold.placed_at, me.zone)),
            hold: hold.map_or_else(String::new, |hold| hold.reason),
            requests: requests::pages::lines_about(tx, me, member)?,
            card,
            form,
            errors,
        })
    }
}

/// `/privacy/people/{member}/erasure`
#[derive(Template)]
#[template(path = "privacy/erasure.html")]
pub struct ErasurePage {
    pub shell: Shell,
    pub card: MemberCard,
    pub form: ErasureForm,
    pub errors: FieldErrors,
}

impl ErasurePage {
    /// What happens, and the name to type.
    ///
    /// # Errors
    /// As [`actions::expect_erasable`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        member: MemberId,
        form: ErasureForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let (_, card, _) = actions::expect_erasable(tx, member)?;
        Ok(Self {
            shell,
            card,
            form,
            errors,
        })
    }
}
