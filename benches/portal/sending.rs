//! A campaign to everybody, into a mail server in this process that takes everything.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::figures::{Figure, Wanted};
use crate::portal::Portal;
use crate::visitor::Visitor;
use crate::{Outcome, Wish};

/// Both campaigns: as fast as it goes, and with the round trip of a mail server far away.
const FAR: Duration = Duration::from_millis(10);
/// Text that brings the HTML of the mail to five and a half kilobytes.
const FILLER: &str = "The table team met the employer on Tuesday and Wednesday. Scheduling, overtime and the new shift pattern were on the list; \
     what was agreed goes to the members before anything is signed. ";

/// What the subjects of single messages begin with; a number follows.
const MARK: &[u8] = b"Subject: Measured receipt ";

/// What the sink counts.
#[derive(Default)]
struct Counted {
    messages: AtomicU64,
    bytes: AtomicU64,
    /// When single messages came, by their numbers.
    singles: Mutex<HashMap<usize, Instant>>,
}

impl Counted {
    fn note(&self, message: &[u8]) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(message.len() as u64, Ordering::Relaxed);
        let head = message.get(..1_500).unwrap_or(message);
        let Some(at) = memchr::memmem::find(head, MARK) else {
            return;
        };
        let digits = head.get(at + MARK.len()..).unwrap_or_default();
        let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
        let number = digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
        if let Ok(mut singles) = self.singles.lock() {
            singles.insert(number, Instant::now());
        }
    }
}

/// Messages to one person each, sent while a campaign runs.
struct Singles<'a> {
    visitor: &'a Visitor,
    token: String,
    template: String,
    written: Vec<Instant>,
}

impl<'a> Singles<'a> {
    async fn of(visitor: &'a Visitor) -> Outcome<Self> {
        let fields = [
            ("name", "Receipt"),
            ("starter", "announcement"),
            ("purpose", "transactional"),
            ("category", "transactional"),
        ];
        let path = visitor.submit("/templates", &fields).await?;
        Ok(Self {
            visitor,
            token: visitor.token("messaging:send").await?,
            template: path.rsplit('/').next().unwrap_or_default().to_owned(),
            written: Vec::new(),
        })
    }

    async fn write(&mut self) -> Outcome<()> {
        let number = self.written.len();
        let message = serde_json::json!({
            "template_id": self.template,
            "email": "p1@example.org",
            "variables": { "headline": format!("Measured receipt {number}"), "message": "Thank you." },
        });
        self.visitor.write_to(&self.token, &message).await?;
        // It is committed when it is answered.
        self.written.push(Instant::now());
        Ok(())
    }

    /// How long each took from its commit to the provider's last byte, in milliseconds.
    fn took(&self, counted: &Counted) -> Vec<f64> {
        let Ok(singles) = counted.singles.lock() else {
            return Vec::new();
        };
        let took = self.written.iter().enumerate().map(|(number, written)| {
            // One that never came took for ever.
            singles.get(&number).map_or(f64::INFINITY, |came| {
                came.saturating_duration_since(*written).as_secs_f64() * 1e3
            })
        });
        took.collect()
    }
}

