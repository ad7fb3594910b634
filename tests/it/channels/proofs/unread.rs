//! Shown unread equals brute force over random posting, changing, deleting, reading, coming, going, muting and purging.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use uuid::Uuid;
use waymark::domains::channels::retention::actions as retention;
use waymark::platform::db::TenantScope;

use super::unread_model::{Calls, Level, Room, Shown};
use crate::channels::places::make;
use crate::support::portal::Portal;
use crate::support::writer::Writer;

/// The first owns every channel and never leaves.
const PEOPLE: [&str; 5] = ["leader", "member", "other", "steward", "coach"];
const ROOMS: usize = 3;
/// How long muting lasts, in hours.
const MUTES: [(&str, i64); 4] = [("off", 0), ("hour", 1), ("eight_hours", 8), ("always", i64::MAX)];

#[derive(Debug, Clone)]
enum Deed {
    Say(Calls),
    Change(Index, Calls),
    Delete(Index),
    Read(Index),
    ReadEverything,
    TakeThatBack,
    MarkUnread(Index),
    Come,
    Go,
    Notify(Level, usize),
    Purge(Index),
    /// More than is counted, written at once.
    Flood,
    LetHoursPass(i64),
}

/// Where the numbers are read: programs are answered by the same counts as pages, and faster.
#[derive(Clone, Copy, PartialEq)]
enum Looks {
    AtPrograms,
    Everywhere,
}

#[derive(Debug, Clone)]
struct Step {
    who: usize,
    room: usize,
    deed: Deed,
}

fn calls() -> impl Strategy<Value = Calls> {
    let people = prop::collection::btree_set(0..PEOPLE.len(), 0..3);
    (people, prop::bool::weighted(0.15)).prop_map(|(people, everyone)| Calls { people, everyone })
}

fn deed() -> impl Strategy<Value = Deed> {
    let level = prop::sample::select(vec![
        Level::All,
        Level::All,
        Level::Mentions,
        Level::Nothing,
        Level::Hidden,
    ]);
    prop_oneof![
        12 => calls().prop_map(Deed::Say),
        3 => (any::<Index>(), calls()).prop_map(|(which, calls)| Deed::Change(which, calls)),
        3 => any::<Index>().prop_map(Deed::Delete),
        4 => any::<Index>().prop_map(Deed::Read),
        1 => Just(Deed::ReadEverything),
        1 => Just(Deed::TakeThatBack),
        3 => any::<Index>().prop_map(Deed::MarkUnread),
        3 => Just(Deed::Come),
        2 => Just(Deed::Go),
        2 => (level, 0..MUTES.len()).prop_map(|(level, mute)| Deed::Notify(level, mute)),
        1 => any::<Index>().prop_map(Deed::Purge),
        1 => Just(Deed::Flood),
        1 => (1..4_i64).prop_map(Deed::LetHoursPass),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..PEOPLE.len(), 0..ROOMS, deed()).prop_map(|(who, room, deed)| Step { who, room, deed });
    prop::collection::vec(step, 30..50)
}

/// What everyone should be shown, as the test remembers it.
struct Memory {
    rooms: Vec<Room>,
    hour: i64,
    /// Where the pointers of each person were when they last read everything, and at which hour that was.
    undo: Vec<Option<(i64, Vec<Option<i64>>)>>,
}

struct World<'p> {
    portal: &'p Portal,
    people: &'p [Writer],
    /// `/channels/…`
    paths: Vec<String>,
    /// Ids of messages by room and number, as their writers were told them.
    ids: BTreeMap<(usize, i64), String>,
    memory: Memory,
}

