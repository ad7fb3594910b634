//! Two processes send one campaign, and everything they stand on goes away under them: one of them is killed, one is told to end, the
//! database restarts, the mail server restarts.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;

use super::support::{POSTAL_ADDRESS, draft, id, launch, people, relay};
use crate::faults::installation::Installation;
use crate::smtp::support::smtp_sink::{Keep, SinkEncryption, SinkOptions, SmtpSink};
use crate::support::eventually::{PAUSE, eventually};

/// What goes away.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Kill(usize),
    Terminate(usize),
    Database,
    MailServer,
}

/// Everything that can go away, once.
const ROUND: [Blow; 6] = [
    Blow::Kill(0),
    Blow::Terminate(1),
    Blow::Database,
    Blow::MailServer,
    Blow::Kill(1),
    Blow::Terminate(0),
];

/// Numbers that look random and are the same in every run (Marsaglia, Xorshift RNGs, 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn shuffled<T: Copy, const N: usize>(&mut self, mut things: [T; N]) -> [T; N] {
        for last in (1..N).rev() {
            things.swap(last, self.below(last + 1));
        }
        things
    }
}

/// Processes that send, by the name each has among those that do.
struct Senders {
    processes: [Installation; 2],
    workers: [String; 2],
}

impl Senders {
    async fn start() -> Self {
        let first = Installation::start().await;
        let worker = worker_beside(&first, "").await;
        let second = first.beside().await;
        let other = worker_beside(&second, &worker).await;
        Self {
            processes: [first, second],
            workers: [worker, other],
        }
    }

    fn look(&self, sql: &str) -> String {
        self.processes[0].look(sql)
    }

    fn force(&self, sql: &str) {
        self.processes[0].connect().batch_execute(sql).unwrap();
    }

    async fn strike(&mut self, blow: Blow, sink: &mut SmtpSink) {
        match blow {
            Blow::Kill(which) => {
                self.processes[which].kill_nine();
                // Twenty seconds pass for the one who is no more.
                self.force(&format!(
                    "UPDATE sending_workers SET seen_at = seen_at - interval '1 minute' WHERE id = '{}'",
                    self.workers[which]
                ));
                self.revive(which).await;
            }
            Blow::Terminate(which) => {
                self.processes[which].terminate();
                let process = &mut self.processes[which];
                eventually("a process to end", async || process.ended()).await;
                self.revive(which).await;
            }
            Blow::Database => {
                let postgres = self.processes[0].postgres.clone();
                tokio::task::spawn_blocking(move || postgres.lock().restart())
                    .await
                    .unwrap();
            }
            Blow::MailServer => sink.restart().await,
        }
    }

    async fn revive(&mut self, which: usize) {
        self.processes[which].run().await;
        self.workers[which] = worker_beside(&self.processes[which], &self.workers[1 - which]).await;
    }
}

/// The name of the process that was not there yet.
async fn worker_beside(portal: &Installation, known: &str) -> String {
    eventually("a process to show that it sends", async || {
        let newest = portal.look(&format!(
            "SELECT id FROM sending_workers WHERE id::text <> '{known}' AND seen_at > now() - interval '20 seconds' ORDER BY id DESC LIMIT 1"
        ));
        (!newest.is_empty()).then_some(newest)
    })
    .await
}

/// How often each address got the message.
fn times(sink: &SmtpSink) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for recipient in sink.received().into_iter().flat_map(|one| one.recipients) {
        *times.entry(recipient).or_default() += 1;
    }
    times
}

/// What the log says of each address: how often it was in doubt, and whether it came to an end.
fn told(senders: &Senders, campaign: &str) -> HashMap<String, (usize, bool)> {
    let lines = senders.look(&format!(
        "SELECT string_agg(line, E'\\n') FROM (SELECT m.email || ' ' || count(*) FILTER (WHERE e.kind = 'in_doubt') || ' ' || bool_or(e.kind = 'accepted') AS line \
         FROM deliveries d JOIN members m ON m.org_id = d.org_id AND m.id = d.member_id JOIN delivery_events e ON e.org_id = d.org_id AND e.delivery_id = d.id \
         WHERE d.campaign_id = '{campaign}' GROUP BY m.email) x"
    ));
    let read = |line: &str| {
        let mut words = line.split(' ');
        let (address, doubts, ended) = (words.next()?, words.next()?, words.next()?);
        Some((address.to_owned(), (doubts.parse().ok()?, ended == "true")))
    };
    lines.lines().filter_map(read).collect()
}

