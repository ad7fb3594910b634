//! What the pages of campaigns say: nothing that is not so, nothing that stops halfway, and no code.

use super::sending::support::{count, draft, id, launch, reaches, sending, step};
use crate::support::browser::{Browser, Screen};
use crate::support::eventually::eventually;
use crate::support::portal::{Actor, Portal};

/// A saved newsletter as its starter made it; answers its id.
async fn newsletter(comms: &Actor) -> String {
    let page = comms.get("/templates/new").await.expect_ok();
    let answer = page
        .form("main form[action='/templates']")
        .set("name", "As it came")
        .set("starter", "newsletter")
        .set("purpose", "informational")
        .set("category", "newsletters")
        .submit(comms)
        .await
        .expect_see_other("/templates/");
    let path = answer.location().unwrap().path().to_owned();
    path.rsplit('/').next().unwrap().to_owned()
}

/// A draft that says what the starter of newsletters says.
async fn with_newsletter(comms: &Actor) -> String {
    let path = draft(comms, "Spring news").await;
    let template = newsletter(comms).await;
    step(comms, &path, "content", &[("template", &template)], "Save")
        .await
        .expect_status(303);
    path
}

/// A mail of blocks as it begins; answers the address of its page.
async fn blocks(comms: &Actor) -> String {
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

#[tokio::test]
async fn whoever_approves_reads_what_is_sent_and_to_whom_and_can_change_nothing_there() {
    let portal = sending().await;
    portal.force("UPDATE organizations SET approve_above = 5");
    let (comms, admin) = (portal.person("comms").await, portal.person("admin").await);
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    // Whoever can let it go hears of it, and whoever sent it off does not.
    let told = "SELECT string_agg(m.handle, ' ') FROM outbox_mails o JOIN members m ON m.email = o.recipient WHERE o.subject = 'Spring news waits for you to let it go'";
    assert_eq!(portal.look(told), "admin");

    admin
        .get("/campaigns")
        .await
        .expect_ok()
        .expect_text("Waits for approval");
    let page = admin.get(&path).await.expect_ok();
    page.expect_text("Waits for approval");
    page.expect_element(&format!("a[href='{path}/review']"));
    let review = admin.get(&format!("{path}/review")).await.expect_ok();
    review
        .expect_text("What is sent, and to whom")
        .expect_text("Spring news, version 1")
        .expect_text("Come to the meeting")
        .expect_text("Everybody")
        .expect_text("9 people");
    review.expect_no_element("main form");
    for step in ["content", "audience", "schedule", "variants"] {
        review.expect_no_element(&format!("main a[href='{path}/{step}']"));
    }
    let mail = review.one("iframe[sandbox]");
    let mail = comms.get(mail.attr("src").unwrap()).await.expect_ok();
    assert!(mail.html.contains("Come to the meeting"));
    let member = portal.person("member").await;
    member.get(&format!("{path}/review")).await.expect_status(403);

    // It becomes a draft again, in words that say so.
    let back = page.click(&comms, "Take it back").await.expect_ok();
    back.expect_text("becomes a draft again")
        .expect_text("Leave it as it is");
    back.expect_no_text("Cancel");
    back.form("main form").submit(&comms).await.expect_status(303);
    comms
        .get(&path)
        .await
        .expect_see_other(&format!("{path}/content"));
}

#[tokio::test]
async fn what_was_sent_can_still_be_read_and_its_header_is_one_that_machines_read() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = with_newsletter(&comms).await;
    step(
        &comms,
        &path,
        "content",
        &[("fill-issue", "Spring"), ("fill-article_one_title", "We won")],
        "Save",
    )
    .await
    .expect_status(303);
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    comms.get(&path).await.expect_ok().expect_text("Finished ");
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review
        .expect_text("As it came, version 1")
        .expect_text("It has begun");

    // RFC 2047 has no place in it: mailbox providers compare it as it stands.
    let mime = portal.look(
        "SELECT encode(mime, 'hex') FROM outbox_mails WHERE recipient = 'member@local.example' ORDER BY id DESC LIMIT 1",
    );
    let mail = String::from_utf8(hex::decode(mime).unwrap()).unwrap();
    let (campaign, org) = (id(&path), portal.organization("local"));
    let header = format!("\r\nFeedback-ID: {campaign}:{org}:newsletters:waymark\r\n");
    assert!(
        mail.contains(&header),
        "{}",
        mail.split("\r\n\r\n").next().unwrap()
    );

    let links = comms.get(&format!("{path}/links")).await.expect_ok();
    links
        .expect_no_text("{{")
        .expect_text("http://localhost")
        .expect_text("Read the whole story: We won")
        .expect_text("Read the whole story: What comes next");
    let file = comms.download(&format!("{path}/links.csv")).await;
    let file = String::from_utf8(file).unwrap();
    assert!(
        !file.contains("{{") && file.contains("http://localhost"),
        "{file}"
    );
}

#[tokio::test]
async fn words_of_a_starter_are_pointed_out_before_people_get_them() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review.expect_no_text("Words of the starter");
    step(&comms, &path, "content", &[("fill-message", "")], "Save")
        .await
        .expect_status(303);
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review
        .expect_text("Words of the starter are still in it")
        .expect_text("“Message” is left empty")
        .expect_text("We have news that we wanted you to hear from us first.");
    review.expect_no_text("“Headline” is left empty");
    review.expect_element(&format!("form[action='{path}/launch']"));

    let template = newsletter(&comms).await;
    let page = comms.get(&format!("/templates/{template}")).await.expect_ok();
    page.expect_text("people read the starter’s example: “Two or three sentences that say what happened");
    page.expect_no_text("When “Name of the issue” is left empty");

    let page = comms.get(&blocks(&comms).await).await.expect_ok();
    page.expect_text("“write here what you want to tell” is what the starter said");
}