impl World<'_> {
    async fn take(&mut self, step: &Step) {
        let (who, room) = (step.who, step.room);
        let inside = self.memory.rooms[room].seats[who].is_some();
        match &step.deed {
            Deed::Come => self.come(who, room).await,
            Deed::LetHoursPass(hours) => {
                self.portal.pass(TimeDelta::hours(*hours));
                self.memory.hour += hours;
            }
            Deed::ReadEverything => self.read_everything(who).await,
            Deed::TakeThatBack => self.take_back(who).await,
            Deed::Purge(upto) => self.purge(room, upto).await,
            Deed::Flood => self.flood(who, room),
            Deed::Say(_) if !inside => {
                let path = format!("{}/messages", self.paths[room]);
                let refused = self.people[who].send(&path, &[("body", "Let me in")]).await;
                refused.expect_status(404);
            }
            _ if !inside => {}
            Deed::Say(calls) => self.say(who, room, calls).await,
            Deed::Change(which, calls) => self.change(who, room, which, calls).await,
            Deed::Delete(which) => self.delete(who, room, which).await,
            Deed::Read(upto) => self.read(who, room, upto).await,
            Deed::MarkUnread(which) => self.mark_unread(who, room, which).await,
            Deed::Go => self.go(who, room).await,
            Deed::Notify(level, mute) => self.notify(who, room, *level, *mute).await,
        }
    }

    async fn come(&mut self, who: usize, room: usize) {
        let path = &self.paths[room];
        self.people[who]
            .send(&format!("{path}/membership"), &[])
            .await
            .expect_see_other(path);
        self.memory.rooms[room].join(who);
    }

    async fn go(&mut self, who: usize, room: usize) {
        if who == 0 {
            return;
        }
        let path = format!("{}/membership/removal", self.paths[room]);
        self.people[who]
            .send(&path, &[])
            .await
            .expect_see_other("/channels");
        self.memory.rooms[room].seats[who] = None;
    }

    async fn say(&mut self, who: usize, room: usize, calls: &Calls) {
        let answer = self.people[who]
            .say(&self.paths[room], &text(calls), Uuid::now_v7())
            .await;
        self.memory.rooms[room].say(who, calls);
        let last = self.memory.rooms[room].last();
        assert_eq!(answer["seq"], last, "numbers follow each other");
        self.ids
            .insert((room, last), answer["id"].as_str().unwrap().to_owned());
    }

    async fn change(&mut self, who: usize, room: usize, which: &Index, calls: &Calls) {
        let own = self.memory.rooms[room].visible(who);
        let own: Vec<_> = own
            .iter()
            .filter(|said| said.author == who && !said.deleted)
            .collect();
        if own.is_empty() {
            return;
        }
        let seq = which.get(&own).seq;
        self.people[who]
            .send(&self.message(room, seq), &[("body", &text(calls))])
            .await
            .expect_see_other("/channels/");
        self.memory.rooms[room].change(seq, calls);
    }

    async fn delete(&mut self, who: usize, room: usize, which: &Index) {
        let there = self.memory.rooms[room].visible(who);
        let mine = |author: usize| author == who || who == 0;
        let there: Vec<_> = there
            .iter()
            .filter(|said| mine(said.author) && !said.deleted)
            .collect();
        if there.is_empty() {
            return;
        }
        let seq = which.get(&there).seq;
        self.people[who]
            .send(
                &format!("{}/deletion", self.message(room, seq)),
                &[("reason", "off topic")],
            )
            .await
            .expect_see_other("/channels/");
        let said = self.memory.rooms[room].at(seq);
        (said.deleted, said.everyone) = (true, false);
    }

    async fn read(&mut self, who: usize, room: usize, upto: &Index) {
        let last = self.memory.rooms[room].last();
        let seq = i64::try_from(upto.index(usize::try_from(last).unwrap() + 3)).unwrap();
        let path = format!("{}/reading", self.paths[room]);
        self.people[who]
            .send(&path, &[("seq", &seq.to_string())])
            .await
            .expect_see_other("/channels/");
        let seat = self.memory.rooms[room].seats[who].as_mut().unwrap();
        seat.read = seat.read.max(seq.min(last));
    }

    async fn mark_unread(&mut self, who: usize, room: usize, which: &Index) {
        let there = self.memory.rooms[room].visible(who);
        if there.is_empty() {
            return;
        }
        let seq = which.get(&there).seq;
        self.people[who]
            .send(&format!("{}/unread", self.message(room, seq)), &[])
            .await
            .expect_see_other("/inbox");
        self.memory.rooms[room].seats[who].as_mut().unwrap().read = seq - 1;
    }

    async fn read_everything(&mut self, who: usize) {
        self.people[who]
            .call("/api/messages/mark-seen", &json!({ "everything": true }))
            .await;
        let mut before = Vec::new();
        for room in &mut self.memory.rooms {
            let last = room.last();
            let seat = room.seats[who].as_mut().filter(|seat| seat.read < last);
            before.push(seat.map(|seat| std::mem::replace(&mut seat.read, last)));
        }
        self.memory.undo[who] = Some((self.memory.hour, before));
    }

    async fn take_back(&mut self, who: usize) {
        let answer = self.people[who].send("/inbox/reading/undo", &[]).await;
        // Channels of the fixture may have something to take back as well, so either answer is right.
        assert!([303, 409].contains(&answer.status.as_u16()), "{}", answer.status);
        let fresh = self.memory.undo[who]
            .as_ref()
            .is_some_and(|(hour, _)| *hour == self.memory.hour);
        if !fresh {
            return;
        }
        let (_, before) = self.memory.undo[who].take().unwrap();
        for (room, was) in self.memory.rooms.iter_mut().zip(before) {
            if let (Some(seat), Some(was)) = (room.seats[who].as_mut(), was) {
                seat.read = seat.read.min(was);
            }
        }
    }

    async fn notify(&mut self, who: usize, room: usize, level: Level, mute: usize) {
        let (word, hours) = MUTES[mute];
        let path = format!("{}/notifications", self.paths[room]);
        self.people[who]
            .send(&path, &[("notify", level.word()), ("mute", word)])
            .await
            .expect_see_other(&path);
        let hour = self.memory.hour;
        let seat = self.memory.rooms[room].seats[who].as_mut().unwrap();
        seat.level = level;
        seat.muted_until = if hours == 0 { 0 } else { hour.saturating_add(hours) };
    }

    /// The channel's rule deletes its oldest messages.
    async fn purge(&mut self, room: usize, upto: &Index) {
        let last = self.memory.rooms[room].last();
        let upto = i64::try_from(upto.index(usize::try_from(last).unwrap() + 1)).unwrap();
        let id = self.id(room);
        self.portal.force(&format!(
            "UPDATE channels SET retention_days = 365 WHERE id = '{id}'; \
             UPDATE messages SET created_at = created_at - interval '20 years' WHERE channel_id = '{id}' AND seq <= {upto}"
        ));
        let scope = TenantScope::of_portal(self.portal.organization("local"), "test");
        let channel = id.parse().unwrap();
        let purge = || {
            self.portal
                .app
                .db
                .tenant(&scope, move |tx| retention::purge_batch(tx, channel))
        };
        while purge().await.unwrap().is_some() {}
        let room = &mut self.memory.rooms[room];
        for said in room.said.iter_mut().filter(|said| said.seq <= upto) {
            said.purged = true;
        }
    }

    /// Sixty messages at once, some of which call everyone.
    fn flood(&mut self, who: usize, room: usize) {
        if self.memory.rooms[room].seats[who].is_none() {
            return;
        }
        let (channel, org) = (self.id(room), self.portal.organization("local"));
        let author = self.portal.member(PEOPLE[who]);
        self.portal.force(&format!(
            "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text, mentions_all, created_at) \
             SELECT '{org}', c.id, c.last_seq + n, gen_random_uuid(), '{author}', c.rev + n, 'flood', '<p>flood</p>', 'flood', n % 20 = 0, now() \
             FROM generate_series(1, 60) n, channels c WHERE c.id = '{channel}'; \
             UPDATE channels SET last_seq = last_seq + 60, rev = rev + 60, last_message_at = now() WHERE id = '{channel}'"
        ));
        for number in 1..=60 {
            let calls = Calls {
                people: BTreeSet::new(),
                everyone: number % 20 == 0,
            };
            self.memory.rooms[room].say(who, &calls);
        }
    }

    fn id(&self, room: usize) -> String {
        self.paths[room].trim_start_matches("/channels/").to_owned()
    }

    fn message(&self, room: usize, seq: i64) -> String {
        let looked_up = || {
            let channel = self.id(room);
            self.portal.look(&format!(
                "SELECT id FROM messages WHERE channel_id = '{channel}' AND seq = {seq}"
            ))
        };
        let id = self.ids.get(&(room, seq)).cloned().unwrap_or_else(looked_up);
        format!("{}/messages/{id}", self.paths[room])
    }

    /// Everywhere one person is shown a number, it is the one the memory has.
    async fn expect_right(&self, who: usize, looks: Looks, after: &dyn std::fmt::Debug) {
        let hour = self.memory.hour;
        let shown: Vec<Option<Shown>> = self
            .memory
            .rooms
            .iter()
            .map(|room| room.shown(who, hour))
            .collect();
        let hidden = |room: usize| {
            let seat = self.memory.rooms[room].seats[who];
            seat.is_none_or(|seat| seat.level == Level::Hidden)
        };
        let listed: Vec<(usize, Shown)> = shown
            .iter()
            .enumerate()
            .filter_map(|(room, shown)| Some((room, (*shown)?)))
            .filter(|(room, _)| !hidden(*room))
            .collect();
        let loud = listed.iter().filter(|(_, shown)| !shown.quiet);
        let unread: usize = loud.map(|(_, shown)| shown.unread).sum();
        let mentions: usize = listed.iter().map(|(_, shown)| shown.loud_mentions()).sum();
        let client = self.people[who].client();

        let told = client.api(reqwest::Method::GET, "/api/messages/unread-count");
        let told = told.send().await.expect_ok().json;
        let mut channels: Vec<_> = told["channels"].as_array().unwrap().clone();
        channels.sort_by_key(|one| self.room_of(&one["channel_id"]));
        let waiting = listed
            .iter()
            .filter(|(_, shown)| shown.unread + shown.mentions > 0);
        let waiting: Vec<_> = waiting
            .map(|(room, shown)| {
                json!({ "channel_id": self.id(*room), "unread": shown.unread, "mentions": shown.mentions })
            })
            .collect();
        let expected =
            json!({ "unread": unread.min(100), "mentions": mentions, "broadcasts": 0, "channels": waiting });
        let is = json!({ "unread": told["unread"], "mentions": told["mentions"], "broadcasts": told["broadcasts"], "channels": channels });
        assert_eq!(
            is, expected,
            "what programs of {} are told after {after:?}",
            PEOPLE[who]
        );

        if looks == Looks::AtPrograms {
            return;
        }
        self.expect_inbox(who, &listed, after).await;
        let side = client.get_partial("/channels/side").await.expect_ok();
        for room in 0..ROOMS {
            let link = format!("a.channel-link[href='{}']", self.paths[room]);
            let text = |css: &str| {
                side.select(&format!("{link} {css}"))
                    .first()
                    .map(|count| count.text.clone())
            };
            let seen = (
                side.select(&link).len(),
                text(".count:not(.count--mention)").unwrap_or_default(),
                text(".count--mention").unwrap_or_default(),
                side.select(&format!("{link} .dot--muted")).len(),
            );
            let right = match shown[room].filter(|_| !hidden(room)) {
                None => (0, String::new(), String::new(), 0),
                Some(shown) => (
                    1,
                    if shown.quiet {
                        String::new()
                    } else {
                        capped(shown.unread, "")
                    },
                    capped(shown.loud_mentions(), "@"),
                    usize::from(shown.quiet && shown.unread > 0),
                ),
            };
            assert_eq!(
                seen, right,
                "the list of {} beside {room} after {after:?}",
                PEOPLE[who]
            );
        }
    }

    /// The inbox lists what calls for attention, with the same numbers.
    async fn expect_inbox(&self, who: usize, listed: &[(usize, Shown)], after: &dyn std::fmt::Debug) {
        let inbox = self.people[who].client().get("/inbox").await.expect_ok();
        let waiting = listed.iter().filter(|(_, shown)| shown.is_listed());
        let (mut rooms, mut counts) = (BTreeSet::new(), Vec::new());
        for (room, shown) in waiting {
            rooms.insert(*room);
            counts.extend([capped(shown.unread, ""), capped(shown.mentions, "@")]);
        }
        counts.retain(|count| !count.is_empty());
        counts.sort();
        let titles = inbox.select(".inbox-item__title").into_iter();
        let seen: BTreeSet<usize> = titles
            .map(|title| {
                let href = title.attr("href").unwrap();
                self.paths.iter().position(|path| href.starts_with(path)).unwrap()
            })
            .collect();
        let mut numbers: Vec<String> = inbox
            .select(".inbox-item .count")
            .into_iter()
            .map(|one| one.text)
            .collect();
        numbers.sort();
        assert_eq!(
            (seen, numbers),
            (rooms, counts),
            "the inbox of {} after {after:?}",
            PEOPLE[who]
        );
    }

    fn room_of(&self, id: &serde_json::Value) -> Option<usize> {
        (0..ROOMS).find(|room| id == &json!(self.id(*room)))
    }
}

