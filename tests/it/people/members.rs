use chrono::TimeDelta;

use crate::people::{phone, post};
use crate::support::portal::Portal;

#[tokio::test]
async fn people_are_found_by_name_number_and_address_within_what_one_may_see() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "coach", "training", "member");
    phone(&portal, "member", "+16135550142");
    phone(&portal, "other", "+16135550177");
    portal.force(&format!(
        "UPDATE members SET display_name = 'Zoë Lefèvre' WHERE id = '{}'",
        portal.member("other")
    ));
    let (admin, steward, coach) = (
        portal.person("admin").await,
        portal.person("steward").await,
        portal.person("coach").await,
    );
    for (q, found) in [
        ("lefevre", "Zoë Lefèvre"),
        ("ZOE lef", "Zoë Lefèvre"),
        ("0177", "Zoë Lefèvre"),
        ("613 555-0177", "Zoë Lefèvre"),
        ("other%40local", "Zoë Lefèvre"),
        ("0142", "Tom Reyes"),
    ] {
        admin
            .get(&format!("/members?q={q}"))
            .await
            .expect_ok()
            .expect_text(found);
    }
    portal.force(&format!(
        "UPDATE members SET display_name = '李小龍' WHERE id = '{}'",
        portal.member("other")
    ));
    for q in ["李", "李小", "小龍 李", "龍"] {
        for place in ["members", "people"] {
            let page = admin.get(&format!("/{place}?q={q}")).await.expect_ok();
            page.expect_text("李小龍");
        }
    }
    admin.get("/members?q=王").await.expect_text("Nobody found");
    portal.force(&format!(
        "UPDATE members SET display_name = 'Zoë Lefèvre' WHERE id = '{}'",
        portal.member("other")
    ));
    admin.get("/members?q=0199").await.expect_text("Nobody found");

    steward
        .get("/members?q=0142")
        .await
        .expect_ok()
        .expect_text("Tom Reyes");
    for q in ["lefevre", "0177", "other%40local"] {
        steward
            .get(&format!("/members?q={q}"))
            .await
            .expect_text("Nobody found");
    }
    coach
        .get("/members?q=tom")
        .await
        .expect_ok()
        .expect_text("Tom Reyes");
    coach.get("/members?q=0142").await.expect_text("Nobody found");
    for key in ["member", "leader", "comms", "sponsor"] {
        portal.person(key).await.get("/members").await.expect_status(403);
    }
}

#[tokio::test]
async fn filters_find_who_has_no_steward_and_whom_nobody_spoke_with() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "Depot", &["member", "other", "leader"]);
    let org = portal.organization("local");
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "coach", "training", "other");
    portal.force(&format!(
        "INSERT INTO member_contacts (org_id, member_id, last_reached_at) VALUES ('{org}', '{}', now() - interval '10 days'), ('{org}', '{}', now() - interval '100 days')",
        portal.member("member"),
        portal.member("other")
    ));
    let admin = portal.person("admin").await;
    admin
        .get(&format!("/members?worksite={worksite}&alone=yes"))
        .await
        .expect_ok()
        .expect_no_text("Tom Reyes")
        .expect_text("Nadia Haddad")
        .expect_text("Owen Clarke");
    admin
        .get(&format!("/members?worksite={worksite}&quiet=yes"))
        .await
        .expect_no_text("Tom Reyes")
        .expect_text("Nadia Haddad")
        .expect_text("Owen Clarke");
    // Everybody the filter finds is somebody app.steward_of knows no steward of, and the other way round.
    for everyone in [
        "member", "other", "leader", "comms", "coach", "privacy", "sponsor",
    ] {
        let id = portal.member(everyone);
        let page = admin.get("/members?alone=yes").await;
        let is_alone = portal.look(&format!(
            "SELECT CASE WHEN set_config('app.org_id', '{org}', true) <> '' THEN app.steward_of('{id}', now()) IS NULL END"
        ));
        let is_listed = !page.select(&format!("a[href='/people/{id}/record']")).is_empty();
        assert_eq!(is_listed, is_alone == "true", "{everyone}");
    }
}

