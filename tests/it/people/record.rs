use chrono::TimeDelta;

use crate::support::portal::Portal;

#[tokio::test]
async fn a_steward_corrects_where_somebody_works_and_how_they_are_reached() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "General hospital", &[]);
    super::give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let record = format!("/people/{}/record", portal.member("member"));

    let page = steward
        .get(&record)
        .await
        .expect_ok()
        .expect_text("Nobody has noted a conversation yet.");
    page.click(&steward, "Edit")
        .await
        .form("main form")
        .set("place", &worksite)
        .set("joined_on", "2026-03-31")
        .submit(&steward)
        .await
        .expect_see_other(&record)
        .follow(&steward)
        .await
        .expect_text("General hospital")
        .expect_text("31 March 2026");

    let refused = steward
        .get(&record)
        .await
        .form("form[action$='/contact-points']")
        .set("value", "613 555 0142")
        .set("label", "after four")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("with its country code");
    let form = refused.form("form[action$='/contact-points']");
    assert_eq!(form.value("label"), Some("after four"), "nothing typed is lost");
    form.set("value", "+1 (613) 555-0142")
        .submit(&steward)
        .await
        .expect_see_other(&record)
        .follow(&steward)
        .await
        .expect_element("a[href='tel:+16135550142']")
        .expect_element("a[href='sms:+16135550142']");
    assert!(
        !portal
            .look("SELECT string_agg(coalesce(after::text, ''), ' ') FROM audit_entries")
            .contains("6135550142"),
        "the number is not in the log"
    );
}

#[tokio::test]
async fn a_tag_ends_after_its_last_day() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let steward = portal.person("steward").await;
    let record = format!("/people/{}/record", portal.member("member"));
    let tomorrow = (chrono::Utc::now() + TimeDelta::days(1)).date_naive().to_string();

    steward
        .get(&record)
        .await
        .form("form[action$='/tags']")
        .set("tag", "Night committee")
        .set("until", &tomorrow)
        .submit(&steward)
        .await
        .expect_see_other(&record)
        .follow(&steward)
        .await
        .expect_text("Night committee");
    portal.pass(TimeDelta::days(3));
    steward.get(&record).await.expect_ok().expect_no_element(".tag");
}

#[tokio::test]
async fn who_is_not_assigned_does_not_learn_that_there_is_a_record() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let record = format!("/people/{}/record", portal.member("member"));

    for key in ["coach", "leader", "comms", "other", "sponsor"] {
        portal.person(key).await.get(&record).await.expect_status(404);
    }
    // Not about themselves either, and not across organizations.
    portal
        .person("member")
        .await
        .get(&record)
        .await
        .expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&record)
        .await
        .expect_status(404);
    // Who administers people arranges, and reads no notes.
    portal
        .person("admin")
        .await
        .get(&record)
        .await
        .expect_ok()
        .expect_text("Notes are for who looks after them");
}

#[tokio::test]
async fn an_assignment_begins_and_ends_to_the_second() {
    let portal = Portal::start().await;
    let record = format!("/people/{}/record", portal.member("member"));
    let assignment = super::give(&portal, "steward", "primary", "member");
    portal.force(&format!(
        "UPDATE steward_assignments SET effective_from = now() + interval '1 hour', effective_to = now() + interval '2 hours' WHERE id = '{assignment}'"
    ));
    let steward = portal.person("steward").await;

    steward.get(&record).await.expect_status(404);
    portal.pass(TimeDelta::minutes(61));
    steward.get(&record).await.expect_ok();
    portal.pass(TimeDelta::minutes(60));
    steward.get(&record).await.expect_status(404);
}

#[tokio::test]
async fn a_steward_in_training_reads_without_phone_numbers_and_changes_nothing() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "training", "member");
    portal.force(&format!(
        "INSERT INTO contact_points (org_id, id, member_id, kind, value) VALUES ('{}', gen_random_uuid(), '{}', 'phone', '+16135550142')",
        portal.organization("local"),
        portal.member("member")
    ));
    let steward = portal.person("steward").await;
    let record = format!("/people/{}/record", portal.member("member"));

    steward
        .get(&record)
        .await
        .expect_ok()
        .expect_no_text("6135550142")
        .expect_text("Phone numbers are not shown while you are in training.");
    steward.get(&format!("{record}/edit")).await.expect_status(403);
    steward
        .get("/my-people")
        .await
        .expect_text("Tom Reyes")
        .expect_no_text("6135550142");
}

