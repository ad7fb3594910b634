use uuid::Uuid;

use super::forge;
use crate::support::portal::Portal;

#[tokio::test]
async fn an_admin_changes_roles_and_it_holds_at_once() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let path = format!("/people/{}/roles", portal.member("member"));
    member.get("/admin/audit").await.expect_status(403);
    let page = admin.get(&path).await.expect_ok();
    let saved = page
        .form("main form")
        .check_value("roles", "privacy_officer")
        .submit(&admin)
        .await;
    saved
        .expect_see_other("/people/")
        .follow(&admin)
        .await
        .expect_text("The roles of Tom Reyes have changed.");
    member.get("/admin/audit").await.expect_ok();
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'tenancy.member.roles_changed'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.roles.changed'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM access_changes"),
        "1",
        "other processes are told"
    );
}

#[tokio::test]
async fn only_admins_change_roles_and_standing() {
    let portal = Portal::start().await;
    let subject = portal.member("member");
    for key in ["steward", "coach", "leader", "comms", "privacy", "other"] {
        let actor = portal.person(key).await;
        for thing in ["roles", "suspension", "restoration", "departure"] {
            actor
                .get(&format!("/people/{subject}/{thing}"))
                .await
                .expect_status(403);
            forge(
                &actor,
                &format!("/people/{subject}/{thing}"),
                &[("roles", "admin"), ("held", "member")],
            )
            .await
            .expect_status(403);
        }
    }
    let sponsor = portal.person("sponsor").await;
    forge(&sponsor, &format!("/people/{subject}/suspension"), &[])
        .await
        .expect_status(404);
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(role::text, ',') FROM member_roles WHERE member_id = '{subject}'"
        )),
        "member"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action LIKE 'tenancy.member.%'"),
        "0"
    );
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let own = portal.member("admin");
    let page = admin.get(&format!("/people/{own}/roles")).await;
    let refused = page
        .form("main form")
        .uncheck_value("roles", "admin")
        .check_value("roles", "coach")
        .submit(&admin)
        .await;
    refused
        .expect_status(422)
        .expect_text("This is the last admin who can sign in.");
    refused
        .expect_element("input[value=coach][checked]")
        .expect_no_element("input[value=admin][checked]");
    admin
        .get(&format!("/people/{own}"))
        .await
        .expect_no_text("Mark as left");
    forge(&admin, &format!("/people/{own}/suspension"), &[])
        .await
        .expect_status(403)
        .expect_text("You can't do that to yourself.");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM member_roles WHERE member_id = '{own}' AND role = 'admin'"
        )),
        "1"
    );
}

#[tokio::test]
async fn an_admin_without_a_login_does_not_count_as_one() {
    let portal = Portal::start().await;
    portal.force("INSERT INTO member_roles (org_id, member_id, role) SELECT org_id, id, 'admin' FROM members WHERE handle = 'coach'; UPDATE members SET user_id = NULL WHERE handle = 'coach'");
    let admin = portal.person("admin").await;
    let page = admin
        .get(&format!("/people/{}/roles", portal.member("admin")))
        .await;
    page.form("main form")
        .uncheck_value("roles", "admin")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("last admin");
}

#[tokio::test]
async fn two_admins_who_remove_each_other_at_once_leave_one() {
    let portal = Portal::start().await;
    portal.force("INSERT INTO member_roles (org_id, member_id, role) SELECT org_id, id, 'admin' FROM members WHERE handle = 'coach'");
    let (admin, coach) = (portal.person("admin").await, portal.person("coach").await);
    let about_coach = admin
        .get(&format!("/people/{}/suspension", portal.member("coach")))
        .await
        .form("main form");
    let about_admin = coach
        .get(&format!("/people/{}/suspension", portal.member("admin")))
        .await
        .form("main form");
    let (one, other) = tokio::join!(about_coach.submit(&admin), about_admin.submit(&coach));
    let done = [one.status, other.status]
        .iter()
        .filter(|status| status.as_u16() == 303)
        .count();
    assert!(done <= 1, "at most one of them succeeds");
    let left = "SELECT count(*) FROM members m JOIN member_roles r ON r.member_id = m.id AND r.role = 'admin' JOIN organizations o ON o.id = m.org_id WHERE m.state = 'active' AND o.slug = 'local'";
    assert!(portal.look(left).parse::<i64>().unwrap() >= 1);
}

