//! The knowledge base of the sample data: three pages worth citing, which were written for Waymark.

use crate::demo::plan::{Person, Plan};
use crate::domains::journeys::knowledge::actions;
use crate::domains::journeys::knowledge::model::{Described, KnowledgeKind};
use crate::domains::journeys::knowledge::policy;
use crate::domains::journeys::knowledge::queries::documents::Content;
use crate::kernel::error::AppError;
use crate::kernel::ids::KnowledgeId;
use crate::platform::db::TenantTx;

use super::Written;

/// Title, tag, text.
const PAGES: &[(&str, &str, &str)] = &[
    (
        "Coming back after a pause",
        "motivation",
        include_str!("../library/coming-back.md"),
    ),
    (
        "When a quiz does not work out",
        "quizzes",
        include_str!("../library/quiz-again.md"),
    ),
    (
        "Feedback that can be used",
        "feedback",
        include_str!("../library/feedback.md"),
    ),
];

/// Writes it, in the name of whoever coaches there; nothing where the sample has no library.
///
/// # Errors
/// When the plan contradicts itself, or the database refuses.
pub fn write(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written, is_wanted: bool) -> Result<(), AppError> {
    let coaches = |person: &&Person| person.roles.iter().any(|role| role.as_str() == "coach");
    let Some(author) = plan.people.iter().find(coaches).filter(|_| is_wanted) else {
        return Ok(());
    };
    let by = policy::on_behalf_of(written.member(&author.key)?);
    for (title, tag, text) in PAGES {
        let id: KnowledgeId = tx.new_id();
        let described = Described {
            title: (*title).to_owned(),
            language: "en".to_owned(),
            tags: vec![(*tag).to_owned()],
        };
        let content = Content {
            body: text.trim().to_owned(),
            ..Content::default()
        };
        actions::add(tx, &by, (id, KnowledgeKind::Page), &described, &content)?;
    }
    Ok(())
}
