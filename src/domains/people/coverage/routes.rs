//! The pages about coverage.

use actix_web::web;

use crate::domains::identity::Me;
use crate::kernel::actor::Role;
use crate::kernel::ids::WorksiteId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::pages::CoveragePage;

const READERS: Access = Access::Roles(&[Role::Admin, Role::Steward]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/coverage", READERS, Rate::Standard, grid),
        get("/coverage/{worksite}", READERS, Rate::Standard, inside),
    ]
}

async fn grid(me: Me) -> Reply {
    show(me, None).await
}

async fn inside(me: Me, worksite: web::Path<WorksiteId>) -> Reply {
    show(me, Some(*worksite)).await
}

async fn show(me: Me, worksite: Option<WorksiteId>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            CoveragePage::read(tx, shell, me, worksite)
        })
        .await?;
    me.visit.page(&page)
}
