//! What the pages about changes of many print.

use askama::Template;

use crate::domains::people::members::queries as members;
use crate::domains::people::model::AssignmentKind;
use crate::domains::people::policy;
use crate::domains::people::record::queries as records;
use crate::domains::people::stewards::queries::{self as stewards, Candidate};
use crate::domains::tenancy;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{BulkId, MemberId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::{BulkForm, HandoverForm};
use super::model::{Bulk, BulkKind, Doing, MOST, MOST_EXPORTED};
use super::{actions, export, queries};

/// Names shown of those it would reach.
const NAMED: i64 = 10;
/// Changes listed.
const LISTED: i64 = 50;

/// `/bulk/new`: what is about to be done, and with how many.
#[derive(Template)]
#[template(path = "people/bulk/ask.html")]
pub struct AskPage {
    pub shell: Shell,
    pub title: String,
    pub names: String,
    pub verb: String,
    pub back: String,
    pub doing: Doing,
    pub known_tags: Vec<String>,
    pub candidates: Vec<Candidate>,
    pub kinds: Vec<Choice>,
    pub today: String,
    pub form: BulkForm,
    pub too_many: String,
    pub errors: FieldErrors,
}

impl AskPage {
    /// The question, with the count and the first names.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when nothing known is asked for; what the policy of the change refuses.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        form: BulkForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let doing = form.doing().ok_or(AppError::NotFound)?;
        let listing = match doing {
            Doing::Tag => policy::may_tag(tx.actor())?.listing(),
            Doing::Assign => {
                policy::may_arrange(tx.actor())?;
                policy::may_list(tx.actor())?
            }
            Doing::Export => export::expect_exporter(tx)?.listing(),
        };
        let today = tx.now().with_timezone(&me.zone).date_naive();
        let selection = form.selection()?;
        let filter = selection.exactly()?;
        let count = members::count(tx, listing, &filter, today)?;
        let first = members::page(tx, listing, &filter, today, NAMED)?;
        let people = people_in_words(count);
        let most = if doing == Doing::Export {
            MOST_EXPORTED
        } else {
            MOST
        };
        Ok(Self {
            shell,
            title: match doing {
                Doing::Tag => format!("Tag {people}"),
                Doing::Assign => format!("Give {people} to a steward"),
                Doing::Export => format!("Export {people}"),
            },
            names: named(
                &first.iter().map(|one| one.name.clone()).collect::<Vec<_>>(),
                count,
            ),
            verb: match doing {
                Doing::Tag => format!("Tag {people}"),
                Doing::Assign => format!("Give {people}"),
                Doing::Export => format!("Export {people}"),
            },
            back: selection.address("/members", ""),
            known_tags: match doing {
                Doing::Tag => records::all_tags(tx)?,
                _ => Vec::new(),
            },
            candidates: match doing {
                Doing::Assign => stewards::candidates(tx)?,
                _ => Vec::new(),
            },
            kinds: AssignmentKind::ALL
                .iter()
                .map(|kind| Choice::new(kind.as_str(), kind.label(), form.kind == kind.as_str()))
                .collect(),
            today: today.to_string(),
            too_many: match count {
                0 => "Nobody is selected any more.".to_owned(),
                many if many > most => format!("That is more than {most} at once. Filter further."),
                _ => String::new(),
            },
            doing,
            form,
            errors,
        })
    }
}

/// `1 person`, `12 people`
fn people_in_words(count: i64) -> String {
    match count {
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    }
}

fn named(names: &[String], count: i64) -> String {
    let shown = i64::try_from(names.len()).unwrap_or(i64::MAX);
    let names = names.join(", ");
    match count - shown {
        more if more > 0 => format!("{names} and {more} more"),
        _ => names,
    }
}

/// A change in the list, or on its page.
pub struct BulkLine {
    pub id: BulkId,
    pub words: String,
    pub by: String,
    pub when: String,
    pub reached: String,
    pub is_undone: bool,
    pub undo_until: String,
}

