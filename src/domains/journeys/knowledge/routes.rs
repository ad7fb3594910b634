//! `/journeys/knowledge`.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::KnowledgeId;
use crate::platform::files;
use crate::platform::storage::StorageKey;
use crate::platform::web::download::{self, Download, Keeping, Showing, Wanted};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::upload::Upload;
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, PostedFiles, Reply, RouteDef, Yes};
use crate::providers::reach::{Reach, Unreachable};

use super::actions::{self, Changed};
use super::forms::{KnowledgeForm, KnowledgeQuery};
use super::model::KnowledgeKind;
use super::pages::{DocumentPage, FormPage, ListPage};
use super::policy::{KEEPERS, READERS};
use super::queries::documents::{self, Content};

const LIST: &str = "/journeys/knowledge";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let (readers, keepers) = (Access::Roles(READERS), Access::Roles(KEEPERS));
    vec![
        get(LIST, readers, Rate::Standard, list),
        get("/journeys/knowledge/new", keepers, Rate::Standard, new),
        post("/journeys/knowledge/new", keepers, Rate::Medium, add),
        get("/journeys/knowledge/{document}", readers, Rate::Standard, show),
        get(
            "/journeys/knowledge/{document}/file",
            readers,
            Rate::Standard,
            file,
        ),
        get(
            "/journeys/knowledge/{document}/edit",
            keepers,
            Rate::Standard,
            edit,
        ),
        post(
            "/journeys/knowledge/{document}/edit",
            keepers,
            Rate::Medium,
            change,
        ),
        post(
            "/journeys/knowledge/{document}/reading",
            keepers,
            Rate::Medium,
            read_again,
        ),
        get(
            "/journeys/knowledge/{document}/archive",
            keepers,
            Rate::Standard,
            ask_to_archive,
        ),
        post(
            "/journeys/knowledge/{document}/archive",
            keepers,
            Rate::Medium,
            archive,
        ),
        post(
            "/journeys/knowledge/{document}/restoration",
            keepers,
            Rate::Medium,
            restore,
        ),
    ]
}

fn at(id: KnowledgeId) -> String {
    format!("{LIST}/{id}")
}

async fn list(me: Me, query: web::Query<KnowledgeQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            ListPage::read(tx, shell, query)
        })
        .await?;
    me.visit.page(&page)
}

/// Which part of a document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PartQuery {
    after: String,
}

async fn show(me: Me, id: web::Path<KnowledgeId>, query: web::Query<PartQuery>) -> Reply {
    let (id, after) = (*id, query.after.parse().unwrap_or_default());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            DocumentPage::read(tx, shell, me, id, after)
        })
        .await?;
    me.visit.page(&page)
}

async fn file(me: Me, app: web::Data<App>, id: web::Path<KnowledgeId>, request: HttpRequest) -> Reply {
    let (id, wanted) = (*id, Wanted::of(&request));
    let document = me
        .tenant(move |tx, _| {
            let reader = actions::reader(tx)?;
            Ok(documents::seen(tx, &reader, id)?)
        })
        .await?;
    let key = document.storage_key.ok_or(AppError::NotFound)?;
    let key: StorageKey = key
        .parse()
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))?;
    let download = Download {
        key: &key,
        tag: &id.to_string(),
        name: &document.file_name.unwrap_or_default(),
        showing: Showing::Download,
        keeping: Keeping::Nothing,
    };
    download::send(app.storage.as_ref(), download, &wanted).await
}

/// What is to be added.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NewQuery {
    kind: String,
}

async fn new_page(me: &Me, app: &App, typed: (KnowledgeForm, FieldErrors)) -> Result<FormPage, AppError> {
    let largest = app.config.web.upload_limit;
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        FormPage::new(tx, shell, typed, largest)
    })
    .await
}

async fn new(me: Me, app: web::Data<App>, query: web::Query<NewQuery>) -> Reply {
    let kind = query.kind.parse().unwrap_or(KnowledgeKind::Page);
    let form = KnowledgeForm::blank(kind);
    let page = new_page(&me, &app, (form, FieldErrors::default())).await?;
    me.visit.page(&page)
}

