//! Pages for printing: lines of text in any direction, rules and QR codes on one sheet, written as a tagged PDF that screen readers read.
//!
//! Nothing is drawn that the fonts at hand have no letters for: [`Sheet::line`] says so instead, and the caller says it in words.

mod faces;
mod writing;

use pdf_writer::types::StructRole;
use pdf_writer::{Content, Finish as _, Name, Str, TextStr};
use qrcode::{Color, EcLevel, QrCode};

use faces::{Face, Set, Used, set};

/// A colour: red, green and blue from 0 to 1.
pub type Ink = (f32, f32, f32);

/// What a piece of a page is to who hears it read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The title of the page.
    Title,
    /// A paragraph.
    Text,
    /// A picture; its words stand for it.
    Picture,
}

impl Part {
    fn role(self) -> StructRole {
        match self {
            Self::Title => StructRole::H1,
            Self::Text => StructRole::P,
            Self::Picture => StructRole::Figure,
        }
    }

    fn tag(self) -> &'static [u8] {
        match self {
            Self::Title => b"H1",
            Self::Text => b"P",
            Self::Picture => b"Figure",
        }
    }
}

/// Something on the page, as it is read.
struct Said {
    part: Part,
    words: String,
}

/// Where a line stands: its baseline, and the middle or the start of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// Around this point.
    Middle(f32, f32),
    /// From this point to the right.
    Start(f32, f32),
    /// From this point to the left.
    End(f32, f32),
}

/// Whether every letter of a text is in one of the fonts.
pub fn is_drawable(words: &str) -> bool {
    Face::of(words).is_some()
}

/// How wide a line would be in points; nothing when it cannot be drawn.
pub fn width(words: &str, size: f32) -> Option<f32> {
    set(Face::of(words)?, words).map(|line| line.width * size)
}

/// Words in lines of at most this width; nothing when they cannot be drawn.
pub fn lines(words: &str, size: f32, widest: f32) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        let longer = match lines.last() {
            Some(line) => format!("{line} {word}"),
            None => word.to_owned(),
        };
        match lines.last_mut() {
            Some(line) if width(&longer, size)? <= widest => *line = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    Some(lines)
}

/// One page that is being drawn. Measures are points, from the lower left corner.
pub struct Sheet {
    width: f32,
    height: f32,
    content: Content,
    used: Vec<Used>,
    said: Vec<Said>,
}

impl Sheet {
    /// An empty page of A4, lying.
    pub fn a4_landscape() -> Self {
        Self {
            width: 841.89,
            height: 595.28,
            content: Content::new(),
            used: Face::ALL.iter().map(|face| Used::new(*face)).collect(),
            said: Vec::new(),
        }
    }

    /// How wide the page is.
    pub fn width(&self) -> f32 {
        self.width
    }

    /// How high the page is.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// Draws a line of text; false, and nothing drawn, when the fonts have no letters for it.
    pub fn line(&mut self, part: Part, words: &str, size: f32, place: Place, ink: Ink) -> bool {
        let Some(line) = Face::of(words).and_then(|face| set(face, words)) else {
            return false;
        };
        let (x, y) = match place {
            Place::Middle(x, y) => (x - line.width * size / 2.0, y),
            Place::Start(x, y) => (x, y),
            Place::End(x, y) => (x - line.width * size, y),
        };
        self.begin(part, words);
        self.glyphs(&line, size, (x, y), ink);
        self.content.end_marked_content();
        true
    }

    fn begin(&mut self, part: Part, words: &str) {
        let id = i32::try_from(self.said.len()).unwrap_or(i32::MAX);
        let mut marked = self
            .content
            .begin_marked_content_with_properties(Name(part.tag()));
        let mut properties = marked.properties();
        properties.identify(id);
        // Who copies text takes the glyphs from left to right, unless it is told what they say.
        if part != Part::Picture {
            properties.actual_text(TextStr(words));
        }
        properties.finish();
        marked.finish();
        self.said.push(Said {
            part,
            words: words.to_owned(),
        });
    }

    fn glyphs(&mut self, line: &Set, size: f32, (x, y): (f32, f32), (red, green, blue): Ink) {
        let Some(used) = self.used.iter_mut().find(|used| used.face == line.face) else {
            return;
        };
        self.content.begin_text();
        self.content.set_fill_rgb(red, green, blue);
        self.content.set_font(Name(line.face.name()), size);
        let mut at = x;
        for glyph in &line.glyphs {
            let id = used.take(glyph);
            let matrix = [1.0, 0.0, 0.0, 1.0, at + glyph.right * size, y + glyph.up * size];
            self.content.set_text_matrix(matrix);
            self.content.show(Str(&id.to_be_bytes()));
            at += glyph.advance * size;
        }
        self.content.end_text();
    }

    /// Draws a straight line that only looks good.
    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, ink: Ink) {
        self.artifact(|content| {
            content.set_stroke_rgb(ink.0, ink.1, ink.2).set_line_width(thick);
            content.move_to(from.0, from.1).line_to(to.0, to.1).stroke();
        });
    }

    /// Draws a frame so far from the edges.
    pub fn frame(&mut self, inset: f32, thick: f32, ink: Ink) {
        let (width, height) = (self.width - 2.0 * inset, self.height - 2.0 * inset);
        self.artifact(|content| {
            content.set_stroke_rgb(ink.0, ink.1, ink.2).set_line_width(thick);
            content.rect(inset, inset, width, height).stroke();
        });
    }

    fn artifact(&mut self, draw: impl FnOnce(&mut Content)) {
        self.content.begin_marked_content(Name(b"Artifact"));
        draw(&mut self.content);
        self.content.end_marked_content();
    }

    /// Draws a QR code with its lower left corner here, and as wide; nothing when the text is too long for one.
    pub fn code(&mut self, text: &str, words: &str, (x, y): (f32, f32), wide: f32, ink: Ink) {
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
            return;
        };
        let modules = code.width();
        let module = wide / f32::from(u16::try_from(modules).unwrap_or(u16::MAX));
        self.begin(Part::Picture, words);
        self.content.set_fill_rgb(ink.0, ink.1, ink.2);
        for (row, colors) in code.to_colors().chunks(modules).enumerate() {
            let top = y + wide - module * f32::from(u16::try_from(row + 1).unwrap_or(u16::MAX));
            for (column, _) in colors
                .iter()
                .enumerate()
                .filter(|(_, color)| **color == Color::Dark)
            {
                let left = x + module * f32::from(u16::try_from(column).unwrap_or(u16::MAX));
                // A hair wider than a module, so that no light shines between two of them.
                self.content.rect(left, top, module * 1.01, module * 1.01);
            }
        }
        self.content.fill_nonzero();
        self.content.end_marked_content();
    }

    /// The page as a PDF. Its title is what its window is called.
    ///
    /// # Errors
    /// When a font at hand is broken.
    pub fn written(self, title: &str, author: &str, lang: &str) -> anyhow::Result<Vec<u8>> {
        writing::write(self, title, author, lang)
    }
}
