//! Which opens and clicks were a person's, and which a machine's.
//!
//! Scanners follow every link of a message before anybody reads it. All hits are kept, with this verdict beside them;
//! nothing is thrown away, and a better rule can judge them anew. A verdict says what a hit looks like, not what is
//! proven: a scanner that behaves like one person with one browser passes for human, hence numbers are shown as
//! estimates.

mod agents;
mod together;

use chrono::{DateTime, TimeDelta, Utc};

/// Within this much time links count as followed together; a click sooner than this after the message was accepted is
/// a scanner's at the door. Measured elsewhere: of 836 bursts half came later than 43 s after sending, 0.5 % within
/// 10 s, and each whole burst took less than 1 s (craft-campaign #546), so company tells more than haste.
pub const TOGETHER: TimeDelta = TimeDelta::seconds(1);
/// So many different links followed within [`TOGETHER`] are a burst; nobody clicks so fast.
pub const BURST: usize = 3;

/// What was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HitKind {
    /// The picture that tells of opening.
    Open,
    /// A link, by its number in the message.
    Click(u16),
    /// The link that nobody sees.
    Honeypot,
}

/// One request for something in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// What was asked for.
    pub what: HitKind,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether only the headers were asked for (HTTP method HEAD).
    pub method_is_head: bool,
    /// What the program called itself. Empty when it did not, or when that was forgotten for privacy: empty counts
    /// for nothing.
    pub user_agent: &'a str,
}

/// As much of another hit on the same message as a judge needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// What was asked for.
    pub what: HitKind,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who was at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against a person.
    Human,
    /// A program, and what gave it away first.
    Machine(Reason),
}

/// What gives a program away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It asked for the headers only; browsers that follow a link ask for the page.
    Head,
    /// It followed the link that nobody sees, or another link within [`TOGETHER`] of that.
    Honeypot,
    /// It names itself as a scanner, a proxy, a preview or a tool.
    KnownScanner,
    /// It loaded the picture as Apple's Mail Privacy Protection does, whether or not the message was read.
    Prefetch,
    /// It clicked sooner than [`TOGETHER`] after the message was accepted, or before.
    TooSoon,
    /// It followed [`BURST`] or more different links within [`TOGETHER`].
    Burst,
}

impl From<&Hit<'_>> for Past {
    fn from(hit: &Hit<'_>) -> Self {
        Self {
            what: hit.what,
            at: hit.at,
        }
    }
}

/// Judges a hit as it comes in. `accepted_at` is when the receiving server took the message, None when that is not
/// known (then no click is too soon). `recent` are the known hits on the same message of the last [`TOGETHER`]; older
/// ones, or this one again, do no harm. The first two links of a burst pass for human here: [`rejudge`] corrects it.
pub fn judge(hit: &Hit<'_>, accepted_at: Option<DateTime<Utc>>, recent: &[Past]) -> Verdict {
    let in_company = || {
        let near = |past: &&Past| (past.at - hit.at).abs() <= TOGETHER;
        let mut hits: Vec<Past> = recent.iter().filter(near).copied().collect();
        hits.push(hit.into());
        together::given_away(&hits).pop().flatten()
    };
    verdict(by_itself(hit, accepted_at).or_else(in_company))
}

/// Judges all hits on one message, knowing what came after each. The verdicts are in the order of `hits`, which can be
/// any. A hit that [`judge`] called a machine's stays one, if `hits` holds what `recent` held.
pub fn rejudge(hits: &[Hit<'_>], accepted_at: Option<DateTime<Utc>>) -> Vec<Verdict> {
    let pasts: Vec<Past> = hits.iter().map(Past::from).collect();
    let in_company = together::given_away(&pasts);
    let pairs = hits.iter().zip(in_company);
    pairs
        .map(|(hit, reason)| verdict(by_itself(hit, accepted_at).or(reason)))
        .collect()
}

fn verdict(reason: Option<Reason>) -> Verdict {
    reason.map_or(Verdict::Human, Verdict::Machine)
}

/// What gives a hit away without looking at others.
fn by_itself(hit: &Hit<'_>, accepted_at: Option<DateTime<Utc>>) -> Option<Reason> {
    let too_soon = accepted_at.is_some_and(|accepted| hit.at - accepted < TOGETHER);
    match hit.what {
        _ if hit.method_is_head => Some(Reason::Head),
        HitKind::Honeypot => Some(Reason::Honeypot),
        _ if agents::is_machine(hit.user_agent) => Some(Reason::KnownScanner),
        HitKind::Open if agents::is_privacy_protection(hit.user_agent) => Some(Reason::Prefetch),
        HitKind::Click(_) if too_soon => Some(Reason::TooSoon),
        HitKind::Open | HitKind::Click(_) => None,
    }
}
