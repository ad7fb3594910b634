//! Trying variants on a part of the audience, and sending the best to the rest.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use reqwest::Method;

use super::support::{count, crowd, draft, id, launch, press, reaches, sending};
use crate::support::eventually::eventually;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// Everybody the fixture has, and so many more.
const CROWD: usize = 60;
const B: &str = "See you at the hall";

/// A portal with people enough that each part of a test has some.
async fn crowded() -> Portal {
    let portal = sending().await;
    crowd(&portal, CROWD);
    portal
}

/// A draft that tries another subject on half of the audience.
async fn two_subjects(comms: &Actor, how: &[(&str, &str)]) -> String {
    let path = draft(comms, "Spring news").await;
    let mut fields = vec![("subject-1", B), ("share", "50")];
    fields.extend_from_slice(how);
    variants(comms, &path, &fields, "Save and go on")
        .await
        .expect_see_other(&format!("{path}/audience"));
    path
}

/// Fills in the page of variants and presses one of its buttons.
async fn variants(comms: &Actor, path: &str, fields: &[(&str, &str)], button: &str) -> Page {
    let page = comms.get(&format!("{path}/variants")).await.expect_ok();
    filled(&page, path, fields).press(button).submit(comms).await
}

fn filled(page: &Page, path: &str, fields: &[(&str, &str)]) -> crate::support::form::Form {
    let form = page.form(&format!("form[action='{path}/variants']"));
    fields
        .iter()
        .fold(form, |form, (name, value)| form.set(name, value))
}

/// Waits until everybody who takes part has got theirs; answers how many that are, and how many wait.
async fn tried(portal: &Portal, path: &str) -> (i64, i64) {
    eventually("those who take part to have got theirs", async || {
        let part = count(portal, path, "variant_0") + count(portal, path, "variant_1");
        (part > 0 && count(portal, path, "accepted") == part).then_some(())
    })
    .await;
    let part = count(portal, path, "accepted");
    (part, count(portal, path, "queued") - part)
}

fn waiting(portal: &Portal) -> String {
    portal.look("SELECT count(*)::text FROM send_queue WHERE due_at = 'infinity'")
}

/// Mails with this subject in the outbox.
fn mails(portal: &Portal, subject: &str) -> i64 {
    portal
        .look(&format!(
            "SELECT count(*)::text FROM outbox_mails WHERE subject = '{subject}'"
        ))
        .parse()
        .unwrap()
}

/// The link in the mail of somebody of the test who got this variant; `skip` of them are passed over.
fn link(portal: &Portal, variant: i16, skip: usize) -> String {
    let mime = portal.look(&format!(
        "SELECT encode(o.mime, 'hex') FROM outbox_mails o JOIN members m ON m.email = o.recipient JOIN deliveries d ON d.member_id = m.id \
         WHERE d.variant = {variant} AND m.handle LIKE 'person-%' ORDER BY m.id LIMIT 1 OFFSET {skip}"
    ));
    let mime = hex::decode(mime).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&mime).unwrap();
    let html = mail.body_html(0).unwrap().into_owned();
    let (_, token) = html
        .split_once("http://localhost/t/")
        .expect("a link that is counted");
    format!("/t/{}", token.split(['"', '\'', '<', '&']).next().unwrap())
}

/// Somebody follows a link some minutes later.
async fn follow(portal: &Portal, link: &str) {
    portal.pass(TimeDelta::minutes(3));
    portal.anyone().get(link).await.expect_status(302);
}

