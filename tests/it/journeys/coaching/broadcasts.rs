//! Writing to all learners at once, the channel of a cohort, and what is said in it about a lesson.

use crate::journeys::learning::written::{Written, enrol, journey, text};
use crate::people::post;
use crate::support::portal::{Actor, Portal};

fn shop(portal: &Portal) -> Written {
    journey(
        portal,
        false,
        &[("One", false, vec![text("Listening"), text("Asking")])],
    )
}

/// Enrols the cohort of the fixture; answers its id on the journey.
pub async fn with_cohort(portal: &Portal, coach: &Actor, journey: &Written) -> String {
    let cohort = portal.look("SELECT id FROM contexts WHERE name = 'Steward school'");
    post(
        coach,
        &format!("/journeys/{}/people", journey.id),
        &[("cohort", &cohort)],
    )
    .await
    .expect_status(303);
    portal.look("SELECT id FROM cohort_journeys")
}

#[tokio::test]
async fn a_coach_writes_to_a_cohort_in_its_channel_after_seeing_who_gets_it() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    let cohort = with_cohort(&portal, &coach, &shop).await;
    let new = format!("/journeys/{}/broadcasts/new?cohort={cohort}", shop.id);
    let people = coach
        .get(&format!("/journeys/{}/people", shop.id))
        .await
        .expect_ok();
    people.expect_element(&format!("a[href='{new}']"));
    let page = coach.get(&new).await.expect_ok();
    page.expect_text("Into #Steward school");
    let form = page
        .form("main form[method=post]")
        .set("title", "Tomorrow")
        .set("body", "We meet in **hall B**.");
    let shown = form.submit(&coach).await.expect_ok();
    shown.expect_text("So it is read");
    shown.expect_element(".prose strong");
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "0");
    let sent = shown.form("main form[method=post]").press("Send");
    sent.submit(&coach).await.expect_see_other("/broadcasts/");
    assert_eq!(
        portal.look("SELECT audience_kind || ' ' || author_role FROM broadcasts"),
        "channel coach"
    );
}

#[tokio::test]
async fn learners_outside_the_channel_get_it_in_their_inbox_and_nobody_twice() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    let cohort = with_cohort(&portal, &coach, &shop).await;
    // One of the cohort left its channel.
    portal.force(&format!(
        "DELETE FROM channel_memberships p USING channels c WHERE c.id = p.channel_id AND c.title = 'Steward school' AND p.member_id = '{}'",
        portal.member("member")
    ));
    let learners: i64 = portal
        .look("SELECT count(*) FROM journey_enrolments")
        .parse()
        .unwrap();
    let door = format!("/journeys/{}/broadcasts", shop.id);
    let page = coach
        .get(&format!("{door}/new?cohort={cohort}"))
        .await
        .expect_ok();
    page.expect_text(&format!("{learners} learners get it"))
        .expect_text("1 in their inbox")
        .expect_no_text("Who does not:");
    let fields = [
        ("cohort", cohort.as_str()),
        ("title", "Tomorrow"),
        ("body", "We meet in hall B."),
    ];
    let inside = "SELECT count(*) FROM channel_memberships p JOIN channels c ON c.id = p.channel_id WHERE c.title = 'Steward school' AND p.member_id <> ";
    let inside: i64 = portal
        .look(&format!("{inside}'{}'", portal.member("coach")))
        .parse()
        .unwrap();
    let shown = post(&coach, &door, &[&fields[..], &[("intent", "preview")]].concat()).await;
    shown
        .expect_ok()
        .expect_text(&format!("Goes to {} people", inside + 1));
    post(&coach, &door, &[&fields[..], &[("intent", "send")]].concat())
        .await
        .expect_see_other("/broadcasts/");
    assert_eq!(
        portal.look("SELECT audience_label FROM broadcasts"),
        "#Steward school and 1 learner outside it"
    );
    // Who joins while it waits is reached once all the same.
    portal.force(&format!(
        "INSERT INTO channel_memberships (org_id, channel_id, member_id) SELECT org_id, id, '{}' FROM channels WHERE title = 'Steward school'",
        portal.member("member")
    ));
    portal.pass(chrono::TimeDelta::hours(1));
    portal.settle().await;
    assert_eq!(
        portal.look("SELECT count(*) || ' ' || count(DISTINCT member_id) FROM broadcast_recipients"),
        format!("{0} {0}", inside + 1)
    );
    assert_eq!(
        portal.look("SELECT recipient_count FROM broadcasts"),
        (inside + 1).to_string()
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM messages m JOIN broadcasts b ON b.id = m.id"),
        "1"
    );
    let member = portal.person("member").await;
    member
        .get("/inbox/broadcasts")
        .await
        .expect_ok()
        .expect_text("Tomorrow");
}

