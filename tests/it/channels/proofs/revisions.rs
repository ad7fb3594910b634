//! Revisions strictly increase in the order of commits while sixteen people write at once, so whoever follows a channel by
//! revision misses nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use parking_lot::Mutex;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use uuid::Uuid;

use crate::support::eventually::PAUSE;
use crate::support::page::{Element, Page};
use crate::support::portal::Portal;
use crate::support::writer::Writer;

const WRITERS: [&str; 8] = [
    "leader", "member", "other", "steward", "coach", "comms", "privacy", "admin",
];
/// What each of the sixteen does: every person writes from two places.
const DEEDS: usize = 14;

/// A message as a page shows it: its text, or what stands in its place, and its reactions.
type Seen = (String, BTreeSet<String>);

/// What somebody has open, kept up to date by asking what changed.
struct Follower {
    page: BTreeMap<i64, Seen>,
    rev: i64,
    /// Polls that brought something.
    deltas: usize,
}

impl Follower {
    async fn open(reader: &Writer, path: &str) -> Self {
        let shown = reader.client().get(&format!("{path}?latest")).await.expect_ok();
        let rev = shown
            .one("[data-channel]")
            .attr("data-rev")
            .unwrap()
            .parse()
            .unwrap();
        Self {
            page: rows(&shown),
            rev,
            deltas: 0,
        }
    }

    /// Asks once; true when nothing was new.
    async fn ask(&mut self, reader: &Writer, path: &str) -> bool {
        let answer = reader
            .client()
            .get_partial(&format!("{path}/since?rev={}", self.rev))
            .await;
        let rev = answer.header("x-rev").map(|rev| rev.parse::<i64>().unwrap());
        match answer.status.as_u16() {
            204 => {
                assert!(
                    rev.is_none_or(|rev| rev == self.rev),
                    "nothing new, yet another revision"
                );
                return true;
            }
            200 => self.page.extend(rows(&answer)),
            // So much that the pane is drawn anew, which must not be older than the revision it was promised.
            205 => {
                let shown = reader.client().get(&format!("{path}?latest")).await.expect_ok();
                let drawn: i64 = shown
                    .one("[data-channel]")
                    .attr("data-rev")
                    .unwrap()
                    .parse()
                    .unwrap();
                assert!(Some(drawn) >= rev);
                self.page.extend(rows(&shown));
            }
            other => panic!("the follower was answered {other}"),
        }
        let rev = rev.expect("a change comes with its revision");
        assert!(rev > self.rev, "from {} to {rev}", self.rev);
        self.rev = rev;
        self.deltas += 1;
        false
    }
}

fn rows(page: &Page) -> BTreeMap<i64, Seen> {
    let articles = page.select("article[data-seq]").into_iter();
    articles
        .map(|article| {
            (
                article.attr("data-seq").unwrap().parse().unwrap(),
                shown(&article),
            )
        })
        .collect()
}

fn shown(article: &Element) -> Seen {
    let row = Html::parse_fragment(&article.html);
    let css = |css: &str| Selector::parse(css).unwrap();
    let text = |element: ElementRef<'_>| element.text().collect::<String>().trim().to_owned();
    let body = row.select(&css(".message__body")).next().unwrap();
    let reactions = css(".reaction");
    let given = row.select(&reactions).map(|one| {
        let words = text(one);
        let count = words.split_whitespace().nth(1).unwrap_or_default();
        format!("{} {count}", one.attr("value").unwrap())
    });
    (text(body), given.collect())
}

/// One place from which somebody writes: says things, changes and deletes their own, reacts to anyone's.
async fn write(writer: Arc<Writer>, path: String, number: usize, known: Arc<Mutex<Vec<String>>>) {
    let (mut own, mut rev) = (Vec::new(), 0);
    for deed in 0..DEEDS {
        match (deed + number) % 7 {
            3 if !own.is_empty() => {
                let text = format!("changed by {number} in deed {deed}");
                let message = format!("{path}/messages/{}", own.last().unwrap());
                writer
                    .send(&message, &[("body", &text)])
                    .await
                    .expect_see_other(&path);
            }
            5 if own.len() > 1 => {
                let message: String = own.remove(0);
                known.lock().retain(|id| *id != message);
                let deletion = format!("{path}/messages/{message}/deletion");
                writer.send(&deletion, &[]).await.expect_see_other(&path);
            }
            1 | 4 => {
                let chosen = {
                    let known = known.lock();
                    known.get((deed * 31 + number) % known.len().max(1)).cloned()
                };
                if let Some(message) = chosen {
                    let emoji = ["👍", "🎉", "❤️"][(deed + number) % 3];
                    let reactions = format!("{path}/messages/{message}/reactions");
                    // Its author may have deleted it a moment ago.
                    let status = writer.send(&reactions, &[("emoji", emoji)]).await.status.as_u16();
                    assert!([303, 409].contains(&status), "{status}");
                }
            }
            _ => {
                let said = writer
                    .say(&path, &format!("said by {number} in deed {deed}"), Uuid::now_v7())
                    .await;
                let at = said["rev"].as_i64().unwrap();
                assert!(at > rev, "a later message has a later revision");
                rev = at;
                let id = said["id"].as_str().unwrap().to_owned();
                own.push(id.clone());
                known.lock().push(id);
            }
        }
    }
}

