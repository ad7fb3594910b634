//! Repeating tasks: the next one is made once, on the right day.

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use waymark::domains::tasks::model::RepeatUnit;
use waymark::domains::tasks::repeating::Repeat;
use waymark::kernel::time::Clock;

use super::make;
use crate::notes::write;
use crate::people::give;
use crate::support::portal::Portal;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_month_that_is_too_short_has_it_on_its_last_day() {
    let monthly = Repeat {
        every: 1,
        unit: RepeatUnit::Month,
        until: None,
    };
    let mut due = day("2027-01-31");
    let mut days = Vec::new();
    for _ in 0..5 {
        due = monthly.next(due, 31, day("2026-11-29")).unwrap();
        days.push(due.to_string());
    }
    assert_eq!(
        days,
        [
            "2027-02-28",
            "2027-03-31",
            "2027-04-30",
            "2027-05-31",
            "2027-06-30"
        ]
    );
    let until = Repeat {
        until: Some(day("2027-02-27")),
        ..monthly
    };
    assert_eq!(until.next(day("2027-01-31"), 31, day("2026-11-29")), None);
    // What was left undone for months is not owed for each of them.
    assert_eq!(
        monthly.next(day("2026-01-31"), 31, day("2026-11-29")),
        Some(day("2026-11-30"))
    );
}

fn units() -> impl Strategy<Value = RepeatUnit> {
    prop::sample::select(RepeatUnit::ALL)
}

proptest! {
    #[test]
    fn the_next_is_later_not_over_and_in_rhythm(unit in units(), every in 1_u32..99, start in 0_u64..20_000, gap in 0_u64..9_000) {
        let due = day("1990-01-01") + Days::new(start);
        let today = due + Days::new(gap) - Days::new(30);
        let repeat = Repeat { every, unit, until: None };
        let next = repeat.next(due, due.day(), today).unwrap();
        prop_assert!(next > due && next >= today);
        match unit {
            RepeatUnit::Day => prop_assert_eq!((next - due).num_days() % i64::from(every), 0),
            RepeatUnit::Week => prop_assert_eq!((next - due).num_days() % (7 * i64::from(every)), 0),
            RepeatUnit::Month => {
                let months = (next.year() - due.year()) * 12 + next.month() as i32 - due.month() as i32;
                prop_assert_eq!(months % every as i32, 0);
                let is_last = next.succ_opt().unwrap().day() == 1;
                prop_assert!(next.day() == due.day() || (is_last && next.day() < due.day()));
            }
        }
    }
}

#[tokio::test]
async fn a_repeating_task_that_is_done_makes_the_next_one_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let id = make(
        &portal,
        &member,
        &[
            ("title", "Water the plants"),
            ("due", "2030-01-31"),
            ("repeat_unit", "month"),
            ("reference", "Office"),
            ("estimate", "20m"),
        ],
    )
    .await;
    let path = format!("/tasks/{id}");
    let page = member.get(&path).await;
    page.form("#checklist > form")
        .set("item", "Fill the can")
        .submit(&member)
        .await
        .expect_status(303);
    let done = member
        .get(&path)
        .await
        .form("main form")
        .set("status", "completed");
    done.submit(&member).await.expect_see_other(&path);
    // The same form again, and a second time done by another way.
    done.submit(&member).await.expect_see_other(&path);
    assert_eq!(
        portal.look("SELECT string_agg(due_on || ' ' || status || ' ' || reference || ' ' || estimate_minutes, ', ' ORDER BY occurrence) FROM tasks"),
        "2030-01-31 completed Office 20, 2030-02-28 pending Office 20"
    );
    assert_eq!(
        portal.look("SELECT string_agg(i.title, ', ') FROM task_items i JOIN tasks t ON t.id = i.task_id WHERE t.occurrence = 2"),
        "Fill the can"
    );

    // To be done after all: the next one, which nobody touched, is taken back; done again, it comes again.
    let again = |status: &'static str| {
        let (member, path) = (&member, &path);
        async move {
            let form = member.get(path).await.form("main form").set("status", status);
            form.submit(member).await.expect_see_other(path);
        }
    };
    again("pending").await;
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "1");
    again("completed").await;
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "2");

    // One whose steps somebody changed stays with them.
    let next = portal.look("SELECT id FROM tasks WHERE occurrence = 2");
    crate::people::post(&member, &format!("/tasks/{next}/items"), &[("item", "Buy soil")])
        .await
        .expect_status(303);
    again("pending").await;
    assert_eq!(
        portal.look("SELECT count(*) FROM task_items WHERE title = 'Buy soil'"),
        "1"
    );
    again("completed").await;
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "2");

    // One that somebody has begun stays, and is not made a second time.
    portal.force("UPDATE tasks SET version = 5, status = 'in_progress' WHERE occurrence = 2");
    again("pending").await;
    again("completed").await;
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "2");
    // The month remembers the day it began on.
    let next = portal.look("SELECT id FROM tasks WHERE occurrence = 2");
    let page = member.get(&format!("/tasks/{next}")).await;
    page.form("main form")
        .set("status", "completed")
        .submit(&member)
        .await
        .expect_status(303);
    assert_eq!(
        portal.look("SELECT max(due_on) FROM tasks WHERE occurrence = 3"),
        "2030-03-31"
    );
}

