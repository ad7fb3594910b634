//! The blocks of a mail and their places.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;
use crate::domains::campaigns::content::{
    Block, ColumnBlock, HeadingLevel, Theme, WRITE_HERE, WrittenBlocks, write_blocks,
};
use crate::domains::campaigns::images::portal;
use crate::kernel::error::AppError;

/// The most blocks in a mail, and in a column.
const MOST: usize = 60;
const MOST_IN_COLUMN: usize = 10;
/// Pixels of a new empty space.
const SPACE: u16 = 24;

/// What a mail is arranged of. Images are named by their path on the portal, so that a portal may move.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    pub theme: Theme,
    pub blocks: Vec<Block>,
}

/// Which column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Where a block is: counted from 0, on its own (`3`) or in a column of another (`3l0`, `3r1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub block: usize,
    pub within: Option<(Side, usize)>,
}

impl Place {
    /// A block on its own.
    pub fn single(block: usize) -> Self {
        Self { block, within: None }
    }

    /// A block in a column of another.
    pub fn within(block: usize, side: Side, at: usize) -> Self {
        Self {
            block,
            within: Some((side, at)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.within {
            None => write!(f, "{}", self.block),
            Some((Side::Left, at)) => write!(f, "{}l{at}", self.block),
            Some((Side::Right, at)) => write!(f, "{}r{at}", self.block),
        }
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = |sign| text.split_once(sign);
        match (parts('l'), parts('r')) {
            (Some((block, at)), _) => Ok(Self::within(block.parse()?, Side::Left, at.parse()?)),
            (None, Some((block, at))) => Ok(Self::within(block.parse()?, Side::Right, at.parse()?)),
            (None, None) => Ok(Self::single(text.parse()?)),
        }
    }
}

/// What can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Heading,
    Text,
    Button,
    Image,
    Divider,
    Spacer,
    Columns,
    Footer,
}

impl Kind {
    /// All of them, as they are offered.
    pub const ALL: [Self; 8] = [
        Self::Heading,
        Self::Text,
        Self::Button,
        Self::Image,
        Self::Divider,
        Self::Spacer,
        Self::Columns,
        Self::Footer,
    ];
    /// Those that fit into a column.
    pub const IN_COLUMN: [Self; 4] = [Self::Heading, Self::Text, Self::Button, Self::Image];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::Text => "text",
            Self::Button => "button",
            Self::Image => "image",
            Self::Divider => "divider",
            Self::Spacer => "spacer",
            Self::Columns => "columns",
            Self::Footer => "footer",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Heading => "Heading",
            Self::Text => "Text",
            Self::Button => "Button",
            Self::Image => "Image",
            Self::Divider => "Line",
            Self::Spacer => "Space",
            Self::Columns => "Two columns",
            Self::Footer => "Footer",
        }
    }

    /// What kind a block is.
    pub const fn of(block: &Block) -> Self {
        match block {
            Block::Heading { .. } => Self::Heading,
            Block::Text { .. } => Self::Text,
            Block::Button { .. } => Self::Button,
            Block::Image { .. } => Self::Image,
            Block::Divider => Self::Divider,
            Block::Spacer { .. } => Self::Spacer,
            Block::TwoColumns { .. } => Self::Columns,
            Block::Footer { .. } => Self::Footer,
        }
    }

    /// A new block of it.
    pub fn fresh(self) -> Block {
        match self {
            Self::Heading => Block::Heading {
                level: HeadingLevel::Section,
                text: String::new(),
            },
            Self::Text => Block::Text {
                markdown: String::new(),
            },
            Self::Button => Block::Button {
                label: String::new(),
                address: String::new(),
            },
            Self::Image => Block::Image {
                source: String::new(),
                alt: String::new(),
                address: None,
                width: None,
            },
            Self::Divider => Block::Divider,
            Self::Spacer => Block::Spacer { height: SPACE },
            Self::Columns => Block::TwoColumns {
                left: vec![ColumnBlock::Text {
                    markdown: String::new(),
                }],
                right: vec![ColumnBlock::Text {
                    markdown: String::new(),
                }],
            },
            Self::Footer => Block::Footer {
                reason: "You get this mail because you are in touch with {{ organization.name }}.".to_owned(),
            },
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(())
    }
}

/// What can be done with a block where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Up,
    Down,
    Copy,
    Remove,
}

impl Layout {
    /// What a new mail begins with.
    pub fn fresh() -> Self {
        let title = Block::Heading {
            level: HeadingLevel::Title,
            text: "Good news".to_owned(),
        };
        let text = Block::Text {
            markdown: format!("Hello {{{{ member.first_name }}}},\n\n{WRITE_HERE}."),
        };
        Self {
            theme: Theme::default(),
            blocks: vec![title, text, Kind::Footer.fresh()],
        }
    }

