//! Learners and coaches of a journey of two hundred lessons that everybody is on.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use uuid::Uuid;
use waymark::boot::{self, Migrations};
use waymark::config::Config;
use waymark::domains::journeys::learning::unlocking;
use waymark::kernel::ids::{EnrolmentId, OrgId};
use waymark::platform::db::TenantScope;

use crate::figures::{Figure, Latencies, Wanted};
use crate::portal::Portal;
use crate::visitor::Visitor;
use crate::{Outcome, Wish, load};

/// What the journey is called.
const TITLE: &str = "Two hundred lessons";
/// Lessons that can be marked as done, and how many of them each visitor does.
const COMPLETED: usize = 150;
/// Pages of learners a second.
const RATE: u32 = 100;
/// Learners whose lessons are evaluated in SQL.
const EVALUATED: usize = 400;

/// All of it.
pub async fn measure(
    portal: &Portal,
    visitors: &[Visitor],
    wish: &Wish,
    measured: &mut Vec<Figure>,
) -> Outcome<()> {
    if !wish.wants("journey") {
        return Ok(());
    }
    let admin = visitors.first().ok_or("nobody signed in")?;
    let journey = seeded(admin).await?;
    in_sql(portal, measured).await?;
    coach(admin, &journey, wish, measured).await?;
    // Nobody does a lesson twice: each run has a journey of its own.
    let copy = copied(admin, &journey, visitors.len()).await?;
    let ways = ways(visitors).await?;
    completions(&ways, measured).await?;
    learner(&ways, wish, measured).await?;
    admin.submit(&format!("/journeys/{copy}/archiving"), &[]).await?;
    Ok(())
}

/// The journey of the sample data.
async fn seeded(admin: &Visitor) -> Outcome<String> {
    let page = admin.open("/journeys").await?;
    let cards = page.split("href=\"/journeys/").skip(1);
    let named = cards.filter(|card| card.contains(&format!("{TITLE}<")));
    let ids = named.filter_map(|card| card.split(['"', '/']).next());
    let id = ids.filter(|id| id.parse::<Uuid>().is_ok()).last();
    Ok(id.ok_or("there is no journey")?.to_owned())
}

/// A copy of it, published, with all visitors on it.
async fn copied(admin: &Visitor, journey: &str, people: usize) -> Outcome<String> {
    println!("  the journey once more, for {people} people …");
    let built = admin.submit(&format!("/journeys/{journey}/copies"), &[]).await?;
    let copy = built.split('/').nth(2).unwrap_or_default().to_owned();
    let publish = [("note", "Measured."), ("then", "now")];
    admin
        .submit(&format!("/journeys/{copy}/publication"), &publish)
        .await?;
    let handles: Vec<String> = (0..people).map(|number| format!("p{number}")).collect();
    let enrol = [("people", handles.join(" "))];
    let enrol = enrol.each_ref().map(|(name, value)| (*name, value.as_str()));
    admin.submit(&format!("/journeys/{copy}/people"), &enrol).await?;
    Ok(copy)
}

/// A visitor on their newest journey, and the lessons there that can be marked as done, in their order.
#[derive(Clone)]
struct Way {
    visitor: Visitor,
    path: String,
    lessons: Vec<String>,
}

async fn ways(visitors: &[Visitor]) -> Outcome<Vec<Way>> {
    let mut ways = Vec::new();
    for visitor in visitors {
        let page = visitor.open("/learn").await?;
        let enrolment = page.split("href=\"/learn/").nth(1).ok_or("nobody learns")?;
        let path = format!(
            "/learn/{}",
            enrolment.split(['"', '/', '#']).next().unwrap_or_default()
        );
        let page = visitor.open(&path).await?;
        let (mut seen, mut lessons) = (Vec::new(), Vec::new());
        let link = format!("href=\"{path}/lessons/");
        for part in page.split(&link).skip(1) {
            let key = part.split(['"', '#']).next().unwrap_or_default().to_owned();
            // Where a lesson stands, its own title follows; a button has none, and what is said of other lessons comes later.
            let title = part.split("Lesson ").nth(1).unwrap_or_default();
            let number = title
                .split(['<', ' '])
                .next()
                .and_then(|number| number.split('.').nth(1));
            let Some(number) = number.filter(|_| !seen.contains(&key)) else {
                continue;
            };
            if !matches!(number, "10" | "15") {
                lessons.push(key.clone());
            }
            seen.push(key);
        }
        ways.push(Way {
            visitor: visitor.clone(),
            path,
            lessons,
        });
    }
    Ok(ways)
}

