//! Language models that draft a message for a person to decide about.
//!
//! A model is told facts and answers with words. It is offered no tools and given no access, so there is nothing it could change: what it
//! says is checked strictly and is a draft until a person approves it. The prompt and the answer come back whole, to be kept and looked at.

mod chat;

use async_trait::async_trait;

pub use chat::{Chat, ChatSettings, Reaching};

use super::Check;

/// Characters of a draft.
pub const LONGEST_DRAFT: usize = 2_000;
/// Fewer are no message.
const SHORTEST_DRAFT: usize = 20;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who the model is to be, and the rules it writes by.
    pub instructions: String,
    /// What the message is about. No names: placeholders stand for them.
    pub facts: String,
    /// The placeholders that a draft may have.
    pub placeholders: Vec<String>,
}

/// What went out, what came back, and what is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent, as JSON, without the key.
    pub prompt: String,
    /// What came back; empty when nothing did.
    pub answer: String,
    /// The draft, or why there is none, in a sentence.
    pub draft: Result<String, String>,
}

/// Whoever writes drafts.
#[async_trait]
pub trait Writer: Send + Sync {
    /// Asks for a draft. Whatever goes wrong is told by the exchange.
    async fn write(&self, ask: &Ask) -> Exchange;

    /// Whether it answers at all, and as it should. Tells nothing about anybody.
    async fn check(&self) -> Check;
}

/// A draft that may be shown to a person, or why it may not.
///
/// # Errors
/// A sentence.
pub fn checked(message: &str, placeholders: &[String]) -> Result<String, String> {
    let message = message.replace("\r\n", "\n").trim().to_owned();
    let length = message.chars().count();
    let refused = |why: &str| Err(why.to_owned());
    if length < SHORTEST_DRAFT {
        return refused("Its draft is too short to be a message.");
    }
    if length > LONGEST_DRAFT {
        return refused("Its draft is longer than a message may be.");
    }
    if message.chars().any(|c| c.is_control() && c != '\n') {
        return refused("Its draft has characters that nobody can see.");
    }
    // Where a message leads to is for people to decide.
    let lower = message.to_lowercase();
    if lower.contains("://") || lower.contains("www.") || lower.contains("](") {
        return refused("Its draft has a link, which drafts may not have.");
    }
    match unknown_placeholder(&message, placeholders) {
        Some(unknown) => Err(format!("Its draft leaves {unknown} to be filled in.")),
        None => Ok(message),
    }
}

/// Something in brackets that nothing will be put in the place of.
fn unknown_placeholder(message: &str, placeholders: &[String]) -> Option<String> {
    let mut rest = message;
    while let Some(from) = rest.find('[') {
        let open = rest.get(from..).unwrap_or_default();
        let to = open.find(']').map_or(open.len(), |to| to + 1);
        let found = open.get(..to).unwrap_or_default();
        if !placeholders.iter().any(|known| known == found) {
            return Some(found.chars().take(40).collect());
        }
        rest = open.get(to..).unwrap_or_default();
    }
    None
}
