//! `/templates`.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::content::{Block, STARTERS, Starter, Theme, to_mjml};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::TemplateId;
use crate::kernel::sms::plainer;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Said, Saved};
use super::blocks::{self, Layout};
use super::forms::{NewForm, TemplateForm};
use super::looking::{self, document};
use super::model::{Channel, Purpose, Words};
use super::pages::{EditPage, ListPage, NewPage, Seen, VersionPage, VersionsPage, categories};
use super::policy::{self, WRITERS};
use super::preview::Case;
use super::{framed, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let writers = Access::Roles(WRITERS);
    let mut routes = blocks::routes::routes();
    routes.extend(looking::routes());
    routes.extend(vec![
        get("/templates", writers, Rate::Standard, list),
        post("/templates", writers, Rate::Medium, create),
        get("/templates/new", writers, Rate::Standard, new),
        get("/templates/starter", writers, Rate::Standard, starter),
        get("/templates/{template}", writers, Rate::Standard, edit),
        post("/templates/{template}", writers, Rate::Standard, save),
        post("/templates/{template}/archiving", writers, Rate::Medium, archive),
        post("/templates/{template}/copies", writers, Rate::Medium, copy),
        post("/templates/{template}/discarding", writers, Rate::Medium, discard),
        get(
            "/templates/{template}/versions",
            writers,
            Rate::Standard,
            versions,
        ),
        get(
            "/templates/{template}/versions/{version}",
            writers,
            Rate::Standard,
            version,
        ),
        post(
            "/templates/{template}/versions/{version}/restoring",
            writers,
            Rate::Medium,
            bring_back,
        ),
    ]);
    routes
}

pub(in crate::domains::campaigns) fn keys(tx: &mut TenantTx<'_>) -> Result<Vec<String>, AppError> {
    Ok(categories(tx)?.into_iter().map(|(key, _)| key).collect())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    archived: String,
    before: String,
}

async fn list(me: Me, query: web::Query<ListQuery>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            policy::may_write(tx.actor())?;
            let shell = me.shell(tx)?;
            ListPage::read(
                tx,
                shell,
                me.zone,
                query.archived == "yes",
                query.before.parse().ok(),
            )
        })
        .await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, typed: (NewForm, FieldErrors)) -> Result<NewPage, AppError> {
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let shell = me.shell(tx)?;
        NewPage::read(tx, shell, typed)
    })
    .await
}

/// The answer for a page with frames.
pub(super) fn with_frames(me: &Me, status: u16, page: &dyn askama::DynTemplate) -> Reply {
    let mut response = me.visit.confidential_page(status, page)?;
    framed::allow_frames(&mut response);
    Ok(response)
}

async fn new(me: Me) -> Reply {
    let form = NewForm {
        starter: "announcement".to_owned(),
        purpose: Purpose::Informational.as_str().to_owned(),
        category: "newsletters".to_owned(),
        ..NewForm::default()
    };
    let page = new_page(&me, (form, FieldErrors::default())).await?;
    with_frames(&me, 200, &page)
}

fn starter_of(key: &str) -> Option<&'static Starter> {
    STARTERS.iter().find(|one| one.key == key)
}

/// What a template begins with: how it travels, and its first words.
fn beginning(key: &str) -> Result<(Channel, Words), AppError> {
    match (key, starter_of(key)) {
        ("sms", _) => Ok((Channel::Sms, Words::default())),
        ("blank", _) => Ok((Channel::Email, blank())),
        (_, Some(starter)) => Ok((Channel::Email, Words::of_starter(starter))),
        _ => Err(AppError::field(
            "starter",
            "Choose what to begin with from the list.",
        )),
    }
}

/// An empty mail, with what has to stand at its end.
fn blank() -> Words {
    let reason = "You get this mail because you are in touch with {{ organization.name }}.".to_owned();
    let text = Block::Text {
        markdown: "Hello,".to_owned(),
    };
    Words {
        source: to_mjml(&[text, Block::Footer { reason }], &Theme::default()),
        ..Words::default()
    }
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<NewForm>) -> Reply {
    let (form, typed, config) = (posted.form.clone(), posted.form, app.config.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let facts = form.parse(&keys(tx)?)?;
            if form.starter == "blocks" {
                let beginning = (&Layout::fresh(), &Words::beside_fresh_blocks());
                let id = blocks::actions::create(tx, &writing, &facts, beginning, &config)?;
                return Ok(Answer::see_other(format!("/templates/{id}/blocks")));
            }
            let (channel, words) = beginning(&form.starter)?;
            let id = actions::create(tx, &writing, channel, &facts, &words, &config)?;
            Ok(Answer::see_other(format!("/templates/{id}")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, (typed, errors)).await?;
            with_frames(&me, 422, &page)
        }
        Err(error) => Err(error),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct StarterQuery {
    key: String,
}

/// How a starter looks, in a frame. They are the portal's own and the same for every organization, so their key is no part of the path.
async fn starter(me: Me, app: web::Data<App>, query: web::Query<StarterQuery>) -> Reply {
    let starter = starter_of(&query.key).ok_or(AppError::NotFound)?;
    let config = app.config.clone();
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let words = Words::of_starter(starter);
        document(
            tx,
            &config,
            me.member,
            Case::Real,
            (&words, Channel::Email, Purpose::Informational),
        )
    })
    .await
    .map(framed::document)
}

