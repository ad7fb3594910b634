//! What the page of offices prints.

use askama::Template;

use crate::domains::people::policy;
use crate::domains::people::record::pages::in_words;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::OfficeId;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::OfficeForm;
use super::queries;

/// An organization has a handful of offices.
const MOST: i64 = 200;

/// One office as shown.
pub struct OfficeLine {
    pub id: OfficeId,
    pub card: MemberCard,
    pub office: String,
    pub since: String,
    pub can_end: bool,
}

/// `/officers`
#[derive(Template)]
#[template(path = "people/officers.html")]
pub struct OfficersPage {
    pub shell: Shell,
    pub officers: Vec<OfficeLine>,
    pub can_appoint: bool,
    pub form: OfficeForm,
    pub errors: FieldErrors,
}

impl OfficersPage {
    /// Who holds which office now: every member may know.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        form: OfficeForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let held = queries::held(tx, MOST)?;
        let ids: Vec<_> = held.iter().map(|office| office.member_id).collect();
        let cards = tenancy::member_cards(tx, &ids)?;
        let line = |office: queries::Office| {
            Some(OfficeLine {
                id: office.id,
                card: cards.get(&office.member_id)?.clone(),
                since: in_words(office.effective_from.with_timezone(&me.zone).date_naive()),
                can_end: policy::may_end_office(tx.actor(), office.member_id).is_ok(),
                office: office.office,
            })
        };
        Ok(Self {
            shell,
            officers: held.into_iter().filter_map(line).collect(),
            can_appoint: policy::may_arrange(tx.actor()).is_ok(),
            form,
            errors,
        })
    }
}
