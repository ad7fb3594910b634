//! What the page of variants sends.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domains::campaigns::model::Campaign;
use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;

use super::model::{MOST, Test, Variant, letter};
use super::queries::{Plan, Wanted};

/// Characters of a value that a variant fills in.
const LONGEST_VALUE: usize = 2_000;

/// A variant beside A, as typed.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Empty when it is as in A.
    pub template: String,
    pub subject: String,
    pub fill: BTreeMap<String, String>,
}

impl Block {
    fn of(variant: &Variant) -> Self {
        let fill = variant.fill.as_object().into_iter().flatten();
        Self {
            template: variant.template_id.map(|id| id.to_string()).unwrap_or_default(),
            subject: variant.subject.clone(),
            fill: fill
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
        }
    }

    fn says_nothing(&self) -> bool {
        let is_empty = |text: &str| text.trim().is_empty();
        is_empty(&self.template) && is_empty(&self.subject) && self.fill.values().all(|value| is_empty(value))
    }
}

/// What is tried and how, as typed. Fields of a variant end in its number, `subject-1`, and values go on, `fill-1-headline`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<(String, String)>")]
pub struct VariantsForm {
    pub revision: String,
    pub share: String,
    /// `clicks` or `hand`.
    pub how: String,
    pub hours: String,
    pub blocks: BTreeMap<i16, Block>,
    /// Which button: `next`, `stay`, `add`, or `remove-` and a number.
    pub then: String,
}

impl From<Vec<(String, String)>> for VariantsForm {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "revision" => form.revision = value,
                "share" => form.share = value,
                "how" => form.how = value,
                "hours" => form.hours = value,
                "then" => form.then = value,
                _ => form.of_variant(&name, value),
            }
        }
        form
    }
}

impl VariantsForm {
    /// The form of what is kept, or of one variant that says nothing yet.
    pub fn of(campaign: &Campaign, test: Option<&Test>, variants: &[Variant]) -> Self {
        let blocks = variants.iter().map(|one| (one.number, Block::of(one)));
        let is_by_hand = match test {
            Some(test) => test.hours.is_none(),
            None => !campaign.is_tracked,
        };
        let mut form = Self {
            revision: campaign.revision.to_string(),
            share: test.map_or(20, |test| test.share).to_string(),
            how: if is_by_hand { "hand" } else { "clicks" }.to_owned(),
            hours: test.and_then(|test| test.hours).unwrap_or(4).to_string(),
            blocks: blocks.collect(),
            then: String::new(),
        };
        if form.blocks.is_empty() {
            form.add();
        }
        form
    }

    /// Adds a variant that says nothing yet, if there may be another.
    pub fn add(&mut self) {
        let next = self.blocks.keys().next_back().map_or(1, |last| last + 1);
        if next <= MOST {
            self.blocks.insert(next, Block::default());
        }
    }

    fn of_variant(&mut self, name: &str, value: String) {
        let mut parts = name.splitn(3, '-');
        let (Some(field), Some(Ok(number))) = (parts.next(), parts.next().map(str::parse::<i16>)) else {
            return;
        };
        if !(1..=MOST).contains(&number) {
            return;
        }
        let block = self.blocks.entry(number).or_default();
        match (field, parts.next()) {
            ("template", None) => block.template = value,
            ("subject", None) => block.subject = value,
            ("fill", Some(variable)) => {
                block.fill.insert(variable.to_owned(), value);
            }
            _ => {}
        }
    }

    /// What was meant, with the number under which each variant was typed.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, campaign: &Campaign) -> Result<(Plan, Vec<i16>), FieldErrors> {
        let removed = self
            .then
            .strip_prefix("remove-")
            .and_then(|number| number.parse().ok());
        let mut check = Check::default();
        let mut variants = Vec::new();
        let mut numbers = Vec::new();
        for (number, block) in self.blocks.iter().filter(|(number, _)| Some(**number) != removed) {
            // Who takes one away need not finish another.
            if removed.is_some() && block.says_nothing() {
                continue;
            }
            let field = match campaign.channel.as_str() {
                "email" => format!("subject-{number}"),
                _ => format!("template-{number}"),
            };
            let name = letter(*number);
            let words = format!("Say in what {name} differs from A, or remove {name}.");
            check.refuse_when(block.says_nothing(), &field, &words);
            variants.push(wanted(&mut check, *number, block));
            numbers.push(*number);
        }
        let share = check.whole_number("share", "The share", &self.share, 5, 100);
        let share = i16::try_from(share).unwrap_or(100);
        let is_by_clicks = self.how == "clicks" && share < 100;
        check.refuse_when(
            self.how != "clicks" && self.how != "hand",
            "how",
            "Choose how it is decided.",
        );
        check.refuse_when(
            is_by_clicks && !campaign.is_tracked && !variants.is_empty(),
            "how",
            "Links are not counted in this campaign, so clicks can’t decide. Count them in Content, or choose by hand.",
        );
        let hours = match is_by_clicks {
            true => Some(check.whole_number("hours", "Hours", &self.hours, 1, 72)),
            false => None,
        };
        check.finish(|| {
            let plan = Plan {
                share,
                hours: hours.and_then(|hours| i16::try_from(hours).ok()),
                variants,
            };
            (plan, numbers)
        })
    }
}

fn wanted(check: &mut Check, number: i16, block: &Block) -> Wanted {
    let mut fill = Map::new();
    for (variable, value) in &block.fill {
        let field = format!("fill-{number}-{variable}");
        let value = check.text(&field, "The value", value, 0, LONGEST_VALUE);
        if !value.is_empty() {
            fill.insert(variable.clone(), Value::String(value));
        }
    }
    Wanted {
        template: check.optional(&format!("template-{number}"), "a template", &block.template),
        subject: check.line(
            &format!("subject-{number}"),
            "The subject",
            &block.subject,
            0,
            250,
        ),
        fill: Value::Object(fill),
    }
}
