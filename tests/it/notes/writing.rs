use chrono::TimeDelta;

use super::{newest, write};
use crate::people::give;
use crate::support::portal::Portal;

#[tokio::test]
async fn a_note_is_a_kind_and_save_and_the_rest_may_wait() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;

    let page = write(&portal, &steward, "member", &[("kind", "workplace")])
        .await
        .expect_see_other("/people/")
        .follow(&steward)
        .await;

    page.expect_text("The note is saved.")
        .expect_text("Workplace")
        .expect_text("Last spoken with just now.");
    assert_eq!(
        portal.look("SELECT kind || ' ' || visibility || ' ' || reached FROM field_notes"),
        "workplace team true"
    );
}

#[tokio::test]
async fn note_assessment_and_follow_up_are_saved_in_one_go() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;

    let page = write(
        &portal,
        &steward,
        "member",
        &[
            ("said", "Wants the schedule six weeks ahead. 🌧️ שלום"),
            ("ask", "Come to the meeting"),
            ("answer", "maybe"),
            ("present", "Grace from the night shift"),
            ("support", "2"),
            ("tags", "schedules, parking"),
            ("follow_up", "tomorrow"),
            ("next_step", "Ask about the meeting again"),
        ],
    )
    .await
    .expect_see_other("/people/")
    .follow(&steward)
    .await;

    page.expect_text("Wants the schedule six weeks ahead. 🌧️ שלום")
        .expect_text("Ask about the meeting again");
    assert_eq!(
        portal.look("SELECT support::text FROM field_notes"),
        "4",
        "this organization reads 1 as strong; what is stored does not depend on it"
    );
    steward
        .get(&format!("/notes/{}", newest(&portal)))
        .await
        .expect_ok()
        .expect_text("2 · Supports")
        .expect_text("Grace from the night shift")
        .expect_text("Maybe")
        .expect_text("parking");
    steward
        .get("/tasks")
        .await
        .expect_ok()
        .expect_text("Ask about the meeting again")
        .expect_text("tomorrow")
        .expect_text("Tom Reyes");
}

#[tokio::test]
async fn the_text_is_nowhere_in_the_database_in_plain() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(
        &portal,
        &steward,
        "member",
        &[("said", "xylophone-secret"), ("ask", "zeppelin-ask")],
    )
    .await;
    portal.settle().await;

    let tables = portal.look(
        "SELECT string_agg(quote_ident(relname), ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    );
    for table in tables.split(',') {
        let found = portal.look(&format!(
            "SELECT count(*) FROM {table} t WHERE t::text LIKE '%xylophone%' OR t::text LIKE '%zeppelin%'"
        ));
        assert_eq!(found, "0", "in {table}");
    }
}

#[tokio::test]
async fn a_form_sent_twice_is_one_note() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let page = steward
        .get(&format!("/people/{}/notes/new", portal.member("member")))
        .await;
    let form = page
        .form("main form")
        .set("said", "Once")
        .set("follow_up", "tomorrow");

    form.submit(&steward).await.expect_see_other("/people/");
    form.submit(&steward).await.expect_see_other("/people/");
    // Another key, as after a reload from a cache: the note's own id still tells.
    let again = steward
        .get(&format!("/people/{}/notes/new", portal.member("member")))
        .await;
    let id = form.value("id").unwrap().to_owned();
    again
        .form("main form")
        .without("id")
        .forge("id", &id)
        .set("said", "Once")
        .set("follow_up", "tomorrow")
        .submit(&steward)
        .await
        .expect_see_other("/people/");
    again
        .form("main form")
        .without("id")
        .forge("id", &id)
        .set("said", "Other words")
        .submit(&steward)
        .await
        .expect_status(409);

    assert_eq!(portal.look("SELECT count(*) FROM field_notes"), "1");
    assert_eq!(portal.look("SELECT count(*) FROM tasks"), "1");
}

#[tokio::test]
async fn whoever_speaks_with_a_person_ends_the_follow_ups_but_not_by_an_attempt() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    write(&portal, &steward, "member", &[("follow_up", "in 2 days")]).await;
    let open = || portal.look("SELECT count(*) FROM tasks WHERE completed_at IS NULL");
    assert_eq!(open(), "1");

    let page = coach
        .get(&format!("/people/{}/notes/new", portal.member("member")))
        .await;
    page.form("main form")
        .check("reached")
        .submit(&coach)
        .await
        .expect_see_other("/people/");
    assert_eq!(open(), "1", "nobody answered");

    write(&portal, &coach, "member", &[("said", "Met by chance")]).await;
    assert_eq!(open(), "0");
    steward
        .get("/tasks?tab=over")
        .await
        .expect_text("Speak with Tom Reyes again");
}

#[tokio::test]
async fn bad_fields_are_said_where_they_are_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;

    let page = write(
        &portal,
        &steward,
        "member",
        &[
            ("said", "A long story"),
            ("follow_up", "the day after never"),
            ("kind", "meeting"),
        ],
    )
    .await
    .expect_status(422)
    .expect_text("Write a day such as tomorrow");

    let form = page.form("main form");
    assert_eq!(form.value("said"), Some("A long story"));
    assert_eq!(form.value("kind"), Some("meeting"));
    assert_eq!(portal.look("SELECT count(*) FROM field_notes"), "0");
}

#[tokio::test]
async fn an_author_changes_a_note_and_what_it_was_is_kept() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let (steward, coach) = (portal.person("steward").await, portal.person("coach").await);
    write(&portal, &steward, "member", &[("said", "First words")]).await;
    let path = format!("/notes/{}", newest(&portal));
    let old = steward.get(&format!("{path}/edit")).await;

    steward
        .get(&format!("{path}/edit"))
        .await
        .form("main form")
        .set("said", "Better words")
        .submit(&steward)
        .await
        .expect_see_other(&path)
        .follow(&steward)
        .await
        .expect_text("Better words")
        .expect_text("First words");
    old.form("main form")
        .set("said", "From an old window")
        .submit(&steward)
        .await
        .expect_status(409)
        .expect_text("in another window")
        .expect_text("From an old window");
    coach.get(&path).await.expect_ok().expect_no_text("Edit");
    coach.get(&format!("{path}/edit")).await.expect_status(403);
}

#[tokio::test]
async fn letting_more_people_read_a_note_wants_a_reason_and_fewer_does_not() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    write(
        &portal,
        &steward,
        "member",
        &[("kind", "personal"), ("said", "At home it is hard")],
    )
    .await;
    let path = format!("/notes/{}", newest(&portal));
    assert_eq!(portal.look("SELECT visibility FROM field_notes"), "private");

    let refused = steward
        .get(&format!("{path}/edit"))
        .await
        .form("main form")
        .set("visibility", "team")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("Say why more people may read it");
    refused
        .form("main form")
        .set("reason", "They asked me to tell the others")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    assert_eq!(portal.look("SELECT visibility FROM field_notes"), "team");
    steward
        .get(&format!("{path}/edit"))
        .await
        .form("main form")
        .set("visibility", "private")
        .submit(&steward)
        .await
        .expect_see_other(&path);
}

#[tokio::test]
async fn an_expired_assignment_leaves_no_way_to_write() {
    let portal = Portal::start().await;
    let assignment = give(&portal, "steward", "primary", "member");
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_to = now() + interval '1 hour' WHERE id = '{assignment}'"
    ));
    let steward = portal.person("steward").await;
    let form = steward
        .get(&format!("/people/{}/notes/new", portal.member("member")))
        .await
        .form("main form");

    portal.pass(TimeDelta::hours(2));
    form.submit(&steward).await.expect_status(404);
}
