//! Turns dated episodes into messages: words, replies, mentions, edits and deletions.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{
    calendar::Calendar,
    corpus::Mood,
    dice::Dice,
    places::{Room, is_plain},
    schedule::Dated,
    script::{Fate, Marks, Picture, ScriptLine},
    setting::Worksite,
    shape::{Attachment, AttachmentKind, ChannelRole, Deletion, Mentions, Message, Person},
    words::Scene,
};

/// A message with what only the plan needs to know about it.
#[derive(Debug)]
pub struct Written {
    pub message: Message,
    pub mood: Mood,
    /// Reactions the script asks for.
    pub asked: Vec<(String, usize)>,
    /// Key of the report made on it.
    pub report: Option<String>,
}

/// Remembers what was already said, so that a conversation held twice is worded differently.
#[derive(Debug)]
pub struct Writer<'a> {
    pub people: &'a [Person],
    pub worksites: &'a [Worksite],
    pub calendar: &'a Calendar,
    pub said: BTreeMap<String, usize>,
}

impl<'a> Writer<'a> {
    /// All messages of a room, in order.
    pub fn write(&mut self, room: &Room<'a>, dated: &[Dated<'a>], dice: &mut Dice) -> Vec<Written> {
        let mut written: Vec<Written> = Vec::new();
        let mut scenes: BTreeMap<usize, Scene<'a>> = BTreeMap::new();
        for episode in dated {
            let first = written.len();
            let scene = scenes
                .entry(episode.story)
                .or_insert_with(|| self.scene(room, episode, dice));
            scene.start = self
                .calendar
                .local(episode.moments.first().copied().unwrap_or_default());
            for (line, moment) in episode.episode.lines.iter().zip(&episode.moments) {
                let Some(author) = episode.episode.cast.get(&line.speaker) else {
                    continue;
                };
                let body = self.word(line, scene, dice);
                let mut message = self.message(room, author, written.len(), *moment, body);
                message.reply_to = line.answers.map(|answered| first + answered);
                self.marks(&mut message, line, room, dice);
                written.push(Written {
                    message,
                    mood: episode.episode.manner.mood,
                    asked: line.marks.reactions.clone(),
                    report: line.marks.report.clone(),
                });
            }
        }
        written
    }

    fn scene(&self, room: &Room<'a>, dated: &Dated<'a>, dice: &mut Dice) -> Scene<'a> {
        let cast = dated.episode.cast.clone();
        let home = cast.values().find_map(|person| person.worksite.as_ref());
        let worksite = room
            .worksite
            .or_else(|| self.worksites.iter().find(|site| Some(&site.key) == home))
            .or_else(|| dice.pick(self.worksites));
        let colleague = |person: &&Person| {
            is_plain(person) && worksite.is_none_or(|site| person.worksite.as_ref() == Some(&site.key))
        };
        let start = dated.moments.first().copied().unwrap_or_default();
        Scene {
            cast,
            worksite,
            bystanders: self
                .people
                .iter()
                .filter(colleague)
                .map(|person| person.given_name.as_str())
                .collect(),
            calendar: self.calendar,
            start: self.calendar.local(start),
            drawn: BTreeMap::new(),
        }
    }

    /// The words of a line, drawn again while they have been said before.
    fn word(&mut self, line: &ScriptLine, scene: &mut Scene<'_>, dice: &mut Dice) -> String {
        let mut body = scene.fill(&line.body, dice);
        for _ in 0..6 {
            if !self.said.contains_key(&body) {
                break;
            }
            body = scene.fill(&line.body, dice);
        }
        *self.said.entry(body.clone()).or_default() += 1;
        body
    }

    fn message(
        &self,
        room: &Room<'_>,
        author: &Person,
        index: usize,
        sent_at: DateTime<Utc>,
        body: String,
    ) -> Message {
        Message {
            channel: room.channel.key.clone(),
            index,
            author: author.key.clone(),
            sent_at,
            mentions: mentions(&body, room),
            body,
            reply_to: None,
            edited_at: None,
            deletion: None,
            reactions: Vec::new(),
            pinned_by: None,
            attachment: None,
        }
    }

    fn marks(&self, message: &mut Message, line: &ScriptLine, room: &Room<'_>, dice: &mut Dice) {
        let marked = |fate| line.marks.fate.contains(&fate);
        let later = message.sent_at + Duration::seconds(dice.between(25, 540));
        let by_chance = message.body.len() > 60 && dice.chance(0.03);
        if (marked(Fate::Edited) || by_chance) && later < self.calendar.now() {
            message.edited_at = Some(later);
        }
        // Now and then somebody thinks better of a short remark.
        let regretted = message.body.len() < 70 && line.marks == Marks::default() && dice.chance(0.003);
        if (marked(Fate::Deleted) || regretted) && later < self.calendar.now() {
            message.deletion = Some(Deletion {
                at: later,
                by: message.author.clone(),
                reason: None,
            });
        }
        if marked(Fate::Pinned) {
            message.pinned_by = Some(pinner(room, message));
        }
        message.attachment = line.marks.image.as_ref().map(attached);
    }
}

/// Handles of channel members and `@channel`, as the portal reads them from a body.
fn mentions(body: &str, room: &Room<'_>) -> Mentions {
    let mut mentions = Mentions::default();
    for tail in body.split('@').skip(1) {
        let end = tail
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
            .unwrap_or(tail.len());
        let handle = tail.get(..end).unwrap_or(tail).trim_end_matches('-');
        let known = room.people.iter().any(|person| person.key == handle);
        match handle {
            "channel" => mentions.channel = true,
            _ if known && mentions.people.iter().all(|key| key != handle) => {
                mentions.people.push(handle.to_owned());
            }
            _ => {}
        }
    }
    mentions
}

/// A leader of the channel, or the author where there is none.
fn pinner(room: &Room<'_>, message: &Message) -> String {
    room.channel
        .members
        .iter()
        .find(|membership| membership.role == ChannelRole::Leader)
        .map_or_else(|| message.author.clone(), |leader| leader.person.clone())
}

fn attached(picture: &Picture) -> Attachment {
    Attachment {
        kind: AttachmentKind::Image,
        file_name: picture.file.clone(),
        alt: picture.alt.clone(),
    }
}
