//! Story 8: a confidential note, everybody who tries to see it, and the log of who did.

use crate::cases;
use crate::notes::{newest, write};
use crate::people::give;
use crate::support::browser::{Browser, Screen};
use crate::support::portal::{Actor, Portal};

const SECRET: &str = "She saw the second set of books";

/// Everything a person can reach by its links, searched for the secret; answers how many pages that were.
async fn expect_nowhere(browser: &Browser, who: &Actor, paths: &[String]) {
    browser.take_cookies_from(who).await;
    for path in paths {
        browser.goto(path).await;
        let text = browser.text().await;
        assert!(!text.trim().is_empty(), "{path} shows nothing at all");
        for words in [SECRET, "second set", "2026-014"] {
            assert!(!text.contains(words), "{path} shows {words:?}: {text}");
        }
    }
}

#[tokio::test]
async fn a_confidential_note_is_seen_by_its_team_only_and_the_log_says_by_whom() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "member");
    give(&portal, "coach", "primary", "other");
    let steward = portal.person("steward").await;
    let case = cases::open(&portal, &steward, "member").await;
    write(&portal, &steward, "member", &[("case", &case), ("said", SECRET)]).await;
    let note = newest(&portal);

    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    let member = portal.member("member");
    let guessed = [
        format!("/notes/{note}"),
        format!("/notes/{note}/edit"),
        format!("/cases/{case}"),
        format!("/people/{member}/record"),
        format!("/people/{member}"),
        "/notes".to_owned(),
        "/notes?q=books".to_owned(),
        "/cases".to_owned(),
        "/search?q=books".to_owned(),
        "/my-people".to_owned(),
        "/tasks".to_owned(),
        "/".to_owned(),
    ];
    // An admin, a steward of others, the person themself, and somebody of another organization.
    for key in ["admin", "coach", "member", "comms", "privacy"] {
        expect_nowhere(&browser, &portal.person(key).await, &guessed).await;
    }
    let stranger = Browser::open(portal.base(), Screen::desktop()).await;
    expect_nowhere(&stranger, &portal.neighbour("stranger").await, &guessed).await;

    // The person it is about becomes a steward, with the one who wrote it among their people.
    portal.force(&format!(
        "INSERT INTO member_roles (org_id, member_id, role) VALUES ('{}', '{member}', 'steward')",
        portal.organization("local")
    ));
    give(&portal, "member", "primary", "steward");
    expect_nowhere(&browser, &portal.person("member").await, &guessed).await;

    // Who may read it opens it, and that is noted.
    browser
        .take_cookies_from(&portal.person("steward").await.client)
        .await;
    browser.goto(&format!("/people/{member}/record")).await;
    browser.wait_for_text("Open it to read it").await;
    browser.wait_for_no_text("second set").await;
    browser.goto(&format!("/notes/{note}")).await;
    browser.wait_for_text(SECRET).await;
    assert_eq!(
        portal.look(
            "SELECT string_agg(DISTINCT m.handle, ',') FROM note_reads r JOIN members m ON m.id = r.reader_id"
        ),
        "steward"
    );
    browser
        .take_cookies_from(&portal.person("privacy").await.client)
        .await;
    browser.goto("/notes/readings").await;
    browser.wait_for_text("Rosa Delgado").await;
    browser.wait_for_no_text("second set").await;
}
