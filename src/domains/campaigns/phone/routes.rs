//! `/outbox/phones/{mail}`: the phone that a text in the outbox was for.

use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::domains::identity::{Me, admit_to_outbox};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{Id, OrgId};
use crate::kernel::validate::Check;
use crate::platform::db::{SystemTask, TenantScope};
use crate::platform::mail;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Posted, Reply, RouteDef, Visit};

use super::actions;
use super::pages::{Found, MOST, PhonePage};

/// Phones in the list.
const PHONES: i64 = 50;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/outbox/phones/{mail}", Access::Public, Rate::Standard, show),
        post(
            "/outbox/phones/{mail}/replies",
            Access::Public,
            Rate::Medium,
            reply,
        )
        .replayed(),
    ]
}

/// What somebody answers: words, or one of the buttons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ReplyForm {
    body: String,
    word: String,
}

impl ReplyForm {
    fn parse(&self) -> Result<String, FieldErrors> {
        let mut check = Check::default();
        let said = match self.word.trim() {
            "" => &self.body,
            word => word,
        };
        let body = check.text("body", "The answer", said, 1, 1_600);
        check.finish(|| body)
    }
}

/// The organization and the number that a text in the outbox was for.
async fn addressee(app: &App, mail: Uuid) -> Result<(OrgId, String), AppError> {
    let kept = app
        .db
        .system(SystemTask::SignIn, move |tx| Ok(mail::kept(tx, mail)?))
        .await?;
    match kept.org_id_hint {
        Some(org) if mail::is_number(&kept.recipient) => Ok((OrgId::from_uuid(org), kept.recipient)),
        _ => Err(AppError::NotFound),
    }
}

fn scope(visit: &Visit, org: OrgId) -> TenantScope {
    TenantScope::of_portal(org, "campaigns.phone").correlated(visit.request)
}

async fn page(
    app: &App,
    visit: &Visit,
    mail: Uuid,
    typed: (String, FieldErrors),
) -> Result<PhonePage, AppError> {
    let (org, number) = addressee(app, mail).await?;
    let found = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            Ok(Found {
                texts: mail::texts_to(tx, org.0, &number, MOST)?,
                phones: mail::numbers(tx, org.0, PHONES)?,
                number,
            })
        })
        .await?;
    let frame = (visit.shell(), format!("/outbox/phones/{mail}"));
    app.db
        .tenant(&scope(visit, org), move |tx| {
            PhonePage::read(tx, frame, found, typed)
        })
        .await
}

async fn show(
    app: web::Data<App>,
    visit: Visit,
    me: Option<Me>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Reply {
    admit_to_outbox(&app, &request, me.as_ref())?;
    let page = page(&app, &visit, *id, Default::default()).await?;
    visit.page(&page)
}

async fn reply(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    id: web::Path<Uuid>,
    posted: Posted<ReplyForm>,
) -> Reply {
    // Only now: while the form is being read, nobody's being signed in would end the request.
    let me = Me::extract(&request).await.ok();
    let admitted = admit_to_outbox(&app, &request, me.as_ref())?;
    let (org, number) = addressee(&app, *id).await?;
    admitted.acts_in(org)?;
    match posted.form.parse() {
        Ok(body) => {
            app.db
                .tenant(&scope(&visit, org), move |tx| {
                    actions::reply(tx, admitted, &number, &body)
                })
                .await?;
            visit.go(&format!("/outbox/phones/{id}"))
        }
        Err(errors) => {
            let page = page(&app, &visit, *id, (posted.form.body, errors)).await?;
            visit.page_with(422, &page)
        }
    }
}
