//! Publishing as builders see it.

use askama::Template;
use chrono_tz::Tz;

use crate::domains::journeys::building::lesson::forms::local;
use crate::domains::journeys::building::model::Journey;
use crate::domains::journeys::building::outline::Outline;
use crate::domains::journeys::building::queries;
use crate::domains::journeys::building::tree::sum;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::JourneyId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::{self, Checked};
use super::forms::PublishForm;
use super::versions::{self, ChangeLine, change_lines};

/// A finding as people read it.
pub struct FindingLine {
    pub is_error: bool,
    /// What it is about; empty for the whole journey.
    pub title: String,
    pub href: String,
    pub said: String,
}

/// `/journeys/{journey}/publication`
#[derive(Template)]
#[template(path = "journeys/publishing/publication.html")]
pub struct PublicationPage {
    pub shell: Shell,
    pub id: JourneyId,
    pub title: String,
    /// The number it would get.
    pub next: i32,
    pub sum: String,
    pub findings: Vec<FindingLine>,
    pub is_ready: bool,
    /// Whether there is a version to compare it with.
    pub has_before: bool,
    pub changes: Vec<ChangeLine>,
    pub planned: String,
    /// Whether the time it was planned for has passed.
    pub is_overdue: bool,
    pub earliest: String,
    pub form: PublishForm,
    pub errors: FieldErrors,
}

impl PublicationPage {
    /// What publishing would do, and what is in the way.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        journey: &Journey,
        zone: Tz,
        typed: Option<(PublishForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let draft = queries::draft(tx, journey.id)?;
        let checked = actions::check(tx, &draft)?;
        let newest = queries::published(tx, journey.id, None, 1)?.into_iter().next();
        let now = tx.now();
        let form = PublishForm {
            note: draft.note.clone(),
            at: draft.publish_at.map(|at| local(at, zone)).unwrap_or_default(),
            then: String::new(),
        };
        let changes = match &newest {
            Some(newest) => versions::between(tx, newest.clone(), draft.clone(), zone)?,
            None => Vec::new(),
        };
        let (form, errors) = typed.unwrap_or((form, FieldErrors::default()));
        Ok(Self {
            shell,
            id: journey.id,
            title: draft.title,
            next: newest
                .as_ref()
                .and_then(|version| version.number)
                .unwrap_or_default()
                + 1,
            sum: sum_of(&checked.outline),
            findings: finding_lines(&checked, journey.id),
            is_ready: checked.is_ready(),
            has_before: newest.is_some(),
            changes: change_lines(changes),
            planned: draft
                .publish_at
                .map(|at| local_date_time(at, zone))
                .unwrap_or_default(),
            is_overdue: draft.publish_at.is_some_and(|at| at <= now),
            earliest: local(now, zone),
            form,
            errors,
        })
    }
}

fn sum_of(outline: &Outline) -> String {
    let lessons: Vec<_> = outline.lessons().cloned().collect();
    sum(&lessons)
}

fn finding_lines(checked: &Checked, journey: JourneyId) -> Vec<FindingLine> {
    let line = |finding: &super::lint::Finding| {
        let node = finding.node.and_then(|node| checked.outline.node(node));
        FindingLine {
            is_error: finding.is_error(),
            title: node.map(|node| node.title.clone()).unwrap_or_default(),
            href: match node {
                Some(node) => format!("/journeys/{journey}/nodes/{}", node.key),
                None => format!("/journeys/{journey}/build"),
            },
            said: finding.said.clone(),
        }
    };
    checked.findings.iter().map(line).collect()
}
