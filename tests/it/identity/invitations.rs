use chrono::TimeDelta;

use crate::support::client::Client;
use crate::support::fixture::PASSWORD;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

use super::{mailed_path, newest_mail, post, sign_in};

const NEW: &str = "quiet lamp orchard";

async fn invite(admin: &Actor, email: &str) -> Page {
    let page = admin.get("/admin/invitations").await.expect_ok();
    let form = page
        .form("form[action='/admin/invitations']")
        .set("email", email)
        .set("display_name", "Ben Hall");
    form.check_value("roles", "steward").submit(admin).await
}

async fn join(client: &Client, path: &str) -> Page {
    client
        .get(path)
        .await
        .expect_ok()
        .form("main form")
        .set("password", NEW)
        .submit(client)
        .await
}

#[tokio::test]
async fn an_invited_person_becomes_a_member_with_roles_and_team() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let team = portal.look("SELECT id FROM contexts WHERE name = 'Night shift' AND kind = 'team'");
    let page = admin.get("/admin/invitations").await;
    let form = page
        .form("form[action='/admin/invitations']")
        .set("email", "Ben@Example.org")
        .set("display_name", "Ben Hall");
    form.check_value("roles", "steward")
        .set("team", &team)
        .submit(&admin)
        .await
        .expect_see_other("/admin/invitations");
    newest_mail(&portal, "ben@example.org")
        .await
        .expect_text("Priya Natarajan invites you to Local 100");

    let path = mailed_path(&portal, "ben@example.org").await;
    let ben = portal.anyone();
    ben.get(&path)
        .await
        .expect_text("Join Local 100")
        .expect_text("ben@example.org");
    join(&ben, &path).await.expect_see_other("/");
    ben.get("/me").await.expect_ok().expect_text("Member, Steward");
    assert_eq!(
        portal.look("SELECT handle FROM members WHERE email = 'ben@example.org'"),
        "ben.hall"
    );
    assert_eq!(portal.look(&format!("SELECT count(*) FROM context_members c JOIN members m ON m.id = c.member_id WHERE m.handle = 'ben.hall' AND c.context_id = '{team}'")), "1");
    let told = portal.look("SELECT string_agg(event_type, ' ' ORDER BY event_type) FROM events WHERE event_type ~ 'joined|accepted'");
    assert_eq!(
        told,
        "identity.invitation.accepted tenancy.context.joined tenancy.member.joined"
    );
    portal
        .anyone()
        .get(&path)
        .await
        .expect_status(410)
        .expect_text("This invitation was accepted");
    admin.get("/admin/invitations").await.expect_text("Accepted");
    sign_in(&portal.anyone(), "ben@example.org", NEW)
        .await
        .expect_see_other("/");
}

#[tokio::test]
async fn whom_an_import_wrote_down_gets_a_login_and_keeps_their_record() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, email, joined_on) \
           VALUES ('{}', gen_random_uuid(), 'Hall, Ben', 'hall.ben', 'ben@example.org', '2019-04-01')",
        portal.organization("local")
    ));
    let known = portal.look("SELECT id FROM members WHERE email = 'ben@example.org'");
    invite(&admin, "ben@example.org")
        .await
        .expect_see_other("/admin/invitations");
    let path = mailed_path(&portal, "ben@example.org").await;
    let ben = portal.anyone();
    join(&ben, &path).await.expect_see_other("/");
    assert_eq!(
        portal.look("SELECT string_agg(id || ' ' || display_name || ' ' || joined_on, ',') FROM members WHERE email = 'ben@example.org'"),
        format!("{known} Ben Hall 2019-04-01"),
        "one person, not two"
    );
    ben.get("/me").await.expect_ok().expect_text("Steward");
    // Now that they are here, they are not invited again.
    invite(&admin, "ben@example.org").await.expect_status(422);
}

#[tokio::test]
async fn a_double_click_makes_one_member() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    invite(&admin, "ben@example.org").await;
    let path = mailed_path(&portal, "ben@example.org").await;
    let ben = portal.anyone();
    let form = ben.get(&path).await.form("main form").set("password", NEW);
    let (one, two) = tokio::join!(form.submit(&ben), form.submit(&ben));
    one.expect_see_other("/");
    two.expect_see_other("/");
    ben.get("/me").await.expect_ok();
    assert_eq!(
        portal.look("SELECT count(*) FROM members WHERE email = 'ben@example.org'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'identity.invitation.accepted'"),
        "1"
    );
}

#[tokio::test]
async fn somebody_else_with_the_used_link_does_not_get_in() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    invite(&admin, "ben@example.org").await;
    let path = mailed_path(&portal, "ben@example.org").await;
    join(&portal.anyone(), &path).await.expect_see_other("/");
    let thief = portal.anyone();
    let answer = post(
        &thief,
        &path,
        &[("name", "Ben Hall"), ("password", "another long guess")],
    )
    .await
    .expect_status(409);
    answer.expect_text("There is an account");
    thief.get("/me").await.expect_see_other("/sign-in");
}

