//! Campaigns that go to each person once, as soon as they come into the audience.

use chrono::{TimeDelta, Utc};

use waymark::domains::campaigns::segments::model::{Condition, Leaf};
use waymark::kernel::ids::TagId;

use super::support::{count, crowd, draft, id, launch, press, reaches, sending, step};
use crate::support::eventually::eventually;
use crate::support::portal::{Actor, Portal};

/// Chooses that a draft goes to whoever comes in within so many days.
async fn for_newcomers(comms: &Actor, path: &str, days: i64, present: bool) {
    let until = (Utc::now() + TimeDelta::days(days)).date_naive().to_string();
    let page = comms.get(&format!("{path}/schedule")).await.expect_ok();
    let form = page.form(&format!("form[action='{path}/schedule']"));
    let form = form.set("starts", "entry").set("until", &until);
    let form = if present { form.check("present") } else { form };
    form.press("Save and go on")
        .submit(comms)
        .await
        .expect_status(303);
}

/// Somebody joins.
fn joins(portal: &Portal, handle: &str) {
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, email, time_zone) \
         SELECT o.id, gen_random_uuid(), 'New {handle}', '{handle}', '{handle}@new.example', 'America/Toronto' FROM organizations o WHERE o.slug = 'local'"
    ));
}

async fn looked(portal: &Portal, path: &str, times: &str) {
    let sql = format!(
        "SELECT coalesce(looked_at::text, '') FROM campaign_entries WHERE campaign_id = '{}'",
        id(path)
    );
    eventually(times, async || {
        let now = portal.look(&sql);
        (!now.is_empty()).then_some(())
    })
    .await;
}

