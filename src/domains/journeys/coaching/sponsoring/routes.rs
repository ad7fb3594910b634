//! `/journeys/sponsored`

use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::SponsoredPage;

/// The route; stands before what takes the name of a journey in the same place.
pub fn routes() -> Vec<RouteDef> {
    vec![get(
        "/journeys/sponsored",
        Access::Roles(&[Role::Sponsor]),
        Rate::Standard,
        show,
    )]
}

async fn show(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            SponsoredPage::read(tx, shell)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
