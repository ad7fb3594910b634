//! The form of an asset.

use askama::Template;

use crate::app::App;
use crate::domains::journeys::library::actions;
use crate::domains::journeys::library::forms::AssetForm;
use crate::domains::journeys::library::model::{AssetKind, Media};
use crate::domains::journeys::library::policy::Keeper;
use crate::domains::journeys::library::queries::{assets, folders, media};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::{Teams, folder_choices};

/// `/journeys/library/new` and `/journeys/library/assets/{asset}/edit`
#[derive(Template)]
#[template(path = "journeys/library/form.html")]
pub struct FormPage {
    pub shell: Shell,
    /// The asset that is changed; none for a new one.
    pub id: Option<AssetId>,
    pub kind: AssetKind,
    pub title: String,
    pub form: AssetForm,
    pub errors: FieldErrors,
    pub folders: Vec<Choice>,
    pub teams: Vec<Choice>,
    /// Whether its file is a picture, which is described.
    pub is_picture: bool,
    /// Whether a published journey shows it, which can be told to show what is saved at once.
    pub is_published: bool,
    /// Largest file and largest video, in MB.
    pub limits: (usize, usize),
}

impl FormPage {
    /// The form for a new asset.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who does not work in the library.
    pub fn new(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        (form, errors): (AssetForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let keeper = actions::keeper(tx)?;
        let kind = form.kind();
        let title = match kind {
            AssetKind::Page => "New page",
            AssetKind::Link => "New link",
            AssetKind::Quiz => "New quiz",
            AssetKind::Worksheet => "New worksheet",
            _ => "Upload a file",
        };
        Self::read(
            tx,
            shell,
            app,
            &keeper,
            (None, kind, title.to_owned(), false),
            (form, errors),
        )
    }

    /// The form of an asset.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Denied`] for who may not change it.
    pub fn of(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        id: AssetId,
        typed: Option<(AssetForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let keeper = actions::keeper(tx)?;
        let asset = assets::seen(tx, &keeper, id)?;
        keeper.may_write(asset.team_id)?;
        let version = assets::version(tx, id, asset.version)?;
        let file = match version.media_id {
            Some(file) => Some(media::one(tx, file)?),
            None => None,
        };
        let is_picture = file.as_ref().is_some_and(Media::is_picture);
        let (form, errors) = match typed {
            // Who saw that somebody else saved a version may put theirs on top.
            Some((form, errors)) => (
                AssetForm {
                    version: asset.version.to_string(),
                    ..form
                },
                errors,
            ),
            None => (
                AssetForm::of(&asset, &version, file.as_ref()),
                FieldErrors::default(),
            ),
        };
        let about = (Some(id), asset.kind, asset.title.clone(), is_picture);
        Self::read(tx, shell, app, &keeper, about, (form, errors))
    }

    fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        app: &App,
        keeper: &Keeper,
        (id, kind, title, is_picture): (Option<AssetId>, AssetKind, String, bool),
        (form, errors): (AssetForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let (all, teams) = (folders::all(tx)?, Teams::read(tx, keeper)?);
        let megabytes = |bytes: usize| bytes / (1024 * 1024);
        let is_published = match id {
            Some(id) => assets::uses(tx, id)?.iter().any(|one| one.number.is_some()),
            None => false,
        };
        Ok(Self {
            is_published,
            shell,
            id,
            kind,
            title,
            folders: folder_choices(&all, &form.folder),
            teams: teams.choices(keeper, &form.team),
            form,
            errors,
            is_picture,
            limits: (
                megabytes(app.config.web.upload_limit),
                megabytes(app.config.web.media_limit),
            ),
        })
    }
}
