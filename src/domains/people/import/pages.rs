//! What the pages about imports print.

use askama::{DynTemplate, Template};

use crate::domains::people::fields::model::CustomField;
use crate::domains::people::fields::queries as fields;
use crate::domains::people::model::Stage;
use crate::domains::people::record::forms::BASES;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::ImportId;
use crate::kernel::text::grouped;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, JobState, Status};
use crate::platform::web::{Choice, Shell};

use super::actions;
use super::forms::{MappingForm, RowsQuery};
use super::mapping;
use super::model::{Import, ImportState, ImportSummary};
use super::preview::PreviewPage;
use super::queries;
use super::workbook;

/// Imports listed.
const LISTED: i64 = 30;

/// One import in the list.
pub struct ImportLine {
    pub id: ImportId,
    pub file_name: String,
    pub by: String,
    pub when: String,
    pub rows: String,
    pub state: &'static str,
    pub tone: &'static str,
}

/// `/imports`
#[derive(Template)]
#[template(path = "people/import/list.html")]
pub struct ImportsPage {
    pub shell: Shell,
    pub imports: Vec<ImportLine>,
    pub errors: FieldErrors,
}

impl ImportsPage {
    /// The list with the form for a new one.
    ///
    /// # Errors
    /// [`AppError::Denied`] for others than admins.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        actions::expect_importer(tx)?;
        let imports = queries::newest(tx, LISTED)?;
        let people: Vec<_> = imports.iter().map(|import| import.made_by).collect();
        let cards = tenancy::member_cards(tx, &people)?;
        let line = |import: ImportSummary| ImportLine {
            id: import.id,
            by: cards
                .get(&import.made_by)
                .map(|card| card.name.clone())
                .unwrap_or_default(),
            when: local_date_time(import.made_at, me.zone),
            rows: rows_in_words(i64::from(import.total)),
            state: import.state.label(),
            tone: match import.state {
                ImportState::Done => "positive",
                ImportState::Checked | ImportState::Stopped => "warning",
                state if state.is_working() => "accent",
                _ => "",
            },
            file_name: import.file_name,
        };
        Ok(Self {
            shell,
            imports: imports.into_iter().map(line).collect(),
            errors,
        })
    }
}

/// `1 row`, `12 rows`
fn rows_in_words(count: i64) -> String {
    match count {
        1 => "1 row".to_owned(),
        many => format!("{} rows", grouped(many)),
    }
}

/// A column and what it may be.
pub struct ColumnLine {
    pub at: usize,
    pub name: String,
    pub sample: String,
    pub choices: Vec<Choice>,
    pub error: String,
}

/// Where the columns' meanings are chosen.
#[derive(Template)]
#[template(path = "people/import/mapping.html")]
pub struct MappingPage {
    pub shell: Shell,
    pub id: ImportId,
    pub file_name: String,
    pub written: String,
    pub columns: Vec<ColumnLine>,
    pub stages: Vec<Choice>,
    pub bases: Vec<Choice>,
    pub form: MappingForm,
    pub errors: FieldErrors,
}

impl MappingPage {
    fn new(
        shell: Shell,
        import: &Import,
        fields: &[CustomField],
        form: MappingForm,
        errors: FieldErrors,
    ) -> Self {
        let offered = mapping::offered(fields);
        let sample = import.first_rows();
        let column = |(at, name): (usize, &String)| {
            let chosen = form.columns.get(at).map(String::as_str).unwrap_or_default();
            ColumnLine {
                at,
                name: name.clone(),
                sample: sample
                    .iter()
                    .filter_map(|row| row.get(at))
                    .filter(|cell| !cell.is_empty())
                    .take(3)
                    .map(|cell| cell.chars().take(40).collect::<String>())
                    .collect::<Vec<_>>()
                    .join(" · "),
                choices: offered
                    .iter()
                    .map(|(word, label)| Choice::new(word.clone(), label.clone(), word == chosen))
                    .collect(),
                error: errors.of(&format!("columns-{at}")).to_owned(),
            }
        };
        let between = match import.delimiter.as_str() {
            "," => "commas",
            ";" => "semicolons",
            "\t" => "tabs",
            "|" => "bars",
            _ => "its own mark",
        };
        Self {
            shell,
            id: import.id,
            file_name: import.file_name.clone(),
            written: match import.encoding.as_str() {
                workbook::ENCODING => {
                    format!("{} of an Excel workbook.", rows_in_words(i64::from(import.total)))
                }
                encoding => format!(
                    "{}, written as {encoding} with {between} between the cells.",
                    rows_in_words(i64::from(import.total))
                ),
            },
            columns: import.header.iter().enumerate().map(column).collect(),
            stages: Stage::ALL
                .iter()
                .map(|stage| Choice::new(stage.as_str(), stage.label(), form.stage == stage.as_str()))
                .collect(),
            bases: BASES
                .iter()
                .map(|(word, words)| Choice::new(*word, *words, form.legal_basis == *word))
                .collect(),
            form,
            errors,
        }
    }
}

