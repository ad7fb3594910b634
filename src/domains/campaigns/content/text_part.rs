//! The plain text alternative, written from the HTML: headings, lists, tables and links a reader can follow.

use super::html::entities;
use super::html::scan::{self, Element, Piece};
use super::tags::{self, Chunk, MARKER_END, MARKER_START, TagKind, TagTable};
use super::text_lines::Lines;

/// How the addresses of links are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LinkStyle {
    /// A number in brackets, and a list of addresses at the end.
    #[default]
    Footnotes,
    /// The address right after the words, which also works inside loops and choices.
    Inline,
}

/// Writes the text of a document with markers; the text has markers too.
pub(crate) fn from_html(html: &str, table: &TagTable, style: LinkStyle) -> String {
    let mut writer = Writer {
        style,
        table: Some(table),
        ..Writer::default()
    };
    for piece in scan::scan(html) {
        writer.piece(&piece);
    }
    writer.finish()
}

/// A list being written.
enum List {
    Bullets,
    Numbers(u32),
}

/// A table being written. Tables that only lay things out have no cells to separate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Layout,
    Grid,
}

/// A link whose words are being read.
struct OpenLink {
    address: String,
    /// Where its words begin in the output.
    start: usize,
}

#[derive(Default)]
struct Writer<'a> {
    lines: Lines,
    style: LinkStyle,
    table: Option<&'a TagTable>,
    /// Elements open inside a hidden one, itself included.
    hidden: Vec<String>,
    lists: Vec<List>,
    tables: Vec<Table>,
    cells_in_row: usize,
    link: Option<OpenLink>,
    footnotes: Vec<String>,
}

