//! The model of the block editor: what staff arrange, and the MJML it becomes.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::language::escape_html;
use super::markdown;

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

const FONTS: &str = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const TALLEST_SPACER: u16 = 200;

/// Writes blocks as MJML. Template tags in texts and addresses pass through untouched; all else is escaped.
pub fn to_mjml(blocks: &[Block], theme: &Theme) -> String {
    let mut writer = Writer {
        theme,
        out: String::with_capacity(4096),
        section: Section::None,
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
             </mj-head>\n<mj-body width=\"600px\" background-color=\"{background}\">\n"
        );
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
                if let Some(block) = as_column_block(single) {
                    self.column_block(&block);
                }
            }
        }
    }

    fn open_section(&mut self, padding: &str) {
        let paper = color(&self.theme.paper, "#ffffff");
        let _ = writeln!(
            self.out,
            "<mj-section background-color=\"{paper}\" padding=\"{padding}\">"
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
                writeln!(self.out, "<mj-text><{name}>{}</{name}></mj-text>", escaped(text))
            }
            ColumnBlock::Text { markdown } => {
                writeln!(self.out, "<mj-text>{}</mj-text>", markdown::to_html(markdown))
            }
            ColumnBlock::Button { label, address } => {
                writeln!(
                    self.out,
                    "<mj-button href=\"{}\">{}</mj-button>",
                    attribute(address),
                    escaped(label)
                )
            }
            ColumnBlock::Image { source, alt, address } => {
                let link = address.as_deref().filter(|address| !address.trim().is_empty());
                let link = link
                    .map(|address| format!(" href=\"{}\"", attribute(address)))
                    .unwrap_or_default();
                writeln!(
                    self.out,
                    "<mj-image src=\"{}\" alt=\"{}\"{link} />",
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
        let _ = write!(
            self.out,
            "<mj-section padding=\"20px 0 32px\">\n<mj-column>\n<mj-text font-size=\"13px\" color=\"#55616d\">\
             <p>{}</p><p>{{{{ organization.name }}}}, {{{{ organization.postal_address }}}}</p>\
             <p><a href=\"{{{{ links.unsubscribe }}}}\">Unsubscribe</a> &middot; \
             <a href=\"{{{{ links.preferences }}}}\">Choose what you get</a></p></mj-text>\n\
             </mj-column>\n</mj-section>\n",
            escaped(reason)
        );
    }

    fn finish(mut self) -> String {
        self.close_section();
        self.out.push_str("</mj-body>\n</mjml>\n");
        self.out
    }
}

fn as_column_block(block: &Block) -> Option<ColumnBlock> {
    Some(match block.clone() {
        Block::Heading { level, text } => ColumnBlock::Heading { level, text },
        Block::Text { markdown } => ColumnBlock::Text { markdown },
        Block::Button { label, address } => ColumnBlock::Button { label, address },
        Block::Image { source, alt, address } => ColumnBlock::Image { source, alt, address },
        Block::Divider => ColumnBlock::Divider,
        Block::Spacer { height } => ColumnBlock::Spacer { height },
        Block::TwoColumns { .. } | Block::Footer { .. } => return None,
    })
}

fn color<'a>(given: &'a str, default: &'a str) -> &'a str {
    let is_color = given
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if is_color { given } else { default }
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