/// What is shown while a job works on an import, or after it failed.
#[derive(Template)]
#[template(path = "people/import/working.html")]
pub struct WorkingPage {
    pub shell: Shell,
    pub id: ImportId,
    pub file_name: String,
    pub doing: &'static str,
    pub done: i32,
    pub total: i32,
    pub words: String,
    pub can_stop: bool,
    pub is_stopping: bool,
    pub has_failed: bool,
    /// Where a failed one is tried again.
    pub again: String,
}

impl WorkingPage {
    fn new(shell: Shell, import: &Import, job: Option<Status>) -> Self {
        let (doing, again) = match import.state {
            ImportState::Checking => ("Comparing the file with who is known", String::new()),
            ImportState::Undoing => ("Taking the import back", format!("/imports/{}/undo", import.id)),
            _ => ("Importing", format!("/imports/{}/application", import.id)),
        };
        let job = job.as_ref();
        let (done, total) = job.map_or((0, 0), |job| (job.progress_done, job.progress_total.unwrap_or(0)));
        Self {
            shell,
            id: import.id,
            file_name: import.file_name.clone(),
            doing,
            done,
            total: total.max(1),
            words: match (total, done) {
                (0, _) => "Waiting for its turn".to_owned(),
                (total, done) if done >= total => "Finishing".to_owned(),
                (total, done) => format!(
                    "{} of {}",
                    grouped(i64::from(done)),
                    rows_in_words(i64::from(total))
                ),
            },
            can_stop: import.state != ImportState::Undoing,
            is_stopping: job.is_some_and(|job| job.cancel_requested),
            has_failed: job.is_none_or(|job| matches!(job.state, JobState::Discarded | JobState::Cancelled)),
            again,
        }
    }
}

/// The page of an import, whatever its state.
pub enum ImportView {
    Mapping(Box<MappingPage>),
    Working(Box<WorkingPage>),
    Preview(Box<PreviewPage>),
}

impl ImportView {
    /// The page for where an import is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] as [`actions::own`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        id: ImportId,
        query: &RowsQuery,
    ) -> Result<Self, AppError> {
        let import = actions::own(tx, id)?;
        if import.state == ImportState::Uploaded && import.file_gone_at.is_none() {
            return Self::mapping(tx, shell, id, None, FieldErrors::default());
        }
        if !import.state.is_working() {
            let page = PreviewPage::read(tx, shell, me, &import, query)?;
            return Ok(Self::Preview(Box::new(page)));
        }
        let job = match import.job_id.map(|job| jobs::status(tx, job)) {
            Some(Ok(job)) => Some(job),
            None | Some(Err(AppError::NotFound)) => None,
            Some(Err(error)) => return Err(error),
        };
        Ok(Self::Working(Box::new(WorkingPage::new(shell, &import, job))))
    }

    /// The form of the columns: with what was typed when it comes back, else with what was chosen before.
    ///
    /// # Errors
    /// As [`ImportView::read`].
    pub fn mapping(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: ImportId,
        typed: Option<MappingForm>,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let import = actions::own(tx, id)?;
        let own = fields::fields(tx)?;
        let form = typed.unwrap_or_else(|| import.chosen().as_ref().map(MappingForm::of).unwrap_or_default());
        Ok(Self::Mapping(Box::new(MappingPage::new(
            shell, &import, &own, form, errors,
        ))))
    }

    /// What is drawn.
    pub fn template(&self) -> &dyn DynTemplate {
        match self {
            Self::Mapping(page) => page.as_ref(),
            Self::Working(page) => page.as_ref(),
            Self::Preview(page) => page.as_ref(),
        }
    }
}
