//! Whom a search or a selection finds, and what it must not tell.

use crate::people::{phone, post};
use crate::support::portal::Portal;

#[tokio::test]
async fn who_is_learning_reads_no_digits_of_numbers_by_searching() {
    let portal = Portal::start().await;
    super::give(&portal, "coach", "training", "member");
    super::give(&portal, "steward", "primary", "member");
    phone(&portal, "member", "+16135550142");
    portal.force(&format!(
        "UPDATE members SET email = '0142tom@local.example' WHERE id = '{}'",
        portal.member("member")
    ));
    let (coach, steward) = (portal.person("coach").await, portal.person("steward").await);
    for q in [
        "0142", "@0142", "@@0142", "@014", "@142", "@01", "000", "@000", "%2B1613", "@%2B1613", "@613.555",
    ] {
        coach
            .get(&format!("/members?q={q}"))
            .await
            .expect_ok()
            .expect_no_element(&format!("a[href='/people/{}/record']", portal.member("member")));
    }
    steward.get("/members?q=@0142").await.expect_text("Tom Reyes");
    // An address is no number, even one that begins with digits.
    coach.get("/members?q=0142t@").await.expect_text("Nobody found");
    coach
        .get("/members?q=0142tom%40local")
        .await
        .expect_text("Tom Reyes");
}

proptest::proptest! {
    #[test]
    fn only_a_search_by_number_can_meet_a_number(text in "[@0-9+. a-z()/%-]{0,12}") {
        use waymark::domains::people::members::forms::Words;
        match Words::of(&text) {
            Words::Address(begins) => assert!(begins.chars().any(|c| !c.is_ascii_digit()), "{text:?} looks for {begins:?}"),
            Words::Digits(digits) => assert!(digits.len() >= 3 && digits.chars().all(|c| c.is_ascii_digit()), "{text:?}"),
            Words::None | Words::Names(_) => {}
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_of_a_selection_is_an_error_and_not_everybody() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    for selection in [
        "picked=x",
        "worksite=x",
        "stage=x",
        "tag=1",
        "alone=maybe",
        "q=%40",
    ] {
        admin
            .get(&format!("/bulk/new?action=tag&{selection}"))
            .await
            .expect_status(400);
        let (rule, picked) = match selection.strip_prefix("picked=") {
            Some(picked) => ("/members".to_owned(), picked),
            None => (format!("/members?{selection}"), ""),
        };
        let mut fields = vec![("action", "tag"), ("tag", "Petition"), ("rule", rule.as_str())];
        if !picked.is_empty() {
            fields.push(("picked", picked));
        }
        post(&admin, "/bulk", &fields).await.expect_status(400);
        fields.push(("reason", "Ballot list for the vote"));
        post(&admin, "/bulk/export", &fields).await.expect_status(400);
    }
    assert_eq!(portal.look("SELECT count(*) FROM member_tags"), "0");
}

#[tokio::test]
async fn the_question_counts_whom_it_will_reach() {
    let portal = Portal::start().await;
    super::give(&portal, "steward", "primary", "member");
    super::give(&portal, "steward", "training", "other");
    let steward = portal.person("steward").await;
    steward
        .get("/bulk/new?action=tag")
        .await
        .expect_ok()
        .expect_text("Tag 1 person")
        .expect_no_text("Nadia Haddad");
}