#[tokio::test]
async fn a_kept_filter_finds_whom_the_one_who_looks_may_see() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    let page = admin.get("/members?quiet=yes").await.expect_ok();
    let refused = page
        .form("form[action='/members/filters']")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("The name is missing");
    refused
        .form("form[action='/members/filters']")
        .set("name", "Silent ones")
        .set("shared_with", "steward")
        .submit(&admin)
        .await
        .expect_see_other("/members?quiet=yes");
    let listed = steward
        .get("/members")
        .await
        .expect_ok()
        .expect_text("Silent ones");
    listed
        .click(&steward, "Silent ones")
        .await
        .expect_text("Tom Reyes")
        .expect_no_text("Nadia Haddad");
    let id = portal.look("SELECT id FROM member_filters");
    let removal = format!("/members/filters/{id}/removal");
    post(&steward, &removal, &[]).await.expect_status(403);
    portal
        .person("coach")
        .await
        .get(&removal)
        .await
        .expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&removal)
        .await
        .expect_status(404);
    admin
        .get(&removal)
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/members");
    assert_eq!(portal.look("SELECT count(*) FROM member_filters"), "0");
}

#[tokio::test]
async fn many_are_tagged_at_once_and_it_is_taken_back() {
    let portal = Portal::start().await;
    for person in ["member", "other"] {
        super::give(&portal, "steward", "primary", person);
    }
    super::give(&portal, "steward", "training", "leader");
    let steward = portal.person("steward").await;
    let ask = steward.get("/bulk/new?action=tag").await.expect_ok();
    let refused = ask.form("main form").submit(&steward).await.expect_status(422);
    let done = refused
        .form("main form")
        .set("tag", "Petition")
        .submit(&steward)
        .await
        .expect_see_other("/bulk/");
    let bulk = done.location().unwrap().path().to_owned();
    assert_eq!(
        portal.look("SELECT count(*) FROM member_tags"),
        "2",
        "whom one only learns with is not changed"
    );
    portal.person("coach").await.get(&bulk).await.expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&bulk)
        .await
        .expect_status(404);
    steward
        .get(&bulk)
        .await
        .click(&steward, "Take it back")
        .await
        .form("main form")
        .submit(&steward)
        .await
        .expect_see_other(&bulk);
    assert_eq!(portal.look("SELECT count(*) FROM member_tags"), "0");
    post(&steward, &format!("{bulk}/undo"), &[])
        .await
        .expect_status(409);
}

#[tokio::test]
async fn many_are_given_to_a_steward_except_who_has_one() {
    let portal = Portal::start().await;
    super::give(&portal, "coach", "primary", "other");
    let admin = portal.person("admin").await;
    let picked = format!(
        "/bulk/new?action=assign&picked={}&picked={}",
        portal.member("member"),
        portal.member("other")
    );
    let done = admin
        .get(&picked)
        .await
        .expect_ok()
        .expect_text("Give 2 people to a steward")
        .form("main form")
        .set("steward", &portal.member("steward").to_string())
        .set("kind", "primary")
        .submit(&admin)
        .await
        .expect_see_other("/bulk/");
    let bulk = done.location().unwrap().path().to_owned();
    done.follow(&admin)
        .await
        .expect_text("1 person; 1 person had a steward on those dates already");
    let record = format!("/people/{}/record", portal.member("member"));
    let steward = portal.person("steward").await;
    portal.pass(TimeDelta::minutes(1));
    steward.get(&record).await.expect_ok();
    let page = admin.get(&format!("{bulk}/undo")).await.expect_ok();
    page.form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&bulk);
    steward.get(&record).await.expect_status(404);
    post(&steward, "/bulk", &[("action", "assign")])
        .await
        .expect_status(403);
}

