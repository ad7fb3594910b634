use crate::support::portal::Portal;

use super::mailed_path;

#[tokio::test]
async fn a_member_changes_how_others_see_them() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member
        .get("/me")
        .await
        .form("form[action='/me']")
        .set("display_name", "Tomás Reyes")
        .set("handle", "@Tomas");
    let form = form
        .set("headline", "Driver, line 4")
        .set("time_zone", "Europe/Paris")
        .set("locale", "fr");
    form.submit(&member).await.expect_see_other("/me");
    let page = member.get("/me").await.expect_ok();
    assert_eq!(page.one("#handle").attr("value"), Some("tomas"));
    page.expect_text("Tomás Reyes");
    assert_eq!(
        portal.look("SELECT time_zone || ' ' || headline FROM members WHERE handle = 'tomas'"),
        "Europe/Paris Driver, line 4"
    );
    assert_eq!(
        portal.look("SELECT before->>'handle' FROM audit_entries WHERE action = 'identity.profile.changed'"),
        "member"
    );

    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    form.set("email", "member@local.example").submit(&client).await;
    assert_eq!(
        portal.look("SELECT subject FROM outbox_mails"),
        "Choisir un nouveau mot de passe"
    );
    mailed_path(&portal, "member@local.example").await;
}

#[tokio::test]
async fn a_bad_profile_keeps_what_was_typed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member.get("/me").await.form("form[action='/me']");
    let page = form
        .clone()
        .set("display_name", "")
        .set("handle", "no spaces")
        .set("headline", "kept")
        .submit(&member)
        .await
        .expect_status(422);
    page.expect_text("Name is missing.")
        .expect_text("A handle has letters");
    assert_eq!(page.one("#headline").attr("value"), Some("kept"));
    form.clone()
        .set("handle", "steward")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("Somebody else has that handle.");
    form.clone()
        .set("handle", "channel")
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("means everyone");
    form.set("display_name", "a".repeat(121).as_str())
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("120 characters or fewer");
    assert_eq!(
        portal.look("SELECT display_name FROM members WHERE handle = 'member'"),
        "Tom Reyes"
    );
}

#[tokio::test]
async fn a_form_sent_twice_changes_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let form = member
        .get("/me")
        .await
        .form("form[action='/me']")
        .set("headline", "Driver");
    form.submit(&member).await.expect_see_other("/me");
    form.submit(&member).await.expect_see_other("/me");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'identity.profile.changed'"),
        "1"
    );
}
