//! `/templates/{template}/blocks`.

use actix_web::web;

use crate::app::App;
use crate::domains::campaigns::images::intake::{self, Sent};
use crate::domains::campaigns::templates::actions::Saved;
use crate::domains::campaigns::templates::framed;
use crate::domains::campaigns::templates::pages::Seen;
use crate::domains::campaigns::templates::policy::{self, WRITERS};
use crate::domains::campaigns::templates::preview::{self, Case, Scene};
use crate::domains::campaigns::templates::queries as templates;
use crate::domains::campaigns::templates::routes::{keys, with_frames};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CampaignImageId, TemplateId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{
    Access, Answer, ConfirmPage, Flash, Posted, PostedFiles, Reply, RouteDef, Yes, address,
};

use super::actions;
use super::checks::looked_at;
use super::forms::BlocksForm;
use super::pages::{BlocksPage, BlocksQuery, Typed};
use super::steps::{Done, Open, Step};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let writers = Access::Roles(WRITERS);
    vec![
        get("/templates/{template}/blocks", writers, Rate::Standard, show),
        post("/templates/{template}/blocks", writers, Rate::Standard, step),
        post(
            "/templates/{template}/blocks/typing",
            writers,
            Rate::Standard,
            typing,
        ),
        get("/templates/{template}/blocks/look", writers, Rate::Standard, look),
        get("/templates/{template}/source", writers, Rate::Standard, ask),
        post("/templates/{template}/source", writers, Rate::Medium, to_source),
    ]
}

/// The page; nothing for a template that is written as source.
async fn page(
    me: &Me,
    app: &App,
    id: TemplateId,
    query: BlocksQuery,
    typed: Option<Typed>,
) -> Result<Option<BlocksPage>, AppError> {
    let config = app.config.clone();
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let Some(kept) = BlocksPage::template(tx, id)? else {
            return Ok(None);
        };
        let shell = me.shell(tx)?;
        let seen = Seen {
            config: &config,
            zone: me.zone,
            me: me.member,
        };
        BlocksPage::read(tx, shell, &seen, &kept, &query, typed).map(Some)
    })
    .await
}

async fn answer(
    me: &Me,
    app: &App,
    id: TemplateId,
    status: u16,
    what: (BlocksQuery, Option<Typed>),
) -> Reply {
    let (query, typed) = what;
    match page(me, app, id, query, typed).await? {
        Some(page) => with_frames(me, status, &page),
        None => me.visit.go(&format!("/templates/{id}")),
    }
}

async fn show(
    me: Me,
    app: web::Data<App>,
    id: web::Path<TemplateId>,
    query: web::Query<BlocksQuery>,
) -> Reply {
    answer(&me, &app, *id, 200, (query.into_inner(), None)).await
}

async fn step(
    me: Me,
    app: web::Data<App>,
    id: web::Path<TemplateId>,
    posted: PostedFiles<BlocksForm>,
) -> Reply {
    let (id, form, typed, key) = (*id, posted.form.clone(), posted.form, posted.key);
    let sent = Sent {
        seed: key.uuid(),
        files: posted.files,
        refused: posted.refused,
    };
    let uploaded = match uploaded(&me, &app, &form, sent).await {
        Ok(uploaded) => uploaded,
        Err(AppError::Invalid(errors)) => return came_back(&me, &app, id, typed, errors).await,
        Err(error) => return Err(error),
    };
    let config = app.config.clone();
    let outcome = app
        .db
        .once(&me.scope(), key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let known = keys(tx)?;
            let done = actions::take(tx, &writing, id, (&form, uploaded), &known, &config)?;
            Ok(after(id, &form, &done))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            if typed.step() == Step::Version {
                // What can't be saved yet is kept all the same. When it can't even be kept, the page says why.
                let kept = keep_typed(&me, &app, id, typed.clone()).await;
                tracing::debug!(kept = kept.is_ok(), "a version was refused");
            }
            came_back(&me, &app, id, typed, errors).await
        }
        Err(error) => Err(error),
    }
}