#[tokio::test]
async fn what_repeats_counts_from_a_day() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let page = member
        .get("/tasks/new")
        .await
        .form("main form")
        .set("title", "Water the plants")
        .set("repeat_unit", "week")
        .set("repeat_every", "100")
        .set("estimate", "a while")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("what repeats counts from a day")
        .expect_text("must be a whole number from 1 to 99")
        .expect_text("Write how long");
    assert_eq!(page.form("main form").value("estimate"), Some("a while"));
    page.expect_element("details[open]");
}

#[test]
fn after_a_conversation_it_is_due_as_long_as_it_says() {
    let repeat = |every, unit| Repeat {
        every,
        unit,
        until: None,
    };
    let talked = day("2027-01-31");
    assert_eq!(repeat(10, RepeatUnit::Day).after(talked), Some(day("2027-02-10")));
    assert_eq!(repeat(2, RepeatUnit::Week).after(talked), Some(day("2027-02-14")));
    assert_eq!(
        repeat(1, RepeatUnit::Month).after(talked),
        Some(day("2027-02-28"))
    );
    let ended = Repeat {
        until: Some(day("2027-02-09")),
        ..repeat(10, RepeatUnit::Day)
    };
    assert_eq!(ended.after(talked), None);
}

/// The day it is where the people of the fixture live, which in the evening is not the day it is in Greenwich.
fn today_there(portal: &Portal) -> NaiveDate {
    let now = portal.clock.now();
    now.with_timezone(&chrono_tz::America::Toronto).date_naive()
}

#[tokio::test]
async fn a_reminder_starts_anew_whenever_anybody_noted_a_conversation() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let steward = portal.person("steward").await;
    let person = portal.member("member");
    let blank = steward
        .get(&format!("/tasks/new?member={person}"))
        .await
        .click(&steward, "Keep in touch")
        .await;
    let form = blank.form("main form");
    form.submit(&steward).await.expect_status(303);
    let id = portal.look("SELECT id FROM tasks");
    let due =
        || portal.look("SELECT string_agg(due_on || ' ' || status, ', ' ORDER BY occurrence) FROM tasks");
    let today = today_there(&portal);
    let in_a_month = |from: NaiveDate| from.checked_add_months(chrono::Months::new(1)).unwrap();
    assert_eq!(due(), format!("{} pending", in_a_month(today)));

    // Twenty days later the backup speaks with them: due a month after that, and nothing is done or made besides.
    portal.pass(chrono::TimeDelta::days(20));
    let later = today_there(&portal);
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    write(&portal, &coach, "member", &[("said", "met at the gate")])
        .await
        .expect_see_other("/people/");
    assert_eq!(due(), format!("{} pending", in_a_month(later)));
    steward
        .get(&format!("/tasks/{id}"))
        .await
        .expect_text(&format!("spoke with the person: due on {}", in_a_month(later)));
    // Who was not reached was not spoken with.
    portal.pass(chrono::TimeDelta::days(1));
    let form = coach
        .get(&format!("/people/{person}/notes/new"))
        .await
        .form("main form");
    form.set("said", "no answer")
        .check("reached")
        .submit(&coach)
        .await
        .expect_see_other("/people/");
    assert_eq!(due(), format!("{} pending", in_a_month(later)));

    // Done by hand: the next one counts from today, not from its own day.
    let path = format!("/tasks/{id}");
    let done = steward
        .get(&path)
        .await
        .form("main form")
        .set("status", "completed");
    done.submit(&steward).await.expect_see_other(&path);
    let now = today_there(&portal);
    assert_eq!(
        due(),
        format!("{} completed, {} pending", in_a_month(later), in_a_month(now))
    );
}

#[tokio::test]
async fn only_a_task_about_a_person_that_repeats_counts_from_conversations() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let person = portal.member("member");
    let blank = |query: String| {
        let steward = &steward;
        async move { steward.get(&format!("/tasks/new{query}")).await.form("main form") }
    };
    blank(format!("?member={person}"))
        .await
        .set("title", "Speak")
        .set("due", "tomorrow")
        .check("from_contact")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("Say how often");
    crate::people::post(
        &steward,
        "/tasks",
        &[
            ("title", "Speak"),
            ("due", "tomorrow"),
            ("repeat_unit", "day"),
            ("from_contact", "yes"),
        ],
    )
    .await
    .expect_status(422)
    .expect_text("Only a task about a person");
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "0");
}
