//! A mailbox that is open.

use chrono::NaiveDate;

use super::failure::{Failure, Step};
use super::opening;
use super::settings::Settings;
use super::wire::{Answers, Refusal, Wire};

/// Bytes of a message that are read, from its first: a report about a message stands before the message that it returns.
pub const FETCHED: usize = 256 * 1024;

/// A mailbox that is open.
pub struct Session {
    wire: Wire,
}

/// What a server says of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folder {
    /// For as long as this stays the same, numbers of messages mean the same (RFC 3501, 2.3.1.1).
    pub uid_validity: u32,
    /// The number that the next message gets; none when the server does not say.
    pub uid_next: Option<u32>,
    /// Messages in it.
    pub messages: u32,
}

impl Session {
    /// Connects, encrypts and signs in.
    ///
    /// # Errors
    /// With the first thing that stands in the way; its text is for people.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        let wire = opening::open(settings).await?;
        Ok(Self { wire })
    }

    /// Opens the inbox.
    ///
    /// # Errors
    /// When the server does not, or says nothing by which messages can be told apart.
    pub async fn inbox(&mut self) -> Result<Folder, Failure> {
        let answers = self.ask(Step::Opening, "SELECT INBOX").await?;
        let uid_validity = coded(&answers, "UIDVALIDITY").ok_or(Failure::NotImap)?;
        let messages = answers.iter().find_map(|one| {
            let (count, word) = one.line.strip_prefix("* ")?.split_once(' ')?;
            word.trim().eq_ignore_ascii_case("EXISTS").then_some(count)
        });
        Ok(Folder {
            uid_validity,
            uid_next: coded(&answers, "UIDNEXT"),
            messages: messages.and_then(|count| count.parse().ok()).unwrap_or(0),
        })
    }

    /// The numbers of messages above `last`, in order.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn above(&mut self, last: u32) -> Result<Vec<u32>, Failure> {
        let from = last.saturating_add(1);
        let found = self.search(&format!("UID {from}:*")).await?;
        // RFC 3501, 6.4.8: `n:*` always means the last message, too.
        Ok(found.into_iter().filter(|uid| *uid > last).collect())
    }

    /// The numbers of messages that came since a day, in order.
    ///
    /// # Errors
    /// As [`Session::above`].
    pub async fn since(&mut self, day: NaiveDate) -> Result<Vec<u32>, Failure> {
        self.search(&format!("SINCE {}", day.format("%-d-%b-%Y"))).await
    }

    async fn search(&mut self, what: &str) -> Result<Vec<u32>, Failure> {
        let answers = self.ask(Step::Searching, &format!("UID SEARCH {what}")).await?;
        let lists = answers.iter().filter_map(|one| {
            let (word, list) = one.line.strip_prefix("* ")?.split_at_checked("SEARCH".len())?;
            word.eq_ignore_ascii_case("SEARCH").then_some(list)
        });
        let mut found: Vec<u32> = lists
            .flat_map(str::split_whitespace)
            .filter_map(|number| number.parse().ok())
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The first [`FETCHED`] bytes of a message, without marking it as read; nothing when it is gone.
    ///
    /// # Errors
    /// When the server does not give it.
    pub async fn message(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Failure> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{FETCHED}>)");
        let answers = self.ask(Step::Fetching, &command).await?;
        let is_it = |line: &str| {
            let line = line.to_ascii_uppercase();
            line.contains(" FETCH ") && line.contains("BODY[]")
        };
        let fetched = answers.into_iter().find(|one| is_it(&one.line));
        Ok(fetched.and_then(|one| one.literals.into_iter().next()))
    }

    /// Marks messages as read.
    ///
    /// # Errors
    /// When the server does not.
    pub async fn mark_as_read(&mut self, uids: &[u32]) -> Result<(), Failure> {
        let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let command = format!("UID STORE {set} +FLAGS.SILENT (\\Seen)");
        self.ask(Step::Marking, &command).await.map(|_| ())
    }

    /// Says goodbye.
    pub async fn log_out(mut self) {
        // What is answered decides nothing any more.
        let _ = self.wire.command(Step::Marking, "LOGOUT").await;
        self.wire.shut_down().await;
    }

    async fn ask(&mut self, step: Step, command: &str) -> Result<Answers, Failure> {
        self.wire.command(step, command).await.map_err(Refusal::at(step))
    }
}

/// The number behind a code in brackets, as in `* OK [UIDNEXT 4392]`.
fn coded(answers: &Answers, name: &str) -> Option<u32> {
    answers.iter().find_map(|one| {
        let line = one.line.to_ascii_uppercase();
        let (_, rest) = line.split_once(&format!("[{name} "))?;
        rest.split_once(']')?.0.trim().parse().ok()
    })
}
