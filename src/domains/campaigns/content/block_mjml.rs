//! The MJML that blocks become.

use std::fmt::Write as _;

use super::blocks::{Block, ColumnBlock, HeadingLevel, Theme};
use super::colors::Color;
use super::language::escape_html;
use super::markdown;

const FONTS: &str = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
/// The tallest empty space, in pixels.
pub const TALLEST_SPACER: u16 = 200;
/// Behind the content on dark devices.
const DARK_PAPER: &str = "#1c2329";

/// Blocks as MJML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenBlocks {
    pub mjml: String,
    /// The line on which each block begins, counted from 1.
    starts: Vec<u32>,
}

impl WrittenBlocks {
    /// Which block a line of the MJML belongs to; none for the frame around them.
    pub fn block_at(&self, line: u32) -> Option<usize> {
        let before = self.starts.iter().take_while(|start| **start <= line).count();
        before.checked_sub(1)
    }
}

/// Writes blocks as MJML. Template tags in texts and addresses pass through untouched; all else is escaped.
pub fn to_mjml(blocks: &[Block], theme: &Theme) -> String {
    write_blocks(blocks, theme).mjml
}

/// [`to_mjml`] with the places of the blocks, so that what is wrong on a line can be told of its block.
pub fn write_blocks(blocks: &[Block], theme: &Theme) -> WrittenBlocks {
    let mut writer = Writer {
        theme,
        out: String::with_capacity(4096),
        section: Section::None,
        starts: Vec::with_capacity(blocks.len()),
    };
    writer.head();
    blocks.iter().for_each(|block| writer.block(block));
    writer.finish()
}

/// The section that single blocks are being added to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    None,
    Open,
}

struct Writer<'a> {
    theme: &'a Theme,
    out: String,
    section: Section,
    starts: Vec<u32>,
}

