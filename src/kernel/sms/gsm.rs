//! The alphabet of text messages (3GPP TS 23.038, 6.2.1).

/// The basic table in the order of its codes, without the escape (0x1B).
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension table, each behind an escape (3GPP TS 23.038, 6.2.1.1).
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How many units of seven bits a character takes: 1, or 2 behind an escape; none when the alphabet lacks it.
pub fn septets(c: char) -> Option<u32> {
    match c {
        c if is_basic(c) => Some(1),
        c if is_extension(c) => Some(2),
        _ => None,
    }
}

/// Whether the alphabet has a character, extension included.
pub fn is_gsm(c: char) -> bool {
    septets(c).is_some()
}

/// Whether a character is in the extension table and costs two.
pub fn is_extension(c: char) -> bool {
    EXTENSION.contains(c)
}

fn is_basic(c: char) -> bool {
    // The escape and the control characters between are no letters of it, the rest of ASCII mostly is.
    c.is_ascii_alphanumeric() || c == ' ' || BASIC.contains(c)
}