/// Everybody does one lesson after the other, as fast as answers come.
async fn completions(ways: &[Way], measured: &mut Vec<Figure>) -> Outcome<()> {
    println!("  {} people do lessons …", ways.len());
    let start = Instant::now();
    let done = ways.iter().map(|way| async move {
        let mut took = Vec::new();
        for lesson in way.lessons.iter().take(COMPLETED) {
            let asked = Instant::now();
            way.visitor
                .submit(&format!("{}/lessons/{lesson}/completion", way.path), &[])
                .await?;
            took.push(asked.elapsed());
        }
        Outcome::Ok(took)
    });
    let took: Vec<Duration> = futures_util::future::try_join_all(done).await?.concat();
    let rate = took.len() as f64 / start.elapsed().as_secs_f64();
    measured.push(Figure::new(
        "lessons completed a second, over HTTP",
        rate,
        "/s",
        Wanted::AtLeast(1_000.0),
    ));
    let p95 = Latencies::new(took).at(0.95).as_secs_f64() * 1e3;
    measured.push(Figure::new(
        "a lesson completed meanwhile, p95",
        p95,
        "ms",
        Wanted::Nothing,
    ));
    Ok(())
}

/// What learners open.
async fn learner(ways: &[Way], wish: &Wish, measured: &mut Vec<Figure>) -> Outcome<()> {
    for page in ["the journey", "a lesson", "my journeys"] {
        println!("  {page} for learners at {RATE} a second …");
        let ask = |number: usize| {
            let way = ways[number % ways.len()].clone();
            let turn = number / ways.len();
            let path = match page {
                "the journey" => way.path.clone(),
                "a lesson" => format!(
                    "{}/lessons/{}",
                    way.path,
                    way.lessons[turn % COMPLETED.min(way.lessons.len())]
                ),
                _ => "/learn".to_owned(),
            };
            async move { way.visitor.open(&path).await.map(|_| ()) }
        };
        let latencies = load::steady(RATE, wish.period(), ask).await?;
        let wanted = Wanted::AtMost(50.0);
        add(
            measured,
            &format!("learner's page: {page}, at {RATE}/s"),
            wanted,
            &latencies,
        );
    }
    Ok(())
}

