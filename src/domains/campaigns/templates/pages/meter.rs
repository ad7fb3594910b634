//! What a text message takes.

use crate::kernel::sms::{Encoding, measure, plainer};

/// What a text message takes.
pub struct MeterView {
    pub alphabet: &'static str,
    pub units: u32,
    pub parts: String,
    pub left: String,
    /// The character that makes it dear, if one does.
    pub culprit: String,
    /// What a plainer text would put in its place; empty when there is nothing to gain.
    pub plainer: String,
    /// The text that was counted.
    pub text: String,
}

impl MeterView {
    /// Measures a text as it is sent.
    pub fn of(text: &str) -> Self {
        let meter = measure(text);
        let alphabet = match meter.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        let parts = match meter.segments {
            1 => "1 part".to_owned(),
            many => format!("{many} parts"),
        };
        let culprit = meter.first_non_gsm.map_or_else(String::new, |first| {
            format!(
                "“{}” is outside the short alphabet, so each part holds {} characters only.",
                first.character, meter.per_segment
            )
        });
        Self {
            alphabet,
            units: meter.units,
            parts,
            left: format!(
                "{} of {} units left in the last part",
                meter.remaining_in_segment, meter.per_segment
            ),
            culprit,
            plainer: cheaper(text),
            text: text.to_owned(),
        }
    }
}

/// What a plainer text would change, where it changes anything.
fn cheaper(text: &str) -> String {
    let plain = plainer(text);
    if plain.saved <= 0 {
        return String::new();
    }
    let changes: Vec<String> = plain
        .replaced
        .iter()
        .map(|one| match one.to {
            "" => "invisible characters left out".to_owned(),
            to => format!("“{}” as “{to}”", one.from),
        })
        .collect();
    let then = measure(&plain.text);
    let parts = match then.segments {
        1 => "1 part".to_owned(),
        many => format!("{many} parts"),
    };
    format!("Written plainer it takes {parts}: {}.", changes.join(", "))
}