fn capped(count: usize, mark: &str) -> String {
    match count {
        0 => String::new(),
        1..=99 => format!("{mark}{count}"),
        _ => format!("{mark}99+"),
    }
}

fn text(calls: &Calls) -> String {
    let mut words = vec![format!("Something {}", Uuid::new_v4().simple())];
    words.extend(calls.people.iter().map(|who| format!("@{}", PEOPLE[*who])));
    words.extend(calls.everyone.then(|| "@channel".to_owned()));
    words.join(" ")
}

/// One world: fresh channels, the steps, and a look after each of them.
async fn live_through(portal: &Portal, people: &[Writer], steps: &[Step]) {
    portal.force("UPDATE channels SET archived_at = now() WHERE archived_at IS NULL");
    let name = Uuid::new_v4().simple().to_string();
    let mut paths = Vec::new();
    for room in 0..ROOMS {
        let history = if room == 1 { "from_joining" } else { "everything" };
        let rules = [("join_rule", "open"), ("history_rule", history)];
        paths.push(
            make(
                portal,
                &people[0].actor,
                "Depot north",
                &format!("{name} {room}"),
                &rules,
            )
            .await,
        );
    }
    let mut world = World {
        portal,
        people,
        paths,
        ids: BTreeMap::new(),
        memory: Memory {
            rooms: (0..ROOMS)
                .map(|room| Room::new(PEOPLE.len(), room != 1))
                .collect(),
            hour: 0,
            undo: vec![None; PEOPLE.len()],
        },
    };
    for room in 0..ROOMS {
        world.memory.rooms[room].join(0);
        for who in 1..PEOPLE.len() - 1 {
            world.come(who, room).await;
        }
    }
    for (number, step) in steps.iter().enumerate() {
        world.take(step).await;
        let looks = match number % 4 {
            3 => Looks::Everywhere,
            _ => Looks::AtPrograms,
        };
        world.expect_right(number % PEOPLE.len(), looks, step).await;
    }
    for who in 0..PEOPLE.len() {
        world.expect_right(who, Looks::Everywhere, &"everything").await;
    }
}

#[test]
fn shown_unread_equals_brute_force() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (portal, people) = runtime.block_on(async {
        let portal = Portal::start().await;
        let mut people = Vec::new();
        for key in PEOPLE {
            people.push(Writer::of(&portal, key).await);
        }
        (portal, people)
    });
    // Three worlds take a quarter of a minute. PROPTEST_CASES asks for more, and then for others at each run.
    let wanted = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: wanted.unwrap_or(3),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        // The same worlds at every run: what fails once fails again.
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    runner
        .run(&steps(), |steps| {
            runtime.block_on(live_through(&portal, &people, &steps));
            Ok(())
        })
        .unwrap();
}
