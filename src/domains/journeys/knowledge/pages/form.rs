//! The form of a document.

use askama::Template;

use crate::domains::journeys::knowledge::actions;
use crate::domains::journeys::knowledge::forms::KnowledgeForm;
use crate::domains::journeys::knowledge::model::{KnowledgeKind, LANGUAGES};
use crate::domains::journeys::knowledge::queries::documents;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::KnowledgeId;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};
use crate::providers::pdf;

/// `/journeys/knowledge/new` and `/journeys/knowledge/{document}/edit`
#[derive(Template)]
#[template(path = "journeys/knowledge/form.html")]
pub struct FormPage {
    pub shell: Shell,
    /// The document that is changed; none for a new one.
    pub id: Option<KnowledgeId>,
    pub kind: KnowledgeKind,
    pub title: String,
    pub form: KnowledgeForm,
    pub errors: FieldErrors,
    pub languages: Vec<Choice>,
    /// Most pages of a PDF.
    pub pages: usize,
    /// Largest PDF, in MB.
    pub megabytes: usize,
}

impl FormPage {
    /// The form for a new document.
    ///
    /// # Errors
    /// As [`actions::keeper`].
    pub fn new(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        (form, errors): (KnowledgeForm, FieldErrors),
        largest: usize,
    ) -> Result<Self, AppError> {
        actions::keeper(tx)?;
        let title = match form.kind() {
            KnowledgeKind::Page => "New page",
            KnowledgeKind::Pdf => "Add a PDF",
            KnowledgeKind::Link => "Add a link",
        };
        Ok(Self::with(
            shell,
            (None, form.kind(), title.to_owned()),
            (form, errors),
            largest,
        ))
    }

    /// The form of a document.
    ///
    /// # Errors
    /// As [`actions::keeper`]; [`AppError::NotFound`].
    pub fn of(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: KnowledgeId,
        typed: Option<(KnowledgeForm, FieldErrors)>,
        largest: usize,
    ) -> Result<Self, AppError> {
        actions::keeper(tx)?;
        let document = documents::one(tx, id)?;
        let (form, errors) = match typed {
            // Who saw that somebody else changed it may put theirs on top.
            Some((form, errors)) => (
                KnowledgeForm {
                    revision: document.revision.to_string(),
                    ..form
                },
                errors,
            ),
            None => (KnowledgeForm::of(&document), FieldErrors::default()),
        };
        let about = (Some(id), document.kind, document.title);
        Ok(Self::with(shell, about, (form, errors), largest))
    }

    fn with(
        shell: Shell,
        (id, kind, title): (Option<KnowledgeId>, KnowledgeKind, String),
        (form, errors): (KnowledgeForm, FieldErrors),
        largest: usize,
    ) -> Self {
        let language = |(code, name): &(&str, &str)| Choice::new(*code, *name, form.language == *code);
        let most = usize::try_from(pdf::LARGEST).unwrap_or(largest);
        Self {
            shell,
            id,
            kind,
            title,
            languages: LANGUAGES.iter().map(language).collect(),
            form,
            errors,
            pages: pdf::MOST_PAGES,
            megabytes: largest.min(most) / (1024 * 1024),
        }
    }
}