#[tokio::test]
async fn the_split_is_the_same_in_the_dry_run_and_in_the_log_and_somebody_sends_b_to_the_rest() {
    let portal = crowded().await;
    let comms = portal.person("comms").await;
    let path = two_subjects(&comms, &[("how", "hand")]).await;
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    review.expect_text("As somebody gets A").expect_text(B);
    let frame = review.select("iframe[src*='variant=B']");
    comms.get(frame[0].attr("src").unwrap()).await.expect_ok();
    let foreseen: Vec<i64> = review
        .select("section[aria-labelledby=variants] strong")
        .iter()
        .map(|one| one.text.parse().unwrap())
        .collect();
    launch(&comms, &path).await.expect_status(303);
    let (part, rest) = tried(&portal, &path).await;
    assert_eq!(
        foreseen,
        [
            count(&portal, &path, "variant_0"),
            count(&portal, &path, "variant_1"),
            rest
        ],
        "what the dry run said"
    );
    assert!(foreseen.iter().all(|count| *count > 2), "{foreseen:?}");
    assert_eq!(part + rest, 69, "everybody is in one part");
    assert_eq!(
        portal.look("SELECT count(*)::text FROM deliveries WHERE variant IS DISTINCT FROM app.variant_of(campaign_id, member_id, 50::smallint, 2::smallint)"),
        "0",
        "whoever checks it later comes to the same"
    );
    assert_eq!(mails(&portal, B), foreseen[1]);
    assert_eq!(
        portal.look(&format!("SELECT count(*)::text FROM delivery_events e JOIN deliveries d ON d.id = e.delivery_id WHERE e.campaign_id = '{}' AND e.variant = d.variant", id(&path))),
        part.to_string()
    );
    assert_eq!(waiting(&portal), rest.to_string());
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("waits until somebody chooses")
        .expect_text("Sending");
    let resting = portal.look("SELECT id::text FROM deliveries WHERE variant IS NULL LIMIT 1");
    let theirs = format!("{path}/deliveries/{resting}");
    comms
        .get(&theirs)
        .await
        .expect_ok()
        .expect_text("Not decided yet");
    // Nobody else's, and no variant that there is not.
    portal.force("UPDATE member_roles SET role = 'communicator' WHERE member_id = (SELECT id FROM members WHERE handle = 'stranger') AND role = 'member'");
    let stranger = portal.neighbour("stranger").await;
    for page in ["variants", "winner/b"] {
        stranger.get(&format!("{path}/{page}")).await.expect_status(404);
    }
    for letter in ["c", "x"] {
        comms
            .get(&format!("{path}/winner/{letter}"))
            .await
            .expect_status(404);
    }
    portal.force(&format!(
        "UPDATE members SET state = 'left' WHERE id = (SELECT member_id FROM deliveries WHERE variant IS NULL AND id <> '{resting}' LIMIT 1)"
    ));
    let sure = page.click(&comms, "Send B to the rest").await.expect_ok();
    let question = sure.form("main form");
    question.submit(&comms).await.expect_status(303);
    comms.get(&format!("{path}/winner/a")).await.expect_status(409);
    reaches(&portal, &path, "sent").await;
    assert_eq!(mails(&portal, B), foreseen[1] + rest - 1);
    assert_eq!(count(&portal, &path, "withheld"), 1, "who left meanwhile");
    assert_eq!(
        count(&portal, &path, "accepted_1"),
        foreseen[1],
        "the rest is no part of the test"
    );
    comms
        .get(&theirs)
        .await
        .expect_ok()
        .expect_text("B: it went to all who took no part");
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("Went to the rest").expect_text("chose it");
    assert_eq!(
        portal.look("SELECT count(*)::text FROM audit_entries WHERE action = 'campaigns.campaign.winner_chosen' AND member_id IS NOT NULL"),
        "1"
    );
    assert_eq!(
        portal
            .look("SELECT count(*)::text FROM events WHERE event_type = 'campaigns.campaign.winner_chosen'"),
        "1"
    );
    let mut owner = PgConnection::establish(&portal.owner_url()).unwrap();
    let refused = owner.batch_execute("UPDATE campaign_tests SET winner = 0");
    assert!(refused.is_err(), "what was decided stays so, whoever asks");
}

