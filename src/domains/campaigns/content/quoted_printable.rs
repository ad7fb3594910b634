//! Quoted-printable bodies (RFC 2045 section 6.7), in pieces that join without looking at each other.
//!
//! Every piece starts at the beginning of a line and ends at one, by a soft line break if need be. A dot at the
//! beginning of a line is written `=2E`, so a finished body is already transparent for SMTP (RFC 5321 section
//! 4.5.2): no line starts with a dot, and stuffing has nothing left to do.

/// The longest line, without its CRLF (RFC 2045 section 6.7 rule 5).
const LINE_LENGTH: usize = 76;
/// What fits before the `=` of a soft line break.
const USABLE: usize = LINE_LENGTH - 1;
const SOFT_BREAK: &[u8] = b"=\r\n";

/// Appends the encoding of `text`, from the beginning of a line to the beginning of a line.
pub(crate) fn encode(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut column = 0;
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        let run = plain_run(
            bytes.get(position..).unwrap_or_default(),
            USABLE.saturating_sub(column),
        );
        if !run.is_empty() && (column > 0 || byte != b'.') {
            out.extend_from_slice(run);
            column += run.len();
            position += run.len();
            continue;
        }
        position += 1;
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' && bytes.get(position) == Some(&b'\n') {
                    position += 1;
                }
                out.extend_from_slice(b"\r\n");
                column = 0;
            }
            _ if stands_for_itself(byte, column, bytes.get(position)) => {
                column = make_room(1, column, out);
                // A break just made may have moved a dot to the beginning of a line.
                if byte == b'.' && column == 0 {
                    column += push_hex(byte, out);
                } else {
                    out.push(byte);
                    column += 1;
                }
            }
            _ => {
                column = make_room(3, column, out);
                column += push_hex(byte, out);
            }
        }
    }
    if column > 0 {
        out.extend_from_slice(SOFT_BREAK);
    }
}

/// The longest beginning that fits and stands for itself wherever in a line it is, but that a dot must not begin one: visible characters
/// without the sign of an escape.
fn plain_run(bytes: &[u8], room: usize) -> &[u8] {
    let within = bytes.get(..room).unwrap_or(bytes);
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'=';
    let length = within.iter().position(|byte| !is_plain(byte));
    within.get(..length.unwrap_or(within.len())).unwrap_or_default()
}

/// Removes the soft line break at the end of a finished body, unless white space would end the line.
pub(crate) fn trim_last_break(body: &mut Vec<u8>) {
    let Some(before) = body.strip_suffix(SOFT_BREAK) else {
        return;
    };
    if !before.ends_with(b" ") && !before.ends_with(b"\t") {
        body.truncate(before.len());
    }
}

fn stands_for_itself(byte: u8, column: usize, next: Option<&u8>) -> bool {
    match byte {
        b'=' => false,
        b'.' => column != 0,
        b' ' | b'\t' => !matches!(next, Some(b'\r' | b'\n')),
        _ => byte.is_ascii_graphic(),
    }
}

fn make_room(wanted: usize, column: usize, out: &mut Vec<u8>) -> usize {
    if column + wanted <= USABLE {
        return column;
    }
    out.extend_from_slice(SOFT_BREAK);
    0
}

fn push_hex(byte: u8, out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(&[b'=', hex_digit(byte >> 4), hex_digit(byte & 15)]);
    3
}

/// The upper-case hexadecimal digit of a value below 16.
pub(crate) fn hex_digit(value: u8) -> u8 {
    if value < 10 {
        b'0' + value
    } else {
        b'A' - 10 + value
    }
}
