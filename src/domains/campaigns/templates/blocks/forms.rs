//! What the browser sends from the page of blocks: all of it with every press, so that nothing typed is lost by moving a block.

use serde::Deserialize;
use uuid::Uuid;

use crate::domains::campaigns::content::{Block, HeadingLevel, TALLEST_SPACER, Theme};
use crate::domains::campaigns::images::forms::ImageForm;
use crate::domains::campaigns::templates::forms::TemplateForm;
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::campaigns::templates::model::Words;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{EventId, fresh};
use crate::kernel::validate::Check;

use super::layout::{Layout, Place};
use super::steps::{Open, Step};

/// As typed. Fields of the open block begin with `block_`, those of the theme with `theme_`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BlocksForm {
    /// What the window has seen: see [`super::model::Work::stamp`].
    pub seen: String,
    /// Which window this is.
    pub tab: String,
    /// What is open: see [`Open`].
    pub open: String,
    /// Which button: see [`Step`].
    pub then: String,

    pub base: String,
    pub name: String,
    pub purpose: String,
    pub category: String,
    pub subject: String,
    pub preheader: String,
    pub text_mode: String,
    pub text_part: String,
    pub note: String,
    pub variable_name: Vec<String>,
    pub variable_kind: Vec<String>,
    pub variable_need: Vec<String>,
    pub variable_fallback: Vec<String>,
    pub variable_label: Vec<String>,

    pub block_text: String,
    pub block_level: String,
    pub block_label: String,
    pub block_address: String,
    /// The path of an image.
    pub block_image: String,
    /// Words to find an image by.
    pub block_find: String,
    pub block_alt: String,
    /// `yes` when what is uploaded only decorates.
    pub block_decorates: String,
    pub block_height: String,

    pub theme_brand: String,
    pub theme_on_brand: String,
    pub theme_background: String,
    pub theme_paper: String,
    pub theme_text: String,
    pub theme_language: String,
}

impl BlocksForm {
    /// What was pressed.
    pub fn step(&self) -> Step {
        Step::of(&self.then)
    }

    /// What was open.
    pub fn opened(&self) -> Open {
        Open::of(&self.open)
    }

    /// Which window sent it; a new one when it does not say.
    pub fn window(&self) -> Uuid {
        self.tab.parse().unwrap_or_else(|_| fresh::<EventId>().0)
    }

    /// The part that every template has.
    pub fn template(&self) -> TemplateForm {
        TemplateForm {
            base: self.base.clone(),
            name: self.name.clone(),
            purpose: self.purpose.clone(),
            category: self.category.clone(),
            subject: self.subject.clone(),
            preheader: self.preheader.clone(),
            source: String::new(),
            text_mode: self.text_mode.clone(),
            text_part: self.text_part.clone(),
            note: self.note.clone(),
            then: String::new(),
            variable_name: self.variable_name.clone(),
            variable_kind: self.variable_kind.clone(),
            variable_need: self.variable_need.clone(),
            variable_fallback: self.variable_fallback.clone(),
            variable_label: self.variable_label.clone(),
        }
    }

    /// The words around the blocks.
    pub fn words(&self) -> Words {
        self.template().words(Channel::Email)
    }

    /// What is said about an image that is uploaded into the open block.
    pub fn about_upload(&self) -> ImageForm {
        ImageForm {
            name: String::new(),
            alt: self.block_alt.clone(),
            decorates: self.block_decorates.clone(),
        }
    }

    /// That nothing is longer than it can be. What is only unfinished is kept as it is.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut check = Check::default();
        check.text("block_text", "The text", &self.block_text, 0, 20_000);
        check.line("block_label", "The button", &self.block_label, 0, 120);
        check.line("block_address", "The address", &self.block_address, 0, 2_000);
        check.line("block_alt", "What it shows", &self.block_alt, 0, 300);
        check.line("subject", "The subject", &self.subject, 0, 1_000);
        check.line(
            "preheader",
            "The line after the subject",
            &self.preheader,
            0,
            1_000,
        );
        if matches!(self.opened(), Open::Block(_)) && !self.block_height.is_empty() {
            check.whole_number(
                "block_height",
                "The height",
                &self.block_height,
                1,
                TALLEST_SPACER.into(),
            );
        }
        check.finish(|| ())
    }

    /// Puts what is typed into what is open.
    pub fn fill(&self, layout: &mut Layout) {
        match self.opened() {
            Open::Nothing => {}
            Open::Theme => layout.theme = self.theme(),
            Open::Block(place) => self.fill_block(layout, place),
        }
    }

    fn fill_block(&self, layout: &mut Layout, place: Place) {
        let Some(there) = layout.at(place) else { return };
        layout.put(place, self.filled(there));
    }

    fn filled(&self, there: Block) -> Block {
        let line = |text: &str| text.replace(['\r', '\n', '\0'], " ").trim().to_owned();
        let paragraphs = || self.block_text.replace("\r\n", "\n").replace('\0', "");
        match there {
            Block::Heading { .. } => Block::Heading {
                level: level(&self.block_level),
                text: line(&self.block_text),
            },
            Block::Text { .. } => Block::Text {
                markdown: paragraphs(),
            },
            Block::Button { .. } => Block::Button {
                label: line(&self.block_label),
                address: line(&self.block_address),
            },
            // Which image it is was asked of the library before.
            Block::Image { source, width, .. } => Block::Image {
                source,
                alt: line(&self.block_alt),
                address: Some(line(&self.block_address)).filter(|address| !address.is_empty()),
                width,
            },
            Block::Spacer { height } => Block::Spacer {
                height: self.block_height.trim().parse().unwrap_or(height),
            },
            Block::Footer { .. } => Block::Footer {
                reason: line(&self.block_text),
            },
            other => other,
        }
    }

    fn theme(&self) -> Theme {
        let color = |text: &str| text.trim().to_lowercase();
        Theme {
            brand: color(&self.theme_brand),
            on_brand: color(&self.theme_on_brand),
            background: color(&self.theme_background),
            paper: color(&self.theme_paper),
            text: color(&self.theme_text),
            language: match self.theme_language.as_str() {
                "fr" => "fr".to_owned(),
                _ => "en".to_owned(),
            },
        }
    }
}

fn level(word: &str) -> HeadingLevel {
    match word {
        "title" => HeadingLevel::Title,
        _ => HeadingLevel::Section,
    }
}
