//! The start page.

use actix_web::web;

use crate::app::App;
use crate::domains::START_CARDS;
use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Visit};

use super::pages::TodayPage;

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/", Access::Member, Rate::Standard, today)]
}

/// Today, for members; the way in for everyone else.
async fn today(visit: Visit, me: Result<Me, AppError>, app: web::Data<App>) -> Reply {
    let me = match me {
        Ok(me) => me,
        Err(AppError::SignInRequired) if !app.directory.is_set_up().await? => return visit.go("/set-up"),
        Err(AppError::SignInRequired) => return visit.go("/sign-in"),
        Err(error) => return Err(error),
    };
    let register = app.register.clone();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            TodayPage::read(tx, shell, me, &register, START_CARDS)
        })
        .await?;
    me.visit.page(&page)
}