#[tokio::test]
async fn after_their_hours_the_clicks_of_people_decide_and_those_of_machines_do_not() {
    let portal = crowded().await;
    let comms = portal.person("comms").await;
    let path = two_subjects(&comms, &[("how", "clicks"), ("hours", "2")]).await;
    launch(&comms, &path).await.expect_status(303);
    let (_, rest) = tried(&portal, &path).await;
    let anyone = portal.anyone();
    for skip in 0..4 {
        let scanner = anyone.api(Method::GET, &link(&portal, 0, skip));
        scanner.header("User-Agent", "Barracuda Sentinel").send().await;
    }
    follow(&portal, &link(&portal, 1, 0)).await;
    follow(&portal, &link(&portal, 1, 1)).await;
    follow(&portal, &link(&portal, 1, 1)).await;
    let page = comms.get(&path).await.expect_ok();
    let clicked: Vec<String> = page
        .select("td[data-label='Followed a link']")
        .into_iter()
        .map(|cell| cell.text)
        .collect();
    assert_eq!(clicked, ["0", "2"], "people and not clicks, and no machines");
    page.expect_text("Too few people to tell");
    assert_eq!(waiting(&portal), rest.to_string());
    portal.pass(TimeDelta::hours(2));
    reaches(&portal, &path, "sent").await;
    assert_eq!(mails(&portal, B), count(&portal, &path, "variant_1") + rest);
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("Clicks decided").expect_text("2 of ");
    // What a link of the rest leads to, and the mail in a browser, are those of what won.
    let online = portal.look("SELECT encode(o.mime, 'hex') FROM outbox_mails o JOIN members m ON m.email = o.recipient JOIN deliveries d ON d.member_id = m.id WHERE d.variant IS NULL LIMIT 1");
    let mime = hex::decode(online).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&mime).unwrap();
    assert_eq!(mail.subject(), Some(B));
}

#[tokio::test]
async fn while_it_is_paused_nothing_is_decided_without_clicks_it_is_a_and_at_night_the_rest_sleeps() {
    let portal = crowded().await;
    let comms = portal.person("comms").await;
    let path = two_subjects(&comms, &[("how", "clicks"), ("hours", "1")]).await;
    launch(&comms, &path).await.expect_status(303);
    let (part, rest) = tried(&portal, &path).await;
    press(&comms, &path, "pause").await.expect_status(303);
    comms.get(&format!("{path}/winner/b")).await.expect_status(409);
    portal.pass(TimeDelta::hours(3));
    portal.settle().await;
    assert_eq!(waiting(&portal), rest.to_string());
    let org = portal.organization("local");
    let now = portal.app.clock().now().to_rfc3339();
    portal.force(&format!(
        "INSERT INTO message_pauses (org_id, member_id, quiet_from, quiet_to, changed_at) \
         SELECT '{org}', m.id, (timestamptz '{now}' AT TIME ZONE m.time_zone - interval '1 hour')::time, (timestamptz '{now}' AT TIME ZONE m.time_zone + interval '3 hours')::time, now() \
         FROM members m WHERE m.id = (SELECT member_id FROM deliveries WHERE variant IS NULL LIMIT 1)"
    ));
    press(&comms, &path, "resumption").await.expect_status(303);
    portal.pass(TimeDelta::minutes(2));
    eventually("all of the rest but one to be through", async || {
        (count(&portal, &path, "accepted") == part + rest - 1).then_some(())
    })
    .await;
    assert_eq!(mails(&portal, B), count(&portal, &path, "variant_1"));
    comms
        .get(&path)
        .await
        .expect_ok()
        .expect_text("Nobody followed a link, as far as can be told, so it is A.");
    portal.pass(TimeDelta::hours(4));
    reaches(&portal, &path, "sent").await;
    assert_eq!(count(&portal, &path, "accepted"), part + rest);
}

