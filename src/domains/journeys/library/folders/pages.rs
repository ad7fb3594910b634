//! Folders as people see them.

use askama::Template;

use crate::domains::journeys::library::actions;
use crate::domains::journeys::library::model::Folder;
use crate::domains::journeys::library::queries::folders;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::AssetFolderId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::in_order;
use super::routes::FolderForm;

/// A folder in the list.
pub struct FolderLine {
    pub id: AssetFolderId,
    pub name: String,
    pub is_inner: bool,
}

/// `/journeys/library/folders` and `/journeys/library/folders/{folder}`
#[derive(Template)]
#[template(path = "journeys/library/folders.html")]
pub struct FoldersPage {
    pub shell: Shell,
    /// The folder that is changed; none for the list with a new one.
    pub id: Option<AssetFolderId>,
    pub title: String,
    pub lines: Vec<FolderLine>,
    pub form: FolderForm,
    pub parents: Vec<Choice>,
    pub errors: FieldErrors,
}

impl FoldersPage {
    /// All folders, with what was typed about a new one or about the one that is changed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Denied`] for team leaders.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: Option<AssetFolderId>,
        typed: Option<(FolderForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        actions::keeper(tx)?.may_arrange()?;
        let all = folders::all(tx)?;
        let known = all.iter().find(|one| Some(one.id) == id);
        if id.is_some() && known.is_none() {
            return Err(AppError::NotFound);
        }
        let stored = || {
            (
                known.map(FolderForm::of).unwrap_or_default(),
                FieldErrors::default(),
            )
        };
        let (form, errors) = typed.unwrap_or_else(stored);
        let line = |(folder, _): (Folder, String)| FolderLine {
            id: folder.id,
            is_inner: folder.parent_id.is_some(),
            name: folder.name,
        };
        Ok(Self {
            shell,
            id,
            title: known.map(|one| one.name.clone()).unwrap_or_default(),
            lines: in_order(&all).into_iter().map(line).collect(),
            parents: parents(&all, id, &form.parent),
            form,
            errors,
        })
    }
}

/// Where a folder may be: at the top, or in another one that is.
fn parents(all: &[Folder], id: Option<AssetFolderId>, chosen: &str) -> Vec<Choice> {
    let top = Choice::new("", "At the top", chosen.is_empty());
    let others = all
        .iter()
        .filter(|one| one.parent_id.is_none() && Some(one.id) != id)
        .map(|one| {
            Choice::new(
                one.id.to_string(),
                format!("In {}", one.name),
                one.id.to_string() == chosen,
            )
        });
    std::iter::once(top).chain(others).collect()
}
