//! Lists page by page, by keyset: a cursor names the last entry seen.

use serde::Deserialize;

use crate::domains::people::members::forms::MembersQuery;
use crate::kernel::error::AppError;
use crate::platform::web::routes::{QueryKind, QueryParameter};

const fn text(name: &'static str, meaning: &'static str) -> QueryParameter {
    QueryParameter {
        name,
        meaning,
        kind: QueryKind::Text,
    }
}

/// How members are looked for and taken page by page.
pub(super) const MEMBERS: &[QueryParameter] = &[
    text("cursor", "`next_cursor` of the page before"),
    QueryParameter {
        name: "limit",
        meaning: "How many at most; 40 when left out",
        kind: QueryKind::Number(1, MOST),
    },
    text(
        "q",
        "A name, digits of a phone number, or a part of an e-mail address",
    ),
    text("worksite", "Only who works there (an id)"),
    text("department", "Only in this department (an id)"),
    text("shift", "Only in this shift (an id)"),
    text("stage", "`lead`, `member` or `former`"),
    text("tag", "Only who has this tag (an id)"),
    text("alone", "`yes` for those without a steward"),
    text("quiet", "`yes` for those nobody spoke with for 90 days"),
];
/// Most entries on one page.
const MOST: i64 = 100;
/// Entries on one page when nobody says.
const USUAL: i64 = 40;

/// Which page of which members.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    cursor: String,
    limit: Option<i64>,
    q: String,
    worksite: String,
    department: String,
    shift: String,
    stage: String,
    tag: String,
    alone: String,
    quiet: String,
}

impl Page {
    /// How many entries are wanted.
    pub(super) fn limit(&self) -> Result<i64, AppError> {
        let limit = self.limit.unwrap_or(USUAL);
        match (1..=MOST).contains(&limit) {
            true => Ok(limit),
            false => Err(AppError::field(
                "limit",
                format!("The limit is from 1 to {MOST}."),
            )),
        }
    }

    /// Who is asked for. Programs are told of what they wrote wrong, where people's addresses filter less.
    pub(super) fn query(self) -> Result<MembersQuery, AppError> {
        let is_id = |text: &str| text.is_empty() || text.parse::<uuid::Uuid>().is_ok();
        for (name, value) in [
            ("cursor", &self.cursor),
            ("worksite", &self.worksite),
            ("department", &self.department),
            ("shift", &self.shift),
            ("tag", &self.tag),
        ] {
            if !is_id(value) {
                return Err(AppError::field(name, "That is not an id."));
            }
        }
        let is_stage =
            self.stage.is_empty() || self.stage.parse::<crate::domains::people::model::Stage>().is_ok();
        if !is_stage {
            return Err(AppError::field("stage", "The stage is lead, member or former."));
        }
        Ok(MembersQuery {
            q: self.q,
            worksite: self.worksite,
            department: self.department,
            shift: self.shift,
            stage: self.stage,
            tag: self.tag,
            alone: self.alone,
            quiet: self.quiet,
            after: self.cursor,
            picked: Vec::new(),
        })
    }
}
