//! The fonts at hand, and how text is set in them: shaped as its script asks (OpenType), in the order in which it is read from left to
//! right (Unicode Standard Annex 9).

use std::sync::LazyLock;

use rustybuzz::{Direction, UnicodeBuffer};
use subsetter::GlyphRemapper;
use unicode_bidi::BidiInfo;

/// A font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Latin, Greek and Cyrillic, with serifs.
    Serif,
    /// Many more scripts.
    Sans,
}

static SERIF: &[u8] = include_bytes!("../../../static/vendor/fonts/NotoSerif.ttf");
static SANS: &[u8] = include_bytes!("../../../static/vendor/fonts/DejaVuSans.ttf");

static OPEN_SERIF: LazyLock<Option<rustybuzz::Face<'static>>> =
    LazyLock::new(|| rustybuzz::Face::from_slice(SERIF, 0));
static OPEN_SANS: LazyLock<Option<rustybuzz::Face<'static>>> =
    LazyLock::new(|| rustybuzz::Face::from_slice(SANS, 0));

impl Face {
    /// All of them, the nicest first.
    pub const ALL: &'static [Self] = &[Self::Serif, Self::Sans];

    /// The nicest that has every letter of a text.
    pub fn of(words: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|face| face.covers(words))
    }

    fn covers(self, words: &str) -> bool {
        let Some(face) = self.open() else { return false };
        words
            .chars()
            .all(|c| is_invisible(c) || face.glyph_index(c).is_some())
    }

    /// The font for setting text.
    pub fn open(self) -> Option<&'static rustybuzz::Face<'static>> {
        match self {
            Self::Serif => OPEN_SERIF.as_ref(),
            Self::Sans => OPEN_SANS.as_ref(),
        }
    }

    /// Its file.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Serif => SERIF,
            Self::Sans => SANS,
        }
    }

    /// What a page calls it.
    pub fn name(self) -> &'static [u8] {
        match self {
            Self::Serif => b"F0",
            Self::Sans => b"F1",
        }
    }

    /// What a document calls it: six letters of its own say that it is a part of the font (ISO 32000-1, 9.6.4).
    pub fn title(self) -> &'static [u8] {
        match self {
            Self::Serif => b"WMKSER+NotoSerif",
            Self::Sans => b"WMKSAN+DejaVuSans",
        }
    }
}

/// Joiners, marks of direction and variation selectors, which shape their neighbours and are nothing themselves.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{61c}')
}

/// One glyph of a line; measures are parts of the size of the text.
pub struct Glyph {
    pub id: u16,
    pub advance: f32,
    pub right: f32,
    pub up: f32,
    /// What it stands for, for who copies it out of the page.
    pub text: String,
}

/// A line of text that was set.
pub struct Set {
    pub face: Face,
    pub width: f32,
    pub glyphs: Vec<Glyph>,
}

/// Sets a line in a font.
pub fn set(face: Face, words: &str) -> Option<Set> {
    let open = face.open()?;
    let bidi = BidiInfo::new(words, None);
    let mut glyphs = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let is_rtl = levels.get(run.start).is_some_and(|level| level.is_rtl());
            shape(open, words.get(run)?, is_rtl, &mut glyphs);
        }
    }
    Some(Set {
        face,
        width: glyphs.iter().map(|glyph: &Glyph| glyph.advance).sum(),
        glyphs,
    })
}

fn shape(face: &rustybuzz::Face<'_>, run: &str, is_rtl: bool, glyphs: &mut Vec<Glyph>) {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(run);
    buffer.set_direction(match is_rtl {
        true => Direction::RightToLeft,
        false => Direction::LeftToRight,
    });
    let shaped = rustybuzz::shape(face, &[], buffer);
    let unit = 1.0 / f32::from(u16::try_from(face.units_per_em()).unwrap_or(1000));
    let measure = |value: i32| f32::from(i16::try_from(value).unwrap_or(0)) * unit;
    let mut clusters: Vec<usize> = shaped
        .glyph_infos()
        .iter()
        .map(|info| usize::try_from(info.cluster).unwrap_or(0))
        .collect();
    clusters.sort_unstable();
    clusters.dedup();
    let mut last = None;
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let from = usize::try_from(info.cluster).unwrap_or(0);
        let to = clusters
            .iter()
            .copied()
            .find(|next| *next > from)
            .unwrap_or(run.len());
        // All glyphs of a cluster stand for it together: the first says so.
        let is_first = last.replace(from) != Some(from);
        glyphs.push(Glyph {
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            advance: measure(position.x_advance),
            right: measure(position.x_offset),
            up: measure(position.y_offset),
            text: match is_first {
                true => run.get(from..to).unwrap_or_default().to_owned(),
                false => String::new(),
            },
        });
    }
}

/// What a page uses of a font.
pub struct Used {
    pub face: Face,
    pub mapper: GlyphRemapper,
    /// New id, width in thousandths of the size, and text of each glyph, in the order of the new ids.
    pub glyphs: Vec<(u16, f32, String)>,
}

impl Used {
    /// Nothing yet.
    pub fn new(face: Face) -> Self {
        Self {
            face,
            mapper: GlyphRemapper::new(),
            glyphs: Vec::new(),
        }
    }

    /// The id of a glyph in the part of the font that goes into the document.
    pub fn take(&mut self, glyph: &Glyph) -> u16 {
        let is_known = self.mapper.get(glyph.id).is_some();
        let id = self.mapper.remap(glyph.id);
        if !is_known {
            let open = self.face.open();
            let own = open.and_then(|face| face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(glyph.id)));
            let unit = open.map_or(1000.0, |face| {
                f32::from(u16::try_from(face.units_per_em()).unwrap_or(1000))
            });
            let width = f32::from(own.unwrap_or(0)) * 1000.0 / unit;
            self.glyphs.push((id, width, glyph.text.clone()));
        }
        id
    }
}
