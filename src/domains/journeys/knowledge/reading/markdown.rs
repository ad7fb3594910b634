//! Pages written here: Markdown, block by block, each with its source.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::kernel::text::without_invisible;

use super::Block;

/// The blocks of a page.
pub fn blocks(source: &str) -> Vec<Block> {
    let source = without_invisible(source);
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut reading = Reading::default();
    for (event, at) in Parser::new_ext(&source, options).into_offset_iter() {
        match event {
            Event::Start(tag) => reading.start(&tag, at.start),
            Event::End(tag) => {
                let written = source
                    .get(reading.from..at.end.max(reading.from))
                    .unwrap_or_default();
                reading.end(tag, written);
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                reading.text.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => reading.text.push(' '),
            _ => {}
        }
    }
    reading.blocks
}

#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    depth: usize,
    level: Option<u8>,
    /// Where the block begins.
    from: usize,
    text: String,
}

impl Reading {
    fn start(&mut self, tag: &Tag<'_>, at: usize) {
        if self.depth == 0 {
            self.from = at;
            self.level = match tag {
                Tag::Heading { level, .. } => Some(number(*level)),
                _ => None,
            };
        }
        self.depth += 1;
    }

    fn end(&mut self, tag: TagEnd, written: &str) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            match tag {
                TagEnd::Item | TagEnd::Paragraph | TagEnd::TableRow | TagEnd::TableHead => {
                    self.text.push('\n')
                }
                TagEnd::TableCell => self.text.push(' '),
                _ => {}
            }
            return;
        }
        let lines: Vec<String> = std::mem::take(&mut self.text)
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        let text = lines.join("\n");
        self.blocks.push(match self.level.take() {
            Some(level) => Block::Heading { level, text },
            None => Block::Text {
                text,
                source: written.to_owned(),
                page: None,
            },
        });
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
