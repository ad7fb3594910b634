//! The message that a report is about, as far as it was sent back.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::fields::{Fields, address};

/// The header of the returned message: of the `message/rfc822` or `text/rfc822-headers` part (RFC 3462, 2), or of a
/// copy that a plain bounce quotes below a line.
pub fn headers(message: &Message<'_>) -> Option<Fields> {
    let mut parts = message.parts.iter().skip(1);
    parts.find_map(header_of).or_else(|| quoted(message))
}

/// `Message-ID` without brackets.
pub fn message_id(fields: &Fields) -> Option<String> {
    id_in(fields.get("Message-ID")?)
}

/// The message that the report says it answers, for those that send nothing of it back.
pub fn answered_message_id(report: &Message<'_>) -> Option<String> {
    let fields = Fields::of(report.headers_raw());
    let value = fields.get("In-Reply-To").or_else(|| fields.get("References"))?;
    id_in(value.split_whitespace().next_back()?)
}

/// Where the returned message was going, from its `To`.
pub fn recipient(fields: &Fields) -> Option<String> {
    fields.get("To").and_then(address)
}

fn header_of(part: &MessagePart<'_>) -> Option<Fields> {
    let kind = part.content_type()?;
    let kind = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase();
    let fields = match (&part.body, kind.as_str()) {
        (PartType::Message(inner), _) => Fields::of(inner.headers_raw()),
        (_, "text/rfc822-headers" | "message/rfc822" | "message/global" | "message/global-headers") => {
            Fields::header(&text_of(part))
        }
        _ => return None,
    };
    let is_header = fields.get("Message-ID").is_some() || fields.get("From").is_some();
    is_header.then_some(fields)
}

/// What a part without parts of its own says, as text.
pub fn text_of(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        PartType::Message(_) | PartType::Multipart(_) => String::new(),
    }
}

/// Without its brackets; no longer than a line may be (RFC 5322, 2.1.1).
fn id_in(value: &str) -> Option<String> {
    let id = value.trim().trim_start_matches('<').trim_end_matches('>');
    let is_id = !id.is_empty() && id.len() <= 998 && !id.contains(char::is_whitespace);
    is_id.then(|| id.to_owned())
}

/// qmail and exim write the returned message into their text, below a line of dashes.
fn quoted(message: &Message<'_>) -> Option<Fields> {
    let text = message.body_text(0)?;
    let mut below = text.split("\n--").skip(1).take(MOST_RULES);
    below.find_map(|piece| {
        let (_, copy) = piece.split_once('\n')?;
        let fields = Fields::header(copy);
        fields.get("Message-ID").is_some().then_some(fields)
    })
}

/// A bounce has one or two lines of dashes; what has hundreds is read no further.
const MOST_RULES: usize = 10;