#[tokio::test]
async fn what_a_steward_looks_after_is_handed_over_and_returns() {
    let portal = Portal::start().await;
    let worksite = super::worksite(&portal, "Depot", &["leader"]);
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "steward", "backup", "other");
    portal.force(&format!(
        "INSERT INTO steward_assignments (org_id, id, steward_id, kind, worksite_id, effective_from) \
         VALUES ('{}', gen_random_uuid(), '{}', 'primary', '{worksite}', now() + interval '3 days')",
        portal.organization("local"),
        portal.member("steward")
    ));
    let (admin, steward, coach) = (
        portal.person("admin").await,
        portal.person("steward").await,
        portal.person("coach").await,
    );
    let page = admin
        .get(&format!("/stewards/{}", portal.member("steward")))
        .await
        .click(&admin, "Hand over")
        .await
        .expect_text("3 assignments");
    page.form("main form").submit(&admin).await.expect_status(422);
    let done = page
        .form("main form")
        .set("to", &portal.member("coach").to_string())
        .submit(&admin)
        .await
        .expect_see_other("/bulk/");
    let bulk = done.location().unwrap().path().to_owned();
    let record = format!("/people/{}/record", portal.member("member"));
    portal.pass(TimeDelta::minutes(1));
    steward.get(&record).await.expect_status(404);
    coach.get(&record).await.expect_ok();

    let page = admin.get(&format!("{bulk}/undo")).await.expect_ok();
    page.form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&bulk);
    steward.get(&record).await.expect_ok();
    coach.get(&record).await.expect_status(404);
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM steward_assignments WHERE steward_id = '{}' AND (effective_to IS NULL)",
            portal.member("steward")
        )),
        "3"
    );
    steward
        .get(&format!("/stewards/{}/handover", portal.member("coach")))
        .await
        .expect_status(403);
}

#[tokio::test]
async fn an_export_needs_leave_and_a_reason_and_says_who_took_it() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    phone(&portal, "member", "+16135550142");
    let (org, tom) = (portal.organization("local"), portal.member("member"));
    portal.force(&format!(
        "UPDATE members SET display_name = '=cmd()' WHERE id = '{tom}'; \
         INSERT INTO custom_fields (org_id, id, name, kind, sensitivity) VALUES ('{org}', gen_random_uuid(), 'Locker', 'text', 'normal'), ('{org}', gen_random_uuid(), 'Arrears', 'text', 'sensitive'); \
         INSERT INTO member_values (org_id, member_id, field_id, value) SELECT '{org}', '{tom}', id, name || ' 12' FROM custom_fields"
    ));
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    steward.get("/bulk/new?action=export").await.expect_status(403);
    post(&steward, "/bulk/export", &[("reason", "because I want to")])
        .await
        .expect_status(403);

    portal.force("UPDATE organizations SET people_exporters = '{steward}' WHERE slug = 'local'");
    let ask = steward
        .get("/bulk/new?action=export")
        .await
        .expect_ok()
        .expect_text("Export 1 person");
    let refused = ask
        .form("main form")
        .set("reason", "short")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("must have at least 10 characters");
    let file = refused
        .form("main form")
        .set("reason", "Ballot list for the vote")
        .submit(&steward)
        .await
        .expect_ok();
    let text = file.text();
    for words in [
        "'=cmd()",
        "'+16135550142",
        "Locker 12",
        "Exported by Rosa Delgado",
        "Ballot list for the vote",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for words in ["Arrears", "Nadia"] {
        assert!(!text.contains(words), "{words}: {text}");
    }
    assert_eq!(
        portal.look("SELECT after->>'reason' FROM audit_entries WHERE action = 'people.records.exported'"),
        "Ballot list for the vote"
    );
    admin.get("/bulk/new?action=export").await.expect_ok();
}

#[tokio::test]
async fn who_has_not_joined_is_no_entry_of_the_directory() {
    let portal = Portal::start().await;
    portal.force(&format!(
        "UPDATE members SET stage = 'lead' WHERE id = '{}'",
        portal.member("other")
    ));
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    for address in ["/people", "/people?q=nadia"] {
        member
            .get(address)
            .await
            .expect_ok()
            .expect_no_text("Nadia Haddad");
    }
    admin
        .get("/members?stage=lead")
        .await
        .expect_ok()
        .expect_text("Nadia Haddad");
}
