//! Addresses to which nothing is sent.

use crate::support::portal::Portal;

#[tokio::test]
async fn addresses_are_added_looked_up_and_lifted_with_a_reason_and_never_stored() {
    let portal = Portal::start().await;
    let comms = portal.person("comms").await;
    let page = comms.get("/suppressions").await.expect_ok();
    let form = page.form("form[action='/suppressions'][method='post']");
    form.clone()
        .set("addresses", "Zanzibar@Example.org\nnot an address")
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("addresses");
    form.set("addresses", "Zanzibar@Example.org\n+1 613 555-0177")
        .set("note", "Called the office")
        .submit(&comms)
        .await
        .expect_see_other("/suppressions")
        .follow(&comms)
        .await
        .expect_text("Nothing is sent to these 2 addresses any more.")
        .expect_no_text("the others were");
    let kept = portal.look("SELECT string_agg(s::text, ' ') FROM suppressions s");
    assert!(
        !kept.to_lowercase().contains("zanzibar") && !kept.contains("5550177"),
        "{kept}"
    );
    let found = comms
        .get("/suppressions?address=zanzibar%40example.ORG")
        .await
        .expect_ok();
    found.expect_text("Asked not to be written to");
    comms
        .get("/suppressions?address=other%40example.org")
        .await
        .expect_text("not on the list");
    let id = portal.look("SELECT id::text FROM suppressions WHERE channel = 'email'");
    let page = comms.get(&format!("/suppressions/{id}")).await.expect_ok();
    let form = page.form("main form");
    form.clone()
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("reason");
    form.set("reason", "They wrote to us")
        .submit(&comms)
        .await
        .expect_see_other("/suppressions");
    comms
        .get("/suppressions?address=zanzibar%40example.org")
        .await
        .expect_text("not on the list");
    let file = comms.get("/suppressions.csv").await.expect_ok();
    assert!(file.text().contains("They wrote to us"));
}

#[tokio::test]
async fn an_erased_person_who_had_said_no_is_kept_out_when_their_address_comes_in_again() {
    let portal = Portal::start().await;
    let anyone = portal.anyone();
    let path = format!("/u/{}", super::leaving(&portal, "other", "newsletters"));
    let page = anyone.get(&path).await.expect_ok();
    page.form("main form").submit(&anyone).await.expect_ok();
    let address = portal.look("SELECT email FROM members WHERE handle = 'other'");
    let name = portal.look("SELECT display_name FROM members WHERE handle = 'other'");
    let other = portal.member("other");
    let privacy = portal.person("privacy").await;
    let page = privacy
        .get(&format!("/privacy/people/{other}/erasure"))
        .await
        .expect_ok();
    page.form("main form")
        .set("name", &name)
        .submit(&privacy)
        .await
        .expect_see_other("/");
    assert_eq!(
        portal.look("SELECT count(*)::text FROM consent_evidence"),
        "0",
        "nothing tells from where they said it"
    );
    assert_eq!(
        portal.look("SELECT count(*)::text FROM consent_records"),
        "1",
        "that they said it stays"
    );
    let comms = portal.person("comms").await;
    comms
        .get(&format!("/suppressions?address={}", address.replace('@', "%40")))
        .await
        .expect_text("Belonged to somebody who was erased");
}
