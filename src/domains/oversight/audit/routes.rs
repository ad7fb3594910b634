//! Pages of the audit log.

use actix_web::{HttpResponse, web};

use crate::domains::identity::Me;
use crate::domains::oversight::policy;
use crate::kernel::error::AppError;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Posted, Reply, RouteDef};

use super::export;
use super::filter::AuditQuery;
use super::pages::{self, AuditPage};

const READERS: Access = Access::Roles(policy::READERS);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/admin/audit", READERS, Rate::Standard, show),
        post("/admin/audit/export", READERS, Rate::Strict, take),
    ]
}

async fn show(me: Me, query: web::Query<AuditQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let reading = policy::may_read_audit(tx.actor())?;
            let shell = me.shell(tx)?;
            AuditPage::read(tx, shell, me, &reading, query)
        })
        .await?;
    me.visit.page(&page)
}

/// A post although it changes nothing else, because taking the log away is noted in it.
async fn take(me: Me, posted: Posted<AuditQuery>) -> Reply {
    let query = posted.form;
    let (name, file) = me
        .tenant(move |tx, me| {
            let reading = policy::may_read_audit(tx.actor())?;
            let filter = pages::resolved(tx, me, &query)?
                .map_err(|problem| AppError::BadRequest(problem.to_owned()))?;
            let name = format!(
                "audit-{}.csv",
                tx.now().with_timezone(&me.zone).format("%Y-%m-%d")
            );
            Ok((name, export::csv(tx, &reading, &query, filter)?))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("Cache-Control", "no-store"))
        .body(file))
}
