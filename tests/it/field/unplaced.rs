//! Notes about a name: whose is it?

use chrono::{TimeDelta, Utc};

use super::{Phone, about, named, notes};
use crate::people::give;
use crate::support::portal::Portal;

/// A note about a name that is nobody's; answers its id.
async fn unplaced(portal: &Portal, phone: &Phone) -> String {
    let item = phone.write_at(
        Utc::now() - TimeDelta::hours(1),
        "notes",
        &named("Tommy R", "Can't do Sundays. xylophone"),
    );
    let answer = phone.send(&item).await.expect_status(202);
    assert_eq!(answer.at("/outcome"), "unplaced");
    phone.send(&item).await.expect_status(200);
    assert_eq!(portal.look("SELECT count(*) FROM unplaced_notes"), "1");
    item.id
}

#[tokio::test]
async fn a_whole_name_is_that_person_whatever_the_accents() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    portal.force("UPDATE members SET display_name = 'Tomás Reyes' WHERE handle = 'member'");
    let phone = Phone::of(&portal, "steward").await;
    let answer = phone
        .send(&phone.write("notes", &named(" TOMAS reyes ", "x")))
        .await;
    assert_eq!(answer.expect_status(201).at("/outcome"), "noted");
    assert_eq!(
        portal.look("SELECT m.handle FROM field_notes n JOIN members m ON m.id = n.member_id"),
        "member"
    );
}

#[tokio::test]
async fn a_name_of_two_people_or_of_somebody_elses_person_waits_for_its_writer() {
    let portal = Portal::start().await;
    for person in ["member", "other"] {
        give(&portal, "steward", "primary", person);
    }
    portal.force("UPDATE members SET display_name = 'Kim Lee' WHERE handle IN ('member', 'other')");
    let phone = Phone::of(&portal, "steward").await;
    for name in ["Kim Lee", "Owen Clarke"] {
        phone
            .send(&phone.write("notes", &named(name, "x")))
            .await
            .expect_status(202);
    }
    assert_eq!(notes(&portal), "0");
    phone.actor.get("/").await.expect_text("2 notes need a person");
}

#[tokio::test]
async fn its_writer_says_whom_it_is_about() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let id = unplaced(&portal, &phone).await;

    let list = phone.actor.get("/field/unplaced").await.expect_ok();
    list.expect_text("Tommy R").expect_text("Can't do Sundays.");
    let path = format!("/field/unplaced/{id}");
    let page = phone.actor.get(&path).await.expect_ok();
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let form = page.form("main form");
    let refused = form.submit(&phone.actor).await.expect_status(422);
    refused
        .expect_text("Choose whom this is about.")
        .expect_text("Can't do Sundays.");
    form.set("member", &portal.member("member").to_string())
        .submit(&phone.actor)
        .await
        .expect_see_other("/people/")
        .follow(&phone.actor)
        .await
        .expect_text("Can't do Sundays.");
    assert_eq!(
        (notes(&portal), portal.look("SELECT count(*) FROM unplaced_notes")),
        ("1".into(), "0".into())
    );
    assert_eq!(
        portal.look("SELECT occurred_at < received_at - interval '50 minutes' FROM field_notes"),
        "true"
    );
    phone.actor.get(&path).await.expect_status(404);
}

#[tokio::test]
async fn a_person_whom_one_does_not_look_after_cannot_be_chosen() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let id = unplaced(&portal, &phone).await;
    let page = phone.actor.get(&format!("/field/unplaced/{id}")).await;
    for wrong in [
        portal.member("other").to_string(),
        uuid::Uuid::now_v7().to_string(),
    ] {
        let refused = page
            .form("main form")
            .without("member")
            .forge("member", &wrong)
            .submit(&phone.actor)
            .await;
        refused
            .expect_status(422)
            .expect_text("Choose somebody you look after.");
    }
    assert_eq!(notes(&portal), "0");
}