#[derive(QueryableByName)]
struct Snapshot {
    #[diesel(sql_type = BigInt)]
    rev: i64,
    #[diesel(sql_type = Text)]
    stamps: String,
}

/// Looks at one snapshot after the other until told to stop: whatever is new in a later one must carry a revision that the
/// earlier one had not reached. Answers how many snapshots differed.
fn observe(url: &str, channel: &str, stop: &AtomicBool) -> usize {
    let mut conn = PgConnection::establish(url).unwrap();
    let mut before: Option<(i64, HashSet<(i64, i64)>)> = None;
    let mut differed = 0;
    loop {
        let last = stop.load(Ordering::SeqCst);
        let now: Snapshot = diesel::sql_query(format!(
            "SELECT c.rev, (SELECT coalesce(json_agg(json_build_array(m.seq, m.rev)), '[]')::text FROM messages m WHERE m.channel_id = c.id) AS stamps \
             FROM channels c WHERE c.id = '{channel}'"
        ))
        .get_result(&mut conn)
        .unwrap();
        let stamps: Vec<(i64, i64)> = serde_json::from_str(&now.stamps).unwrap();
        let distinct: HashSet<i64> = stamps.iter().map(|(_, rev)| *rev).collect();
        assert_eq!(distinct.len(), stamps.len(), "a revision stands for one change");
        assert!(stamps.iter().all(|(_, rev)| *rev <= now.rev));
        let stamps: HashSet<_> = stamps.into_iter().collect();
        if let Some((reached, known)) = &before {
            let late = stamps.difference(known).find(|(_, rev)| rev <= reached);
            assert_eq!(
                late, None,
                "revision {reached} had been reached before this was committed"
            );
            differed += usize::from(now.rev > *reached);
        }
        before = Some((now.rev, stamps));
        if last {
            return differed;
        }
        std::thread::sleep(PAUSE);
    }
}

/// The channel as programs read it, page by page.
async fn truth(reader: &Writer, path: &str) -> BTreeMap<i64, Seen> {
    let (mut all, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = reader.client().api(
            reqwest::Method::GET,
            &format!("/api{path}/messages?limit=100{cursor}"),
        );
        let page = page.send().await.expect_ok().json;
        for message in page["data"].as_array().unwrap() {
            all.insert(message["seq"].as_i64().unwrap(), seen(message));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn seen(message: &Value) -> Seen {
    if !message["deleted_at"].is_null() {
        return ("Message deleted by its author.".to_owned(), BTreeSet::new());
    }
    let html = message["body_html"].as_str().unwrap();
    let text = Html::parse_fragment(html)
        .root_element()
        .text()
        .collect::<String>();
    let given = message["reactions"].as_array().unwrap().iter();
    let given = given.map(|one| {
        format!(
            "{} {}",
            one["emoji"].as_str().unwrap(),
            one["member_ids"].as_array().unwrap().len()
        )
    });
    (text, given.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_by_revision_misses_nothing_while_sixteen_write() {
    let portal = Portal::start().await;
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let mut writers = Vec::new();
    for key in WRITERS {
        writers.push(Arc::new(Writer::of(&portal, key).await));
        writers.push(Arc::new(Writer::of(&portal, key).await));
    }
    let reader = Writer::of(&portal, "member").await;
    let mut follower = Follower::open(&reader, &path).await;

    let stop = Arc::new(AtomicBool::new(false));
    let observer = {
        let (url, channel, stop) = (portal.owner_url(), path.replace("/channels/", ""), stop.clone());
        tokio::task::spawn_blocking(move || observe(&url, &channel, &stop))
    };
    let known = Arc::new(Mutex::new(Vec::new()));
    let mut writing = tokio::task::JoinSet::new();
    for (number, writer) in writers.into_iter().enumerate() {
        writing.spawn(write(writer, path.clone(), number, known.clone()));
    }
    while !writing.is_empty() {
        follower.ask(&reader, &path).await;
        while let Some(ended) = writing.try_join_next() {
            ended.unwrap();
        }
    }
    stop.store(true, Ordering::SeqCst);
    assert!(
        observer.await.unwrap() > 10,
        "the observer looked while people wrote"
    );

    while !follower.ask(&reader, &path).await {}
    assert!(follower.deltas > 2, "the follower read while people wrote");
    assert_eq!(follower.page, truth(&reader, &path).await);
    let numbers = "SELECT count(*) || ' ' || min(seq) || ' ' || max(seq) || ' ' || (SELECT last_seq FROM channels c WHERE c.id = m.channel_id)";
    let count = follower.page.len();
    assert_eq!(
        portal.look(&format!(
            "{numbers} FROM messages m WHERE channel_id = '{}' GROUP BY channel_id",
            path.replace("/channels/", "")
        )),
        format!("{count} 1 {count} {count}"),
        "numbers have no holes"
    );
}
