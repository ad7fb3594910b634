//! Enhanced status codes (RFC 3463).

use std::fmt;

/// Class, subject and detail, such as 5.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedStatus {
    /// 2 success, 4 for now, 5 for good (RFC 3463, 3.1).
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl EnhancedStatus {
    /// The first code in a text that stands by itself; a text of its own may have words behind it.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.')
            .find_map(Self::read)
    }

    /// What a bare reply code of SMTP says (RFC 5321, 4.2.3 with RFC 3463, 3.2 and 3.3): mailbox unknown, full,
    /// relaying or else nothing but the class.
    pub fn of_reply(code: u16) -> Option<Self> {
        let (class, subject, detail) = match code {
            450 => (4, 2, 0),
            452 => (4, 2, 2),
            550 => (5, 1, 1),
            551 => (5, 1, 6),
            552 => (5, 2, 2),
            553 => (5, 1, 3),
            400..=499 => (4, 0, 0),
            500..=599 => (5, 0, 0),
            _ => return None,
        };
        Some(Self {
            class,
            subject,
            detail,
        })
    }

    /// Whether there is no such address, or its mailbox is closed for good, so that nothing must be sent there again
    /// (RFC 3463, 3.2: X.1.1 to X.1.3, X.1.6; 3.3: X.2.1; RFC 7505: X.1.10). A refusal for policy (X.7) or a full
    /// mailbox (X.2.2) says nothing about the address.
    pub fn condemns_address(self) -> bool {
        self.class == 5 && matches!((self.subject, self.detail), (1, 1..=3 | 6 | 10) | (2, 1))
    }

    /// Whether waiting may help although the class says otherwise: full mailboxes empty, and networks heal. No answer
    /// (X.4.1) is not among them, as large hosts say 5.4.1 of addresses they do not have.
    pub fn may_heal(self) -> bool {
        matches!((self.subject, self.detail), (2, 2) | (3, 1) | (4, 2 | 3 | 5 | 7))
    }

    fn read(word: &str) -> Option<Self> {
        let word = word.trim_end_matches('.');
        let mut parts = word.split('.');
        let class = parts.next().filter(|class| matches!(*class, "2" | "4" | "5"))?;
        let number = |part: Option<&str>| part.filter(|part| (1..=3).contains(&part.len()))?.parse().ok();
        let status = Self {
            class: class.parse().ok()?,
            subject: number(parts.next())?,
            detail: number(parts.next())?,
        };
        parts.next().is_none().then_some(status)
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}
