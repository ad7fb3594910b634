//! A worksheet on paper.

use askama::Template;

use crate::domains::journeys::learning::progress::queries as progress;
use crate::domains::journeys::worksheets::Filled;
use crate::domains::journeys::worksheets::pages::FilledView;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::{self, Opened};
use super::queries;

/// `/learn/{enrolment}/lessons/{lesson}/worksheet`
#[derive(Template)]
#[template(path = "journeys/worksheets/print.html")]
pub struct PaperPage {
    pub shell: Shell,
    pub journey: String,
    pub lesson: String,
    /// Whose it is.
    pub name: String,
    /// When it was handed in, or that it was not.
    pub said: String,
    pub back: String,
    pub filled: FilledView,
    /// Whether there is room to write on.
    pub is_open: bool,
}

impl PaperPage {
    /// A version of what the acting member handed in, or what they filled in so far.
    ///
    /// # Errors
    /// As [`actions::opened`]; [`AppError::NotFound`] where there is no worksheet, or no such version of it.
    pub fn read(
        tx: &mut TenantTx<'_>,
        (shell, me): (Shell, &Member),
        (enrolment, lesson): (EnrolmentId, NodeKey),
        number: Option<i16>,
    ) -> Result<Self, AppError> {
        let opened = actions::opened(tx, enrolment, lesson)?;
        let (filled, said) = match number {
            Some(number) => {
                let all = queries::submissions(tx, enrolment, lesson)?;
                let one = all.into_iter().find(|one| one.number == number);
                let one = one.ok_or(AppError::NotFound)?;
                let when = local_date_time(one.submitted_at, me.zone);
                let said = format!("Version {number}, handed in {when}");
                (
                    FilledView::kept(one.filled.as_ref()).ok_or(AppError::NotFound)?,
                    said,
                )
            }
            None => (so_far(tx, &opened)?, "Not handed in".to_owned()),
        };
        let cards = tenancy::member_cards(tx, &[me.member])?;
        let name = cards.get(&me.member).map(|card| card.name.clone());
        Ok(Self {
            journey: opened.working.enrolment().title.clone(),
            lesson: opened.node.title,
            name: name.unwrap_or_default(),
            back: format!("/learn/{enrolment}/lessons/{lesson}"),
            is_open: number.is_none(),
            said,
            filled,
            shell,
        })
    }
}

fn so_far(tx: &mut TenantTx<'_>, opened: &Opened) -> Result<FilledView, AppError> {
    let sheet = opened.content.worksheet().ok_or(AppError::NotFound)?;
    let (enrolment, lesson) = (opened.working.enrolment().id, opened.node.key);
    let draft = progress::progress(tx, enrolment, lesson)?.and_then(|kept| kept.draft);
    Ok(FilledView::of(&Filled {
        title: sheet.title.clone(),
        fields: sheet.fields.clone(),
        given: actions::given(draft.as_ref()).unwrap_or_default(),
    }))
}