#[tokio::test]
async fn a_form_made_from_older_roles_changes_nothing() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let path = format!("/people/{}/roles", portal.member("member"));
    let stale = admin
        .get(&path)
        .await
        .form("main form")
        .check_value("roles", "coach");
    admin
        .get(&path)
        .await
        .form("main form")
        .check_value("roles", "steward")
        .submit(&admin)
        .await
        .expect_see_other("/people/");
    let refused = stale
        .submit(&admin)
        .await
        .expect_status(409)
        .expect_text("Somebody changed these roles while you had them open.");
    refused.expect_element("input[value=steward][checked]");
    let again = refused
        .form("main form")
        .check_value("roles", "coach")
        .submit(&admin)
        .await;
    again.expect_see_other("/people/");
    let held = format!(
        "SELECT string_agg(role::text, ',' ORDER BY role) FROM member_roles WHERE member_id = '{}'",
        portal.member("member")
    );
    assert_eq!(portal.look(&held), "member,steward,coach");
}

#[tokio::test]
async fn words_that_are_no_roles_and_no_roles_at_all_are_refused() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin
        .get(&format!("/people/{}/roles", portal.member("member")))
        .await;
    page.form("main form")
        .forge("roles", "super_admin")
        .submit(&admin)
        .await
        .expect_status(422);
    page.form("main form")
        .uncheck_value("roles", "member")
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Choose at least one role.");
}

#[tokio::test]
async fn who_is_suspended_is_out_at_once_and_comes_back() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let id = portal.member("member");
    let question = admin
        .get(&format!("/people/{id}"))
        .await
        .click(&admin, "Suspend")
        .await
        .expect_text("Suspend this person?");
    let form = question.form("main form");
    form.submit(&admin)
        .await
        .expect_see_other(&format!("/people/{id}"))
        .follow(&admin)
        .await
        .expect_text("Suspended");
    member.get("/people").await.expect_see_other("/organization");
    form.submit(&admin).await.expect_see_other("/people/");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.member.suspended'"),
        "1",
        "sent twice, done once"
    );
    portal
        .person("other")
        .await
        .get("/people?q=tom")
        .await
        .expect_text("Nobody found");
    admin
        .get("/people?state=suspended")
        .await
        .expect_text("Tom Reyes");
    forge(
        &admin,
        &format!("/people/{id}/suspension"),
        &[("_key", &Uuid::now_v7().to_string())],
    )
    .await
    .expect_status(409);
    admin
        .get(&format!("/people/{id}/restoration"))
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/people/");
    portal.person("member").await.get("/people").await.expect_ok();
}

#[tokio::test]
async fn who_leaves_belongs_to_nothing_and_brings_no_powers_back() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let id = portal.member("steward");
    admin
        .get(&format!("/people/{id}/departure"))
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/people/");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM context_members WHERE member_id = '{id}'"
        )),
        "0"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.context.left'"),
        "4"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.member.left'"),
        "1"
    );
    admin
        .get(&format!("/people/{id}/roles"))
        .await
        .form("main form")
        .check_value("roles", "admin")
        .submit(&admin)
        .await
        .expect_status(409);
    admin
        .get(&format!("/people/{id}/restoration"))
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/people/");
    assert_eq!(
        portal.look(&format!(
            "SELECT string_agg(role::text, ',') FROM member_roles WHERE member_id = '{id}'"
        )),
        "member"
    );
}