async fn edit_page(
    me: &Me,
    app: &App,
    id: TemplateId,
    typed: Option<(TemplateForm, FieldErrors)>,
) -> Result<EditPage, AppError> {
    let config = app.config.clone();
    me.tenant(move |tx, me| {
        policy::may_write(tx.actor())?;
        let shell = me.shell(tx)?;
        let seen = Seen {
            config: &config,
            zone: me.zone,
            me: me.member,
        };
        EditPage::read(tx, shell, &seen, id, typed)
    })
    .await
}

async fn edit(me: Me, app: web::Data<App>, id: web::Path<TemplateId>) -> Reply {
    let template = *id;
    let is_of_blocks = me
        .tenant(move |tx, _| {
            policy::may_write(tx.actor())?;
            Ok(queries::template(tx, template)?.is_of_blocks)
        })
        .await?;
    if is_of_blocks {
        return me.visit.go(&format!("/templates/{template}/blocks"));
    }
    let page = edit_page(&me, &app, *id, None).await?;
    me.visit.confidential_page(200, &page)
}

async fn save(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<TemplateForm>) -> Reply {
    let (id, form, key) = (*id, posted.form, posted.key);
    if let "count" | "plainer" = form.then.as_str() {
        return counted(&me, &app, id, form).await;
    }
    let (typed, config) = (form.clone(), app.config.clone());
    let outcome = app
        .db
        .once(&me.scope(), key, move |tx| {
            policy::may_write(tx.actor())?;
            let words = written(tx, id, &form, &config)?;
            Ok(Answer::see_other(format!("/templates/{id}")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = edit_page(&me, &app, id, Some((typed, errors))).await?;
            me.visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Saves or keeps what was typed; answers what became of it.
fn written(
    tx: &mut TenantTx<'_>,
    id: TemplateId,
    form: &TemplateForm,
    config: &crate::config::Config,
) -> Result<String, AppError> {
    let writing = policy::may_write(tx.actor())?;
    let kept = queries::template(tx, id)?;
    if kept.is_of_blocks {
        return Err(AppError::Conflict(
            "This mail is made of blocks meanwhile. Open it again to arrange them.".to_owned(),
        ));
    }
    let (facts, note) = form.facts(&keys(tx)?)?;
    let words = form.words(kept.channel);
    if form.then == "keep" {
        actions::keep(tx, &writing, id, &facts, &words)?;
        return Ok("Kept as a draft. Nothing is sent from it until you save a version.".to_owned());
    }
    let base = form.base.parse().unwrap_or(kept.current_version);
    let saved = actions::save(
        tx,
        &writing,
        id,
        (&facts, &note),
        (Said::source(&words), base),
        config,
    )?;
    Ok(match saved {
        Saved::Version(number) => format!("Saved as version {number}."),
        Saved::Same(number) => format!("The words are those of version {number}, so it stays the newest."),
    })
}

/// The page again with the text counted, or written plainer; nothing is saved.
async fn counted(me: &Me, app: &App, id: TemplateId, form: TemplateForm) -> Reply {
    let source = match form.then.as_str() {
        "plainer" => plainer(&form.source).text,
        _ => form.source.clone(),
    };
    let form = TemplateForm { source, ..form };
    let page = edit_page(me, app, id, Some((form, FieldErrors::default()))).await?;
    me.visit.confidential_page(200, &page)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let words = match actions::archive(tx, &writing, id)? {
                true => "Put away. Its versions stay, and it can be taken back.",
                false => "In use again.",
            };
            Ok(Answer::see_other(format!("/templates/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

async fn copy(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<Yes>) -> Reply {
    let (id, config) = (*id, app.config.clone());
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let copy = actions::copy(tx, &writing, id, &config)?;
            Ok(Answer::see_other(format!("/templates/{copy}")).with(Flash::done("This is the copy.")))
        })
        .await?
        .reply(&me.visit)
}

async fn discard(me: Me, app: web::Data<App>, id: web::Path<TemplateId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            actions::discard(tx, &writing, id)?;
            let words = "The draft is gone; this is the newest version.";
            Ok(Answer::see_other(format!("/templates/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct VersionsQuery {
    before: String,
}

async fn versions(me: Me, id: web::Path<TemplateId>, query: web::Query<VersionsQuery>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            policy::may_write(tx.actor())?;
            let shell = me.shell(tx)?;
            VersionsPage::read(tx, shell, me.zone, id, query.before.parse().ok())
        })
        .await?;
    me.visit.page(&page)
}

async fn version(me: Me, which: web::Path<(TemplateId, i32)>) -> Reply {
    let which = *which;
    let page = me
        .tenant(move |tx, me| {
            policy::may_write(tx.actor())?;
            let shell = me.shell(tx)?;
            VersionPage::read(tx, shell, me.zone, which)
        })
        .await?;
    me.visit.page(&page)
}

async fn bring_back(
    me: Me,
    app: web::Data<App>,
    which: web::Path<(TemplateId, i32)>,
    posted: Posted<Yes>,
) -> Reply {
    let ((id, number), config) = (*which, app.config.clone());
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let writing = policy::may_write(tx.actor())?;
            let flash = match actions::bring_back(tx, &writing, id, number, &config)? {
                Some(Saved::Version(new)) => {
                    Flash::done(format!("Version {number} is back as version {new}."))
                }
                Some(Saved::Same(same)) => Flash::done(format!("Version {same} already says the same.")),
                None => Flash::problem(format!(
                    "Version {number} no longer compiles. It is kept as a draft for you to mend."
                )),
            };
            Ok(Answer::see_other(format!("/templates/{id}")).with(flash))
        })
        .await?
        .reply(&me.visit)
}