#[tokio::test]
async fn nobody_else_sees_it_and_it_can_be_thrown_away() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "backup", "member");
    let phone = Phone::of(&portal, "steward").await;
    let id = unplaced(&portal, &phone).await;
    let path = format!("/field/unplaced/{id}");
    for other in ["coach", "admin", "privacy", "member"] {
        let other = portal.person(other).await;
        for path in [path.clone(), format!("{path}/discard")] {
            other.get(&path).await.expect_status(404);
        }
    }
    portal
        .neighbour("stranger")
        .await
        .get(&path)
        .await
        .expect_status(404);
    let maya = portal.person("coach").await;
    maya.get("/field/unplaced")
        .await
        .expect_ok()
        .expect_no_text("Tommy R");

    let asked = phone.actor.get(&format!("{path}/discard")).await.expect_ok();
    asked
        .form("main form")
        .submit(&phone.actor)
        .await
        .expect_see_other("/field/unplaced");
    assert_eq!(portal.look("SELECT count(*) FROM unplaced_notes"), "0");
}

#[tokio::test]
async fn its_words_are_nowhere_in_the_database_in_plain() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    unplaced(&portal, &phone).await;
    portal.settle().await;
    let tables = portal.look(
        "SELECT string_agg(quote_ident(relname), ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    );
    for table in tables.split(',') {
        let found = portal.look(&format!(
            "SELECT count(*) FROM {table} t WHERE t::text LIKE '%xylophone%' OR t::text LIKE '%Tommy%'"
        ));
        assert_eq!(found, "0", "in {table}");
    }
}

#[tokio::test]
async fn a_long_list_is_paged() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    for number in 0..53 {
        let at = Utc::now() - TimeDelta::minutes(number);
        let item = phone.write_at(at, "notes", &named(&format!("Nobody {number}"), "x"));
        phone.send(&item).await.expect_status(202);
    }
    let first = phone.actor.get("/field/unplaced").await.expect_ok();
    first.expect_text("Nobody 49").expect_no_text("Nobody 50");
    let second = first.click(&phone.actor, "Next").await.expect_ok();
    second.expect_text("Nobody 50").expect_text("Nobody 52");
}

#[tokio::test]
async fn one_that_was_refused_is_kept_for_later_when_its_writer_says_so() {
    let portal = Portal::start().await;
    let phone = Phone::of(&portal, "steward").await;
    let item = phone.write("notes", &about(&portal, "member", "Nobody looks after him"));
    phone.send(&item).await.expect_problem(404, "not-found");
    let path = format!("/field/unplaced/{}", item.id);
    phone.put(&path, &item.body).await.expect_status(202);
    phone.put(&path, &item.body).await.expect_status(200);
    phone
        .actor
        .get(&path)
        .await
        .expect_ok()
        .expect_text("Nobody looks after him");
}

#[tokio::test]
async fn whatever_a_phone_has_is_kept_and_nothing_of_it_refused() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let long = "Tommy\u{0}\u{202e} the \nelder ".repeat(12);
    for (schema, plain, shown) in [
        (
            3,
            named(&long, "Can't do\u{7} Sundays. \u{2066}xylophone"),
            "Can't do Sundays. xylophone",
        ),
        (3, serde_json::json!([1, "not a note"]), "[1,\"not a note\"]"),
        (
            3,
            serde_json::json!({ "member": "x", "said": "no such person" }),
            "no such person",
        ),
        (
            3,
            serde_json::json!({ "name": "Tommy", "kind": "gossip", "said": "of another kind" }),
            "of another kind",
        ),
        (
            4,
            named("Tommy", "from a page of tomorrow"),
            "from a page of tomorrow",
        ),
    ] {
        let item = phone.write_in(schema, Utc::now(), "notes", &plain);
        let path = format!("/field/unplaced/{}", item.id);
        phone.put(&path, &item.body).await.expect_status(202);
        phone.put(&path, &item.body).await.expect_status(200);
        let page = phone.actor.get(&path).await.expect_ok().expect_text(shown);
        page.form("main form")
            .set("member", &portal.member("member").to_string())
            .submit(&phone.actor)
            .await
            .expect_see_other("/people/");
    }
    assert_eq!(notes(&portal), "5");
}

