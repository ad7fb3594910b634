//! Blocks as people see them in the list: what each says, and the fields of the one that is open.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domains::campaigns::content::{Block, ColumnBlock, HeadingLevel};
use crate::domains::campaigns::images::pages::Card as Picture;
use crate::domains::campaigns::templates::pages::Remark;
use crate::kernel::error::FieldErrors;
use crate::kernel::text::capitalised;
use crate::platform::web::Choice;

use super::checks::Finding;
use super::forms::BlocksForm;
use super::layout::{Kind, Layout, Place, Side};
use super::steps::Open;

/// Characters of a text that the list shows.
const EXCERPT: usize = 140;

/// A block of the list.
#[derive(Template)]
#[template(path = "campaigns/blocks/_block.html")]
pub struct BlockLine {
    /// Where the form goes.
    pub action: String,
    pub place: String,
    /// Which it is, in words that stand alone.
    pub title: String,
    pub icon: &'static str,
    /// What it says; may be empty.
    pub excerpt: String,
    /// Path of a picture; empty when it shows none.
    pub picture: String,
    pub is_first: bool,
    pub is_last: bool,
    pub has_fields: bool,
    /// Its fields, when it is open.
    pub fields: Option<Fields>,
    pub columns: Vec<Column>,
    pub remarks: Vec<Remark>,
    /// The button that has the focus: `up`, `down`, `edit`, or none.
    pub focus: &'static str,
}

impl HtmlSafe for BlockLine {}

/// One column of two.
pub struct Column {
    pub label: &'static str,
    /// As in `add-text-3l`.
    pub mark: String,
    pub kinds: [Kind; 4],
    pub blocks: Vec<BlockLine>,
}

/// The fields of an open block.
pub struct Fields {
    pub kind: &'static str,
    pub text: String,
    pub levels: Vec<Choice>,
    pub label: String,
    pub address: String,
    pub alt: String,
    pub decorates: bool,
    pub height: String,
    /// Path of the image that is chosen; empty when none is.
    pub image: String,
    pub find: String,
    /// Images to choose from.
    pub pictures: Vec<Picture>,
    pub errors: FieldErrors,
}

/// What the list is drawn with.
pub struct Drawing<'a> {
    /// Where the form goes.
    pub action: String,
    pub layout: &'a Layout,
    pub findings: &'a [Finding],
    pub open: Open,
    /// Which block has the focus, and by which button it got there.
    pub focus: (Option<Place>, &'static str),
    /// What was typed into the open block, where it could not be taken.
    pub typed: Option<&'a BlocksForm>,
    /// Words the pictures were found by.
    pub find: String,
    pub pictures: Vec<Picture>,
    pub errors: &'a FieldErrors,
}

impl Drawing<'_> {
    /// The blocks from top to bottom.
    pub fn lines(&mut self) -> Vec<BlockLine> {
        let blocks = self.layout.blocks.clone();
        let count = blocks.len();
        blocks
            .iter()
            .enumerate()
            .map(|(at, block)| self.line(Place::single(at), block, (at, count)))
            .collect()
    }

    fn line(&mut self, place: Place, block: &Block, (at, count): (usize, usize)) -> BlockLine {
        let kind = Kind::of(block);
        let is_open = self.open == Open::Block(place);
        let (focused, button) = self.focus;
        BlockLine {
            action: self.action.clone(),
            place: place.to_string(),
            title: title(kind, place),
            icon: icon(kind),
            excerpt: excerpt(block),
            picture: picture(block),
            is_first: at == 0,
            is_last: at + 1 == count,
            has_fields: !matches!(kind, Kind::Divider | Kind::Columns),
            fields: is_open.then(|| self.fields(block)),
            columns: self.columns(place.block, block),
            remarks: match place.within {
                None => remarks(self.findings, Some(place.block)),
                Some(_) => Vec::new(),
            },
            focus: match focused == Some(place) && !is_open {
                true => reachable(button, (at, count), kind),
                false => "",
            },
        }
    }

    fn columns(&mut self, block: usize, of: &Block) -> Vec<Column> {
        let Block::TwoColumns { left, right } = of else {
            return Vec::new();
        };
        let sides = [
            (Side::Left, "Left column", 'l', left),
            (Side::Right, "Right column", 'r', right),
        ];
        sides
            .into_iter()
            .map(|(side, label, sign, column)| Column {
                label,
                mark: format!("{block}{sign}"),
                kinds: Kind::IN_COLUMN,
                blocks: self.within(block, side, column),
            })
            .collect()
    }

    fn within(&mut self, block: usize, side: Side, column: &[ColumnBlock]) -> Vec<BlockLine> {
        let count = column.len();
        column
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let place = Place::within(block, side, at);
                self.line(place, &Block::from(one.clone()), (at, count))
            })
            .collect()
    }

    fn fields(&mut self, block: &Block) -> Fields {
        let typed = |read: fn(&BlocksForm) -> &str| self.typed.map(|form| read(form).to_owned());
        let decorates = typed(|form| &form.block_decorates).unwrap_or_default() == "yes";
        let height = typed(|form| &form.block_height);
        let mut fields = Fields {
            kind: Kind::of(block).as_str(),
            text: String::new(),
            levels: Vec::new(),
            label: String::new(),
            address: String::new(),
            alt: String::new(),
            decorates,
            height: String::new(),
            image: String::new(),
            find: self.find.clone(),
            pictures: Vec::new(),
            errors: self.errors.clone(),
        };
        match block {
            Block::Heading { level, text } => {
                fields.text.clone_from(text);
                fields.levels = levels(*level);
            }
            Block::Text { markdown } => fields.text.clone_from(markdown),
            Block::Footer { reason } => fields.text.clone_from(reason),
            Block::Button { label, address } => {
                fields.label.clone_from(label);
                fields.address.clone_from(address);
            }
            Block::Image {
                source, alt, address, ..
            } => {
                fields.image.clone_from(source);
                fields.alt.clone_from(alt);
                fields.address = address.clone().unwrap_or_default();
                fields.pictures = std::mem::take(&mut self.pictures);
            }
            Block::Spacer { height: kept } => fields.height = height.unwrap_or_else(|| kept.to_string()),
            Block::Divider | Block::TwoColumns { .. } => {}
        }
        fields
    }
}