async fn add(me: Me, app: web::Data<App>, posted: PostedFiles<KnowledgeForm>) -> Reply {
    let (form, key) = (posted.form, posted.key);
    let kind = form.kind();
    me.tenant(|tx, _| actions::keeper(tx)).await?;
    let added = match (form.parse(kind, true), kind) {
        (Err(errors), _) => Err(AppError::Invalid(errors)),
        (Ok(wanted), KnowledgeKind::Pdf) => {
            let why = posted.refused.into_iter().next();
            match posted.files.into_iter().next() {
                Some(upload) => add_file(&me, &app, (wanted, key.uuid()), &upload).await,
                None => Err(AppError::field(
                    "file",
                    why.unwrap_or_else(|| "Choose a PDF first.".to_owned()),
                )),
            }
        }
        (Ok(wanted), KnowledgeKind::Page | KnowledgeKind::Link) => {
            let id = KnowledgeId(key.uuid());
            let reached = match &wanted.url {
                Some(url) => check_reach(&app, url),
                None => Ok(()),
            };
            let content = Content {
                body: wanted.body,
                url: wanted.url,
                file: None,
            };
            let (scope, described) = (me.scope(), wanted.described);
            match reached {
                Err(error) => Err(error),
                Ok(()) => app
                    .db
                    .once(&scope, key, move |tx| {
                        let by = actions::keeper(tx)?;
                        actions::add(tx, &by, (id, kind), &described, &content)?;
                        Ok(Answer::see_other(at(id)))
                    })
                    .await
                    .map(|_| id),
            }
        }
    };
    match added {
        Ok(id) => me
            .visit
            .go_with(&at(id), Flash::done("It is in the knowledge base.")),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, &app, (form, errors)).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

/// Refuses what cannot be reached whatever its name leads to, while somebody sits before the form.
fn check_reach(app: &App, url: &str) -> Result<(), AppError> {
    let reach = Reach::of_portal(&app.config.public_url);
    match reach.read(url) {
        Ok(_) => Ok(()),
        Err(Unreachable::Private) => Err(AppError::field(
            "url",
            "The address leads into a private network. Only public pages can be read.",
        )),
        Err(why) => Err(AppError::field("url", why.to_string())),
    }
}

/// Stores a PDF, then writes its row; bytes without a row are taken away again.
async fn add_file(
    me: &Me,
    app: &App,
    (wanted, seed): (Changed, uuid::Uuid),
    upload: &Upload,
) -> Result<KnowledgeId, AppError> {
    let scope = me.scope();
    let refused = |why: String| AppError::field("file", format!("{}: {why}", upload.name));
    let stored = match files::store(app.storage.as_ref(), scope.org(), upload).await? {
        Ok(stored) => stored,
        Err(refusal) => return Err(refused(refusal.to_string())),
    };
    if stored.mime != "application/pdf" {
        stored.discard(app.storage.as_ref()).await;
        return Err(refused("that is no PDF.".to_owned()));
    }
    let place = scope.org().0;
    let id = KnowledgeId(files::id_of(
        "knowledge v1",
        me.member,
        place,
        seed,
        &upload.digest,
    ));
    let mut described = wanted.described;
    if described.title.is_empty() {
        let stem = stored
            .name
            .rsplit_once('.')
            .map_or(stored.name.as_str(), |(stem, _)| stem);
        described.title = stem.replace('_', " ").trim().chars().take(160).collect();
    }
    if described.title.is_empty() {
        described.title = "PDF".to_owned();
    }
    let content = Content {
        file: Some((stored.name.clone(), stored.size_bytes, stored.storage_key.clone())),
        ..Content::default()
    };
    let written = app
        .db
        .tenant(&scope, move |tx| {
            let by = actions::keeper(tx)?;
            actions::add(tx, &by, (id, KnowledgeKind::Pdf), &described, &content)
        })
        .await;
    if !matches!(written, Ok(true)) {
        stored.discard(app.storage.as_ref()).await;
    }
    written.map(|_| id)
}

async fn edit_page(
    me: &Me,
    app: &App,
    id: KnowledgeId,
    typed: Option<(KnowledgeForm, FieldErrors)>,
) -> Result<FormPage, AppError> {
    let largest = app.config.web.upload_limit;
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        FormPage::of(tx, shell, id, typed, largest)
    })
    .await
}

async fn edit(me: Me, app: web::Data<App>, id: web::Path<KnowledgeId>) -> Reply {
    let page = edit_page(&me, &app, *id, None).await?;
    me.visit.page(&page)
}

async fn change(
    me: Me,
    app: web::Data<App>,
    id: web::Path<KnowledgeId>,
    posted: Posted<KnowledgeForm>,
) -> Reply {
    let (id, form, typed, portal) = (*id, posted.form.clone(), posted.form, app.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let by = actions::keeper(tx)?;
            let kind = documents::one(tx, id)?.kind;
            let wanted = form.parse(kind, false)?;
            if let Some(url) = &wanted.url {
                check_reach(&portal, url)?;
            }
            actions::change(tx, &by, id, &wanted)?;
            Ok(Answer::see_other(at(id)).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = edit_page(&me, &app, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn read_again(me: Me, app: web::Data<App>, id: web::Path<KnowledgeId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = actions::keeper(tx)?;
            actions::read_again(tx, &by, id)?;
            let words = Flash::done("It is read again. What was read before is found meanwhile.");
            Ok(Answer::see_other(at(id)).with(words))
        })
        .await?
        .reply(&me.visit)
}

async fn ask_to_archive(me: Me, id: web::Path<KnowledgeId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            actions::keeper(tx)?;
            let document = documents::one(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Archive “{}”?", document.title),
                text: "It is no longer found or suggested. Quotations in lessons stay, and it can be brought back at any time."
                    .to_owned(),
                action: format!("{LIST}/{id}/archive"),
                verb: "Archive it",
                cancel: at(id),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<KnowledgeId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = actions::keeper(tx)?;
            actions::archive(tx, &by, id)?;
            Ok(Answer::see_other(LIST).with(Flash::done("Archived.")))
        })
        .await?
        .reply(&me.visit)
}

async fn restore(me: Me, app: web::Data<App>, id: web::Path<KnowledgeId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let by = actions::keeper(tx)?;
            actions::restore(tx, &by, id)?;
            Ok(Answer::see_other(at(id)).with(Flash::done("It is found again.")))
        })
        .await?
        .reply(&me.visit)
}