fn line(
    bulk: &Bulk,
    (words, by): (String, String),
    me: &Member,
    now: chrono::DateTime<chrono::Utc>,
) -> BulkLine {
    let what = words;
    let noun = match bulk.kind {
        BulkKind::Reassign => ("assignment", "assignments"),
        _ => ("person", "people"),
    };
    let words = |count: i32| match count {
        1 => format!("1 {}", noun.0),
        many => format!("{many} {}", noun.1),
    };
    let why = match bulk.kind {
        BulkKind::Tag => "had the tag already",
        BulkKind::Assign => "had a steward on those dates already",
        BulkKind::Reassign => "stayed",
    };
    BulkLine {
        id: bulk.id,
        by,
        when: local_date_time(bulk.made_at, me.zone),
        reached: match bulk.skipped {
            0 => format!("{}.", words(bulk.affected)),
            skipped => format!("{}; {} {why}.", words(bulk.affected), words(skipped)),
        },
        is_undone: bulk.undone_at.is_some(),
        undo_until: bulk
            .undoable_until(now)
            .map(|until| local_date_time(until, me.zone))
            .unwrap_or_default(),
        words: what,
    }
}

/// `/bulk`
#[derive(Template)]
#[template(path = "people/bulk/list.html")]
pub struct BulkListPage {
    pub shell: Shell,
    pub changes: Vec<BulkLine>,
}

impl BulkListPage {
    /// The changes of the acting member; for admins everybody's.
    ///
    /// # Errors
    /// [`AppError::Denied`] for who neither administers nor looks after people.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member) -> Result<Self, AppError> {
        policy::may_list(tx.actor())?;
        let of = (!me.roles.has(Role::Admin)).then_some(me.member);
        let changes = queries::newest(tx, of, LISTED)?;
        let makers: Vec<MemberId> = changes.iter().map(|change| change.made_by).collect();
        let cards = tenancy::member_cards(tx, &makers)?;
        let now = tx.now();
        let mut lines = Vec::with_capacity(changes.len());
        for change in &changes {
            let by = cards
                .get(&change.made_by)
                .map(|card| card.name.clone())
                .unwrap_or_default();
            let words = actions::in_words(tx, change)?;
            lines.push(line(change, (words, by), me, now));
        }
        Ok(Self {
            shell,
            changes: lines,
        })
    }
}

/// `/bulk/{bulk}`
#[derive(Template)]
#[template(path = "people/bulk/show.html")]
pub struct BulkPage {
    pub shell: Shell,
    pub change: BulkLine,
}

impl BulkPage {
    /// One change.
    ///
    /// # Errors
    /// [`AppError::NotFound`] as [`actions::own`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member, id: BulkId) -> Result<Self, AppError> {
        let bulk = actions::own(tx, id)?;
        let by = tenancy::member_cards(tx, &[bulk.made_by])?
            .remove(&bulk.made_by)
            .map(|card| card.name)
            .unwrap_or_default();
        let (now, words) = (tx.now(), actions::in_words(tx, &bulk)?);
        Ok(Self {
            shell,
            change: line(&bulk, (words, by), me, now),
        })
    }
}

/// `/stewards/{member}/handover`
#[derive(Template)]
#[template(path = "people/bulk/handover.html")]
pub struct HandoverPage {
    pub shell: Shell,
    pub steward: MemberId,
    pub name: String,
    pub count: i64,
    pub candidates: Vec<Candidate>,
    pub form: HandoverForm,
    pub errors: FieldErrors,
}

impl HandoverPage {
    /// The form for handing over what a steward looks after.
    ///
    /// # Errors
    /// As [`actions::expect_handover`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        steward: MemberId,
        form: HandoverForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let name = actions::expect_handover(tx, steward)?;
        let now = tx.now();
        Ok(Self {
            shell,
            name,
            count: queries::to_hand_over(tx, steward, now)?,
            candidates: stewards::candidates(tx)?
                .into_iter()
                .filter(|candidate| candidate.id != steward)
                .collect(),
            steward,
            form,
            errors,
        })
    }
}
