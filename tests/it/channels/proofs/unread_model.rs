//! How a naive observer counts what is unread: with a list of everything that happened and no SQL.

use std::collections::BTreeSet;

/// Counting stops here for people.
const CAP: usize = 100;

/// A message as everyone remembers it.
#[derive(Debug, Clone)]
pub struct Said {
    pub seq: i64,
    pub author: usize,
    /// People in the channel who were called by name when it was written or last changed.
    pub named: BTreeSet<usize>,
    /// Whether it calls everyone.
    pub everyone: bool,
    pub deleted: bool,
    /// Deleted for good by the channel's rule.
    pub purged: bool,
}

/// One person's place in a channel.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// Everything up to here was read.
    pub read: i64,
    /// Nothing before this can be seen.
    pub from: i64,
    pub level: Level,
    /// Hour until which it is muted.
    pub muted_until: i64,
}

/// What a channel may call attention for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    All,
    Mentions,
    Nothing,
    Hidden,
}

impl Level {
    /// The word of the form.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::Nothing => "none",
            Self::Hidden => "hidden",
        }
    }
}

/// A channel with everything that was ever said in it.
#[derive(Debug, Clone)]
pub struct Room {
    pub said: Vec<Said>,
    pub seats: Vec<Option<Seat>>,
    /// Whether newcomers see what was written before they came.
    pub shows_history: bool,
}

/// What one person should be shown about one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub unread: usize,
    pub mentions: usize,
    /// Mentions by name.
    pub named: usize,
    /// Whether plain messages make no badge.
    pub quiet: bool,
    /// Whether mentions make none either: set to "nothing", where the inbox still lists who is called by name.
    pub silent: bool,
}

impl Shown {
    /// Mentions that make a number.
    pub fn loud_mentions(&self) -> usize {
        if self.silent { 0 } else { self.mentions }
    }

    /// Whether the inbox lists the channel by itself.
    pub fn is_listed(&self) -> bool {
        self.named > 0 || self.loud_mentions() > 0 || (self.unread > 0 && !self.quiet)
    }
}

impl Room {
    /// An empty room for so many people, all of them outside.
    pub fn new(people: usize, shows_history: bool) -> Self {
        Self {
            said: Vec::new(),
            seats: vec![None; people],
            shows_history,
        }
    }

    /// Number of the newest message that was ever written.
    pub fn last(&self) -> i64 {
        self.said.last().map_or(0, |said| said.seq)
    }

    /// Somebody comes in; whoever is in stays as they are.
    pub fn join(&mut self, who: usize) {
        let last = self.last();
        let from = if self.shows_history { 1 } else { last + 1 };
        self.seats[who].get_or_insert(Seat {
            read: last,
            from,
            level: Level::All,
            muted_until: 0,
        });
    }

    /// Somebody says something; only those inside can be called by name, and nobody calls themselves.
    pub fn say(&mut self, author: usize, calls: &Calls) {
        let (named, everyone) = self.called(author, calls);
        self.said.push(Said {
            seq: self.last() + 1,
            author,
            named,
            everyone,
            deleted: false,
            purged: false,
        });
    }

    /// The text of a message is changed.
    pub fn change(&mut self, seq: i64, calls: &Calls) {
        let author = self.at(seq).author;
        let (named, everyone) = self.called(author, calls);
        let said = self.at(seq);
        said.named = named;
        said.everyone = everyone;
    }

    /// The message of this number.
    pub fn at(&mut self, seq: i64) -> &mut Said {
        self.said.iter_mut().find(|said| said.seq == seq).unwrap()
    }

    fn called(&self, author: usize, calls: &Calls) -> (BTreeSet<usize>, bool) {
        let named = calls.people.iter().copied();
        let named = named.filter(|who| *who != author && self.seats[*who].is_some() && !calls.everyone);
        (named.collect(), calls.everyone)
    }

    /// What is there for somebody to act on: seen from their seat and not purged.
    pub fn visible(&self, who: usize) -> Vec<Said> {
        let from = self.seats[who].map_or(i64::MAX, |seat| seat.from);
        let there = self.said.iter().filter(|said| said.seq >= from && !said.purged);
        there.cloned().collect()
    }

    /// Every count of one person, by looking at every message there ever was.
    pub fn shown(&self, who: usize, hour: i64) -> Option<Shown> {
        let seat = self.seats[who]?;
        let unread = self.said.iter().filter(|said| {
            said.seq > seat.read
                && said.seq >= seat.from
                && said.author != who
                && !said.deleted
                && !said.purged
        });
        let calling = unread
            .clone()
            .filter(|said| said.everyone || said.named.contains(&who));
        Some(Shown {
            unread: unread.count().min(CAP),
            mentions: calling.clone().count(),
            named: calling.filter(|said| said.named.contains(&who)).count(),
            silent: seat.level == Level::Nothing,
            quiet: seat.level != Level::All || seat.muted_until > hour,
        })
    }
}

/// Whom a text calls.
#[derive(Debug, Clone)]
pub struct Calls {
    pub people: BTreeSet<usize>,
    pub everyone: bool,
}
