//! Looking at a template as somebody gets it, and sending a test of it.

use actix_web::web;

use crate::app::App;
use crate::config::Config;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TemplateId};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::model::{Channel, Purpose, Words};
use super::pages::{PreviewPage, PreviewQuery};
use super::policy::{self, WRITERS};
use super::preview::{self, Case, Scene};
use super::routes::with_frames;
use super::testing::{self, TestForm};
use super::{actions, framed, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let writers = Access::Roles(WRITERS);
    vec![
        get("/templates/{template}/preview", writers, Rate::Standard, show),
        get(
            "/templates/{template}/preview/frame",
            writers,
            Rate::Standard,
            frame,
        ),
        post("/templates/{template}/tests", writers, Rate::Medium, test),
    ]
}

/// The HTML of words for somebody; why there is none, when there is none.
pub(super) fn document(
    tx: &mut TenantTx<'_>,
    config: &Config,
    member: MemberId,
    case: Case,
    (words, channel, purpose): (&Words, Channel, Purpose),
) -> Result<String, AppError> {
    let Ok(compiled) = actions::compiled(words, channel, purpose, config) else {
        return Ok(String::new());
    };
    let scene = Scene::of(tx, member, case, words)?;
    let (sender, _) = preview::sender(tx, config)?;
    let rendered = preview::parts(&compiled, &sender, &scene, config);
    Ok(rendered.ok().and_then(|parts| parts.html).unwrap_or_default())
}

async fn preview_page(
    me: &Me,
    app: &App,
    id: TemplateId,
    query: PreviewQuery,
    typed: (TestForm, FieldErrors),
) -> Result<PreviewPage, AppError> {
    let config = app.config.clone();
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let shell = me.shell(tx)?;
        PreviewPage::read(tx, shell, &config, id, &query, typed)
    })
    .await
}

async fn show(
    me: Me,
    app: web::Data<App>,
    id: web::Path<TemplateId>,
    query: web::Query<PreviewQuery>,
) -> Reply {
    let blank = (TestForm::default(), FieldErrors::default());
    let page = preview_page(&me, &app, *id, query.into_inner(), blank).await?;
    with_frames(&me, 200, &page)
}

async fn frame(
    me: Me,
    app: web::Data<App>,
    id: web::Path<TemplateId>,
    query: web::Query<PreviewQuery>,
) -> Reply {
    let (id, config) = (*id, app.config.clone());
    me.tenant(move |tx, _| {
        policy::may_write(tx.actor())?;
        let kept = queries::template(tx, id)?;
        let words = actions::words_at_work(tx, &kept, &config)?;
        // Whoever is not found is said on the page; the frame shows oneself, as that page does.
        let member = preview::chosen(tx, "person", &query.person).or_else(|_| tx.my_id())?;
        let what = (&words, kept.channel, kept.purpose);
        document(tx, &config, member, Case::of(&query.case), what)
    })
    .await
    .map(framed::document)
}

async fn test(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<TestForm>) -> Reply {
    let (id, form, typed, portal) = (*id, posted.form.clone(), posted.form, app.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let to = testing::send(tx, &writing, &portal, id, &form)?;
            let back = crate::platform::web::address(
                &format!("/templates/{id}/preview"),
                &[("person", &form.person), ("case", &form.case)],
            );
            Ok(Answer::see_other(back).with(Flash::done(format!("A test is on its way to {to}."))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let query = PreviewQuery {
                person: typed.person.clone(),
                case: typed.case.clone(),
                ..PreviewQuery::default()
            };
            let page = preview_page(&me, &app, id, query, (typed, errors)).await?;
            with_frames(&me, 422, &page)
        }
        Err(error) => Err(error),
    }
}