#[tokio::test]
async fn what_waits_is_listed_with_until_when() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let (org, now) = (
        portal.organization("local"),
        portal.app.clock().now().to_rfc3339(),
    );
    portal.force(&format!(
        "INSERT INTO message_pauses (org_id, member_id, quiet_from, quiet_to, changed_at) \
         SELECT '{org}', m.id, (timestamptz '{now}' AT TIME ZONE m.time_zone - interval '1 hour')::time, (timestamptz '{now}' AT TIME ZONE m.time_zone + interval '3 hours')::time, now() \
         FROM members m WHERE m.handle = 'member'"
    ));
    launch(&comms, &path).await.expect_status(303);
    eventually("all but one to have it", async || {
        (count(&portal, &path, "accepted") == 8).then_some(())
    })
    .await;
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("1 waits until ");
    let list = page.click(&comms, "Waiting").await.expect_ok();
    let name = portal.look("SELECT display_name FROM members WHERE handle = 'member'");
    list.expect_text(&name).expect_text("Due ");
    assert_eq!(list.select("main li.row").len(), 1);

    // Two buttons that say different things.
    let sure = page.click(&comms, "Cancel the campaign").await.expect_ok();
    sure.expect_text("Keep it");
    sure.form("main form").submit(&comms).await.expect_status(303);
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("Stopped ").expect_no_text("1 waits until");
}

#[tokio::test]
async fn less_than_all_is_never_told_as_all_of_it() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    comms.get(&path).await.expect_ok().expect_text("100 %");
    portal.force(
        "UPDATE campaign_counts SET amount = 2000 WHERE what = 'queued'; UPDATE campaign_counts SET amount = 1999 WHERE what = 'accepted'",
    );
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("99.9 % of the step before");
}

#[tokio::test]
async fn forms_and_lists_say_what_is_needed_and_what_is_missing() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let list = comms.get("/campaigns?show=single").await.expect_ok();
    list.expect_text("No program has sent a message to one person yet")
        .expect_no_text("No campaign is at this point");

    let path = with_newsletter(&comms).await;
    let schedule = comms.get(&format!("{path}/schedule")).await.expect_ok();
    schedule
        .expect_text("Needed for “At one moment for everybody”")
        .expect_no_text("The moment (optional)");
    let variants = comms.get(&format!("{path}/variants")).await.expect_ok();
    variants
        .expect_text("“Our newsletter: What members achieved this month” when empty.")
        .expect_no_text("“: ”")
        .expect_text("Everybody else gets the wording that did best.");
}

#[tokio::test]
async fn when_it_will_be_through_is_worked_out_over_those_who_get_it() {
    let portal = sending().await;
    let org = portal.organization("local");
    portal.force(&format!(
        "UPDATE members SET email = NULL WHERE handle = 'member'; \
         INSERT INTO preferences (org_id, member_id, channel, category, frequency) \
           SELECT '{org}', id, 'email', 'newsletters', 'weekly_digest' FROM members WHERE handle = 'member'"
    ));
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review.expect_text("after it is sent off.");
    portal.force("UPDATE members SET email = 'member@local.example' WHERE handle = 'member'");
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review.expect_no_text("after it is sent off.");
}

#[tokio::test]
async fn blocks_say_why_they_cannot_be_shown_and_nothing_of_marks_that_are_not_there() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = blocks(&comms).await;
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("The subject is empty. Until then no version can be saved.")
        .expect_no_text("What is marked has to be mended");
    let page = page
        .form("#editor")
        .set("subject", "Picnic")
        .press("Button")
        .submit(&comms)
        .await
        .follow(&comms)
        .await;
    let page = page
        .form("#editor")
        .set("block_label", "I come")
        .set("block_address", "htp:/nowhere")
        .press("Done")
        .submit(&comms)
        .await;
    let page = match page.location() {
        Some(_) => page.follow(&comms).await,
        None => page,
    };
    let look = page.one("#look").text;
    assert!(
        look.contains("Block 3 (Button): The link “htp:/nowhere” is not a valid web"),
        "{look}"
    );
    assert!(!look.contains("A variable or a statement"), "{look}");
    page.expect_text("What is marked has to be mended");
}

#[tokio::test]
async fn with_scripts_a_saved_version_is_told_at_once() {
    let portal = Portal::start().await;
    portal.force("UPDATE organizations SET postal_address = E'1 Main Street\nOttawa'");
    let comms = portal.person("comms").await;
    let path = blocks(&comms).await;
    let browser = Browser::open(portal.base(), Screen::desktop()).await;
    browser.take_cookies_from(&comms).await;
    browser.goto(&path).await;
    browser.evaluate("window.stayed = true").await;
    browser.wait_for_text("No version yet").await;
    browser.fill("Subject", "Picnic on Sunday").await;
    browser.press_css(".inserts summary").await;
    browser
        .wait_until("document.querySelector('#look [role=status]').textContent.includes('kept')")
        .await;
    browser.press_css("#editor button[value='version']").await;
    browser.wait_for_text("Saved as version 1.").await;
    browser.wait_for_no_text("No version yet").await;
    browser.wait_for("#badges").await;
    browser.wait_for("#ends").await;
    assert_eq!(browser.evaluate("window.stayed").await, true);
    browser.expect_quiet_console().await;
}