/// The image that came with the open block, taken into the library.
async fn uploaded(
    me: &Me,
    app: &App,
    form: &BlocksForm,
    sent: Sent,
) -> Result<Option<CampaignImageId>, AppError> {
    let is_for_image = matches!(form.opened(), Open::Block(_));
    if !is_for_image || (sent.files.is_empty() && sent.refused.is_empty()) {
        return Ok(None);
    }
    let described = form.about_upload().parse_new().map_err(|wrong| {
        let mut errors = FieldErrors::default();
        let said = wrong.of("alt");
        errors.add("block_alt", format!("{said} Then choose the file again."));
        errors
    })?;
    let taken = intake::take(app, &me.scope(), sent, described).await;
    taken.map(Some)
}

async fn came_back(me: &Me, app: &App, id: TemplateId, typed: BlocksForm, errors: FieldErrors) -> Reply {
    answer(me, app, id, 422, (BlocksQuery::default(), Some((typed, errors)))).await
}

async fn keep_typed(me: &Me, app: &App, id: TemplateId, form: BlocksForm) -> Result<(), AppError> {
    let config = app.config.clone();
    let form = BlocksForm {
        then: "stay".to_owned(),
        ..form
    };
    app.db
        .tenant(&me.scope(), move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let known = keys(tx)?;
            actions::take(tx, &writing, id, (&form, None), &known, &config).map(|_| ())
        })
        .await
}

/// Where a step leads: back to the page, with the focus where one goes on.
fn after(id: TemplateId, form: &BlocksForm, done: &Done) -> Answer {
    let path = format!("/templates/{id}/blocks");
    let by = form.then.split_once('-').map_or("", |(word, _)| word);
    let at = done.at.map(|place| place.to_string()).unwrap_or_default();
    let edit = done.open.word();
    let back = address(
        &path,
        &[
            ("edit", edit.as_str()),
            ("at", at.as_str()),
            ("by", by),
            ("find", found(form)),
        ],
    );
    let to = Answer::see_other(back);
    match done.saved {
        Some(Saved::Version(number)) => to.with(Flash::done(format!("Saved as version {number}."))),
        Some(Saved::Same(number)) => to.with(Flash::done(format!(
            "The mail is that of version {number}, so it stays the newest."
        ))),
        None => to,
    }
}

fn found(form: &BlocksForm) -> &str {
    match form.then.as_str() {
        "find" => form.block_find.trim(),
        _ => "",
    }
}

/// Keeps what is typed while it is typed, so that the preview follows. It is the same however often it is sent.
async fn typing(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<BlocksForm>) -> Reply {
    // Another image brings its own words, which the form has yet to show: choosing one is a step.
    let form = BlocksForm {
        block_image: String::new(),
        ..posted.form
    };
    let id = *id;
    match keep_typed(&me, &app, id, form.clone()).await {
        Ok(()) => {
            let query = BlocksQuery {
                edit: form.open,
                ..BlocksQuery::default()
            };
            answer(&me, &app, id, 200, (query, None)).await
        }
        Err(AppError::Invalid(errors)) => came_back(&me, &app, id, form, errors).await,
        Err(error) => Err(error),
    }
}

/// How it looks to whoever arranges it, in a frame.
async fn look(me: Me, app: web::Data<App>, id: web::Path<TemplateId>) -> Reply {
    let (id, config) = (*id, app.config.clone());
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let kept = templates::template(tx, id)?;
        let work = actions::work_of(tx, &kept, Some(me.member))?;
        let Ok(compiled) = looked_at(&work.layout, &work.words, &config) else {
            return Ok(String::new());
        };
        let scene = Scene::of(tx, me.member, Case::Real, &work.words)?;
        let (sender, _) = preview::sender(tx, &config)?;
        let rendered = preview::parts(&compiled, &sender, &scene, &config);
        Ok(rendered.ok().and_then(|parts| parts.html).unwrap_or_default())
    })
    .await
    .map(framed::document)
}

async fn ask(me: Me, id: web::Path<TemplateId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_write(tx.actor())?;
            let kept = templates::template(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Edit “{}” as source?", kept.name),
                text: "You go on with the MJML that the blocks became. There is no way from source back to blocks, except to bring back a \
                       version that was saved of them."
                    .to_owned(),
                action: format!("/templates/{id}/source"),
                verb: "Go on as source",
                cancel: format!("/templates/{id}/blocks"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn to_source(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<Yes>) -> Reply {
    let (id, config) = (*id, app.config.clone());
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            actions::to_source(tx, &writing, id, &config)?;
            let words = "This is the source now. It is a draft until you save it as a version.";
            Ok(Answer::see_other(format!("/templates/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}
