//! A QR code (ISO/IEC 18004) as one SVG path, so that a page can show it without a script or a style.

use anyhow::anyhow;
use qrcode::{Color, EcLevel, QrCode};

/// A drawn code.
pub struct Drawing {
    /// Modules on a side, with the quiet zone of four on each.
    pub side: usize,
    /// The dark modules: runs of squares, one a module wide.
    pub path: String,
}

/// Light modules around the code that the standard asks for.
const QUIET: usize = 4;

/// Draws `text`.
///
/// # Errors
/// When it is too long for a code.
pub fn draw(text: &str) -> anyhow::Result<Drawing> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|cause| anyhow!("a QR code: {cause}"))?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        for (x, length) in dark_runs(row) {
            path.push_str(&format!("M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET));
        }
    }
    Ok(Drawing {
        side: width + 2 * QUIET,
        path,
    })
}

/// Start and length of each run of dark modules.
fn dark_runs(row: &[Color]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (x, color) in row.iter().enumerate() {
        match (color, runs.last_mut()) {
            (Color::Dark, Some((start, length))) if *start + *length == x => *length += 1,
            (Color::Dark, _) => runs.push((x, 1)),
            (Color::Light, _) => {}
        }
    }
    runs
}
