//! What coaches and sponsors do around journeys in a browser, with people and work in it: readable by everyone, on every screen.

use std::fmt::Write as _;

use chrono::TimeDelta;
use uuid::Uuid;

use super::coaching::with_cohort;
use super::knowledge::page as document;
use super::learning::written::{Written, enrolment, journey, text};
use super::suggestions::look;
use crate::people::post;
use crate::support::browser::{Browser, Screen};
use crate::support::portal::{Actor, Portal};

/// Tall enough that nothing stands half under the bar at its foot, where axe can't tell what it stands on.
const PHONE: Screen = Screen::new(360, 1_800);
/// So that nothing of the rail is scrolled half out of sight.
const DESKTOP: Screen = Screen::new(1280, 1_200);

/// Looks at pages on a phone and a desktop, light and dark, and tells everything that is wrong with them at once.
async fn look_at(portal: &Portal, who: &Actor, pages: &[(&str, &str)]) {
    let mut browser = Browser::open(portal.base(), DESKTOP).await;
    browser.take_cookies_from(who).await;
    let mut wrong = String::new();
    for (name, path) in pages {
        let page = who.get(path).await;
        assert_eq!(page.status == 404, path.ends_with("nonsense"), "{name} is there");
        browser.goto(path).await;
        for screen in [PHONE, PHONE.dark(), DESKTOP, DESKTOP.dark()] {
            browser.resize(screen).await;
            browser.no_horizontal_scroll().await;
            let report = browser.axe().await;
            if report.violations.len() + report.incomplete.len() > 0 {
                writeln!(wrong, "{name} on {} {:?}:\n{report}", screen.width, screen.scheme).unwrap();
            }
            browser.screenshot(name).await;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const CLEAR: &str = "019a0000-0000-7000-8000-000000000001";
const RIGHT: &str = "019a0000-0000-7000-8000-000000000011";

/// A journey with lessons of several kinds, and a cohort on it with a pace.
async fn course(portal: &Portal, coach: &Actor) -> (Written, String) {
    let work = format!(
        r#"{{"kind": "assignment", "brief": "Map your shop.", "days_to_review": 3, "rubric": [
             {{"key": "{CLEAR}", "title": "Clear", "points": 4, "levels": [{{"text": "Not yet", "points": 0}}, {{"text": "Fully", "points": 4}}]}}]}}"#
    );
    let quiz = format!(
        r#"{{"kind": "quiz", "pool": null, "attempts": null, "pass_percent": 80, "feedback": "at_end", "questions": [
             {{"key": "019a0000-0000-7000-8000-000000000010", "kind": "single", "prompt": "Who speaks first?", "points": 1,
               "options": [{{"key": "{RIGHT}", "text": "They do", "right": true}}, {{"key": "019a0000-0000-7000-8000-000000000012", "text": "I do"}}]}}]}}"#
    );
    let course = journey(
        portal,
        false,
        &[
            (
                "Listening comes first",
                false,
                vec![
                    text("Listening"),
                    text("A lesson with a title of uncommon length, such as people write them"),
                ],
            ),
            (
                "Doing",
                false,
                vec![
                    text("Check").of("quiz", "scored", &quiz).percent(80),
                    text("Map").of("assignment", "approved", &work),
                ],
            ),
        ],
    );
    let cohort = with_cohort(portal, coach, &course).await;
    portal.force("UPDATE cohort_journeys SET pace = 1");
    people(portal, &course, &cohort, 14);
    (course, cohort)
}

/// People of the cohort who are differently far; the last joined late.
fn people(portal: &Portal, course: &Written, cohort: &str, count: usize) {
    let (org, coach) = (portal.organization("local"), portal.member("coach"));
    let lessons = [
        "Listening",
        "A lesson with a title of uncommon length, such as people write them",
    ];
    for number in 0..count {
        let member = Uuid::now_v7();
        let name = match number {
            3 => "Maximiliane-Theodora von Hohenlohe-Waldenburg-Schillingsfürst".to_owned(),
            number => format!("Learner {number}"),
        };
        let late = if number + 1 == count {
            "current_date"
        } else {
            "NULL"
        };
        portal.force(&format!(
            "INSERT INTO members (org_id, id, display_name, handle) VALUES ('{org}', '{member}', '{name}', 'learner{number}'); \
             INSERT INTO context_members (org_id, context_id, member_id) SELECT '{org}', context_id, '{member}' FROM cohort_journeys WHERE id = '{cohort}'; \
             INSERT INTO journey_enrolments (org_id, id, member_id, journey_id, version_id, cohort_id, zone, enrolled_by, enrolled_at, required, own_start, joined_late_on) \
               VALUES ('{org}', '{member}', '{member}', '{}', '{}', '{cohort}', 'UTC', '{coach}', now(), 4, {late}, {late});",
            course.id, course.version
        ));
        for lesson in lessons.iter().take(number % 3) {
            portal.force(&format!(
                "INSERT INTO lesson_progress (org_id, enrolment_id, lesson, state, is_required, started_at, done_at) \
                 VALUES ('{org}', '{member}', '{}', 'done', true, now() - interval '{} minutes', now());",
                course.key(lesson),
                9 + number * 7
            ));
        }
    }
}

