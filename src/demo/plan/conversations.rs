//! Which conversation happens in which room.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    casting::{Cast, Company},
    corpus::{Corpus, Exchange, Manner, Scattered, Thread},
    dice::Dice,
    places::Room,
    script::ScriptLine,
};

/// How often a short answer may be repeated in the organization.
const ANSWER_USES: usize = 3;
/// Below this many bytes a text is a word of courtesy, which people do repeat.
const COURTESY: usize = 26;

/// A conversation with its people, in one room.
#[derive(Debug)]
pub struct Episode<'a> {
    pub lines: Vec<ScriptLine>,
    pub cast: Cast<'a>,
    pub manner: Manner,
    pub placing: Placing,
}

impl<'a> Episode<'a> {
    /// The conversation cut where it goes on later: each part with its minutes after the
    /// beginning. A reply across a cut becomes a plain message.
    pub fn parts(self) -> Vec<(i64, Episode<'a>)> {
        let mut parts: Vec<(i64, Episode<'a>)> = Vec::new();
        let mut cut = 0;
        for (position, mut line) in self.lines.into_iter().enumerate() {
            if line.marks.later.is_some() || parts.is_empty() {
                cut = position;
                let part = Episode {
                    lines: Vec::new(),
                    cast: self.cast.clone(),
                    manner: self.manner.clone(),
                    placing: self.placing,
                };
                parts.push((line.marks.later.unwrap_or(0), part));
            }
            line.answers = line.answers.and_then(|answered| answered.checked_sub(cut));
            if let Some((_, part)) = parts.last_mut() {
                part.lines.push(line);
            }
        }
        parts
    }
}

/// How an episode finds its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placing {
    /// Told in the order of the file, spread over the life of the room.
    InOrder,
    /// Whenever.
    Anywhere,
    /// Small talk: also in order, but in an order of its own.
    Filling,
    /// On that day.
    Day(i64),
    /// Between these minutes before the plan's moment.
    LastHour([i64; 2]),
}

/// The episodes of every room, in the order of `rooms`.
pub fn distribute<'a>(
    corpus: &Corpus,
    rooms: &[Room<'a>],
    company: &Company,
    dice: &mut Dice,
) -> Vec<Vec<Episode<'a>>> {
    let mut programme: Vec<Vec<Episode<'a>>> = rooms.iter().map(|_| Vec::new()).collect();
    for thread in &corpus.threads {
        place(thread, rooms, &mut programme, company, dice);
    }
    let mut pool = Pool::new(&corpus.exchanges);
    loop {
        let mut added = 0;
        for (room, episodes) in rooms.iter().zip(&mut programme) {
            if room.target > length(episodes)
                && let Some(episode) = pool.exchange(room, company, dice)
            {
                episodes.push(episode);
                added += 1;
            }
        }
        if added == 0 {
            return programme;
        }
    }
}

/// Puts a thread into the emptiest rooms that fit it.
fn place<'a>(
    thread: &Thread,
    rooms: &[Room<'a>],
    programme: &mut [Vec<Episode<'a>>],
    company: &Company,
    dice: &mut Dice,
) {
    let mut fitting: Vec<(usize, &Room<'a>, &mut Vec<Episode<'a>>)> = rooms
        .iter()
        .zip(programme)
        .filter(|(room, _)| fits(&thread.places, room))
        .map(|(room, episodes)| (fullness(room, episodes), room, episodes))
        .collect();
    fitting.sort_by_key(|(fullness, _, _)| *fullness);
    let mut left = thread.uses;
    for (_, room, episodes) in fitting {
        if left == 0 {
            return;
        }
        if let Some(cast) = company.cast(&thread.lines, room, dice) {
            episodes.push(episode(thread, cast));
            left -= 1;
        }
    }
}

fn episode<'a>(thread: &Thread, cast: Cast<'a>) -> Episode<'a> {
    Episode {
        lines: thread.lines.clone(),
        cast,
        manner: thread.manner.clone(),
        placing: match (thread.minutes_ago, thread.day) {
            (Some(span), _) => Placing::LastHour(span),
            (None, Some(day)) => Placing::Day(day),
            (None, None) if thread.scattered == Scattered::Yes => Placing::Anywhere,
            (None, None) => Placing::InOrder,
        },
    }
}

fn fits(places: &[String], room: &Room<'_>) -> bool {
    places.iter().any(|place| room.places.contains(place))
}

