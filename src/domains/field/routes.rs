//! The page, its worker and its manifest; and the notes that need a person.

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::NoteId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::forms::{PlaceForm, UnplacedQuery};
use super::pages::{FieldPage, UnplacedListPage, UnplacedPage, manifest, worker};
use super::{actions, policy, queries};

/// The routes. The page itself is for anybody, since it says nothing about anybody: whose session has ended can still write.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/field", Access::Public, Rate::Unlimited, show),
        get("/sw.js", Access::Public, Rate::Unlimited, script),
        get(
            "/field/manifest.webmanifest",
            Access::Public,
            Rate::Unlimited,
            describe,
        ),
        get("/field/unplaced", Access::Member, Rate::Standard, list),
        get("/field/unplaced/{note}", Access::Member, Rate::Standard, one),
        post("/field/unplaced/{note}", Access::Member, Rate::Medium, place),
        get(
            "/field/unplaced/{note}/discard",
            Access::Member,
            Rate::Standard,
            ask_to_discard,
        ),
        post(
            "/field/unplaced/{note}/discard",
            Access::Member,
            Rate::Medium,
            discard,
        ),
    ]
}

async fn show(request: HttpRequest) -> Reply {
    let page = FieldPage::text()?;
    unchanging(&request, "text/html; charset=utf-8", page)
}

async fn script(request: HttpRequest) -> Reply {
    unchanging(&request, "text/javascript; charset=utf-8", worker()?)
}

async fn describe(request: HttpRequest) -> Reply {
    unchanging(&request, "application/manifest+json", manifest())
}

/// What is the same for everybody until the next version: asked about each time, sent once.
fn unchanging(request: &HttpRequest, kind: &str, text: String) -> Reply {
    let tag = format!("\"{}\"", super::pages::digest(&text));
    let has_it = request
        .headers()
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match has_it {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response.insert_header((CACHE_CONTROL, "no-cache"));
    response.insert_header((ETAG, tag));
    Ok(match has_it {
        true => response.finish(),
        false => response.content_type(kind).body(text),
    })
}

async fn list(me: Me, app: web::Data<App>, query: web::Query<UnplacedQuery>) -> Reply {
    let (query, keys) = (query.into_inner(), app.keys.clone());
    let page = me
        .tenant(move |tx, me| {
            policy::may_send(tx.actor())?;
            let shell = me.shell(tx)?;
            UnplacedListPage::read(tx, shell, me, &keys, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

async fn unplaced_page(
    me: &Me,
    app: &App,
    note: NoteId,
    form: PlaceForm,
    errors: FieldErrors,
) -> Result<UnplacedPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        policy::may_send(tx.actor())?;
        let shell = me.shell(tx)?;
        UnplacedPage::read(tx, shell, me, &keys, note, &form, errors)
    })
    .await
}

async fn one(me: Me, app: web::Data<App>, note: web::Path<NoteId>) -> Reply {
    let page = unplaced_page(&me, &app, *note, PlaceForm::default(), FieldErrors::default()).await?;
    me.visit.confidential_page(200, &page)
}

async fn place(me: Me, app: web::Data<App>, note: web::Path<NoteId>, posted: Posted<PlaceForm>) -> Reply {
    let (note, form, keys) = (*note, posted.form, app.keys.clone());
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            policy::may_send(tx.actor())?;
            queries::one_unplaced(tx, note)?;
            let member = form.parse()?;
            actions::place(tx, &keys, note, member)?;
            Ok(Answer::see_other(format!("/people/{member}/record")).with(Flash::done("The note is saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = unplaced_page(&me, &app, note, typed, errors).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_discard(me: Me, note: web::Path<NoteId>) -> Reply {
    let note = *note;
    let page = me
        .tenant(move |tx, me| {
            policy::may_send(tx.actor())?;
            queries::one_unplaced(tx, note)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Throw this note away?".to_owned(),
                text: "Nobody else has it. It cannot be brought back.".to_owned(),
                action: format!("/field/unplaced/{note}/discard"),
                verb: "Throw away",
                cancel: format!("/field/unplaced/{note}"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn discard(me: Me, app: web::Data<App>, note: web::Path<NoteId>, posted: Posted<Yes>) -> Reply {
    let note = *note;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::discard(tx, note)?;
            Ok(Answer::see_other("/field/unplaced").with(Flash::done("The note is thrown away.")))
        })
        .await?;
    answer.reply(&me.visit)
}
