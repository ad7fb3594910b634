//! A certificate on paper: A4, lying. What the fonts at hand have no letters for is not drawn as boxes: the page says where it is
//! written out, and the title of the document holds the name.

use super::model::Certificate;
use crate::platform::print::{self, Ink, Part, Place, Sheet};

const INK: Ink = (0.10, 0.12, 0.18);
const MUTED: Ink = (0.36, 0.39, 0.46);
const ACCENT: Ink = (0.12, 0.29, 0.68);
/// The widest that text in the middle may be, in points.
const WIDEST: f32 = 640.0;
/// How wide the QR code is: 28 mm.
const CODE: f32 = 79.0;

/// What of a certificate cannot be drawn with the fonts at hand.
pub fn unwritten(one: &Certificate) -> Vec<&'static str> {
    [
        ("your name", &one.name),
        ("the journey’s title", &one.journey),
        ("the certificate’s title", &one.title),
        ("what it stands for", &one.criteria),
        ("who signs it", &one.signatory),
        ("the organization’s name", &one.organization),
    ]
    .into_iter()
    .filter(|(_, words)| !print::is_drawable(words))
    .map(|(what, _)| what)
    .collect()
}

/// The certificate as a PDF; `public` is its address for outsiders.
///
/// # Errors
/// When a font at hand is broken.
pub fn written(one: &Certificate, public: &str) -> anyhow::Result<Vec<u8>> {
    let mut sheet = Sheet::a4_landscape();
    let words = one.words();
    let elsewhere = words.say("certificate-elsewhere");
    let draw = |sheet: &mut Sheet, part: (Part, &str), sizes: (f32, f32), at: (f32, f32), ink: Ink| {
        draw(sheet, &elsewhere, part, sizes, at, ink)
    };
    let middle = sheet.width() / 2.0;
    sheet.frame(24.0, 2.0, ACCENT);
    sheet.frame(30.0, 0.5, ACCENT);
    draw(
        &mut sheet,
        (Part::Text, &one.organization),
        (14.0, 9.0),
        (middle, 518.0),
        MUTED,
    );
    draw(
        &mut sheet,
        (Part::Title, &one.title),
        (32.0, 14.0),
        (middle, 458.0),
        ACCENT,
    );
    draw(
        &mut sheet,
        (Part::Text, &words.say("certificate-certifies")),
        (12.0, 12.0),
        (middle, 418.0),
        MUTED,
    );
    let below = draw(
        &mut sheet,
        (Part::Text, &one.name),
        (36.0, 14.0),
        (middle, 366.0),
        INK,
    );
    let line = below - 14.0;
    sheet.rule((middle - 180.0, line), (middle + 180.0, line), 0.75, ACCENT);
    draw(
        &mut sheet,
        (Part::Text, &words.say("certificate-completed")),
        (12.0, 12.0),
        (middle, line - 24.0),
        MUTED,
    );
    let below = draw(
        &mut sheet,
        (Part::Text, &one.journey),
        (22.0, 12.0),
        (middle, line - 56.0),
        INK,
    );
    draw(
        &mut sheet,
        (Part::Text, &one.criteria),
        (11.0, 8.0),
        (middle, below - 30.0),
        INK,
    );
    foot(&mut sheet, one, public);
    sheet.written(
        &format!("{}: {}", one.title, one.name),
        &one.organization,
        words.lang(),
    )
}

/// Draws text around the middle, as large as it fits into two lines; into more when it must be at its smallest. Where its last line stands.
fn draw(
    sheet: &mut Sheet,
    elsewhere: &str,
    (part, words): (Part, &str),
    (size, smallest): (f32, f32),
    (x, y): (f32, f32),
    ink: Ink,
) -> f32 {
    let words = match print::is_drawable(words) {
        true => words,
        false => elsewhere,
    };
    let mut size = if words == elsewhere {
        smallest.max(11.0)
    } else {
        size
    };
    let mut lines = print::lines(words, size, WIDEST).unwrap_or_default();
    let fits = |lines: &[String], size: f32| {
        let is_narrow = |line: &String| print::width(line, size).is_some_and(|width| width <= WIDEST);
        lines.len() <= 2 && lines.iter().all(is_narrow)
    };
    while !fits(&lines, size) && size > smallest {
        size -= 1.0;
        lines = print::lines(words, size, WIDEST).unwrap_or_default();
    }
    let mut at = y;
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            at -= size * 1.3;
        }
        // One word wider than the page is made as small as it has to be.
        let wide = print::width(line, size).unwrap_or(0.0);
        let size = if wide > WIDEST { size * WIDEST / wide } else { size };
        sheet.line(part, line, size, Place::Middle(x, at), ink);
    }
    at
}

/// Who signs and when, and where outsiders ask about it.
fn foot(sheet: &mut Sheet, one: &Certificate, public: &str) {
    let words = one.words();
    let elsewhere = words.say("certificate-elsewhere");
    let (left, right) = (64.0, sheet.width() - 64.0);
    let mut row = 118.0;
    if !one.signatory.is_empty() {
        let signatory = match print::is_drawable(&one.signatory) {
            true => one.signatory.as_str(),
            false => elsewhere.as_str(),
        };
        let size =
            print::width(signatory, 12.0).map_or(12.0, |wide| (12.0_f32).min(12.0 * 240.0 / wide.max(1.0)));
        sheet.rule((left, row + 16.0), (left + 200.0, row + 16.0), 0.5, MUTED);
        sheet.line(Part::Text, signatory, size, Place::Start(left, row), INK);
        row -= 18.0;
    }
    let issued = words.with("certificate-issued-on", "day", &words.day(one, one.issued_at));
    sheet.line(Part::Text, &issued, 10.0, Place::Start(left, row), INK);
    if let Some(until) = one.expires_at {
        row -= 15.0;
        let until = words.with("certificate-valid-until", "day", &words.day(one, until));
        sheet.line(Part::Text, &until, 10.0, Place::Start(left, row), INK);
    }
    let number = words.with("certificate-number", "number", &one.number);
    sheet.line(Part::Text, &number, 10.0, Place::Start(left, row - 15.0), INK);
    let code = words.with("certificate-code", "address", public);
    sheet.code(public, &code, (right - CODE, 66.0), CODE, INK);
    sheet.line(
        Part::Text,
        &words.say("certificate-ask"),
        9.0,
        Place::End(right, 55.0),
        MUTED,
    );
    let size = print::width(public, 8.0).map_or(8.0, |wide| (8.0_f32).min(8.0 * 700.0 / wide.max(1.0)));
    sheet.line(Part::Text, public, size, Place::End(right, 43.0), MUTED);
}