#[tokio::test]
async fn a_test_that_is_cancelled_ends_for_the_rest_and_nothing_is_decided() {
    let portal = crowded().await;
    let comms = portal.person("comms").await;
    let path = two_subjects(&comms, &[("how", "clicks"), ("hours", "1")]).await;
    launch(&comms, &path).await.expect_status(303);
    let (_, rest) = tried(&portal, &path).await;
    let page = comms.get(&format!("{path}/cancellation")).await.expect_ok();
    page.form("main form").submit(&comms).await.expect_status(303);
    assert_eq!(count(&portal, &path, "cancelled"), rest);
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("The rest got nothing.")
        .expect_no_text("waits until");
    portal.pass(TimeDelta::hours(3));
    portal.settle().await;
    assert_eq!(
        portal.look(&format!(
            "SELECT coalesce(max(winner), -1)::text FROM campaign_tests WHERE campaign_id = '{}'",
            id(&path)
        )),
        "-1",
        "nothing is decided about what is over"
    );
    assert_eq!(portal.look("SELECT count(*)::text FROM send_queue"), "0");
}

#[tokio::test]
async fn variants_are_written_copied_and_removed_and_a_bad_form_keeps_what_was_typed() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let at = format!("{path}/variants");
    let refused = variants(&comms, &path, &[("share", "30")], "Save").await;
    let refused = refused.expect_status(422);
    refused.expect_field_error("subject-1");
    let refused = filled(
        &refused,
        &path,
        &[("subject-1", "Hello {{ nobody.knows }}"), ("hours", "100")],
    )
    .press("Save")
    .submit(&comms)
    .await
    .expect_status(422);
    refused.expect_field_error("hours");
    let refused = filled(&refused, &path, &[("hours", "5")])
        .press("Save")
        .submit(&comms)
        .await
        .expect_status(422);
    refused.expect_field_error("subject-1");
    let form = refused.form(&format!("form[action='{at}']"));
    assert_eq!(form.value("subject-1"), Some("Hello {{ nobody.knows }}"));
    assert_eq!(form.value("share"), Some("30"));
    filled(&refused, &path, &[("subject-1", "Hello {{ member.first_name }}")])
        .press("Save and add another")
        .submit(&comms)
        .await
        .expect_status(303);
    let page = comms.get(&format!("{at}?add=yes")).await.expect_ok();
    filled(&page, &path, &[("fill-2-headline", "Another headline")])
        .press("Save")
        .submit(&comms)
        .await
        .expect_status(303);
    let kept = "SELECT string_agg(v.number || ' ' || v.subject || ' ' || v.fill, ', ' ORDER BY v.number) FROM campaign_variants v JOIN campaigns c ON c.id = v.campaign_id WHERE c.name";
    let ours = portal.look(&format!("{kept} = 'Spring news'"));
    assert_eq!(
        ours,
        "1 Hello {{ member.first_name }} {}, 2  {\"headline\": \"Another headline\"}"
    );
    comms
        .get(&format!("{path}/review"))
        .await
        .expect_ok()
        .expect_text("As somebody gets C");
    let content = comms.get(&format!("{path}/content")).await.expect_ok();
    content.expect_text("B, C");
    let copying = content
        .form("form[action$='/content']")
        .redirect(&format!("{path}/copies"));
    copying.submit(&comms).await.expect_status(303);
    assert_eq!(portal.look(&format!("{kept} = 'Copy of Spring news'")), ours);
    variants(&comms, &path, &[], "Remove B").await.expect_status(303);
    assert_eq!(
        portal.look(&format!("{kept} = 'Spring news'")),
        "1  {\"headline\": \"Another headline\"}"
    );
    // Clicks that are not counted decide nothing.
    let content = comms.get(&format!("{path}/content")).await.expect_ok();
    let uncounted = content.form("form[action$='/content']").uncheck("tracked");
    uncounted.press("Save").submit(&comms).await.expect_status(303);
    comms
        .get(&format!("{path}/review"))
        .await
        .expect_ok()
        .expect_text("clicks can’t decide");
    let page = comms.get(&format!("{path}/removal")).await.expect_ok();
    page.form("main form").submit(&comms).await.expect_status(303);
    assert_eq!(
        portal.look("SELECT count(*)::text FROM campaign_tests"),
        "1",
        "only the copy’s is left"
    );
}
