//! What people filled into the worksheet of the sample journey.

use serde_json::Value;
use uuid::Uuid;

use crate::domains::journeys::building;
use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::building::model::LessonKind;
use crate::domains::journeys::worksheets::{Field, Filled, Given, Worksheet};
use crate::kernel::error::AppError;
use crate::kernel::ids::{Id as _, JourneyVersionId};
use crate::platform::db::TenantTx;

/// Answers by what is asked; several where several are chosen.
const ANSWERS: &[(&str, &[&str])] = &[
    (
        "Who is it about?",
        &["Dana, order picker, warehouse, eleven years"],
    ),
    ("When did it happen?", &["2026-11-12"]),
    (
        "What happened?",
        &[
            "On 12 November at 10:21 Dana came back from her break, six minutes late. She had told her lead at 10:05 that her daughter's school had called.\n\nOn 13 November she was suspended for one day for “repeated lateness”. Her file shows no lateness. Two people of the same shift came back later in the same week; nothing followed.",
        ],
    ),
    (
        "What does it go against?",
        &["An article of the agreement", "Others are treated otherwise"],
    ),
    (
        "In which words?",
        &["Article 14.2 (discipline for just cause, in steps), and any other relevant article."],
    ),
    (
        "What would make it whole?",
        &[
            "The suspension is taken back, the day is paid, the letter is taken out of her file, and she is made whole in every way.",
        ],
    ),
    (
        "What will the employer answer?",
        &["That late is late. I ask then what happened to the others that week."],
    ),
    (
        "Which proof do you still need, and from whom?",
        &["The clock of that week from the employer, and two lines from her lead about the call."],
    ),
    ("In how many days does the next time limit end?", &["7"]),
    (
        "How sure are you that it is a grievance?",
        &["I think so, and want to hear what my coach says"],
    ),
];

/// What was filled into the worksheet of each lesson of a version that asks with one.
pub struct Answers {
    pub lessons: Vec<Uuid>,
    /// The answers as text, as whoever reviews them reads them where no worksheet is drawn.
    pub texts: Vec<String>,
    pub filled: Vec<Value>,
}

/// Answers for the worksheets of a version.
///
/// # Errors
/// When the database refuses.
pub fn answers(tx: &mut TenantTx<'_>, version: Uuid) -> Result<Answers, AppError> {
    let mut all = Answers {
        lessons: Vec::new(),
        texts: Vec::new(),
        filled: Vec::new(),
    };
    for node in building::nodes(tx, JourneyVersionId::from_uuid(version))? {
        let content = Content::of(&node)?;
        let sheet = content.as_ref().and_then(Content::worksheet);
        if let (Some(sheet), Some(LessonKind::Assignment)) = (sheet, node.kind) {
            let filled = filled(sheet);
            all.lessons.push(node.key.0);
            all.texts.push(filled.text());
            all.filled
                .push(serde_json::to_value(&filled).map_err(|cause| AppError::Unexpected(cause.into()))?);
        }
    }
    Ok(all)
}

fn filled(sheet: &Worksheet) -> Filled {
    let given: Given = sheet
        .fields
        .iter()
        .filter_map(|field| Some((field.key, values(field)?)))
        .collect();
    Filled {
        title: sheet.title.clone(),
        fields: sheet.fields.clone(),
        given,
    }
}

fn values(field: &Field) -> Option<Vec<String>> {
    let (_, answers) = ANSWERS.iter().find(|(asked, _)| *asked == field.label)?;
    Some(match field.kind.has_options() {
        false => answers.iter().map(|answer| (*answer).to_owned()).collect(),
        true => field
            .options
            .iter()
            .filter(|option| answers.contains(&option.text.as_str()))
            .map(|option| option.key.to_string())
            .collect(),
    })
}
