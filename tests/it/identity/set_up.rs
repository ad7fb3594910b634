use crate::support::client::Client;
use crate::support::form::Form;
use crate::support::portal::Portal;

use super::post;

/// A portal nobody has set up.
async fn untouched() -> Portal {
    let portal = Portal::start().await;
    portal.force("TRUNCATE organizations, users CASCADE");
    portal
}

async fn filled(client: &Client, email: &str) -> Form {
    let page = client.get("/me").await.follow(client).await.expect_ok();
    let form = page
        .form("form[action='/set-up']")
        .set("organization", "Harbour Workers");
    form.set("name", "Ana Ruiz")
        .set("email", email)
        .set("password", "plum river tram")
        .set("time_zone", "America/Toronto")
}

#[tokio::test]
async fn the_first_person_makes_the_organization_and_the_page_is_gone() {
    let portal = untouched().await;
    let client = portal.anyone();
    client.get("/sign-in").await.expect_see_other("/set-up");
    filled(&client, "Ana@Example.org")
        .await
        .submit(&client)
        .await
        .expect_see_other("/");
    client
        .get("/me")
        .await
        .expect_ok()
        .expect_text("ana@example.org")
        .expect_text("Member, Steward, Admin");
    portal.anyone().get("/set-up").await.expect_status(404);
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'identity.organization.set_up'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.member.joined'"),
        "1"
    );
}

#[tokio::test]
async fn of_two_who_set_up_at_once_one_wins() {
    let portal = untouched().await;
    let (one, two) = (portal.anyone(), portal.anyone());
    let (first, second) = (
        filled(&one, "one@example.org").await,
        filled(&two, "two@example.org").await,
    );
    let (first, second) = tokio::join!(first.submit(&one), second.submit(&two));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    assert_eq!(portal.look("SELECT count(*) FROM organizations"), "1");
}

#[tokio::test]
async fn a_bad_set_up_keeps_what_was_typed_and_names_every_problem() {
    let portal = untouched().await;
    let client = portal.anyone();
    let form = filled(&client, "not an address")
        .await
        .set("password", "harbourworkers1");
    let page = form.submit(&client).await.expect_status(422);
    page.expect_text("Enter an e-mail address like name@example.org.")
        .expect_text("too close to your name");
    assert_eq!(
        page.one("input[name=organization]").attr("value"),
        Some("Harbour Workers")
    );
    page.expect_no_element("input[name=password][value]");
    assert_eq!(portal.look("SELECT count(*) FROM organizations"), "0");
}

#[tokio::test]
async fn where_there_is_an_organization_nobody_sets_up_another() {
    let portal = Portal::start().await;
    portal.anyone().get("/set-up").await.expect_status(404);
    let fields = [
        ("organization", "Mine"),
        ("name", "X"),
        ("email", "x@example.org"),
        ("password", "plum river tram"),
        ("time_zone", "UTC"),
    ];
    post(&portal.anyone(), "/set-up", &fields)
        .await
        .expect_status(404);
}