/// Figures of everybody, counted in the background.
async fn counting(admin: &Visitor, journey: &str, measured: &mut Vec<Figure>) -> Outcome<()> {
    println!("  figures of everybody …");
    let page = format!("/journeys/{journey}/analytics");
    let start = Instant::now();
    admin.submit(&format!("{page}/counts"), &[]).await?;
    while admin.open(&page).await?.contains("/counts/stop") {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = start.elapsed().as_secs_f64();
    measured.push(Figure::new(
        "figures of everybody counted in the background",
        took,
        "s",
        Wanted::Nothing,
    ));
    Ok(())
}

/// What coaches open.
async fn coach(admin: &Visitor, journey: &str, wish: &Wish, measured: &mut Vec<Figure>) -> Outcome<()> {
    counting(admin, journey, measured).await?;
    for (page, path, wanted) in [
        ("50 learners by 200 lessons", "matrix", Wanted::AtMost(50.0)),
        ("stuck list", "stuck", Wanted::AtMost(200.0)),
        ("analytics", "analytics", Wanted::AtMost(1_000.0)),
    ] {
        println!("  {page} for coaches at one a second …");
        let path = format!("/journeys/{journey}/{path}");
        let ask = |_| {
            let (admin, path) = (admin.clone(), path.clone());
            async move { admin.open(&path).await.map(|_| ()) }
        };
        let latencies = load::steady(1, wish.period(), ask).await?;
        add(measured, &format!("coach's page: {page}"), wanted, &latencies);
    }
    Ok(())
}

fn add(measured: &mut Vec<Figure>, name: &str, wanted: Wanted, latencies: &Latencies) {
    let at = |share: f64| latencies.at(share).as_secs_f64() * 1e3;
    measured.push(Figure::new(
        format!("{name}, p50"),
        at(0.5),
        "ms",
        Wanted::Nothing,
    ));
    measured.push(Figure::new(format!("{name}, p95"), at(0.95), "ms", wanted));
}

#[derive(QueryableByName)]
struct Learner {
    #[diesel(sql_type = SqlUuid)]
    org_id: OrgId,
    #[diesel(sql_type = SqlUuid)]
    id: EnrolmentId,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The evaluation, asked for as the portal asks for it, and the roll-up against a recount of all rows.
async fn in_sql(portal: &Portal, measured: &mut Vec<Figure>) -> Outcome<()> {
    println!("  200 lessons evaluated for {EVALUATED} learners …");
    let config = Config {
        data: portal.data().to_owned(),
        ..Config::default()
    };
    let (took, counted, wrong) = tokio::task::spawn_blocking(move || evaluated(config)).await??;
    let turns = [
        ("for the first time, from disk", Wanted::Nothing),
        ("again", Wanted::AtMost(1.0)),
    ];
    for ((when, wanted), took) in turns.into_iter().zip(took) {
        for (name, share, wanted) in [("p50", 0.5, wanted), ("p95", 0.95, Wanted::Nothing)] {
            let name = format!("200 lessons evaluated {when}, {name}");
            let took = took.at(share).as_secs_f64() * 1e3;
            measured.push(Figure::new(name, took, "ms", wanted));
        }
    }
    measured.push(Figure::new(
        "rows of progress that were counted anew",
        counted as f64,
        "",
        Wanted::Nothing,
    ));
    measured.push(Figure::new(
        "learners whose count differs from that",
        wrong as f64,
        "",
        Wanted::Nothing,
    ));
    Ok(())
}

fn evaluated(config: Config) -> Outcome<([Latencies; 2], i64, i64)> {
    let booted = boot::boot(config, Migrations::Expect)?;
    let mut owner = PgConnection::establish(&booted.database.owner_url)?;
    let learners: Vec<Learner> = diesel::sql_query(
        "SELECT e.org_id, e.id FROM journey_enrolments e JOIN journey_versions v ON v.id = e.version_id \
         WHERE v.title = $1 AND e.last_at IS NOT NULL ORDER BY md5(e.id::text) LIMIT $2",
    )
    .bind::<diesel::sql_types::Text, _>(TITLE)
    .bind::<BigInt, _>(i64::try_from(EVALUATED)?)
    .load(&mut owner)?;
    let org = learners.first().ok_or("nobody learns")?.org_id;
    let (first, again) = booted
        .app
        .db
        .tenant_blocking(&TenantScope::of_portal(org, "bench"), |tx| {
            let mut all = |took: &mut Vec<Duration>| -> QueryResult<()> {
                for learner in &learners {
                    let asked = Instant::now();
                    let path = unlocking::path(tx, learner.id)?;
                    took.push(asked.elapsed());
                    assert_eq!(path.lessons.len(), 200, "all lessons are evaluated");
                }
                Ok(())
            };
            let (mut first, mut again) = (Vec::new(), Vec::new());
            all(&mut first)?;
            all(&mut again)?;
            Ok((first, again))
        })?;
    let one = |owner: &mut PgConnection, sql: &str| -> QueryResult<i64> {
        diesel::sql_query(sql)
            .get_result::<Count>(owner)
            .map(|row| row.count)
    };
    let counted = one(&mut owner, "SELECT count(*) FROM lesson_progress")?;
    let wrong = one(
        &mut owner,
        "SELECT count(*) FROM journey_enrolments e LEFT JOIN (SELECT enrolment_id, count(*) FILTER (WHERE is_required AND (done_at IS NOT NULL OR waived_at IS NOT NULL)) AS done \
           FROM lesson_progress GROUP BY enrolment_id) p ON p.enrolment_id = e.id WHERE e.done <> coalesce(p.done, 0)",
    )?;
    Ok(([first, again].map(Latencies::new), counted, wrong))
}