/// What there is to say about a block, or about what is around all of them.
pub fn remarks(findings: &[Finding], block: Option<usize>) -> Vec<Remark> {
    findings
        .iter()
        .filter(|one| one.block == block)
        .map(|one| Remark {
            // Beside its block nobody has to be told which it is.
            words: match (block, one.words.split_once(": ")) {
                (Some(_), Some((_, words))) => capitalised(words),
                _ => one.words.clone(),
            },
            is_error: one.is_error,
        })
        .collect()
}

/// A button that can be pressed: at the ends of a list one of them is switched off.
fn reachable(button: &'static str, (at, count): (usize, usize), kind: Kind) -> &'static str {
    let has_fields = !matches!(kind, Kind::Divider | Kind::Columns);
    match button {
        "edit" if !has_fields && at > 0 => "up",
        "edit" if !has_fields => "down",
        "up" if at > 0 => "up",
        "down" if at + 1 < count => "down",
        "up" if at + 1 < count => "down",
        "down" if at > 0 => "up",
        _ => "edit",
    }
}

fn title(kind: Kind, place: Place) -> String {
    match place.within {
        None => format!("{} {}", place.block + 1, kind.label()),
        Some((Side::Left, at)) => format!("{} left {} {}", place.block + 1, at + 1, kind.label()),
        Some((Side::Right, at)) => format!("{} right {} {}", place.block + 1, at + 1, kind.label()),
    }
}

const fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Heading => "hash",
        Kind::Text => "file-text",
        Kind::Button => "target",
        Kind::Image => "image",
        Kind::Divider => "minus",
        Kind::Spacer => "chevrons-up-down",
        Kind::Columns => "square-kanban",
        Kind::Footer => "mail",
    }
}

fn excerpt(block: &Block) -> String {
    let text = match block {
        Block::Heading { text, .. } => text.clone(),
        Block::Text { markdown } => markdown.clone(),
        Block::Button { label, address } => format!("{label} → {address}"),
        Block::Image { source, .. } if source.is_empty() => "No image chosen".to_owned(),
        Block::Image { alt, .. } if alt.is_empty() => "Only decorates".to_owned(),
        Block::Image { alt, .. } => alt.clone(),
        Block::Spacer { height } => format!("{height} pixels high"),
        Block::Footer { reason } => reason.clone(),
        Block::Divider | Block::TwoColumns { .. } => String::new(),
    };
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() > EXCERPT {
        true => format!("{}…", line.chars().take(EXCERPT).collect::<String>().trim_end()),
        false => line,
    }
}

fn picture(block: &Block) -> String {
    match block {
        Block::Image { source, .. } if source.starts_with('/') => source.clone(),
        _ => String::new(),
    }
}

fn levels(chosen: HeadingLevel) -> Vec<Choice> {
    let is_title = chosen == HeadingLevel::Title;
    vec![
        Choice::new("title", "Title of the mail", is_title),
        Choice::new("section", "Heading of a part", !is_title),
    ]
}