#[tokio::test]
async fn who_is_kept_apart_from_somebody_sees_nothing_of_them() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    portal.force(&format!(
        "INSERT INTO steward_blocks (org_id, steward_id, member_id, reason) VALUES ('{}', '{}', '{}', 'brothers')",
        portal.organization("local"),
        portal.member("steward"),
        portal.member("member")
    ));
    let steward = portal.person("steward").await;

    steward
        .get(&format!("/people/{}/record", portal.member("member")))
        .await
        .expect_status(404);
    steward.get("/my-people").await.expect_no_text("Tom Reyes");
}

#[tokio::test]
async fn a_form_that_is_older_than_the_record_says_so_and_keeps_what_was_chosen() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let record = format!("/people/{}/record", portal.member("member"));
    let edit = format!("{record}/edit");
    let old = steward.get(&edit).await.expect_ok().form("main form");
    admin
        .get(&edit)
        .await
        .form("main form")
        .set("joined_on", "2020-01-01")
        .submit(&admin)
        .await
        .expect_see_other(&record);
    let refused = old
        .set("stage", "former")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("Somebody changed this record while you were writing");
    let form = refused.form("main form");
    assert_eq!(form.value("stage"), Some("former"), "nothing chosen is lost");
    form.set("joined_on", "2020-01-01")
        .submit(&steward)
        .await
        .expect_see_other(&record);
    assert_eq!(
        portal.look(&format!(
            "SELECT stage || ' ' || joined_on FROM members WHERE id = '{}'",
            portal.member("member")
        )),
        "former 2020-01-01"
    );
}

#[tokio::test]
async fn saving_a_record_keeps_a_closed_worksite_and_a_choice_no_longer_offered() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "Depot", &["member"]);
    let (org, tom) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!(
        "UPDATE worksites SET archived_at = now() WHERE id = '{worksite}'; \
         INSERT INTO custom_fields (org_id, id, name, kind, choices, position) \
           VALUES ('{org}', '00000000-0000-7000-8000-00000000000b', 'Licence', 'choice', ARRAY['B', 'C'], 1); \
         INSERT INTO member_values (org_id, member_id, field_id, value) VALUES ('{org}', '{tom}', '00000000-0000-7000-8000-00000000000b', 'A')"
    ));
    let admin = portal.person("admin").await;
    let record = format!("/people/{tom}/record");
    admin
        .get(&format!("{record}/edit"))
        .await
        .expect_text("Depot (closed)")
        .expect_text("A (no longer offered)")
        .form("main form")
        .set("joined_on", "2020-01-01")
        .submit(&admin)
        .await
        .expect_see_other(&record);
    assert_eq!(
        portal.look(&format!(
            "SELECT concat_ws(' ', m.worksite_id = '{worksite}', v.value, m.joined_on) FROM members m JOIN member_values v ON v.member_id = m.id WHERE m.id = '{tom}'"
        )),
        "t A 2020-01-01"
    );
}

#[tokio::test]
async fn who_moves_somebody_out_of_their_sight_is_told_so() {
    let portal = Portal::start().await;
    let depot = super::worksite(&portal, "Depot", &["member"]);
    let garage = super::worksite(&portal, "Garage", &[]);
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
         VALUES ('{}', gen_random_uuid(), '{}', 'primary', '{depot}', now() - interval '1 day')",
        portal.organization("local"),
        portal.member("steward")
    ));
    let steward = portal.person("steward").await;
    steward
        .get(&format!("/people/{}/record/edit", portal.member("member")))
        .await
        .expect_ok()
        .form("main form")
        .set("place", &garage)
        .submit(&steward)
        .await
        .expect_see_other("/my-people")
        .follow(&steward)
        .await
        .expect_ok()
        .expect_text("no longer among the people you look after");
}
