//! Captions as WebVTT (W3C), looked at before they are kept: a mistake shows in the form and not in the player.

use crate::kernel::text::without_invisible;

/// Most bytes of captions.
pub const LARGEST: usize = 1_000_000;

/// Reads captions; answers them with plain line ends.
///
/// # Errors
/// A sentence with the line that is wrong.
pub fn read(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > LARGEST {
        return Err("Captions have at most 1 MB.".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "Captions are a text in UTF-8.".to_owned())?;
    let text = without_invisible(text.trim_start_matches('\u{feff}')).replace('\r', "\n");
    let first = text.lines().next().unwrap_or_default();
    if first != "WEBVTT" && !first.starts_with("WEBVTT ") && !first.starts_with("WEBVTT\t") {
        return Err("Line 1: captions begin with a line that says WEBVTT.".to_owned());
    }
    let mut cues = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let Some((from, rest)) = line.split_once("-->") else {
            continue;
        };
        let to = rest.split_whitespace().next().unwrap_or_default();
        match (moment(from.trim()), moment(to)) {
            (Some(from), Some(to)) if from < to => cues += 1,
            (Some(_), Some(_)) => return Err(format!("Line {number}: the end is not after the beginning.")),
            _ => {
                return Err(format!(
                    "Line {number}: times are written as 00:01.500 or 01:00:01.500."
                ));
            }
        }
    }
    match cues {
        0 => Err("There is no line with times in it, such as 00:01.000 --> 00:04.000.".to_owned()),
        _ => Ok(text),
    }
}

/// Whether a code names a language as BCP 47 does, as far as it is needed: two or three letters, and perhaps a country.
pub fn is_language(code: &str) -> bool {
    let (base, region) = code.split_once('-').unwrap_or((code, "CA"));
    let base_fits = (2..=3).contains(&base.len()) && base.bytes().all(|byte| byte.is_ascii_lowercase());
    base_fits && region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A moment in milliseconds: `mm:ss.ttt` or `hh:mm:ss.ttt`.
fn moment(text: &str) -> Option<u64> {
    let (clock, thousandths) = text.split_once('.')?;
    if thousandths.len() != 3
        || !text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b":.".contains(&byte))
    {
        return None;
    }
    let parts: Vec<u64> = clock
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [minutes, seconds] => (0, *minutes, *seconds),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let fits = minutes < 60 && seconds < 60 && hours < 1_000;
    fits.then(|| {
        ((hours * 60 + minutes) * 60 + seconds) * 1_000 + thousandths.parse::<u64>().unwrap_or_default()
    })
}