    /// As it was kept.
    ///
    /// # Errors
    /// When what was kept cannot be read; it is a defect of ours.
    pub fn read(kept: Value) -> Result<Self, AppError> {
        serde_json::from_value(kept).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// As it is kept.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn kept(&self) -> Result<Value, AppError> {
        serde_json::to_value(self).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// The MJML it becomes, with whole addresses of images.
    pub fn written(&self, config: &Config) -> WrittenBlocks {
        let blocks: Vec<Block> = self.blocks.iter().map(|block| located(block, config)).collect();
        write_blocks(&blocks, &self.theme)
    }

    /// The block at a place.
    pub fn at(&self, place: Place) -> Option<Block> {
        let block = self.blocks.get(place.block)?;
        match (place.within, block) {
            (None, block) => Some(block.clone()),
            (Some((Side::Left, at)), Block::TwoColumns { left, .. }) => {
                left.get(at).cloned().map(Block::from)
            }
            (Some((Side::Right, at)), Block::TwoColumns { right, .. }) => {
                right.get(at).cloned().map(Block::from)
            }
            _ => None,
        }
    }

    /// Puts a block in place of another; one that does not fit there changes nothing.
    pub fn put(&mut self, place: Place, block: Block) {
        match place.within {
            None => {
                if let Some(there) = self.blocks.get_mut(place.block) {
                    *there = block;
                }
            }
            Some((side, at)) => {
                let there = self
                    .column(place.block, side)
                    .and_then(|column| column.get_mut(at));
                if let (Some(there), Some(block)) = (there, block.in_column()) {
                    *there = block;
                }
            }
        }
    }

    /// Moves, copies or removes a block; answers where to look next. Nothing when it is not there or cannot be.
    pub fn turn(&mut self, place: Place, turn: Turn) -> Option<Place> {
        match place.within {
            None => turned(&mut self.blocks, place.block, turn, MOST).map(Place::single),
            Some((side, at)) => {
                let column = self.column(place.block, side)?;
                let at = turned(column, at, turn, MOST_IN_COLUMN)?;
                Some(Place::within(place.block, side, at))
            }
        }
    }

    /// Adds a block at the end, before the footer; answers its place. Nothing when there are too many already.
    pub fn add(&mut self, kind: Kind) -> Option<Place> {
        let end = self.blocks.len();
        let is_footed = matches!(self.blocks.last(), Some(Block::Footer { .. }));
        let at = match is_footed && kind != Kind::Footer {
            true => end.saturating_sub(1),
            false => end,
        };
        if end >= MOST {
            return None;
        }
        self.blocks.insert(at, kind.fresh());
        Some(Place::single(at))
    }

    /// Adds a block at the end of a column.
    pub fn add_within(&mut self, block: usize, side: Side, kind: Kind) -> Option<Place> {
        let column = self.column(block, side)?;
        if column.len() >= MOST_IN_COLUMN {
            return None;
        }
        column.push(kind.fresh().in_column()?);
        Some(Place::within(block, side, column.len() - 1))
    }

    fn column(&mut self, block: usize, side: Side) -> Option<&mut Vec<ColumnBlock>> {
        match (self.blocks.get_mut(block)?, side) {
            (Block::TwoColumns { left, .. }, Side::Left) => Some(left),
            (Block::TwoColumns { right, .. }, Side::Right) => Some(right),
            _ => None,
        }
    }
}

/// Answers where what was turned is now, or what stands in its place.
fn turned<T: Clone>(list: &mut Vec<T>, at: usize, turn: Turn, most: usize) -> Option<usize> {
    let one = list.get(at)?.clone();
    let last = list.len() - 1;
    match turn {
        Turn::Up if at > 0 => {
            list.swap(at, at - 1);
            Some(at - 1)
        }
        Turn::Down if at < last => {
            list.swap(at, at + 1);
            Some(at + 1)
        }
        Turn::Up | Turn::Down => Some(at),
        Turn::Copy if list.len() < most => {
            list.insert(at + 1, one);
            Some(at + 1)
        }
        Turn::Copy => None,
        Turn::Remove => {
            list.remove(at);
            Some(at.min(last.saturating_sub(1)))
        }
    }
}

/// The same block with whole addresses of images.
fn located(block: &Block, config: &Config) -> Block {
    let within = |column: &[ColumnBlock]| {
        let whole = |one: &ColumnBlock| located(&Block::from(one.clone()), config).in_column();
        column.iter().filter_map(whole).collect()
    };
    match block.clone() {
        Block::Image {
            source,
            alt,
            address,
            width,
        } if source.starts_with('/') => Block::Image {
            source: format!("{}{source}", portal(config)),
            alt,
            address,
            width,
        },
        Block::TwoColumns { left, right } => Block::TwoColumns {
            left: within(&left),
            right: within(&right),
        },
        other => other,
    }
}