/// Waits until the campaign is through. What was put off is due at once: nobody waits an hour here.
async fn ends(senders: &Senders, campaign: &str, patience: Duration) {
    let until = Instant::now() + patience;
    loop {
        let state = senders.look(&format!("SELECT state FROM campaigns WHERE id = '{campaign}'"));
        if state == "sent" {
            return;
        }
        let left = "SELECT count(*) || ' left, ' || count(lease_owner) || ' in hand of ' || (SELECT count(*) FROM sending_workers) FROM send_queue";
        assert!(
            Instant::now() < until,
            "it is still {state}: {}",
            senders.look(left)
        );
        senders.force("UPDATE send_queue SET due_at = now() WHERE due_at > now() AND lease_owner IS NULL");
        tokio::time::sleep(PAUSE * 4).await;
    }
}

/// One round of everything with some hundred people. `WAYMARK_CYCLES=10 cargo test --test it whatever_goes_away` does ten, with ten
/// thousand.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_away_nothing_is_lost_and_only_what_was_in_doubt_comes_twice() {
    let cycles: usize = std::env::var("WAYMARK_CYCLES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(1);
    let crowd = if cycles > 1 { 10_000 } else { 300 };
    let mut senders = Senders::start().await;
    let options = SinkOptions {
        encryption: SinkEncryption::None,
        keep: Keep::Envelopes,
        round_trip: Duration::from_millis(50),
        ..SinkOptions::default()
    };
    let mut sink = SmtpSink::start(options).await;
    senders.force(&format!(
        "{POSTAL_ADDRESS}; {}; {}",
        people(crowd),
        relay(&sink, 4)
    ));
    let comms = senders.processes[0].person("comms").await;
    let path = draft(&comms.actor, "Spring news").await;
    launch(&comms.actor, &path).await.expect_status(303);

    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let blows: Vec<Blow> = (0..cycles).flat_map(|_| dice.shuffled(ROUND)).collect();
    let apart = crowd / (blows.len() + 1);
    for (number, blow) in blows.iter().enumerate() {
        let from = number * apart + 1 + dice.below(apart);
        sink.wait_for(u64::try_from(from).unwrap()).await;
        senders.strike(*blow, &mut sink).await;
    }
    ends(&senders, id(&path), Duration::from_secs(120)).await;

    let (times, told) = (times(&sink), told(&senders, id(&path)));
    assert_eq!(
        told.len(),
        crowd + 9,
        "everybody has a delivery and a word about it"
    );
    let lost: Vec<_> = told
        .iter()
        .filter(|(address, (_, ended))| !ended || !times.contains_key(*address))
        .collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let doubled: Vec<_> = times
        .iter()
        .filter(|(address, count)| **count > 1 + told[*address].0)
        .collect();
    assert!(
        doubled.is_empty(),
        "more often than the log was in doubt: {doubled:?}"
    );
    let differing = senders.look(&format!(
        "SELECT string_agg(c.what || ' ' || c.amount || ' for ' || coalesce(e.amount, 0), ', ') FROM campaign_counts c FULL JOIN \
         (SELECT kind::text AS what, count(*) AS amount FROM delivery_events WHERE campaign_id = '{0}' GROUP BY 1 \
          UNION ALL SELECT 'queued', count(*) FROM deliveries WHERE campaign_id = '{0}') e ON e.what = c.what \
         WHERE (c.campaign_id IS NULL OR c.campaign_id = '{0}') AND c.amount IS DISTINCT FROM e.amount",
        id(&path)
    ));
    assert_eq!(differing, "", "counts that are not what the log says");
    assert_eq!(senders.look("SELECT count(*) FROM send_queue"), "0");
    let doubts: usize = told.values().map(|(doubts, _)| doubts).sum();
    let twice = times.values().filter(|count| **count > 1).count();
    eprintln!(
        "{} blows, {} deliveries: 0 lost, {doubts} in doubt, {twice} twice",
        blows.len(),
        told.len()
    );
    for process in &senders.processes {
        assert!(!process.log().contains("panicked"), "{}", process.log());
    }
}
