//! Answers that nobody wrote (RFC 3834).

use mail_parser::Message;

/// How the subjects of absence notes begin, in lower case; for the programs that mark them in no other way.
const SUBJECTS: [&str; 16] = [
    "out of office",
    "out of the office",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "automatic response",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "message d'absence",
    "absent du bureau",
    "respuesta automática",
    "abwesenheitsnotiz",
    "automatische antwort",
];

/// Whether a program wrote the message. `Auto-Submitted` says so (RFC 3834, 5), as do older fields of the same
/// purpose, or the usual subjects.
pub fn is_auto_reply(message: &Message<'_>) -> bool {
    let is_generated = value(message, "Auto-Submitted").is_some_and(|value| !value.starts_with("no"));
    let subject = message.subject().unwrap_or_default().trim().to_lowercase();
    is_generated || is_marked_as_answer(message) || SUBJECTS.iter().any(|begin| subject.starts_with(begin))
}

/// Whether its header says that a program wrote it in answer to another message.
pub fn is_marked_as_answer(message: &Message<'_>) -> bool {
    value(message, "Auto-Submitted").is_some_and(|value| value.starts_with("auto-replied"))
        || OLDER_FIELDS.iter().any(|name| value(message, name).is_some())
        || value(message, "Precedence").is_some_and(|value| value == "auto_reply" || value == "auto-reply")
}

const OLDER_FIELDS: [&str; 4] = [
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply-From",
];

fn value(message: &Message<'_>, name: &str) -> Option<String> {
    let mut fields = message.headers_raw();
    let (_, value) = fields.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value.trim().to_lowercase())
}
