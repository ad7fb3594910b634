//! `/learn/{enrolment}/certificate`

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domains::identity::Me;
use crate::domains::journeys::certificates::{paper, queries};
use crate::domains::journeys::learning::actions::learning;
use crate::kernel::error::AppError;
use crate::kernel::ids::EnrolmentId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, origin};

use super::pages::OwnPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/learn/{enrolment}/certificate",
            Access::Member,
            Rate::Standard,
            show,
        ),
        get(
            "/learn/{enrolment}/certificate.pdf",
            Access::Member,
            Rate::Medium,
            print,
        ),
    ]
}

async fn show(me: Me, request: HttpRequest, id: web::Path<EnrolmentId>) -> Reply {
    let (id, portal) = (*id, origin::of(&request));
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            OwnPage::read(tx, shell, me, id, &portal)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn print(me: Me, request: HttpRequest, id: web::Path<EnrolmentId>) -> Reply {
    let (id, portal) = (*id, origin::of(&request));
    let (one, public) = me
        .tenant(move |tx, me| {
            learning(tx, id)?;
            let one = queries::of_enrolment(tx, id)?.filter(|one| one.revoked_at.is_none());
            let one = one.ok_or(AppError::NotFound)?;
            let public = one.address(&portal, me.org);
            Ok((one, public))
        })
        .await?;
    let name = format!("attachment; filename=\"certificate-{}.pdf\"", one.number);
    let written = web::block(move || paper::written(&one, &public))
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?
        .map_err(AppError::Unexpected)?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(written))
}
