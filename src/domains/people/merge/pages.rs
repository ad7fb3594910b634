//! What the pages about merging print.

use askama::Template;
use serde_json::Value;

use crate::domains::people::record::pages::in_words;
use crate::domains::people::record::{forms::BASES, queries as records, seen};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, MergeId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::model::{Field, KEPT};
use super::{actions, queries};

/// A field on which two records may differ.
pub struct FieldLine {
    pub word: &'static str,
    pub label: &'static str,
    pub kept: String,
    pub other: String,
    /// Whether one can choose.
    pub can_choose: bool,
    /// Whether the other's is taken when nobody chooses: where this record says nothing.
    pub takes: bool,
}

/// A merge that can be parted.
pub struct MergeLine {
    pub id: MergeId,
    pub name: String,
    pub when: String,
    pub until: String,
}

/// `/people/{member}/merge`
#[derive(Template)]
#[template(path = "people/merge/ask.html")]
pub struct MergePage {
    pub shell: Shell,
    pub card: MemberCard,
    /// What was asked for.
    pub asked: String,
    pub other: Option<MemberCard>,
    pub fields: Vec<FieldLine>,
    pub moves: Vec<String>,
    pub merges: Vec<MergeLine>,
    pub errors: FieldErrors,
}

impl MergePage {
    /// The question, and once another record is named what would come of it.
    ///
    /// # Errors
    /// As [`actions::kept`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        member: MemberId,
        asked: String,
    ) -> Result<Self, AppError> {
        let (person, _) = actions::kept(tx, member)?;
        let mut page = Self {
            shell,
            card: person.card.clone(),
            merges: merges(tx, me, member)?,
            asked,
            other: None,
            fields: Vec::new(),
            moves: Vec::new(),
            errors: FieldErrors::default(),
        };
        if page.asked.trim().is_empty() {
            return Ok(page);
        }
        let other = match actions::given_up(tx, &person, &page.asked) {
            Ok(other) => other,
            Err(AppError::Invalid(errors)) => {
                page.errors = errors;
                return Ok(page);
            }
            Err(error) => return Err(error),
        };
        let seeing = seen(tx, &person)?;
        let kept = words(&person.card.name, &records::place(tx, &seeing)?);
        let theirs_seeing = seen(tx, &other)?;
        let theirs = words(&other.card.name, &records::place(tx, &theirs_seeing)?);
        page.fields = Field::ALL
            .into_iter()
            .zip(kept.into_iter().zip(theirs))
            .map(|(field, (kept, other))| FieldLine {
                word: field.as_str(),
                label: field.label(),
                can_choose: kept != other && !other.is_empty() && !actions::is_own(field, &person),
                takes: kept.is_empty() && !other.is_empty(),
                kept,
                other,
            })
            .collect();
        page.moves = moves(&queries::counts(tx, other.card.id)?);
        page.other = Some(other.card);
        Ok(page)
    }
}

/// What a record says in each field, in words.
fn words(name: &str, place: &records::Place) -> [String; 7] {
    let basis = BASES
        .iter()
        .find(|(word, _)| *word == place.legal_basis)
        .map_or("", |(_, words)| *words);
    [
        name.to_owned(),
        place.email.clone().unwrap_or_default(),
        [place.worksite.as_deref(), place.department.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        place.shift.clone().unwrap_or_default(),
        place.stage.label().to_owned(),
        place.joined_on.map(in_words).unwrap_or_default(),
        match place.basis_noted_on {
            Some(day) => format!("{basis}, noted {}", in_words(day)),
            None => basis.to_owned(),
        },
    ]
}

fn moves(counts: &Value) -> Vec<String> {
    [
        (
            "contact_points",
            "phone number or other address",
            "phone numbers and other addresses",
        ),
        ("member_tags", "tag", "tags"),
        ("member_values", "field of your own", "fields of your own"),
        (
            "steward_assignments",
            "assignment to a steward",
            "assignments to stewards",
        ),
        (
            "steward_blocks",
            "steward they are kept apart from",
            "stewards they are kept apart from",
        ),
    ]
    .into_iter()
    .filter_map(|(table, one, many)| match counts.get(table)?.as_i64()? {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    })
    .collect()
}

fn merges(tx: &mut TenantTx<'_>, me: &Member, member: MemberId) -> Result<Vec<MergeLine>, AppError> {
    let now = tx.now();
    let found = queries::into(tx, member)?;
    let others: Vec<MemberId> = found.iter().map(|merge| merge.given_up_id).collect();
    let cards = tenancy::member_cards(tx, &others)?;
    Ok(found
        .into_iter()
        .filter(|merge| merge.merged_at + KEPT > now)
        .map(|merge| MergeLine {
            id: merge.id,
            name: cards
                .get(&merge.given_up_id)
                .map(|card| format!("{} (@{})", card.name, card.handle))
                .unwrap_or_default(),
            when: local_date_time(merge.merged_at, me.zone),
            until: local_date_time(merge.merged_at + KEPT, me.zone),
        })
        .collect())
}
