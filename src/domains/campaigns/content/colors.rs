//! Colours of mail as numbers: whether words can be read on them, in the light and in the dark.

use std::fmt;

/// The least contrast of words with what they stand on (WCAG 2.2, 1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;
/// Steps from a colour to white.
const STEPS: u16 = 10;

/// A colour of the form `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

impl Color {
    /// Reads `#rrggbb`; nothing for any other form.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let pair = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        match is_number {
            true => Some(Self {
                red: pair(0)?,
                green: pair(2)?,
                blue: pair(4)?,
            }),
            false => None,
        }
    }

    /// From 1 (the same) to 21 (black and white).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Whether it is nearer to white than to black.
    pub fn is_light(self) -> bool {
        self.luminance() > 0.18
    }

    /// The same colour, or the nearest to it on the way to white that can be read on dark `paper`.
    pub fn readable_on(self, paper: Self) -> Self {
        (0..=STEPS)
            .map(|step| self.lighter(step))
            .find(|color| color.contrast(paper) >= LEAST_CONTRAST)
            .unwrap_or(self)
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            match share <= 0.040_45 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    fn lighter(self, step: u16) -> Self {
        let mix = |channel: u8| {
            let rest = u16::from(u8::MAX - channel);
            u8::try_from(u16::from(channel) + rest * step / STEPS).unwrap_or(u8::MAX)
        };
        Self {
            red: mix(self.red),
            green: mix(self.green),
            blue: mix(self.blue),
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}