#[tokio::test]
async fn who_learns_it_is_reached_in_their_inbox_and_who_is_not_is_told() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let id = enrol(&portal, &coach, &shop, &["member", "other", "steward", "coach"]).await;
    let left = portal.person("other").await;
    let theirs = crate::journeys::learning::written::enrolment(&portal, &shop, "other");
    post(&left, &format!("/learn/{theirs}/leaving"), &[])
        .await
        .expect_status(303);
    let door = format!("/journeys/{}/broadcasts", shop.id);
    let page = coach.get(&format!("{door}/new")).await.expect_ok();
    page.expect_text("2 learners get it")
        .expect_text("1 learner left this journey.")
        .expect_text("You, since you write it.");
    post(&coach, &door, &[("title", ""), ("body", "x"), ("intent", "send")])
        .await
        .expect_status(422)
        .expect_field_error("title");
    let fields = [
        ("title", "Well done"),
        ("body", "All of you."),
        ("intent", "send"),
    ];
    post(&coach, &door, &fields)
        .await
        .expect_see_other("/broadcasts/");
    assert_eq!(
        portal.look("SELECT audience_label || ' ' || recipient_count FROM broadcasts"),
        "Learners of First steps 2"
    );
    portal.pass(chrono::TimeDelta::hours(1));
    portal.settle().await;
    member
        .get("/inbox/broadcasts")
        .await
        .expect_ok()
        .expect_text("Well done");
    left.get("/inbox/broadcasts").await.expect_no_text("Well done");
    // Nobody else borrows that reach: saved as a filter it is a filter of all people, which coaches may not use.
    for (who, status) in [("member", 403), ("comms", 403), ("sponsor", 403), ("leader", 404)] {
        let person = portal.person(who).await;
        post(&person, &door, &fields).await.expect_status(status);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&format!("{door}/new")).await.expect_status(404);
    assert!(!id.is_empty());
}

#[tokio::test]
async fn more_learners_than_one_broadcast_reaches_are_refused_and_not_cut_off() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let coach = portal.person("coach").await;
    enrol(&portal, &coach, &shop, &["member"]).await;
    portal.force(
        "SET session_replication_role = replica; \
         INSERT INTO journey_enrolments SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'member_id', gen_random_uuid()))).* \
         FROM journey_enrolments e, generate_series(1, 20000)",
    );
    let door = format!("/journeys/{}/broadcasts", shop.id);
    let page = coach.get(&format!("{door}/new")).await.expect_ok();
    page.expect_text("More than 20,000 learners are more than one broadcast reaches.");
    let fields = [
        ("title", "Well done"),
        ("body", "All of you."),
        ("intent", "send"),
    ];
    post(&coach, &door, &fields)
        .await
        .expect_status(422)
        .expect_element("input[name=title][value='Well done']")
        .expect_text("Choose a cohort, or write to them with a campaign.");
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "0");
}

#[tokio::test]
async fn the_channel_of_a_cohort_is_made_with_one_click_by_who_may() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, admin) = (portal.person("coach").await, portal.person("admin").await);
    let cohort = with_cohort(&portal, &coach, &shop).await;
    portal.force("UPDATE channels SET archived_at = now() WHERE title = 'Steward school'");
    let page = admin
        .get(&format!("/journeys/{}/people", shop.id))
        .await
        .expect_ok();
    let made = page.form("form[action$='/channel']").submit(&admin).await;
    let channel = made.expect_see_other("/channels/").location().unwrap();
    assert_eq!(
        portal.look("SELECT count(*) FROM channels WHERE type = 'cohort' AND archived_at IS NULL"),
        "1"
    );
    // Once there is one, it is the one.
    let door = format!("/journeys/{}/cohorts/{cohort}/channel", shop.id);
    post(&admin, &door, &[]).await.expect_see_other(channel.path());
    let member = portal.person("member").await;
    post(&member, &door, &[]).await.expect_status(403);
}

#[tokio::test]
async fn what_is_said_about_a_lesson_stands_in_the_channel_of_the_cohort_and_beside_the_lesson() {
    let portal = Portal::start().await;
    let shop = shop(&portal);
    let (coach, member, other) = (
        portal.person("coach").await,
        portal.person("member").await,
        portal.person("other").await,
    );
    with_cohort(&portal, &coach, &shop).await;
    let id = crate::journeys::learning::written::enrolment(&portal, &shop, "member");
    let lesson = format!("/learn/{id}/lessons/{}", shop.key("Listening"));
    let page = member.get(&lesson).await.expect_ok();
    page.expect_text("Nobody said anything about this lesson yet.");
    let say = |page: &crate::support::page::Page, words: &str| {
        page.form("form[action$='/discussion']").set("said", words)
    };
    say(&page, "How long do you *wait*?")
        .submit(&member)
        .await
        .expect_see_other("/learn/");
    let page = member.get(&lesson).await.expect_ok();
    page.expect_text("About “Listening”")
        .expect_element("#discuss em");
    say(&page, "I count to five.")
        .submit(&member)
        .await
        .expect_status(303);
    // One thread: the second answers the first.
    assert_eq!(
        portal.look("SELECT count(*) FROM messages m JOIN lesson_threads t ON t.channel_id = m.channel_id AND m.reply_to_seq = t.seq"),
        "1"
    );
    let asking = format!("/learn/{id}/lessons/{}", shop.key("Asking"));
    member
        .get(&asking)
        .await
        .expect_ok()
        .expect_no_text("I count to five.");
    coach.get("/inbox").await.expect_ok();
    post(&member, &format!("{lesson}/discussion"), &[("said", " ")])
        .await
        .expect_status(422)
        .expect_field_error("said");
    // Who is in no cohort has no discussion, and nobody writes for somebody else.
    let theirs = enrol(&portal, &coach, &shop, &["other"]).await;
    let alone = format!("/learn/{theirs}/lessons/{}", shop.key("Listening"));
    other.get(&alone).await.expect_ok().expect_no_element("#discuss");
    post(&other, &format!("{alone}/discussion"), &[("said", "x")])
        .await
        .expect_status(404);
    post(&other, &format!("{lesson}/discussion"), &[("said", "x")])
        .await
        .expect_status(404);
}
