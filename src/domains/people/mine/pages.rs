//! What "My people" prints.

use askama::Template;
use serde::Deserialize;

use crate::domains::people::model::{AssignmentKind, Stage};
use crate::domains::people::stewards::actions::period;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::ago;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address, shell};

use super::queries::{self, Mine, MineFilter};

/// People on a page.
const PAGE: usize = 50;

/// The filters, as the address has them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MineQuery {
    pub q: String,
    pub worksite: String,
    pub tab: String,
    pub after: String,
}

/// One of one's people, with what can be done at once.
pub struct MineLine {
    pub id: MemberId,
    pub name: String,
    pub initials: String,
    pub hue: u16,
    pub place: String,
    /// Why they are where they are in the list; empty when nothing presses.
    pub need: String,
    pub need_tone: &'static str,
    pub reached: String,
    pub kind: &'static str,
    pub stage: &'static str,
    pub phone: String,
    pub email: String,
}

/// `/my-people`
#[derive(Template)]
#[template(path = "people/mine.html")]
pub struct MinePage {
    pub shell: Shell,
    pub me: MemberId,
    pub q: String,
    pub as_backup: bool,
    pub tab: String,
    pub worksites: Vec<Choice>,
    pub people: Vec<MineLine>,
    pub is_filtered: bool,
    pub start: String,
    pub next: String,
}

impl MinePage {
    /// Whom the acting member looks after.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        frame: Shell,
        me: &Member,
        query: &MineQuery,
    ) -> Result<Self, AppError> {
        let now = tx.now();
        let today = now.with_timezone(&me.zone).date_naive();
        let filter = MineFilter {
            words: query.q.trim().chars().take(80).collect(),
            worksite: query.worksite.parse().ok(),
            as_backup: query.tab == "backup",
            after: query.after.parse().ok(),
        };
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::page(tx, me.member, &filter, today, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| has_more).map(|mine| mine.id.to_string());
        let line = |mine: Mine| {
            let (need, need_tone) = needs(&mine);
            MineLine {
                initials: shell::initials(&mine.name),
                hue: shell::hue(mine.id.0),
                id: mine.id,
                need,
                need_tone,
                reached: mine
                    .reached
                    .map_or_else(String::new, |at| format!("Spoken with {}", ago(at, now))),
                kind: match (mine.kind, filter.as_backup) {
                    (AssignmentKind::Primary, _) | (AssignmentKind::Backup, true) => "",
                    (AssignmentKind::Backup, false) => "Standing in",
                    (kind, _) => kind.label(),
                },
                stage: match mine.stage {
                    Stage::Member => "",
                    stage => stage.label(),
                },
                place: match (mine.kind, mine.until) {
                    (AssignmentKind::Temporary, Some(until)) => {
                        format!("{} · {}", mine.place, period(now, Some(until), now, me.zone))
                    }
                    _ => mine.place,
                },
                name: mine.name,
                phone: mine.phone.unwrap_or_default(),
                email: mine.email.unwrap_or_default(),
            }
        };
        Ok(Self {
            shell: frame,
            me: me.member,
            worksites: queries::places(tx, me.member)?
                .into_iter()
                .map(|place| {
                    let value = place.id.to_string();
                    Choice::new(value.clone(), place.name, value == query.worksite)
                })
                .collect(),
            people: found.into_iter().map(line).collect(),
            is_filtered: !filter.words.is_empty() || filter.worksite.is_some(),
            as_backup: filter.as_backup,
            start: match filter.after {
                Some(_) => address_of(query, ""),
                None => String::new(),
            },
            next: last.map(|id| address_of(query, &id)).unwrap_or_default(),
            q: query.q.clone(),
            tab: query.tab.clone(),
        })
    }
}

pub(super) fn needs(mine: &Mine) -> (String, &'static str) {
    match (mine.need, mine.overdue) {
        (0, 1) => ("Follow-up overdue".to_owned(), "danger"),
        (0, many) => (format!("{many} follow-ups overdue"), "danger"),
        (1, _) if mine.reached.is_none() => ("Never spoken with".to_owned(), "warning"),
        (1, _) => ("No contact for 60 days".to_owned(), "warning"),
        (2, _) => ("New".to_owned(), "accent"),
        _ => (String::new(), ""),
    }
}

fn address_of(query: &MineQuery, after: &str) -> String {
    let filters = [
        ("q", query.q.as_str()),
        ("worksite", &query.worksite),
        ("tab", &query.tab),
        ("after", after),
    ];
    address("/my-people", &filters)
}
