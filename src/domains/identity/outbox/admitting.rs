//! Who may look into the outbox.

use actix_web::HttpRequest;

use crate::app::App;
use crate::domains::identity::me::Me;
use crate::domains::identity::policy::may_administer;
use crate::kernel::error::AppError;
use crate::kernel::ids::OrgId;
use crate::platform::web::client::Client;
use crate::platform::web::origin;

/// That somebody may look into the outbox.
#[derive(Debug, Clone, Copy)]
pub struct Admitted(Place);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the very machine.
    Here,
    /// Somewhere else, as an admin of this organization.
    AdminOf(OrgId),
}

impl Admitted {
    /// Whether they may act for a person of this organization, as whoever tries the portal out does.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for admins of other organizations.
    pub fn acts_in(&self, org: OrgId) -> Result<(), AppError> {
        match self.0 {
            Place::Here => Ok(()),
            Place::AdminOf(own) if own == org => Ok(()),
            Place::AdminOf(_) => Err(AppError::NotFound),
        }
    }
}

/// Whether somebody may look into the outbox: when the operator switched it on, at this very machine or as an admin.
///
/// # Errors
/// [`AppError::NotFound`]: for everyone else, there is no such page.
pub fn admit(app: &App, request: &HttpRequest, me: Option<&Me>) -> Result<Admitted, AppError> {
    let admin_of = me.filter(|me| may_administer(me).is_ok()).map(|me| me.org);
    match (app.config.mail.outbox_page, is_at_this_machine(request), admin_of) {
        (true, true, _) => Ok(Admitted(Place::Here)),
        (true, false, Some(org)) => Ok(Admitted(Place::AdminOf(org))),
        _ => Err(AppError::NotFound),
    }
}

/// Nobody in between: a proxy on this machine would make everyone look local, and a foreign name in the Host header means
/// that another website has its visitors ask here (DNS rebinding).
fn is_at_this_machine(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let direct = header("x-forwarded-for").is_none() && header("forwarded").is_none();
    let peer = request
        .peer_addr()
        .is_some_and(|address| address.ip().is_loopback());
    direct
        && peer
        && Client::of(request).address.is_loopback()
        && header("host").is_some_and(origin::is_this_machine)
}