#[tokio::test]
async fn who_has_an_account_signs_in_and_gets_a_second_member() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    invite(&admin, "second@neighbour.example")
        .await
        .expect_see_other("/admin/invitations");
    let path = mailed_path(&portal, "second@neighbour.example").await;
    let second = portal.anyone();
    let page = second
        .get(&path)
        .await
        .expect_ok()
        .expect_text("There is an account");
    let page = page.click(&second, "Sign in").await;
    let form = page
        .form("main form")
        .set("email", "second@neighbour.example")
        .set("password", PASSWORD);
    let page = form
        .submit(&second)
        .await
        .expect_see_other(&path)
        .follow(&second)
        .await;
    page.form("main form")
        .set("name", "Second Here")
        .submit(&second)
        .await
        .expect_see_other("/");
    second.get("/me").await.expect_ok().expect_text("Local 100");
    let members = "SELECT count(*) FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = 'second@neighbour.example'";
    assert_eq!(portal.look(members), "2");
}

#[tokio::test]
async fn an_invitation_is_for_its_address_only() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    invite(&admin, "ben@example.org").await;
    let path = mailed_path(&portal, "ben@example.org").await;
    member
        .get(&path)
        .await
        .expect_ok()
        .expect_text("but you are signed in as member@local.example");
    post(&member, &path, &[("name", "Tom")]).await.expect_status(409);
    assert_eq!(
        portal.look("SELECT count(*) FROM invitations WHERE accepted_at IS NOT NULL"),
        "0"
    );
}

#[tokio::test]
async fn sending_again_replaces_the_link_and_taking_back_ends_it() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    invite(&admin, "ben@example.org").await;
    let first = mailed_path(&portal, "ben@example.org").await;
    let page = admin.get("/admin/invitations").await;
    page.form("form[action$='/renewal']")
        .submit(&admin)
        .await
        .expect_see_other("/admin/invitations");
    let second = mailed_path(&portal, "ben@example.org").await;
    portal
        .anyone()
        .get(&first)
        .await
        .expect_status(410)
        .expect_text("This link does not work");
    portal.anyone().get(&second).await.expect_ok();
    let page = admin.get("/admin/invitations").await;
    let form = page
        .form("form[action$='/renewal']")
        .press("Take back the invitation to ben@example.org");
    form.submit(&admin).await.expect_see_other("/admin/invitations");
    portal
        .anyone()
        .get(&second)
        .await
        .expect_status(410)
        .expect_text("taken back");
}

#[tokio::test]
async fn an_invitation_expires_and_can_be_sent_again() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    invite(&admin, "ben@example.org").await;
    let path = mailed_path(&portal, "ben@example.org").await;
    portal.pass(TimeDelta::hours(169));
    portal
        .anyone()
        .get(&path)
        .await
        .expect_status(410)
        .expect_text("This invitation has expired");
    let admin = portal.person("admin").await;
    let page = admin.get("/admin/invitations").await.expect_text("Expired");
    page.form("form[action$='/renewal']")
        .submit(&admin)
        .await
        .expect_see_other("/admin/invitations");
    portal
        .anyone()
        .get(&mailed_path(&portal, "ben@example.org").await)
        .await
        .expect_ok();
}

#[tokio::test]
async fn only_admins_invite_and_only_their_own_organization_sees_it() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    invite(&admin, "ben@example.org").await;
    let id = portal.look("SELECT id FROM invitations");
    for refused in ["member", "steward", "privacy", "comms", "sponsor"] {
        let person = portal.person(refused).await;
        person.get("/admin/invitations").await.expect_status(403);
        post(
            &person,
            "/admin/invitations",
            &[("email", "x@example.org"), ("roles", "admin")],
        )
        .await
        .expect_status(403);
        post(&person, &format!("/admin/invitations/{id}/revocation"), &[])
            .await
            .expect_status(403);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger
        .get("/admin/invitations")
        .await
        .expect_ok()
        .expect_no_text("ben@example.org");
    post(&stranger, &format!("/admin/invitations/{id}/revocation"), &[])
        .await
        .expect_status(404);
    post(&stranger, &format!("/admin/invitations/{id}/renewal"), &[])
        .await
        .expect_status(404);
    assert_eq!(
        portal.look("SELECT count(*) FROM invitations WHERE revoked_at IS NULL"),
        "1"
    );
}

#[tokio::test]
async fn a_bad_invitation_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin.get("/admin/invitations").await;
    let form = page
        .form("form[action='/admin/invitations']")
        .uncheck_value("roles", "member");
    let page = form
        .set("email", "nonsense")
        .set("display_name", "Ben Hall")
        .submit(&admin)
        .await
        .expect_status(422);
    page.expect_text("Enter an e-mail address like")
        .expect_text("Choose at least one role.");
    assert_eq!(page.one("#display_name").attr("value"), Some("Ben Hall"));
    invite(&admin, "member@local.example")
        .await
        .expect_status(422)
        .expect_text("is a member already");
    invite(&admin, "ben@example.org").await;
    invite(&admin, "ben@example.org")
        .await
        .expect_status(422)
        .expect_text("has an open invitation");
}
