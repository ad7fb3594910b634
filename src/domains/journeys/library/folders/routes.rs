//! `/journeys/library/folders`.

use actix_web::web;
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::library::actions as library;
use crate::domains::journeys::library::model::Folder;
use crate::domains::journeys::library::policy::KEEPERS;
use crate::domains::journeys::library::queries::folders;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::AssetFolderId;
use crate::kernel::validate::Check;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Wanted};
use super::pages::FoldersPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let keepers = Access::Roles(KEEPERS);
    vec![
        get("/journeys/library/folders", keepers, Rate::Standard, list),
        post("/journeys/library/folders", keepers, Rate::Medium, make),
        get(
            "/journeys/library/folders/{folder}",
            keepers,
            Rate::Standard,
            edit,
        ),
        post(
            "/journeys/library/folders/{folder}",
            keepers,
            Rate::Medium,
            change,
        ),
        get(
            "/journeys/library/folders/{folder}/removal",
            keepers,
            Rate::Standard,
            ask_to_remove,
        ),
        post(
            "/journeys/library/folders/{folder}/removal",
            keepers,
            Rate::Medium,
            remove,
        ),
    ]
}

/// A folder as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FolderForm {
    pub name: String,
    pub parent: String,
}

impl FolderForm {
    /// The form of a folder.
    pub fn of(folder: &Folder) -> Self {
        Self {
            name: folder.name.clone(),
            parent: folder.parent_id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    fn parse(&self) -> Result<Wanted, FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "Name", &self.name, 1, 80);
        let parent = check.optional("parent", "a place", &self.parent);
        check.finish(|| Wanted { name, parent })
    }
}

async fn page(
    me: &Me,
    id: Option<AssetFolderId>,
    typed: Option<(FolderForm, FieldErrors)>,
) -> Result<FoldersPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        FoldersPage::read(tx, shell, id, typed)
    })
    .await
}

async fn list(me: Me) -> Reply {
    let page = page(&me, None, None).await?;
    me.visit.page(&page)
}

async fn edit(me: Me, id: web::Path<AssetFolderId>) -> Reply {
    let page = page(&me, Some(*id), None).await?;
    me.visit.page(&page)
}

async fn make(me: Me, app: web::Data<App>, posted: Posted<FolderForm>) -> Reply {
    let (form, typed, id) = (posted.form.clone(), posted.form, AssetFolderId(posted.key.uuid()));
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            keeper.may_arrange()?;
            actions::make(tx, &keeper, id, &form.parse()?)?;
            Ok(Answer::see_other("/journeys/library/folders").with(Flash::done("The folder is there.")))
        })
        .await;
    came_back(&me, None, typed, outcome).await
}

async fn change(
    me: Me,
    app: web::Data<App>,
    id: web::Path<AssetFolderId>,
    posted: Posted<FolderForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            keeper.may_arrange()?;
            folders::held(tx, id)?;
            actions::change(tx, &keeper, id, &form.parse()?)?;
            Ok(Answer::see_other("/journeys/library/folders").with(Flash::done("Saved.")))
        })
        .await;
    came_back(&me, Some(id), typed, outcome).await
}

async fn came_back(
    me: &Me,
    id: Option<AssetFolderId>,
    typed: FolderForm,
    outcome: Result<Answer, AppError>,
) -> Reply {
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = page(me, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_remove(me: Me, id: web::Path<AssetFolderId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            library::keeper(tx)?.may_arrange()?;
            let folder = folders::held(tx, id)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove the folder “{}”?", folder.name),
                text: "Only an empty folder can be removed.".to_owned(),
                action: format!("/journeys/library/folders/{id}/removal"),
                verb: "Remove it",
                cancel: "/journeys/library/folders".to_owned(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove(me: Me, app: web::Data<App>, id: web::Path<AssetFolderId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let keeper = library::keeper(tx)?;
            actions::remove(tx, &keeper, id)?;
            let words = Flash::done("The folder is removed.");
            Ok(Answer::see_other("/journeys/library/folders").with(words))
        })
        .await?
        .reply(&me.visit)
}
