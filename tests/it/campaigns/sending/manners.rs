//! Approval, stopping, going on, times, and what links in messages lead to.

use chrono::{TimeDelta, Utc};

use super::support::{count, crowd, draft, launch, mail_server, press, reaches, sending, step};
use crate::support::eventually::eventually;

#[tokio::test]
async fn above_the_limit_somebody_else_lets_it_go_and_nobody_can_do_so_twice() {
    let portal = sending().await;
    let (comms, admin) = (portal.person("comms").await, portal.person("admin").await);
    let page = admin.get("/providers").await.expect_ok();
    let form = page
        .form("form[action='/providers/limits']")
        .set("approve_above", "5");
    form.submit(&admin).await.expect_status(303);
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("once a second person lets it go");
    page.expect_no_element(&format!("form[action='{path}/approval']"));
    assert_eq!(portal.look("SELECT count(*)::text FROM deliveries"), "0");
    press(&admin, &path, "approval").await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    assert_eq!(count(&portal, &path, "accepted"), 9);
}

#[tokio::test]
async fn a_paused_campaign_stays_where_it_is_and_a_cancelled_one_says_so_for_each() {
    let portal = sending().await;
    crowd(&portal, 400);
    let sink = mail_server(&portal, |options| {
        options.round_trip = std::time::Duration::from_millis(20)
    })
    .await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    sink.wait_for(30).await;
    press(&comms, &path, "pause").await.expect_status(303);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let paused = sink.received().len();
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(sink.received().len(), paused, "nothing leaves while it is paused");
    press(&comms, &path, "resumption").await.expect_status(303);
    sink.wait_for(u64::try_from(paused).unwrap() + 30).await;
    let page = comms.get(&format!("{path}/cancellation")).await.expect_ok();
    page.form("main form").submit(&comms).await.expect_status(303);
    eventually("what was in hand to be back or through", async || {
        (portal.look("SELECT count(*)::text FROM send_queue WHERE lease_owner IS NOT NULL") == "0")
            .then_some(())
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let (accepted, cancelled) = (
        count(&portal, &path, "accepted"),
        count(&portal, &path, "cancelled"),
    );
    assert_eq!(
        accepted + cancelled,
        count(&portal, &path, "queued"),
        "each is accounted for"
    );
    assert_eq!(accepted, i64::try_from(sink.received().len()).unwrap());
    assert_eq!(portal.look("SELECT count(*)::text FROM send_queue"), "0");
    comms.get(&path).await.expect_ok().expect_text("Cancelled");
}

#[tokio::test]
async fn a_time_on_everybodys_own_clock_comes_in_each_zone_by_itself_and_at_night_it_is_quiet() {
    let portal = sending().await;
    let org = portal.organization("local");
    portal.force(&format!(
        "UPDATE members SET state = 'left' WHERE org_id = '{org}' AND handle NOT IN ('comms', 'member', 'other', 'steward'); \
         UPDATE members SET time_zone = 'Pacific/Kiritimati' WHERE handle = 'member'; \
         UPDATE members SET time_zone = 'America/St_Johns' WHERE handle = 'other'; \
         UPDATE members SET time_zone = 'America/Vancouver' WHERE handle IN ('steward', 'comms'); \
         INSERT INTO message_pauses (org_id, member_id, quiet_from, quiet_to, changed_at) SELECT '{org}', id, '08:00', '12:00', now() FROM members WHERE handle = 'steward'"
    ));
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let day = (Utc::now() + TimeDelta::days(3)).date_naive();
    let fields = [("starts", "local"), ("local", &format!("{day}T09:30"))];
    step(&comms, &path, "schedule", &fields, "Save and go on")
        .await
        .expect_status(303);
    launch(&comms, &path).await.expect_status(303);
    comms
        .get(&path)
        .await
        .expect_ok()
        .expect_text("on each person’s own clock");
    // Half past nine comes first on the Line Islands, fourteen hours before it does in Greenwich.
    let first = day.and_hms_opt(9, 30, 1).unwrap().and_utc() - TimeDelta::hours(14);
    portal.pass(first - portal.app.clock().now());
    eventually("the audience to be gathered", async || {
        (count(&portal, &path, "queued") == 4).then_some(())
    })
    .await;
    let local = |handle: &str| {
        portal.look(&format!(
            "SELECT to_char(d.due_at AT TIME ZONE m.time_zone, 'YYYY-MM-DD HH24:MI') FROM deliveries d JOIN members m ON m.id = d.member_id WHERE m.handle = '{handle}'"
        ))
    };
    for handle in ["member", "other", "comms"] {
        assert_eq!(local(handle), format!("{day} 09:30"), "{handle}");
    }
    assert_eq!(
        local("steward"),
        format!("{day} 12:00"),
        "their own quiet hours count too"
    );
    // It is the afternoon in Vancouver by then, and quiet for nobody.
    portal.pass(TimeDelta::hours(51));
    reaches(&portal, &path, "sent").await;
    assert_eq!(count(&portal, &path, "accepted"), 4);
}

#[tokio::test]
async fn what_was_due_in_the_evening_and_had_to_wait_does_not_go_in_somebodys_night() {
    let portal = sending().await;
    let org = portal.organization("local");
    portal.force(&format!(
        "UPDATE members SET time_zone = 'America/Toronto'; \
         INSERT INTO message_pauses (org_id, member_id, quiet_from, quiet_to, changed_at) SELECT '{org}', id, '21:00', '08:00', now() FROM members WHERE handle = 'member'"
    ));
    let sink = mail_server(&portal, |_| ()).await;
    portal.force("UPDATE message_providers SET stopped_at = now()");
    let evening = portal
        .app
        .clock()
        .now()
        .with_timezone(&chrono_tz::America::Toronto);
    let evening = (evening.date_naive() + TimeDelta::days(1))
        .and_hms_opt(20, 30, 0)
        .unwrap();
    let evening = evening.and_local_timezone(chrono_tz::America::Toronto).unwrap();
    portal.pass(evening.to_utc() - portal.app.clock().now());
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    eventually("the audience to be gathered", async || {
        (count(&portal, &path, "queued") == 9).then_some(())
    })
    .await;
    portal.pass(TimeDelta::hours(2));
    portal.force("UPDATE message_providers SET stopped_at = NULL");
    eventually("the others to have it", async || {
        (count(&portal, &path, "accepted") == 8).then_some(())
    })
    .await;
    eventually("the last one to wait for the morning", async || {
        let due = "SELECT to_char(due_at AT TIME ZONE 'America/Toronto', 'HH24:MI') FROM send_queue WHERE lease_owner IS NULL AND attempt = 0";
        (portal.look(&format!("SELECT coalesce(({due}), '')")) == "08:00").then_some(())
    })
    .await;
    assert!(
        sink.received()
            .iter()
            .all(|mail| !mail.recipients.contains(&"member@local.example".to_owned()))
    );
    portal.pass(TimeDelta::hours(10));
    reaches(&portal, &path, "sent").await;
    assert_eq!(sink.received().len(), 9);
}

#[tokio::test]
async fn a_start_that_was_slept_through_fails_instead_of_going_late() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    // In the sender's own zone.
    let zone: chrono_tz::Tz = portal
        .look("SELECT time_zone FROM members WHERE handle = 'comms'")
        .parse()
        .unwrap();
    let soon = (Utc::now() + TimeDelta::hours(2))
        .with_timezone(&zone)
        .format("%Y-%m-%dT%H:%M")
        .to_string();
    let fields = [("starts", "moment"), ("at", &soon), ("late_hours", "3")];
    step(&comms, &path, "schedule", &fields, "Save and go on")
        .await
        .expect_status(303);
    launch(&comms, &path).await.expect_status(303);
    portal.pass(TimeDelta::hours(30));
    reaches(&portal, &path, "failed").await;
    comms.get(&path).await.expect_ok().expect_text("It was too late");
    assert_eq!(
        portal.look("SELECT count(*)::text FROM outbox_mails WHERE recipient LIKE 'member@%'"),
        "0"
    );
}

#[tokio::test]
async fn a_stale_review_and_a_second_tab_are_told_so() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    let old = comms.get(&format!("{path}/content")).await.expect_ok();
    step(&comms, &path, "content", &[("name", "Summer news")], "Save")
        .await
        .expect_status(303);
    let refused = review
        .form(&format!("form[action='{path}/launch']"))
        .submit(&comms)
        .await;
    refused
        .expect_status(409)
        .expect_text("was changed while you looked at it");
    let refused = old
        .form(&format!("form[action='{path}/content']"))
        .set("from_name", "Typed in an old tab")
        .press("Save")
        .submit(&comms)
        .await;
    let refused = refused.expect_status(422);
    refused.expect_field_error("name");
    assert_eq!(
        refused
            .form(&format!("form[action='{path}/content']"))
            .value("from_name"),
        Some("Typed in an old tab")
    );
}