async fn counts(portal: &Portal, path: &str, what: &str, wanted: i64) {
    eventually(&format!("{wanted} {what}"), async || {
        (count(portal, path, what) == wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_joins_gets_a_welcome_once_and_who_was_there_before_gets_nothing() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Welcome").await;
    for_newcomers(&comms, &path, 30, false).await;
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review.expect_text("it is for those who come in from now on");
    launch(&comms, &path).await.expect_status(303);
    looked(&portal, &path, "the first look").await;
    assert_eq!(count(&portal, &path, "already_in"), 9);
    assert_eq!(count(&portal, &path, "queued"), 0);
    comms
        .get(&path)
        .await
        .expect_ok()
        .expect_text("as soon as they come into the audience, until the end of");

    joins(&portal, "anna");
    // Whom nothing may be sent is left out for good, and it says why.
    joins(&portal, "bert");
    portal.force("UPDATE members SET email = NULL WHERE handle = 'bert'");
    portal.pass(TimeDelta::minutes(6));
    counts(&portal, &path, "accepted", 1).await;
    counts(&portal, &path, "no_address", 1).await;
    assert_eq!(
        portal.look("SELECT m.handle FROM deliveries d JOIN members m ON m.id = d.member_id"),
        "anna"
    );
    joins(&portal, "carla");
    portal.pass(TimeDelta::minutes(6));
    counts(&portal, &path, "accepted", 2).await;
    portal.force("UPDATE members SET email = 'bert@new.example' WHERE handle = 'bert'");
    joins(&portal, "dora");
    portal.pass(TimeDelta::minutes(6));
    counts(&portal, &path, "accepted", 3).await;
    assert_eq!(count(&portal, &path, "queued"), 3, "nobody gets it twice");

    // While it is paused nobody is looked for; who came in meanwhile gets it when it goes on.
    press(&comms, &path, "pause").await.expect_status(303);
    joins(&portal, "emil");
    portal.pass(TimeDelta::minutes(6));
    comms
        .get(&path)
        .await
        .expect_ok()
        .expect_text("While it is paused");
    press(&comms, &path, "resumption").await.expect_status(303);
    counts(&portal, &path, "accepted", 4).await;

    // After its last day it is over.
    portal.pass(TimeDelta::days(40));
    reaches(&portal, &path, "sent").await;
    joins(&portal, "fritz");
    assert_eq!(count(&portal, &path, "queued"), 4);
}

#[tokio::test]
async fn a_segment_is_a_trigger_and_those_in_it_may_get_it_too() {
    let portal = sending().await;
    crowd(&portal, 3);
    let org = portal.organization("local");
    let tag = uuid::Uuid::now_v7();
    let segment = uuid::Uuid::now_v7();
    let rule = serde_json::to_string(&Condition::All(vec![Condition::Leaf(Leaf::Tag(TagId(tag)))])).unwrap();
    portal.force(&format!(
        "INSERT INTO tags (org_id, id, name) VALUES ('{org}', '{tag}', 'Bargaining'); \
         INSERT INTO member_tags (org_id, member_id, tag_id) SELECT '{org}', id, '{tag}' FROM members WHERE handle = 'person-1'; \
         INSERT INTO segments (org_id, id, name, rule, created_by, created_at, changed_at) \
           SELECT '{org}', '{segment}', 'Bargaining', '{rule}', id, now(), now() FROM members WHERE handle = 'admin' AND org_id = '{org}'"
    ));
    let comms = portal.person("comms").await;
    let path = draft(&comms, "To the table team").await;
    let segment = segment.to_string();
    let page = comms.get(&format!("{path}/audience")).await.expect_ok();
    let form = page.form(&format!("form[action='{path}/audience']"));
    let form = form.set("who", "segments").check_value("include", &segment);
    form.press("Save and go on")
        .submit(&comms)
        .await
        .expect_status(303);
    for_newcomers(&comms, &path, 30, true).await;
    launch(&comms, &path).await.expect_status(303);
    counts(&portal, &path, "accepted", 1).await;
    portal.force(&format!(
        "INSERT INTO member_tags (org_id, member_id, tag_id) SELECT '{org}', id, '{tag}' FROM members WHERE handle = 'person-2'"
    ));
    portal.pass(TimeDelta::minutes(6));
    counts(&portal, &path, "accepted", 2).await;
    // Out of the segment and in again is no second time.
    portal.force("DELETE FROM member_tags");
    portal.pass(TimeDelta::minutes(6));
    portal.force(&format!(
        "INSERT INTO member_tags (org_id, member_id, tag_id) SELECT '{org}', id, '{tag}' FROM members WHERE handle IN ('person-2', 'person-3')"
    ));
    portal.pass(TimeDelta::minutes(6));
    counts(&portal, &path, "accepted", 3).await;
    assert_eq!(count(&portal, &path, "queued"), 3);

    let page = comms.get(&format!("{path}/closing")).await.expect_ok();
    page.form("main form").submit(&comms).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let page = comms.get(&format!("{path}/closing")).await.expect_ok();
    page.form("main form").submit(&comms).await.expect_status(409);

    // A copy goes to newcomers, too, for a year.
    let copied = press(&comms, &path, "copies").await;
    let copied = copied.expect_see_other("/campaigns/");
    let copy = copied
        .location()
        .unwrap()
        .path()
        .trim_end_matches("/content")
        .to_owned();
    let page = comms.get(&format!("{copy}/schedule")).await.expect_ok();
    assert_eq!(
        page.one("input[name='starts'][checked]").attr("value"),
        Some("entry")
    );
}

#[tokio::test]
async fn a_day_is_needed_that_is_to_come_and_not_too_far() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Welcome").await;
    for (day, words) in [
        ("", "Say until which day."),
        ("2020-01-01", "That day has passed."),
        ("2040-01-01", "Choose a day within two years."),
    ] {
        let fields = [("starts", "entry"), ("until", day)];
        let page = step(&comms, &path, "schedule", &fields, "Save and go on").await;
        page.expect_status(422).expect_text(words);
    }
    let page = comms.get(&format!("{path}/closing")).await.expect_ok();
    page.form("main form").submit(&comms).await.expect_status(409);
}