#[tokio::test]
async fn what_was_pasted_with_invisible_characters_is_taken_in_without_them() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let mut note = named("Tom\u{200e}\u{202c} \tReyes\u{0}", "One\u{1b}[0m\r\ntwo\u{202e}");
    note["name"] = serde_json::json!("Tom\u{202c} \tReyes\u{0}");
    note["follow_up"] = serde_json::json!("tomorrow");
    note["next_step"] = serde_json::json!("Ask\nagain\u{2069}");
    let item = phone.write("notes", &note);
    phone.send(&item).await.expect_status(201);
    assert_eq!(portal.look("SELECT title FROM tasks"), "Ask again");
    let page = phone.actor.get(&format!("/notes/{}", item.id)).await;
    page.expect_text("One[0m");
}

#[tokio::test]
async fn one_note_that_cannot_be_read_spoils_no_list_and_can_be_thrown_away() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    let id = unplaced(&portal, &phone).await;
    let item = phone.write("notes", &named("Nobody", "still readable"));
    phone.send(&item).await.expect_status(202);
    portal.force(&format!(
        "UPDATE unplaced_notes SET sealed = 'x' WHERE id = '{id}'"
    ));
    phone
        .actor
        .get("/field/unplaced")
        .await
        .expect_ok()
        .expect_text("still readable")
        .expect_text("A note that can't be read");
    let path = format!("/field/unplaced/{id}");
    let page = phone.actor.get(&path).await.expect_ok();
    page.form("main form")
        .set("member", &portal.member("member").to_string())
        .submit(&phone.actor)
        .await
        .expect_status(422)
        .expect_text("can't be read any more");
    phone
        .actor
        .get(&format!("{path}/discard"))
        .await
        .form("main form")
        .submit(&phone.actor)
        .await
        .expect_see_other("/field/unplaced");
    assert_eq!(portal.look("SELECT count(*) FROM unplaced_notes"), "1");
}

#[tokio::test]
async fn notes_of_who_left_go_after_ninety_days() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    let phone = Phone::of(&portal, "steward").await;
    unplaced(&portal, &phone).await;
    let coach = Phone::of(&portal, "coach").await;
    coach
        .send(&coach.write("notes", &named("Nobody", "stays")))
        .await
        .expect_status(202);
    let night = async || {
        waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
        portal.settle().await;
        portal.look("SELECT count(*) FROM unplaced_notes")
    };
    portal.force("UPDATE members SET state = 'left' WHERE handle = 'steward'");
    assert_eq!(night().await, "2", "not before their time");
    portal.pass(TimeDelta::days(91));
    assert_eq!(night().await, "1");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'field.unplaced.shredded'"),
        "1"
    );
}

#[tokio::test]
async fn who_is_erased_leaves_no_note_that_needs_a_person_and_hears_before_when_they_sent() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "primary", "steward");
    let phone = Phone::of(&portal, "steward").await;
    unplaced(&portal, &phone).await;
    let (coach, privacy) = (portal.person("coach").await, portal.person("privacy").await);
    let steward = portal.member("steward");
    coach
        .get(&format!("/people/{steward}/subject-requests/new"))
        .await
        .form("main form")
        .submit(&coach)
        .await
        .expect_status(303);
    let address = format!(
        "/privacy/requests/{}",
        portal.look("SELECT id FROM subject_requests")
    );
    privacy
        .get(&address)
        .await
        .form("form[action$='/review']")
        .submit(&privacy)
        .await
        .expect_see_other(&address);
    privacy
        .get(&address)
        .await
        .expect_text("Sent from your device in the field")
        .expect_text("UTC: Needs a person");

    portal.force("UPDATE subject_requests SET state = 'withdrawn'");
    privacy
        .get(&format!("/privacy/people/{steward}/erasure"))
        .await
        .form("main form")
        .set("name", "Rosa Delgado")
        .submit(&privacy)
        .await
        .expect_status(303);
    assert_eq!(
        portal.look("SELECT (SELECT count(*) FROM unplaced_notes) + (SELECT count(*) FROM field_receipts)"),
        "0"
    );
}
