//! Mail of blocks: arranged without scripts, kept at every step, saved as versions, and opened again.

use crate::support::browser::{Browser, Screen};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

use super::images::in_library;

const DRAFT: &str = "SELECT coalesce(string_agg(b->>'block', ' '), '') FROM block_drafts, jsonb_array_elements(layout->'blocks') b";

/// A portal whose organization has the postal address that mail needs.
async fn portal() -> Portal {
    let portal = Portal::start().await;
    portal.force("UPDATE organizations SET postal_address = E'1 Main Street\nOttawa'");
    portal
}

/// Begins a mail of blocks; answers the address of its page.
async fn begin(comms: &Actor) -> String {
    let page = comms.get("/templates/new").await.expect_ok();
    let answer = page
        .form("main form[action='/templates']")
        .set("name", "Picnic")
        .set("starter", "blocks")
        .set("purpose", "informational")
        .set("category", "newsletters")
        .submit(comms)
        .await
        .expect_see_other("/templates/");
    answer.location().unwrap().path().to_owned()
}

/// Presses a button of the page with some fields filled in; answers the page it leads to.
async fn press(comms: &Actor, page: &Page, fields: &[(&str, &str)], button: &str) -> Page {
    let mut form = page.form("#editor");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    let answer = form.press(button).submit(comms).await;
    match answer.location() {
        Some(_) => answer.follow(comms).await,
        None => answer,
    }
}

#[tokio::test]
async fn a_mail_is_arranged_saved_and_opened_again_without_scripts() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let (library, path) = in_library(&comms, "Lake", "The lake at noon").await;
    let blocks = begin(&comms).await;
    let template = blocks.trim_end_matches("/blocks");
    let page = comms.get(&blocks).await.expect_ok();
    page.expect_no_text("has no fallback");
    let page = press(&comms, &page, &[("subject", "Picnic on Sunday")], "Image").await;
    let page = press(&comms, &page, &[("block_image", &path)], "Done").await;
    page.expect_text("The lake at noon");
    let page = press(&comms, &page, &[], "Edit: 2 Text").await;
    let said = "Bring **salad**, {{ member.name }}.";
    let page = press(&comms, &page, &[("block_text", said)], "Button").await;
    let page = press(&comms, &page, &[("block_label", "I come")], "Save a version").await;
    page.expect_status(422).expect_text("a button leads nowhere yet");
    let form = page.form("#editor");
    assert_eq!(form.value("block_label"), Some("I come"), "it is still open");
    let address = "https://picnic.union.org/come";
    let page = press(
        &comms,
        &page,
        &[("block_address", address), ("note", "First")],
        "Save a version",
    )
    .await;
    page.expect_ok().expect_text("Saved as version 1.");

    let frame = page.one("iframe[sandbox]");
    let mail = comms.get(frame.attr("src").unwrap()).await.expect_ok();
    let html = mail.html.as_str();
    assert!(html.contains("<strong>salad</strong>"), "{html}");
    assert!(html.contains(&format!("src=\"{path}\"")), "by its path alone");
    assert!(html.contains("prefers-color-scheme: dark"));
    assert!(
        mail.header("content-security-policy")
            .unwrap()
            .contains("img-src 'self' data:")
    );
    assert_eq!(portal.look(DRAFT), "", "nothing is left to save");
    let version = "SELECT count(*)::text FROM template_versions WHERE draft->>'source' LIKE '<mjml%https://picnic.union.org/come%' AND jsonb_array_length(blocks->'blocks') = 5";
    assert_eq!(portal.look(version), "1");

    comms.get(template).await.expect_see_other(&blocks);
    let again = comms.get(&blocks).await.expect_text("I come");
    let page = press(&comms, &again, &[], "Save a version").await;
    page.expect_text("so it stays the newest");

    let removal = comms
        .get(&format!("{library}/removal"))
        .await
        .expect_text("Mail shows it");
    removal
        .form("main form")
        .submit(&comms)
        .await
        .expect_see_other("/campaigns/images");
    comms.get("/campaigns/images").await.expect_no_text("Lake");
    portal.anyone().get(&path).await.expect_ok();
}

#[tokio::test]
async fn blocks_are_moved_copied_removed_and_brought_back_also_in_columns() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let blocks = begin(&comms).await;
    let page = comms.get(&blocks).await.expect_ok();
    let page = press(&comms, &page, &[], "Move down: 1 Heading").await;
    assert_eq!(portal.look(DRAFT), "text heading footer");
    page.expect_element("#block-1 button[autofocus][value='down-1']");
    let page = press(&comms, &page, &[], "Duplicate: 1 Text").await;
    let page = press(&comms, &page, &[], "Remove: 3 Heading").await;
    assert_eq!(portal.look(DRAFT), "text text footer");
    let page = press(&comms, &page, &[], "Undo the last step").await;
    assert_eq!(portal.look(DRAFT), "text text heading footer");
    let page = press(&comms, &page, &[], "Two columns").await;
    let page = press(
        &comms,
        &page,
        &[],
        "Button into the Right column of 4 Two columns",
    )
    .await;
    // What is typed is kept when another block is moved.
    let page = press(
        &comms,
        &page,
        &[("block_label", "Join")],
        "Move up: 4 right 2 Button",
    )
    .await;
    page.expect_text("Join →");
    let right = "SELECT string_agg(r->>'block', ' ') FROM block_drafts, jsonb_array_elements(layout->'blocks') b, jsonb_array_elements(b->'right') r";
    assert_eq!(portal.look(right), "button text");

    let page = press(&comms, &page, &[], "Colours and language").await;
    let page = press(
        &comms,
        &page,
        &[("theme_brand", "green"), ("subject", "x")],
        "Save a version",
    )
    .await;
    page.expect_status(422).expect_text("“green” is no colour");
    assert_eq!(page.form("#editor").value("theme_brand"), Some("green"));
    let page = press(
        &comms,
        &page,
        &[("theme_brand", "#eeee00"), ("theme_language", "fr")],
        "Done",
    )
    .await;
    page.expect_text("can hardly be read");
    let look = comms.get(page.one("iframe").attr("src").unwrap()).await;
    look.expect_text("Se désabonner");
}

