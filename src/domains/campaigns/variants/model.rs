//! What a test of variants is made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::ids::{MemberId, TemplateId, TemplateVersionId};
use crate::platform::db::schema::{campaign_tests, campaign_variants};

/// Variants beside A at most.
pub const MOST: i16 = 3;

/// How a campaign tries its variants.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = campaign_tests)]
pub struct Test {
    /// Of a hundred people of the audience, how many take part.
    pub share: i16,
    /// Hours after which clicks decide; nothing when a person does.
    pub hours: Option<i16>,
    /// When clicks decide; known once the audience is gathered.
    pub decides_at: Option<DateTime<Utc>>,
    /// What the rest gets; 0 is A.
    pub winner: Option<i16>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Nobody when clicks decided.
    pub decided_by: Option<MemberId>,
    /// Why, in words.
    pub because: String,
}

impl Test {
    /// Whether a part of the audience waits for the winner.
    pub const fn has_rest(&self) -> bool {
        self.share < 100
    }
}

/// A variant beside A. What it leaves out is as in A.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = campaign_variants)]
pub struct Variant {
    /// 1 is B.
    pub number: i16,
    pub template_id: Option<TemplateId>,
    /// The version that is sent; decided when the campaign is sent off.
    pub version_id: Option<TemplateVersionId>,
    /// In place of the template's subject, unless it is empty.
    pub subject: String,
    /// In place of the campaign's values: an object of name and value.
    pub fill: Value,
}

/// What people call a variant: A, B, C or D.
pub fn letter(number: i16) -> &'static str {
    match number {
        0 => "A",
        1 => "B",
        2 => "C",
        _ => "D",
    }
}

/// The variant of this letter, as it stands in an address.
pub fn number_of(letter: &str) -> Option<i16> {
    ["a", "b", "c", "d"]
        .iter()
        .zip(0..)
        .find_map(|(known, number)| (*known == letter).then_some(number))
}