/// All of it.
pub async fn measure(
    portal: &Portal,
    visitors: &[Visitor],
    wish: &Wish,
    measured: &mut Vec<Figure>,
) -> Outcome<()> {
    if !wish.wants("campaign") {
        return Ok(());
    }
    let admin = visitors.first().ok_or("nobody signed in")?;
    let counted = Arc::new(Counted::default());
    let round_trip = Arc::new(AtomicU64::new(0));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let listening = tokio::spawn(listen(listener, counted.clone(), round_trip.clone()));
    let provider = provider(admin, port).await?;
    let template = template(admin).await?;

    println!("  a campaign to everybody …");
    let before = portal.processor_seconds();
    let resident = portal.resident_memory();
    let start = Instant::now();
    let path = campaign(admin, &template).await?;
    let mut most = 0.0_f64;
    let mut known = 0;
    // Its page is opened once nothing more comes: what a look at it costs is no mail's.
    loop {
        most = most.max(portal.resident_memory().unwrap_or_default());
        let now = counted.messages.load(Ordering::Relaxed);
        if now > 0 && now == known && admin.open(&path).await?.contains(">Sent<") {
            break;
        }
        known = now;
        if start.elapsed() > Duration::from_secs(600) {
            return Err("the campaign does not come to an end".into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = start.elapsed().as_secs_f64();
    let messages = counted.messages.load(Ordering::Relaxed) as f64;
    println!(
        "  {messages} mails of {:.1} KB in {took:.1} s",
        counted.bytes.load(Ordering::Relaxed) as f64 / messages / 1024.0
    );
    if let Some(spent) = portal
        .processor_seconds()
        .zip(before)
        .map(|(after, before)| after - before)
    {
        measured.push(Figure::new(
            "campaign, processor time of a mail with its log and the database",
            spent * 1e6 / messages,
            "µs",
            Wanted::AtMost(75.0),
        ));
    }
    measured.push(Figure::new(
        "campaign, mails a second",
        messages / took,
        "/s",
        Wanted::Nothing,
    ));
    if let Some(resident) = resident {
        let more = most - resident;
        measured.push(Figure::new(
            "campaign, memory above idle",
            more,
            "MB",
            Wanted::AtMost(64.0),
        ));
    }
    println!("  another, while it is looked at and single messages leave …");
    let mut singles = Singles::of(admin).await?;
    let path = campaign(admin, &template).await?;
    let started = Instant::now();
    let mut pages = Vec::new();
    loop {
        let asked = Instant::now();
        let page = admin.open(&path).await?;
        pages.push(asked.elapsed());
        if page.contains(">Sent<") {
            break;
        }
        if started.elapsed() > Duration::from_secs(600) {
            return Err("the campaign does not come to an end".into());
        }
        singles.write().await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    pages.sort();
    let p95 = pages.get(pages.len() * 95 / 100).copied().unwrap_or_default();
    measured.push(Figure::new(
        "campaign, its page while it is sent, p95",
        p95.as_secs_f64() * 1e3,
        "ms",
        Wanted::AtMost(100.0),
    ));
    let mut took = singles.took(&counted);
    took.sort_by(f64::total_cmp);
    println!("  {} single messages", took.len());
    measured.push(Figure::new(
        "campaign, a single message meanwhile from its commit to the provider, p95",
        took.get(took.len() * 95 / 100).copied().unwrap_or(f64::INFINITY),
        "ms",
        Wanted::AtMost(250.0),
    ));
    let messages = counted.messages.load(Ordering::Relaxed) as f64;

    println!("  the same with a round trip of {FAR:?} on 10 connections …");
    round_trip.store(u64::try_from(FAR.as_micros())?, Ordering::Relaxed);
    let path = campaign(admin, &template).await?;
    let (from, start) = loop {
        let count = counted.messages.load(Ordering::Relaxed) as f64 - messages;
        if count > 500.0 {
            break (count, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    tokio::time::sleep(Duration::from_secs(6)).await;
    let count = counted.messages.load(Ordering::Relaxed) as f64 - messages - from;
    let far = count / start.elapsed().as_secs_f64();
    measured.push(Figure::new(
        "campaign, mails a second on 10 connections at 10 ms",
        far,
        "/s",
        Wanted::AtLeast(700.0),
    ));
    admin.submit(&format!("{path}/cancellation"), &[]).await?;
    admin.submit(&format!("{provider}/archive"), &[]).await?;
    listening.abort();
    Ok(())
}

async fn provider(admin: &Visitor, port: u16) -> Outcome<String> {
    let port = port.to_string();
    let fields = [
        ("kind", "smtp"),
        ("name", "Sink"),
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", "plain"),
        ("user", ""),
        ("root", ""),
        ("secret", ""),
        ("from_name", "News"),
        ("from_address", "news@example.org"),
        ("connections", "10"),
        ("per_second", ""),
        ("rank", "0"),
    ];
    admin.submit("/providers", &fields).await
}

/// A saved template of five and a half kilobytes with three links that are counted.
async fn template(admin: &Visitor) -> Outcome<String> {
    let fields = [
        ("name", "Measured"),
        ("starter", "blank"),
        ("purpose", "informational"),
        ("category", "newsletters"),
    ];
    let path = admin.submit("/templates", &fields).await?;
    let mut html = String::from("<html><body><h1>Hello {{ member.first_name }}</h1>");
    let mut link = 0;
    while html.len() < 5_300 {
        html.push_str("<p>");
        html.push_str(FILLER);
        html.push_str("</p>");
        if link < 3 {
            link += 1;
            html.push_str(&format!("<p><a href=\"https://news.health-locals.ca/article/{link}\">Read on, {{{{ member.first_name }}}}</a></p>"));
        }
    }
    html.push_str("<p><a href=\"{{ links.unsubscribe }}\">Leave</a> <a href=\"{{ links.preferences }}\">What you get</a></p></body></html>");
    let fields = [
        ("base", "0"),
        ("name", "Measured"),
        ("purpose", "informational"),
        ("category", "newsletters"),
        ("subject", "News for {{ member.first_name }}"),
        ("preheader", ""),
        ("source", html.as_str()),
        ("text_mode", "generated"),
        ("text_part", ""),
        ("note", ""),
        ("then", "version"),
        ("variable_name", "member.first_name"),
        ("variable_kind", "text"),
        ("variable_need", "optional"),
        ("variable_fallback", "friend"),
        ("variable_label", ""),
    ];
    admin.submit(&path, &fields).await?;
    Ok(path.rsplit('/').next().unwrap_or_default().to_owned())
}

/// A campaign to everybody, sent off; answers its path.
async fn campaign(admin: &Visitor, template: &str) -> Outcome<String> {
    let content = admin
        .submit("/campaigns", &[("name", "Measured"), ("channel", "email")])
        .await?;
    let path = content.trim_end_matches("/content").to_owned();
    let fields = [
        ("revision", "1"),
        ("name", "Measured"),
        ("template", template),
        ("from_name", ""),
        ("reply_to", ""),
        ("tracked", "yes"),
        ("then", "next"),
    ];
    admin.submit(&content, &fields).await?;
    admin
        .submit(
            &format!("{path}/audience"),
            &[("revision", "2"), ("who", "everyone"), ("then", "next")],
        )
        .await?;
    admin
        .submit(&format!("{path}/launch"), &[("revision", "3")])
        .await?;
    Ok(path)
}

async fn listen(listener: TcpListener, counted: Arc<Counted>, round_trip: Arc<AtomicU64>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, counted.clone(), round_trip.clone()));
    }
}

/// As much of RFC 5321 and RFC 2920 as a sender that does everything right asks for.
async fn converse(
    mut stream: TcpStream,
    counted: Arc<Counted>,
    round_trip: Arc<AtomicU64>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink\r\n").await?;
    let (mut held, mut answers) = (Vec::with_capacity(65_536), Vec::new());
    let mut is_body = false;
    let mut room = vec![0; 65_536];
    loop {
        let read = stream.read(&mut room).await?;
        if read == 0 {
            return Ok(());
        }
        held.extend_from_slice(room.get(..read).unwrap_or_default());
        let mut done = 0;
        loop {
            let rest = &held[done..];
            if is_body {
                let Some(end) = memchr::memmem::find(rest, b"\r\n.\r\n") else {
                    break;
                };
                counted.note(&rest[..end]);
                done += end + 5;
                is_body = false;
                answers.extend_from_slice(b"250 2.0.0 Ok: queued\r\n");
                continue;
            }
            let Some(end) = memchr::memchr(b'\n', rest) else {
                break;
            };
            let line = &rest[..end];
            let answer: &[u8] = match line.get(..4).unwrap_or_default() {
                b"EHLO" => b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
                b"DATA" => {
                    is_body = true;
                    b"354 go on\r\n"
                }
                b"QUIT" => b"221 bye\r\n",
                _ => b"250 2.1.0 Ok\r\n",
            };
            answers.extend_from_slice(answer);
            done += end + 1;
        }
        held.drain(..done);
        if !answers.is_empty() {
            let wait = round_trip.load(Ordering::Relaxed);
            if wait > 0 {
                tokio::time::sleep(Duration::from_micros(wait)).await;
            }
            stream.write_all(&answers).await?;
            answers.clear();
        }
    }
}