#[tokio::test]
async fn a_second_window_is_noticed_and_what_was_typed_in_it_stays() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let blocks = begin(&comms).await;
    let (one, two) = (comms.get(&blocks).await, comms.get(&blocks).await);
    press(&comms, &one, &[], "Text").await;
    let refused = press(
        &comms,
        &two,
        &[("subject", "From the second")],
        "Duplicate: 1 Heading",
    )
    .await;
    refused.expect_status(422).expect_text("in another window");
    assert_eq!(refused.form("#editor").value("subject"), Some("From the second"));
    assert_eq!(portal.look(DRAFT), "heading text text footer");
    press(&comms, &refused, &[], "Duplicate: 1 Heading")
        .await
        .expect_ok();
    assert_eq!(portal.look(DRAFT), "heading heading text text footer");

    // Somebody else arranges the same mail for themselves, and saves first.
    let admin = portal.person("admin").await;
    let theirs = admin.get(&blocks).await.expect_ok();
    press(&admin, &theirs, &[("subject", "Theirs")], "Save a version")
        .await
        .expect_text("Saved as version 1.");
    comms
        .get(&blocks)
        .await
        .expect_text("Somebody saved version 1 after you began.");
}

#[tokio::test]
async fn an_upload_needs_words_and_a_mail_of_blocks_becomes_source_once() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let blocks = begin(&comms).await;
    let template = blocks.trim_end_matches("/blocks").to_owned();
    let page = comms.get(&blocks).await.expect_ok();
    let page = press(&comms, &page, &[("subject", "Hello")], "Image").await;
    let bytes = super::images::picture(100, image::ImageFormat::Png);
    let form = page
        .form("#editor")
        .attach("file", "oak.png", "image/png", &bytes)
        .press("Done");
    let refused = form
        .clone()
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_field_error("block_alt");
    assert_eq!(refused.form("#editor").value("subject"), Some("Hello"));
    let taken = form
        .set("block_alt", "An oak")
        .submit(&comms)
        .await
        .expect_status(303);
    taken.follow(&comms).await.expect_text("An oak");
    assert_eq!(portal.look("SELECT name FROM campaign_images"), "oak");

    let source = format!("{template}/source");
    let asked = comms
        .get(&source)
        .await
        .expect_text("There is no way from source back");
    asked
        .form("main form")
        .submit(&comms)
        .await
        .expect_see_other(&template);
    let page = comms.get(&template).await.expect_ok();
    let form = page.form(&format!("form[action='{template}']"));
    assert!(form.value("source").unwrap().starts_with("<mjml"));
    form.press("Save a version")
        .submit(&comms)
        .await
        .expect_see_other(&template);
    comms.get(&blocks).await.expect_see_other(&template);
}

#[tokio::test]
async fn blocks_are_for_communicators_and_admins_of_the_organization() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    let blocks = begin(&comms).await;
    let page = comms.get(&blocks).await.expect_ok();
    let form = page.form("#editor").press("Text");
    for who in ["member", "steward"] {
        let person = portal.person(who).await;
        person.get(&blocks).await.expect_status(403);
        form.clone().submit(&person).await.expect_status(403);
    }
    let stranger = portal.neighbour("stranger").await;
    stranger.get(&blocks).await.expect_status(404);
    stranger.get(&format!("{blocks}/look")).await.expect_status(404);
    assert_eq!(portal.look(DRAFT), "heading text footer");
}

#[tokio::test]
async fn with_scripts_blocks_move_in_place_and_the_preview_follows() {
    let portal = portal().await;
    let comms = portal.person("comms").await;
    in_library(&comms, "Lake", "The lake at noon").await;
    let blocks = begin(&comms).await;
    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    browser.take_cookies_from(&comms).await;
    browser.goto(&blocks).await;
    browser.evaluate("window.stayed = true").await;
    browser.press_css("#block-0 button[value='down-0']").await;
    browser.wait_for("#block-1 button[value='down-1']").await;
    browser
        .wait_until("document.activeElement.value === 'down-1'")
        .await;
    browser.press_css("button[value='edit-0']").await;
    browser.wait_for("#block_text").await;
    browser.fill("Text", "Fresh words").await;
    browser.press_css(".inserts summary").await;
    browser.press_css("[data-insert='{{ member.name }}']").await;
    browser
        .wait_until("document.querySelector('#look [role=status]').textContent.includes('kept')")
        .await;
    browser.press_css("#editor button[value='add-image']").await;
    browser.wait_for("[name=block_image]").await;
    browser.press_css("[name=block_image]").await;
    browser
        .wait_until("document.querySelector('[name=block_alt]').value === 'The lake at noon'")
        .await;
    assert_eq!(browser.evaluate("window.stayed").await, true);
    let text = "SELECT layout->'blocks'->0->>'markdown' FROM block_drafts";
    assert_eq!(portal.look(text), "Fresh words{{ member.name }}");
    browser.expect_quiet_console().await;
}
