//! `/campaigns/{campaign}/results.csv` and `/campaigns/{campaign}/links.csv`.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::domains::campaigns::policy::{self, SENDERS};
use crate::domains::identity::Me;
use crate::kernel::ids::CampaignId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::file;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get("/campaigns/{campaign}/results.csv", senders, Rate::Medium, people),
        get("/campaigns/{campaign}/links.csv", senders, Rate::Medium, links),
    ]
}

async fn people(me: Me, id: web::Path<CampaignId>) -> Reply {
    let id = *id;
    let file = me
        .tenant(move |tx, _| {
            let by = policy::may_campaign(tx.actor())?;
            file::people(tx, &by, id)
        })
        .await?;
    Ok(download(file, "results"))
}

async fn links(me: Me, app: web::Data<App>, id: web::Path<CampaignId>) -> Reply {
    let (id, app) = (*id, app.get_ref().clone());
    let file = me
        .tenant(move |tx, _| {
            let by = policy::may_campaign(tx.actor())?;
            file::of_links(tx, &by, &app, id)
        })
        .await?;
    Ok(download(file, "links"))
}

fn download(file: Vec<u8>, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"{name}.csv\""),
        ))
        .insert_header(("Cache-Control", "no-store"))
        .body(file)
}