#[tokio::test]
async fn pages_of_coaches_and_sponsors_are_readable_by_everyone_on_every_screen() {
    let portal = Portal::start().await;
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let (course, cohort) = course(&portal, &coach).await;
    let theirs = enrolment(&portal, &course, "member");
    let lesson = |title: &str| format!("/learn/{theirs}/lessons/{}", course.key(title));
    let page = member.get(&lesson("Map")).await.expect_ok();
    page.form("form[action$='/writing']")
        .set(
            "body",
            "Three people talk at the gate, and two of them to everybody.",
        )
        .submit(&member)
        .await
        .expect_status(303);
    portal.force(&format!(
        "INSERT INTO context_members (org_id, context_id, member_id) SELECT org_id, context_id, '{}' FROM cohort_journeys ON CONFLICT DO NOTHING",
        portal.member("sponsor")
    ));
    portal.pass(TimeDelta::days(16));
    // Sessions end meanwhile.
    let (coach, sponsor) = (portal.person("coach").await, portal.person("sponsor").await);
    let of = |rest: &str| format!("/journeys/{}{rest}", course.id);
    let review = of(&format!(
        "/reviews/{}",
        portal.look("SELECT id FROM lesson_submissions")
    ));
    let nudge = of(&format!("/nudges/new?learner={theirs}"));
    let pages = [
        ("people", of("/people")),
        ("learner", of(&format!("/people/{theirs}"))),
        (
            "late joiners",
            of(&format!("/cohorts/{cohort}/late-joiners?rule=with_cohort")),
        ),
        ("enrolling", of("/people/new")),
        ("matrix", of("/matrix")),
        ("stuck", of("/stuck")),
        ("analytics", of("/analytics")),
        ("nudges", of("/nudges")),
        ("nudge", nudge),
        ("reviews", of("/reviews")),
        ("all reviews", "/journeys/reviews".to_owned()),
        ("review", review),
        ("broadcast", of(&format!("/broadcasts/new?cohort={cohort}"))),
    ];
    let pages: Vec<(&str, &str)> = pages.iter().map(|(name, path)| (*name, path.as_str())).collect();
    look_at(&portal, &coach, &pages).await;
    sponsor
        .get("/journeys/sponsored")
        .await
        .expect_ok()
        .expect_text("How far they are");
    look_at(&portal, &sponsor, &[("sponsored", "/journeys/sponsored")]).await;
}

#[tokio::test]
async fn pages_of_certificates_are_readable_by_everyone_on_every_screen() {
    let portal = Portal::start().await;
    let (coach, admin, member) = (
        portal.person("coach").await,
        portal.person("admin").await,
        portal.person("member").await,
    );
    let steps = journey(&portal, false, &[("One", false, vec![text("Listening")])]);
    let award = format!("/journeys/{}/award", steps.id);
    let page = coach.get(&award).await.expect_ok();
    page.form("main form[method=post]")
        .set("signatory", "Rosa Delgado, head of training")
        .set("months", "24")
        .submit(&coach)
        .await
        .expect_status(303);
    let id = super::learning::written::enrol(&portal, &coach, &steps, &["member"]).await;
    post(
        &member,
        &format!("/learn/{id}/lessons/{}/completion", steps.key("Listening")),
        &[],
    )
    .await
    .expect_status(303);
    portal.settle().await;
    let own = format!("/learn/{id}/certificate");
    let page = member.get(&own).await.expect_ok();
    let public = page
        .one(".certificate-address a")
        .attr("href")
        .unwrap()
        .to_owned();
    let public = &public[public.find("/certificates/").unwrap()..];
    let certificate = portal.look("SELECT id FROM journey_certificates");
    let key = portal.look("SELECT id FROM certificate_keys");
    let list = format!("/journeys/{}/certificates", steps.id);
    let revocation = format!("{list}/{certificate}/revocation");
    let withdrawal = format!("/admin/signing-keys/{key}/withdrawal");
    look_at(
        &portal,
        &admin,
        &[
            ("award", &award),
            ("certificates", &list),
            ("revocation", &revocation),
            ("keys", "/admin/signing-keys"),
            ("withdrawal", &withdrawal),
        ],
    )
    .await;
    let french = format!("{public}?lang=fr");
    look_at(
        &portal,
        &member,
        &[
            ("own certificate", &own),
            ("public certificate", public),
            ("attestation", &french),
            ("no certificate", "/certificates/nonsense"),
            ("told", "/inbox/notifications"),
        ],
    )
    .await;
}

#[tokio::test]
async fn pages_of_knowledge_and_suggestions_are_readable_by_everyone_on_every_screen() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    super::suggestions::stalled(&portal, &coach).await;
    look(&portal, &coach).await;
    let kept = document(
        &coach,
        "What the agreement says about breaks",
        "# Breaks\n\nWhoever works **six hours** has a break of thirty minutes.\n\n## Who decides\n\nThe dispatcher, after asking the crew.",
    )
    .await;
    portal.settle().await;
    let suggestion = super::suggestions::path(&portal);
    let edit = format!("{kept}/edit");
    look_at(
        &portal,
        &coach,
        &[
            ("knowledge", "/journeys/knowledge"),
            ("found", "/journeys/knowledge?q=breaks"),
            ("new document", "/journeys/knowledge/new?kind=page"),
            ("document", &kept),
            ("editing", &edit),
            ("suggestions", "/journeys/suggestions"),
            ("suggestion", &suggestion),
        ],
    )
    .await;
    let admin = portal.person("admin").await;
    look_at(&portal, &admin, &[("settings", "/journeys/suggestions/settings")]).await;
}