impl Writer<'_> {
    fn head(&mut self) {
        let (brand, on_brand) = (
            color(&self.theme.brand, "#175e54"),
            color(&self.theme.on_brand, "#ffffff"),
        );
        let (text, background) = (
            color(&self.theme.text, "#26303a"),
            color(&self.theme.background, "#f2f4f5"),
        );
        let language = attribute(&self.theme.language);
        let dark = self.in_the_dark(brand);
        let _ = write!(
            self.out,
            "<mjml lang=\"{language}\">\n<mj-head>\n<mj-attributes>\n<mj-all font-family=\"{FONTS}\" />\n\
             <mj-text font-size=\"16px\" line-height=\"1.6\" color=\"{text}\" padding=\"0 32px 16px\" />\n\
             <mj-button background-color=\"{brand}\" color=\"{on_brand}\" font-size=\"16px\" font-weight=\"600\" \
             border-radius=\"6px\" inner-padding=\"14px 28px\" padding=\"8px 32px 24px\" align=\"left\" />\n\
             <mj-image padding=\"0 32px 16px\" />\n\
             <mj-divider border-width=\"1px\" border-color=\"#dfe4e8\" padding=\"8px 32px 24px\" />\n\
             </mj-attributes>\n<mj-style>h1 {{ margin: 0; font-size: 28px; line-height: 1.25; }} \
             h2 {{ margin: 0; font-size: 20px; line-height: 1.35; }} p {{ margin: 0 0 16px; }} a {{ color: {brand}; }}</mj-style>\n\
             {dark}</mj-head>\n<mj-body width=\"600px\" background-color=\"{background}\" css-class=\"ground\">\n"
        );
    }

    /// Colours for readers whose device is dark. Mail programs that know no such rule invert the light ones by themselves; a theme that
    /// is dark already stays as it is.
    fn in_the_dark(&self, brand: &str) -> String {
        let is_light = |given: &str| Color::parse(given).is_none_or(Color::is_light);
        let (Some(link), Some(paper)) = (Color::parse(brand), Color::parse(DARK_PAPER)) else {
            return String::new();
        };
        if !is_light(&self.theme.paper) || !is_light(&self.theme.background) {
            return String::new();
        }
        let link = link.readable_on(paper);
        format!(
            "<mj-style>@media (prefers-color-scheme: dark) {{ body, .ground {{ background-color: #12171b !important; }} \
             .paper, .paper table {{ background: {DARK_PAPER} !important; background-color: {DARK_PAPER} !important; }} \
             .words div, .words p, .words h1, .words h2 {{ color: #e6ebef !important; }} .words a {{ color: {link} !important; }} \
             .aside div, .aside p {{ color: #aab4bd !important; }} .aside a {{ color: {link} !important; }} }}</mj-style>\n"
        )
    }

    fn begin(&mut self) {
        let line = self.out.matches('\n').count() + 1;
        self.starts.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::TwoColumns { left, right } => self.two_columns(left, right),
            Block::Footer { reason } => self.footer(reason),
            single => {
                if self.section == Section::None {
                    self.open_section("32px 0 8px");
                    self.out.push_str("<mj-column>\n");
                    self.section = Section::Open;
                }
                self.begin();
                if let Some(block) = single.in_column() {
                    self.column_block(&block);
                }
            }
        }
    }

    fn open_section(&mut self, padding: &str) {
        let paper = color(&self.theme.paper, "#ffffff");
        let _ = writeln!(
            self.out,
            "<mj-section css-class=\"paper\" background-color=\"{paper}\" padding=\"{padding}\">"
        );
    }

    fn close_section(&mut self) {
        if self.section == Section::Open {
            self.out.push_str("</mj-column>\n</mj-section>\n");
            self.section = Section::None;
        }
    }

    fn two_columns(&mut self, left: &[ColumnBlock], right: &[ColumnBlock]) {
        self.close_section();
        self.begin();
        self.open_section("16px 0 0");
        for column in [left, right] {
            self.out.push_str("<mj-column>\n");
            column.iter().for_each(|block| self.column_block(block));
            self.out.push_str("</mj-column>\n");
        }
        self.out.push_str("</mj-section>\n");
    }

    fn column_block(&mut self, block: &ColumnBlock) {
        let _ = match block {
            ColumnBlock::Heading { level, text } => {
                let name = if *level == HeadingLevel::Title { "h1" } else { "h2" };
                writeln!(
                    self.out,
                    "<mj-text css-class=\"words\"><{name}>{}</{name}></mj-text>",
                    escaped(text)
                )
            }
            ColumnBlock::Text { markdown } => {
                let html = markdown::to_html(markdown);
                writeln!(self.out, "<mj-text css-class=\"words\">{html}</mj-text>")
            }
            ColumnBlock::Button { label, address } => {
                writeln!(
                    self.out,
                    "<mj-button href=\"{}\">{}</mj-button>",
                    attribute(address),
                    escaped(label)
                )
            }
            ColumnBlock::Image {
                source,
                alt,
                address,
                width,
            } => {
                let link = address.as_deref().filter(|address| !address.trim().is_empty());
                let link = link
                    .map(|address| format!(" href=\"{}\"", attribute(address)))
                    .unwrap_or_default();
                let width = width
                    .map(|width| format!(" width=\"{width}px\""))
                    .unwrap_or_default();
                writeln!(
                    self.out,
                    "<mj-image src=\"{}\" alt=\"{}\"{width}{link} />",
                    attribute(source),
                    attribute(alt)
                )
            }
            ColumnBlock::Divider => writeln!(self.out, "<mj-divider />"),
            ColumnBlock::Spacer { height } => {
                writeln!(
                    self.out,
                    "<mj-spacer height=\"{}px\" />",
                    height.min(&TALLEST_SPACER)
                )
            }
        };
    }

    fn footer(&mut self, reason: &str) {
        self.close_section();
        self.begin();
        let (leave, choose) = match self.theme.language.starts_with("fr") {
            true => ("Se désabonner", "Choisir ce que vous recevez"),
            false => ("Unsubscribe", "Choose what you get"),
        };
        let _ = write!(
            self.out,
            "<mj-section padding=\"20px 0 32px\">\n<mj-column>\n<mj-text css-class=\"aside\" font-size=\"13px\" color=\"#55616d\">\
             <p>{}</p><p>{{{{ organization.name }}}}, {{{{ organization.postal_address }}}}</p>\
             <p><a href=\"{{{{ links.unsubscribe }}}}\">{leave}</a> &middot; \
             <a href=\"{{{{ links.preferences }}}}\">{choose}</a></p></mj-text>\n\
             </mj-column>\n</mj-section>\n",
            escaped(reason)
        );
    }

    fn finish(mut self) -> WrittenBlocks {
        self.close_section();
        self.out.push_str("</mj-body>\n</mjml>\n");
        WrittenBlocks {
            mjml: self.out,
            starts: self.starts,
        }
    }
}

fn color<'a>(given: &'a str, default: &'a str) -> &'a str {
    match Color::parse(given) {
        Some(_) => given,
        None => default,
    }
}

/// Escapes text, leaving template tags as they are.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, tag, after)) = markdown::next_tag(rest) {
        escape_html(before, &mut result);
        result.push_str(tag);
        rest = after;
    }
    escape_html(rest, &mut result);
    result
}

fn attribute(text: &str) -> String {
    escaped(text.trim())
}
