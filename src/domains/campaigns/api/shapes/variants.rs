//! Variants of a campaign, and the test that decides between them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::campaigns::variants::forms::{Block, VariantsForm};
use crate::domains::campaigns::variants::model::{Test, Variant, letter};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{MemberId, TemplateId};

/// What a campaign tries beside A, which is its own content.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VariantsView {
    /// Of a hundred people of the audience, how many take part; the rest waits for the winner. Nothing when nothing is tried.
    pub share: Option<i16>,
    /// Hours after which human clicks decide; nothing when a person does.
    pub hours: Option<i16>,
    /// When clicks decide; known once the audience is gathered.
    pub decides_at: Option<DateTime<Utc>>,
    /// What the rest gets: `A`, `B`, `C` or `D`.
    pub winner: Option<String>,
    /// When that was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided; nobody when clicks did.
    pub decided_by: Option<MemberId>,
    /// Why, in words.
    pub because: String,
    /// The variants beside A.
    pub variants: Vec<VariantView>,
    /// The version of the campaign: send it back with a change.
    pub version: i32,
}

/// A variant beside A. What is empty is as in A.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VariantView {
    /// `B`, `C` or `D`.
    pub letter: String,
    /// A template of its own.
    pub template_id: Option<TemplateId>,
    /// A subject of its own.
    pub subject: String,
    /// Values of its own, by name.
    pub fill: Value,
}

impl VariantsView {
    /// Of a campaign at this version.
    pub fn of(version: i32, test: Option<Test>, variants: Vec<Variant>) -> Self {
        let told = |number: i16| letter(number).to_owned();
        Self {
            share: test.as_ref().map(|test| test.share),
            hours: test.as_ref().and_then(|test| test.hours),
            decides_at: test.as_ref().and_then(|test| test.decides_at),
            winner: test.as_ref().and_then(|test| test.winner).map(told),
            decided_at: test.as_ref().and_then(|test| test.decided_at),
            decided_by: test.as_ref().and_then(|test| test.decided_by),
            because: test.map(|test| test.because).unwrap_or_default(),
            variants: variants
                .into_iter()
                .map(|one| VariantView {
                    letter: told(one.number),
                    template_id: one.template_id,
                    subject: one.subject,
                    fill: one.fill,
                })
                .collect(),
            version,
        }
    }
}

/// What a draft is to try: all of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantsWanted {
    /// The version of the campaign that was read; another is refused with 409.
    pub version: i32,
    /// Of a hundred people of the audience, how many take part, 5 to 100.
    #[serde(default = "fifth")]
    pub share: i16,
    /// Hours after which human clicks decide, 1 to 72; nothing when a person does.
    #[serde(default)]
    pub hours: Option<i16>,
    /// The variants beside A, three at most; none to try nothing.
    pub variants: Vec<VariantWanted>,
}

const fn fifth() -> i16 {
    20
}

/// A variant beside A; something of it has to differ.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VariantWanted {
    /// A template of the same kind as A’s.
    pub template_id: Option<TemplateId>,
    /// A subject of its own.
    pub subject: String,
    /// Values of its own, by name.
    pub fill: BTreeMap<String, String>,
}

impl VariantsWanted {
    /// The same as the page would send it, so that the same rules judge it.
    pub fn form(&self) -> VariantsForm {
        let block = |one: &VariantWanted| Block {
            template: one.template_id.map(|id| id.to_string()).unwrap_or_default(),
            subject: one.subject.clone(),
            fill: one.fill.clone(),
        };
        VariantsForm {
            revision: self.version.to_string(),
            share: self.share.to_string(),
            how: if self.hours.is_some() { "clicks" } else { "hand" }.to_owned(),
            hours: self.hours.map(|hours| hours.to_string()).unwrap_or_default(),
            blocks: (1..).zip(self.variants.iter().map(block)).collect(),
            then: String::new(),
        }
    }
}

/// What is wrong with fields of the page, by the names that they have here.
pub fn named(errors: &FieldErrors) -> FieldErrors {
    let mut named = FieldErrors::default();
    for (field, words) in errors.iter() {
        named.add(&name(field), words);
    }
    named
}

fn name(field: &str) -> String {
    let mut parts = field.splitn(3, '-');
    let what = parts.next().unwrap_or_default();
    let index = parts.next().and_then(|number| number.parse::<usize>().ok());
    match (index.and_then(|number| number.checked_sub(1)), parts.next()) {
        (Some(index), Some(variable)) => format!("variants.{index}.{what}.{variable}"),
        (Some(index), None) => match what {
            "template" => format!("variants.{index}.template_id"),
            what => format!("variants.{index}.{what}"),
        },
        (None, _) => if field == "how" { "hours" } else { field }.to_owned(),
    }
}

/// Which variant the rest is to get.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WinnerWanted {
    /// `A`, `B`, `C` or `D`.
    pub letter: String,
}
