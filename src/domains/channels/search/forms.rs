//! What a searcher typed: the box in the language of search, and fields for those who do not know it.

use serde::{Deserialize, Serialize};

use crate::kernel::actor::Member;
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::ChannelId;
use crate::kernel::search_query::{Has, SearchQuery, Term};
use crate::kernel::time::begin_of_day;

use super::queries::Asked;

/// The address of a search.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SearchForm {
    /// The box.
    pub q: String,
    /// Handles, with spaces or commas between.
    pub from: String,
    /// Channel names with commas between, or the path of one channel.
    #[serde(rename = "in")]
    pub within: String,
    /// After this day.
    pub after: String,
    /// Before this day.
    pub before: String,
    /// What it must have.
    pub has: Vec<String>,
    /// Hits after this place.
    #[serde(skip_serializing)]
    pub older: String,
}

/// What was meant.
#[derive(Debug, Clone, Default)]
pub struct Meant {
    /// Box and fields together.
    pub query: SearchQuery,
    /// The channel whose path was given.
    pub channel: Option<ChannelId>,
}

impl SearchForm {
    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        [&self.q, &self.from, &self.within, &self.after, &self.before]
            .iter()
            .all(|field| field.trim().is_empty())
            && self.has.is_empty()
    }

    /// Box and fields as one query.
    ///
    /// # Errors
    /// What cannot be understood, at its field.
    pub fn parse(&self) -> Result<Meant, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut parsed = |field: &str, text: String| match SearchQuery::parse(&text) {
            Ok(query) => query,
            Err(problem) => {
                errors.add(field, problem.to_string());
                SearchQuery::default()
            }
        };
        let mut query = parsed("q", self.q.clone());
        let channel = self
            .within
            .trim()
            .strip_prefix("/channels/")
            .unwrap_or_else(|| self.within.trim())
            .parse()
            .ok();
        let people = self
            .from
            .split([' ', ','])
            .filter(|handle| !handle.is_empty())
            .map(|handle| ("from", format!("from:{handle}")));
        let places = self
            .within
            .split(',')
            .map(str::trim)
            .filter(|name| channel.is_none() && !name.is_empty())
            .map(|name| ("in", format!("in:\"{}\"", name.replace('"', " "))));
        let days = [("after", &self.after), ("before", &self.before)]
            .into_iter()
            .filter(|(_, day)| !day.trim().is_empty())
            .map(|(name, day)| (name, format!("{name}:{}", day.trim())));
        let things = self.has.iter().map(|thing| ("has", format!("has:{thing}")));
        for (field, text) in people.chain(places).chain(days).chain(things) {
            merge(&mut query, parsed(field, text));
        }
        // Read once more as a whole: fields and box together may ask for days that do not exist, or for too much.
        parsed("q", query.to_string());
        if errors.is_empty() {
            Ok(Meant { query, channel })
        } else {
            Err(errors)
        }
    }

    /// The address of this search.
    pub fn address(&self) -> String {
        let pairs = serde_html_form::to_string(self).unwrap_or_default();
        let kept: Vec<&str> = pairs
            .split('&')
            .filter(|pair| !pair.ends_with('=') && !pair.is_empty())
            .collect();
        if kept.is_empty() {
            "/search".to_owned()
        } else {
            format!("/search?{}", kept.join("&"))
        }
    }
}

fn merge(query: &mut SearchQuery, more: SearchQuery) {
    for handle in more
        .from
        .into_iter()
        .filter(|handle| !query.from.contains(handle))
        .collect::<Vec<_>>()
    {
        query.from.push(handle);
    }
    for name in more
        .in_channels
        .into_iter()
        .filter(|name| !query.in_channels.contains(name))
        .collect::<Vec<_>>()
    {
        query.in_channels.push(name);
    }
    query.before = more.before.or(query.before);
    query.after = more.after.or(query.after);
    query.has.extend(more.has);
}

impl Meant {
    /// The last bare word: it may be the beginning of a longer one.
    pub fn beginning(&self) -> Option<&str> {
        match self.query.wanted.last() {
            Some(Term::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Words and phrases that must be found whole.
    pub fn whole(&self) -> &[Term] {
        match (self.beginning(), self.query.wanted.split_last()) {
            (Some(_), Some((_, before))) => before,
            _ => &self.query.wanted,
        }
    }

    /// The handles of `from:`, where `me` is the searcher.
    pub fn handles(&self, searcher: &Member) -> Vec<String> {
        let handle = |name: &String| match name.as_str() {
            "me" => searcher.handle.clone(),
            _ => name.clone(),
        };
        self.query.from.iter().map(handle).collect()
    }

    /// As SQL takes it, within these channels; days begin and end where the searcher lives.
    pub fn asked(&self, searcher: &Member, channels: Option<Vec<ChannelId>>) -> Asked {
        let zone = searcher.zone;
        let texts = |terms: &[Term]| {
            terms
                .iter()
                .map(|(Term::Word(text) | Term::Phrase(text))| text.clone())
                .collect()
        };
        Asked {
            wanted: texts(self.whole()),
            beginning: self.beginning().map(str::to_owned),
            excluded: texts(&self.query.excluded),
            handles: self.handles(searcher),
            channels,
            since: self
                .query
                .after
                .and_then(|day| day.succ_opt())
                .map(|day| begin_of_day(day, zone)),
            until: self.query.before.map(|day| begin_of_day(day, zone)),
            has: self.query.has.iter().map(Has::to_string).collect(),
            after: None,
        }
    }

    /// What remains in the box when the filters stand in their fields.
    pub fn words(&self) -> String {
        SearchQuery {
            wanted: self.query.wanted.clone(),
            excluded: self.query.excluded.clone(),
            ..SearchQuery::default()
        }
        .to_string()
    }
}