/// Per mille of the room's target.
fn fullness(room: &Room<'_>, episodes: &[Episode<'_>]) -> usize {
    length(episodes) * 1_000 / room.target.max(1)
}

fn length(episodes: &[Episode<'_>]) -> usize {
    episodes.iter().map(|episode| episode.lines.len()).sum()
}

/// The exchanges with what is left of them.
struct Pool<'c> {
    exchanges: &'c [Exchange],
    /// Uses by body, because the same words may stand in two exchanges.
    uses: BTreeMap<&'c str, usize>,
    /// Openers by the key of the room where they were said.
    said: BTreeSet<(String, &'c str)>,
}

impl<'c> Pool<'c> {
    fn new(exchanges: &'c [Exchange]) -> Self {
        Self {
            exchanges,
            uses: BTreeMap::new(),
            said: BTreeSet::new(),
        }
    }

    fn exchange<'a>(&mut self, room: &Room<'a>, company: &Company, dice: &mut Dice) -> Option<Episode<'a>> {
        let open: Vec<(&'c Exchange, usize)> = self
            .exchanges
            .iter()
            .filter(|exchange| fits(&exchange.places, room))
            .map(|exchange| (exchange, self.left(exchange, room)))
            .filter(|(_, left)| *left > 0)
            .collect();
        let (exchange, _) = dice.pick_weighted(&open, |(_, left)| weight(*left))?;
        let lines = self.lines(exchange, room, dice)?;
        let cast = company.cast(&lines, room, dice)?;
        Some(Episode {
            lines,
            cast,
            manner: exchange.manner.clone(),
            placing: Placing::Filling,
        })
    }

    fn left(&self, exchange: &'c Exchange, room: &Room<'_>) -> usize {
        exchange
            .openers
            .iter()
            .filter(|opener| self.is_new(opener, room))
            .map(|opener| exchange.uses.saturating_sub(self.used(opener)))
            .sum()
    }

    fn lines(&mut self, exchange: &'c Exchange, room: &Room<'_>, dice: &mut Dice) -> Option<Vec<ScriptLine>> {
        let first = exchange.by.as_deref().unwrap_or("o");
        let openers: Vec<&'c ScriptLine> = exchange
            .openers
            .iter()
            .filter(|opener| self.is_new(opener, room))
            .collect();
        let opener = self.take(&openers, exchange.uses, dice)?;
        self.said.insert((room.channel.key.clone(), opener.body.as_str()));
        let answers: Vec<&'c ScriptLine> = exchange.answers.iter().collect();
        let closers: Vec<&'c ScriptLine> = exchange.closers.iter().collect();
        let mut lines = vec![spoken(opener, first, None)];
        let [few, many] = exchange.replies;
        for number in 1..=dice.between(few, many) {
            if let Some(answer) = self.take(&answers, ANSWER_USES, dice) {
                let answers = (number > 1 && dice.chance(0.4)).then_some(0);
                lines.push(spoken(answer, &format!("r{number}"), answers));
            }
        }
        if lines.len() > 1
            && dice.chance(0.3)
            && let Some(closer) = self.take(&closers, ANSWER_USES, dice)
        {
            lines.push(spoken(closer, first, None));
        }
        Some(lines)
    }

    /// One of the least used texts that still may be used.
    fn take(&mut self, texts: &[&'c ScriptLine], most: usize, dice: &mut Dice) -> Option<&'c ScriptLine> {
        let fewest = texts.iter().map(|text| self.used(text)).min()?;
        let least: Vec<&'c ScriptLine> = texts
            .iter()
            .copied()
            .filter(|text| self.used(text) == fewest)
            .filter(|text| fewest < most || text.body.len() < COURTESY)
            .collect();
        let text = *dice.pick(&least)?;
        *self.uses.entry(text.body.as_str()).or_default() += 1;
        Some(text)
    }

    /// Nobody says the same thing twice in one room, unless its dates make it another.
    fn is_new(&self, opener: &'c ScriptLine, room: &Room<'_>) -> bool {
        let body = opener.body.as_str();
        body.contains("{date") || !self.said.contains(&(room.channel.key.clone(), body))
    }

    fn used(&self, text: &ScriptLine) -> usize {
        self.uses.get(text.body.as_str()).copied().unwrap_or(0)
    }
}

fn spoken(text: &ScriptLine, speaker: &str, answers: Option<usize>) -> ScriptLine {
    ScriptLine {
        speaker: speaker.to_owned(),
        answers,
        ..text.clone()
    }
}

/// A weight from a count; counts are small, so nothing is lost.
fn weight(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
