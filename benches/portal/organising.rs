//! A steward's day and an admin's: people, notes, tasks, coverage, and a file of a hundred thousand people.

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::figures::{Figure, Latencies, Wanted};
use crate::visitor::Visitor;
use crate::{Outcome, Wish, load};

/// Requests a second: a hundred thousand members have some hundreds of stewards at work, who do not hurry.
const RATE: u32 = 40;
/// The steward with a board of 500 tasks.
const FULL_BOARD: usize = 1;
/// Rows of the file.
const ROWS: u32 = 100_000;
/// What a step of an import does, where it is sent, and with which fields.
type Step<'a> = (&'static str, &'static str, &'a [(&'static str, &'static str)]);

/// What admins look for: parts of names, addresses and numbers.
const ASKED: [&str; 6] = ["jos", "O'Bri", "p4711@", "0004", "mar kow", "nguy"];

/// What is asked again and again, and the longest that 95 of 100 should take, in milliseconds.
struct Asked {
    name: &'static str,
    rate: u32,
    most: f64,
}

const PAGES: [Asked; 5] = [
    Asked {
        name: "my people",
        rate: RATE,
        most: 150.0,
    },
    Asked {
        name: "record of a person",
        rate: RATE,
        most: 150.0,
    },
    Asked {
        name: "search for people",
        rate: RATE,
        most: 50.0,
    },
    Asked {
        name: "board of 500 tasks",
        rate: 4,
        most: 100.0,
    },
    Asked {
        name: "coverage of all worksites",
        rate: 1,
        most: 300.0,
    },
];

/// All of it.
pub async fn measure(visitors: &[Visitor], wish: &Wish, measured: &mut Vec<Figure>) -> Outcome<()> {
    let (admin, stewards) = visitors.split_first().ok_or("nobody signed in")?;
    let people = theirs(stewards).await?;
    for page in PAGES.iter().filter(|page| wish.wants(page.name)) {
        println!("  {} at {} a second …", page.name, page.rate);
        let ask = |number: usize| {
            let (steward, person) = people[number % people.len()].clone();
            let (visitor, path) = match page.name {
                "my people" => (steward, "/my-people".to_owned()),
                "record of a person" => (steward, format!("/people/{person}/record")),
                "search for people" => (
                    admin.clone(),
                    format!("/people?q={}", ASKED[number % ASKED.len()]),
                ),
                "board of 500 tasks" => (visitors[FULL_BOARD].clone(), "/tasks/board".to_owned()),
                _ => (admin.clone(), "/coverage".to_owned()),
            };
            async move { visitor.open(&path).await.map(|_| ()) }
        };
        add(
            measured,
            page.name,
            page.most,
            &load::steady(page.rate, wish.period(), ask).await?,
        );
    }
    if wish.wants("note saved") {
        println!("  notes at {RATE} a second …");
        let ask = |number: usize| {
            let (steward, person) = people[number % people.len()].clone();
            async move { note(&steward, &person).await }
        };
        add(
            measured,
            "note saved",
            100.0,
            &load::steady(RATE, wish.period(), ask).await?,
        );
    }
    if wish.wants("import") {
        import(admin, measured).await?;
    }
    Ok(())
}

fn add(measured: &mut Vec<Figure>, name: &str, most: f64, latencies: &Latencies) {
    let at = |share: f64| latencies.at(share).as_secs_f64() * 1e3;
    measured.push(Figure::new(
        format!("{name}, p50"),
        at(0.5),
        "ms",
        Wanted::Nothing,
    ));
    measured.push(Figure::new(
        format!("{name}, p95"),
        at(0.95),
        "ms",
        Wanted::AtMost(most),
    ));
}

/// Each steward with each of the people of their first page, so that neighbours in the list are different stewards.
async fn theirs(stewards: &[Visitor]) -> Outcome<Vec<(Visitor, String)>> {
    let mut all = Vec::new();
    for steward in stewards {
        let page = steward.open("/my-people").await?;
        let mut seen = Vec::new();
        for part in page.split("href=\"/people/").skip(1) {
            let id = part.split(['"', '/']).next().unwrap_or_default();
            if id.parse::<Uuid>().is_ok() && !seen.iter().any(|known| known == id) {
                seen.push(id.to_owned());
            }
        }
        all.push(
            seen.into_iter()
                .map(|person| (steward.clone(), person))
                .collect::<Vec<_>>(),
        );
    }
    let most = all.iter().map(Vec::len).max().unwrap_or_default();
    let mixed: Vec<_> = (0..most)
        .flat_map(|turn| all.iter().filter_map(move |theirs| theirs.get(turn).cloned()))
        .collect();
    if mixed.is_empty() {
        Err("nobody looks after anybody".into())
    } else {
        Ok(mixed)
    }
}

/// A note as the form sends it, with an assessment and a follow-up.
async fn note(steward: &Visitor, person: &str) -> Outcome<()> {
    let id = Uuid::now_v7().to_string();
    let fields = [
        ("id", id.as_str()),
        ("kind", "contact"),
        (
            "said",
            "Asked about the schedule for next month; wants to hear back.",
        ),
        ("follow_up", "in 2 weeks"),
        ("next_step", "Tell them what the meeting said"),
        ("support", "2"),
        ("visibility", "team"),
    ];
    steward
        .submit(&format!("/people/{person}/notes"), &fields)
        .await
        .map(|_| ())
}

/// People nobody knows yet: read, compared, taken over, and taken back so that the next run finds the same.
async fn import(admin: &Visitor, measured: &mut Vec<Figure>) -> Outcome<()> {
    println!("  a file of {ROWS} people …");
    let mut file = String::from("Name,E-mail,Phone,Worksite\n");
    for row in 0..ROWS {
        file.push_str(&format!(
            "New Person {row},new-{row}@example.org,+1647{row:07},Ashford General Hospital {}\n",
            1 + row % 30
        ));
    }
    let path = admin.upload("/imports", "people.csv", &file).await?;
    let mapping = [
        ("columns", "name"),
        ("columns", "email"),
        ("columns", "phone"),
        ("columns", "worksite"),
        ("legal_basis", "membership"),
        ("basis_noted_on", "2026-01-31"),
        ("stage", "member"),
        ("country_code", "+1"),
    ];
    let steps: [Step<'_>; 3] = [
        ("compared with who is known", "mapping", &mapping),
        ("taken over", "application", &[]),
        ("taken back", "undo", &[]),
    ];
    let mut both = Duration::ZERO;
    for (name, step, fields) in steps {
        let start = Instant::now();
        admin.submit(&format!("{path}/{step}"), fields).await?;
        // The page asks again by itself as long as the import is at work.
        loop {
            let page = admin.open(&path).await?;
            if page.contains("It broke off") {
                return Err(format!("{path}: the import broke off").into());
            }
            if !page.contains("http-equiv=\"refresh\"") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        if step != "undo" {
            both += start.elapsed();
        }
        let told = start.elapsed().as_secs_f64();
        measured.push(Figure::new(
            format!("{ROWS} imported people {name}"),
            told,
            "s",
            Wanted::Nothing,
        ));
    }
    measured.push(Figure::new(
        format!("{ROWS} people imported, compared and taken over"),
        both.as_secs_f64(),
        "s",
        Wanted::AtMost(60.0),
    ));
    Ok(())
}