impl Writer<'_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        if !self.hidden.is_empty() {
            return self.skip(piece);
        }
        match piece {
            Piece::Text(text) => self.text(text),
            Piece::Open(element) if is_hidden(element) => {
                if !element.is_void() {
                    self.hidden.push(element.name.clone());
                }
            }
            Piece::Open(element) => self.open(element),
            Piece::Close { name, .. } => self.close(name),
            Piece::RawText(_) | Piece::Markup(_) => {}
        }
    }

    fn skip(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Open(element) if !element.is_void() => self.hidden.push(element.name.clone()),
            Piece::Close { name, .. } => {
                if let Some(position) = self.hidden.iter().rposition(|hidden| hidden == name) {
                    self.hidden.truncate(position);
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, element: &Element<'_>) {
        match element.name.as_str() {
            "br" => self.lines.line_break(),
            "hr" => {
                self.lines.need_lines(2);
                self.lines.visible("----------");
                self.lines.need_lines(2);
            }
            "img" => self.text(element.value("alt").unwrap_or_default()),
            "a" => self.open_link(element.value("href").unwrap_or_default()),
            "li" => self.open_item(),
            "ul" | "ol" => self.open_list(&element.name),
            "table" => {
                let is_layout = element
                    .value("role")
                    .is_some_and(|role| role == "presentation" || role == "none");
                self.tables
                    .push(if is_layout { Table::Layout } else { Table::Grid });
                self.lines.need_lines(2);
            }
            "tr" => {
                self.cells_in_row = 0;
                self.lines.need_lines(1);
            }
            "td" | "th" => self.open_cell(),
            "blockquote" => {
                self.lines.need_lines(2);
                self.lines.quotes += 1;
            }
            name => self.lines.need_lines(lines_around(name)),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.close_link(),
            "ul" | "ol" => {
                self.lists.pop();
                self.lines.need_lines(if self.lists.is_empty() { 2 } else { 1 });
            }
            "li" => self.lines.need_lines(1),
            "table" => {
                self.tables.pop();
                self.lines.need_lines(2);
            }
            "tr" => self.lines.need_lines(1),
            "td" | "th" => {
                if self.tables.last() != Some(&Table::Grid) {
                    self.lines.need_lines(1);
                }
            }
            "blockquote" => {
                self.lines.need_lines(2);
                self.lines.quotes = self.lines.quotes.saturating_sub(1);
            }
            _ => self.lines.need_lines(lines_around(name)),
        }
    }

    fn open_list(&mut self, name: &str) {
        self.lines.need_lines(if self.lists.is_empty() { 2 } else { 1 });
        // Numbers would start again in every round of a loop.
        let is_numbered = name == "ol" && self.style == LinkStyle::Footnotes;
        self.lists.push(if is_numbered {
            List::Numbers(0)
        } else {
            List::Bullets
        });
    }

    fn open_item(&mut self) {
        self.lines.need_lines(1);
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        let sign = match self.lists.last_mut() {
            Some(List::Numbers(count)) => {
                *count += 1;
                format!("{indent}{count}. ")
            }
            _ => format!("{indent}- "),
        };
        self.lines.visible(&sign);
    }

    fn open_cell(&mut self) {
        if self.tables.last() != Some(&Table::Grid) {
            return self.lines.need_lines(1);
        }
        if self.cells_in_row > 0 {
            self.lines.separate(" | ");
        }
        self.cells_in_row += 1;
    }

    fn open_link(&mut self, address: &str) {
        self.close_link();
        let address = entities::decode(address.trim());
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        let start = self.lines.begin_words();
        self.link = Some(OpenLink { address, start });
    }

    fn close_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let words = self.lines.since(link.start).trim();
        let bare = link
            .address
            .strip_prefix("mailto:")
            .or_else(|| link.address.strip_prefix("tel:"));
        if words.is_empty() {
            return self.lines.visible(&link.address);
        }
        if words == link.address
            || Some(words) == bare
            || bare.is_some_and(|bare| self.reads_like(words, bare))
        {
            return;
        }
        let after = match self.style {
            LinkStyle::Inline => format!(" <{}>", link.address),
            LinkStyle::Footnotes => format!(" [{}]", self.footnote(link.address)),
        };
        self.lines.attach(&after);
    }

    /// Whether the words of a link show what its address says, though by another tag.
    fn reads_like(&self, words: &str, address: &str) -> bool {
        self.table
            .is_some_and(|table| table.as_written(words) == table.as_written(address))
    }

    fn footnote(&mut self, address: String) -> usize {
        if let Some(position) = self.footnotes.iter().position(|known| *known == address) {
            return position + 1;
        }
        self.footnotes.push(address);
        self.footnotes.len()
    }

    fn text(&mut self, text: &str) {
        for chunk in tags::chunks(text) {
            match chunk {
                Chunk::Text(text) => self.lines.words(&entities::decode(text)),
                Chunk::Marker(index) => self.marker(index),
            }
        }
    }

    fn marker(&mut self, index: usize) {
        let marker = format!("{MARKER_START}{index}{MARKER_END}");
        match self.table.and_then(|table| table.get(index)).map(|tag| &tag.kind) {
            Some(TagKind::Pixel) | None => {}
            // What is owed belongs before the statement, so that each round of a loop ends its own lines.
            Some(TagKind::Statement(_)) => self.lines.invisible(&marker),
            Some(_) => self.lines.visible(&marker),
        }
    }

    fn finish(mut self) -> String {
        self.close_link();
        let mut text = self.lines.finish();
        if !self.footnotes.is_empty() {
            text.push('\n');
        }
        for (index, address) in self.footnotes.iter().enumerate() {
            text.push_str(&format!("\n[{}] {address}", index + 1));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

fn lines_around(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "section" | "article" | "header"
        | "footer" => 2,
        "div" | "dt" | "dd" | "caption" | "figure" | "figcaption" | "address" | "body" => 1,
        _ => 0,
    }
}

fn is_hidden(element: &Element<'_>) -> bool {
    if matches!(
        element.name.as_str(),
        "head" | "style" | "script" | "title" | "template"
    ) {
        return true;
    }
    element.value("style").is_some_and(|style| {
        let style: String = style.split_whitespace().collect::<String>().to_ascii_lowercase();
        style.contains("display:none") || style.contains("mso-hide:all")
    })
}
