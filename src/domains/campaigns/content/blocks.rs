//! The model of the block editor: what staff arrange. What it becomes is in [`super::block_mjml`].

use serde::{Deserialize, Serialize};

/// The look of an organisation's mail. Anything that is no colour of the form `#rrggbb` is replaced by a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Theme {
    /// Buttons and links.
    pub brand: String,
    /// Words on the brand colour.
    pub on_brand: String,
    /// Around the content.
    pub background: String,
    /// Behind the content.
    pub paper: String,
    pub text: String,
    /// The language of the words, as in `lang`.
    pub language: String,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            brand: "#175e54".to_owned(),
            on_brand: "#ffffff".to_owned(),
            background: "#f2f4f5".to_owned(),
            paper: "#ffffff".to_owned(),
            text: "#26303a".to_owned(),
            language: "en".to_owned(),
        }
    }
}

/// How important a heading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadingLevel {
    Title,
    Section,
}

/// What may stand in a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum ColumnBlock {
    Heading {
        level: HeadingLevel,
        text: String,
    },
    /// Paragraphs, emphasis, links and lists in Markdown.
    Text {
        markdown: String,
    },
    Button {
        label: String,
        address: String,
    },
    /// An image from the library. An empty `alt` says that it only decorates.
    Image {
        source: String,
        alt: String,
        #[serde(default)]
        address: Option<String>,
        /// In pixels, for one that is narrower than the mail; others fill it.
        #[serde(default)]
        width: Option<u16>,
    },
    Divider,
    /// Empty space; height in pixels, at most 200.
    Spacer {
        height: u16,
    },
}

/// One block of a mail, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    Heading {
        level: HeadingLevel,
        text: String,
    },
    Text {
        markdown: String,
    },
    Button {
        label: String,
        address: String,
    },
    Image {
        source: String,
        alt: String,
        #[serde(default)]
        address: Option<String>,
        /// In pixels, for one that is narrower than the mail; others fill it.
        #[serde(default)]
        width: Option<u16>,
    },
    Divider,
    Spacer {
        height: u16,
    },
    /// Side by side on wide screens, one below the other on narrow ones.
    TwoColumns {
        left: Vec<ColumnBlock>,
        right: Vec<ColumnBlock>,
    },
    /// Name, postal address, unsubscribe and preference links, below a line on why the reader gets the mail.
    Footer {
        reason: String,
    },
}

impl Block {
    /// The same block for a column; nothing for what does not fit into one.
    pub fn in_column(&self) -> Option<ColumnBlock> {
        Some(match self.clone() {
            Self::Heading { level, text } => ColumnBlock::Heading { level, text },
            Self::Text { markdown } => ColumnBlock::Text { markdown },
            Self::Button { label, address } => ColumnBlock::Button { label, address },
            Self::Image {
                source,
                alt,
                address,
                width,
            } => ColumnBlock::Image {
                source,
                alt,
                address,
                width,
            },
            Self::Divider => ColumnBlock::Divider,
            Self::Spacer { height } => ColumnBlock::Spacer { height },
            Self::TwoColumns { .. } | Self::Footer { .. } => return None,
        })
    }
}

impl From<ColumnBlock> for Block {
    fn from(block: ColumnBlock) -> Self {
        match block {
            ColumnBlock::Heading { level, text } => Self::Heading { level, text },
            ColumnBlock::Text { markdown } => Self::Text { markdown },
            ColumnBlock::Button { label, address } => Self::Button { label, address },
            ColumnBlock::Image {
                source,
                alt,
                address,
                width,
            } => Self::Image {
                source,
                alt,
                address,
                width,
            },
            ColumnBlock::Divider => Self::Divider,
            ColumnBlock::Spacer { height } => Self::Spacer { height },
        }
    }
}
