//! What `make bench` runs: the real binary over a large organization, asked over HTTP as browsers ask.
//!
//! Prints every figure as an absolute and as a ratio to what is wanted (below 1.00 is better than wanted), because machines
//! differ and ratios travel. Nothing here passes or fails: a noisy machine is no defect.
//!
//! `cargo bench --bench portal -- --seconds 3 channel` measures shorter and only what has this in its name.
#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement that goes wrong should stop, and makes ids as a browser does"
)]

mod figures;
mod learning;
mod load;
mod organising;
mod portal;
mod sending;
mod visitor;

use std::time::Duration;

use figures::{Figure, Latencies, Sheet, Wanted};
use portal::{Portal, Size};
use visitor::{Visitor, WORDS};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// People who use the portal at the same time.
const VISITORS: usize = 20;
/// Requests a second when pages are measured.
const RATE: u32 = 200;

/// What the command line asked for.
struct Wish {
    seconds: u64,
    only: Vec<String>,
}

impl Wish {
    fn from_arguments() -> Self {
        let mut wish = Self {
            seconds: 8,
            only: Vec::new(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // cargo says this to every bench.
                "--bench" => {}
                "--seconds" => {
                    wish.seconds = arguments
                        .next()
                        .and_then(|text| text.parse().ok())
                        .unwrap_or(wish.seconds);
                }
                name => wish.only.push(name.to_owned()),
            }
        }
        wish
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    visitor::install_crypto();
    let wish = Wish::from_arguments();
    println!("{}", figures::machine());
    let small = on(Size::Small, &wish).await?;
    let large = on(Size::Large, &wish).await?;
    let mut sheet = Sheet::default();
    large.iter().for_each(|figure| sheet.add(figure.clone()));
    for page in [
        "channel page",
        "inbox",
        "search",
        "my people",
        "record of a person",
    ] {
        let median = |figures: &[Figure]| {
            let name = format!("{page}, p50");
            figures
                .iter()
                .find(|figure| figure.name.starts_with(&name))
                .map(|figure| figure.value)
        };
        if let (Some(before), Some(after)) = (median(&small), median(&large)) {
            sheet.add(Figure::new(
                format!("{page}, p50 with ten times the data"),
                after / before,
                "×",
                Wanted::AtMost(1.3),
            ));
        }
    }
    println!("{sheet}");
    Ok(())
}

/// Everything that is measured on a portal of this size.
async fn on(size: Size, wish: &Wish) -> Outcome<Vec<Figure>> {
    let portal = Portal::start(size)?;
    let mut measured = Vec::new();
    if wish.wants("start") {
        measured.push(Figure::new(
            "warm start to the first page",
            portal.started_in.as_secs_f64(),
            "s",
            Wanted::AtMost(2.0),
        ));
    }
    println!("  {} people sign in …", VISITORS);
    let mut visitors = Vec::new();
    for number in 0..VISITORS {
        visitors.push(Visitor::sign_in(&portal.base, number).await?);
    }
    pages(&portal, &visitors, wish, &mut measured).await?;
    if wish.wants("weight") {
        let (bytes, requests) = visitors.first().ok_or("nobody signed in")?.weigh().await?;
        measured.push(Figure::new(
            "weight of a cold channel page",
            bytes as f64 / 1024.0,
            "KB",
            Wanted::AtMost(40.0),
        ));
        measured.push(Figure::new(
            "requests of a cold channel page",
            requests as f64,
            "",
            Wanted::AtMost(6.0),
        ));
    }
    polls(&portal, &visitors, wish, &mut measured).await?;
    posts(&portal, &visitors, wish, &mut measured).await?;
    organising::measure(&visitors, wish, &mut measured).await?;
    learning::measure(&portal, &visitors, wish, &mut measured).await?;
    sending::measure(&portal, &visitors, wish, &mut measured).await?;
    if let Some(memory) = portal.peak_memory().filter(|_| wish.wants("memory")) {
        measured.push(Figure::new(
            "resident memory, at most",
            memory,
            "MB",
            Wanted::AtMost(100.0),
        ));
    }
    portal.stop()?;
    Ok(measured)
}

async fn pages(
    portal: &Portal,
    visitors: &[Visitor],
    wish: &Wish,
    measured: &mut Vec<Figure>,
) -> Outcome<()> {
    for page in ["channel page", "inbox", "search"] {
        if !wish.wants(page) {
            continue;
        }
        println!("  {page} at {RATE} requests a second …");
        let before = portal.processor_seconds();
        let ask = |number: usize| {
            let visitor = visitors[number % visitors.len()].clone();
            let path = match page {
                "channel page" => visitor.channel(number / visitors.len()),
                "inbox" => "/inbox".to_owned(),
                _ => format!("/search?q={}", WORDS[number % WORDS.len()]),
            };
            async move { visitor.open(&path).await.map(|_| ()) }
        };
        let latencies = load::steady(RATE, wish.period(), ask).await?;
        add_page(measured, page, &latencies);
        if let Some(spent) = portal
            .processor_seconds()
            .zip(before)
            .map(|(after, before)| after - before)
        {
            let each = spent * 1e3 / latencies.count() as f64;
            measured.push(Figure::new(
                format!("{page}, processor time with the database"),
                each,
                "ms",
                Wanted::Nothing,
            ));
        }
    }
    Ok(())
}

fn add_page(measured: &mut Vec<Figure>, page: &str, latencies: &Latencies) {
    let at = |share: f64| latencies.at(share).as_secs_f64() * 1e3;
    measured.push(Figure::new(
        format!("{page}, p50 at {RATE}/s"),
        at(0.5),
        "ms",
        Wanted::AtMost(10.0),
    ));
    measured.push(Figure::new(
        format!("{page}, p95 at {RATE}/s"),
        at(0.95),
        "ms",
        Wanted::AtMost(50.0),
    ));
}

/// Polls that find nothing new: how long one takes, and how many a processor core answers.
async fn polls(
    portal: &Portal,
    visitors: &[Visitor],
    wish: &Wish,
    measured: &mut Vec<Figure>,
) -> Outcome<()> {
    if !wish.wants("poll") {
        return Ok(());
    }
    println!("  polls that find nothing new …");
    let mut questions = Vec::new();
    for visitor in visitors {
        questions.push((visitor.clone(), visitor.poll(0).await?));
    }
    let ask = |number: usize| {
        let (visitor, path) = questions[number % questions.len()].clone();
        async move { visitor.expect_nothing(&path).await }
    };
    let watcher = visitors.first().ok_or("nobody signed in")?;
    let before = watcher.quick_polls().await?;
    let latencies = load::steady(RATE, wish.period(), ask).await?;
    let after = watcher.quick_polls().await?;
    let millis = |share: f64| latencies.at(share).as_secs_f64() * 1e3;
    measured.push(Figure::new(
        format!("poll without news, p50 at {RATE}/s"),
        millis(0.5),
        "ms",
        Wanted::AtMost(1.0),
    ));
    measured.push(Figure::new(
        format!("poll without news, p99 at {RATE}/s"),
        millis(0.99),
        "ms",
        Wanted::AtMost(1.0),
    ));
    measured.push(Figure::new(
        "polls without news that the server answers within 1 ms",
        100.0 * (after.0 - before.0) / (after.1 - before.1),
        "%",
        Wanted::AtLeast(99.0),
    ));
    let before = portal.server_seconds();
    let (count, _) = load::flat_out(8, wish.period(), ask).await?;
    if let Some(spent) = portal
        .server_seconds()
        .zip(before)
        .map(|(after, before)| after - before)
    {
        measured.push(Figure::new(
            "polls without news a second and core",
            count as f64 / spent,
            "/s",
            Wanted::AtLeast(5_000.0),
        ));
    }
    Ok(())
}

/// Sixteen people write into one channel, each waiting for the answer before the next message.
async fn posts(_: &Portal, visitors: &[Visitor], wish: &Wish, measured: &mut Vec<Figure>) -> Outcome<()> {
    const WRITERS: usize = 16;
    if !wish.wants("post") {
        return Ok(());
    }
    println!("  {WRITERS} people write into one channel …");
    let channel = visitor::shared_channel(&visitors[..WRITERS]).ok_or("no channel holds all writers")?;
    let ask = |number: usize| {
        let (visitor, channel) = (visitors[number % WRITERS].clone(), channel.clone());
        async move { visitor.post(&channel, &format!("Message {number} of many")).await }
    };
    let (count, took) = load::flat_out(WRITERS, wish.period(), ask).await?;
    let rate = count as f64 / took.as_secs_f64();
    measured.push(Figure::new(
        "messages a second into one channel",
        rate,
        "/s",
        Wanted::AtLeast(500.0),
    ));
    Ok(())
}