#[tokio::test]
async fn links_lead_where_the_words_lead_and_machines_are_not_counted() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let mime = portal.look("SELECT encode(mime, 'hex') FROM outbox_mails WHERE recipient = 'member@local.example' ORDER BY id DESC LIMIT 1");
    let mime = hex::decode(mime).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&mime).unwrap();
    let html = mail.body_html(0).unwrap().into_owned();
    let address = |start: &str| {
        let (_, rest) = html
            .split_once(&format!("http://localhost/{start}/"))
            .unwrap_or_else(|| panic!("no /{start}/ in {html}"));
        format!("/{start}/{}", rest.split(['"', '\'', '<', '&']).next().unwrap())
    };
    let anyone = portal.anyone();
    // Before anybody can have read it, a click is a scanner's.
    anyone.get(&address("t")).await.expect_status(302);
    let mut led = Vec::new();
    for token in html.split("http://localhost/t/").skip(1) {
        portal.pass(TimeDelta::minutes(5));
        let token = token.split(['"', '\'', '<', '&']).next().unwrap();
        let followed = anyone.get(&format!("/t/{token}")).await.expect_status(302);
        led.push(followed.header("location").unwrap().to_owned());
    }
    assert_eq!(
        led,
        ["http://localhost"],
        "the one link there is leads to the organization's website"
    );
    anyone.get(&address("o")).await.expect_status(200);
    let online = anyone.get(&address("v")).await.expect_ok();
    assert!(online.html.contains("Come to the meeting"));
    assert!(
        !online.html.contains("/u/"),
        "whoever gets the address passed on cannot unsubscribe its owner"
    );
    let forged = address("t").replace("/t/A", "/t/B");
    anyone.get(&forged).await.expect_status(404);
    anyone
        .get(&address("o").replace("/o/", "/t/"))
        .await
        .expect_status(404);
    let log = portal.look("SELECT string_agg(kind || ' ' || is_machine, ',' ORDER BY at) FROM delivery_events WHERE kind IN ('opened', 'clicked')");
    assert_eq!(
        log,
        format!("clicked true,{}opened false", "clicked false,".repeat(led.len()))
    );
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("Followed a link");
    page.expect_text("look like a machine’s");
    // Numbers only: who it was is told to nobody.
    let member = portal.member("member");
    let theirs = comms.get(&format!("/people/{member}/messages")).await.expect_ok();
    theirs.expect_no_text("Opened").expect_no_text("Clicked");
    let delivery = theirs.select("a[href*='/deliveries/']");
    let delivery = comms.get(delivery[0].attr("href").unwrap()).await.expect_ok();
    delivery.expect_text("Handed over").expect_no_text("Clicked");
    let list = comms
        .get(&format!("{path}/people?show=clicked"))
        .await
        .expect_ok();
    list.expect_text("Handed over").expect_no_text("Clicked");
}
