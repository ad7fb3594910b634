//! Who gets a campaign, who not, and that it adds up.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use mail_parser::MessageParser;

use super::support::{count, crowd, draft, id, launch, reaches, sending, step};

/// Why each person is left out, derived without a line of the portal's own SQL.
fn derived(portal: &crate::support::portal::Portal, reason: &str) -> i64 {
    let sql = match reason {
        "no_address" => "SELECT count(*)::text FROM members WHERE state <> 'left' AND email IS NULL AND org_id = (SELECT id FROM organizations WHERE slug = 'local')".to_owned(),
        "withdrawn" => "SELECT count(DISTINCT m.id)::text FROM members m JOIN consent_records r ON r.member_id = m.id AND r.action = 'withdraw' AND r.channel = 'email' AND r.category = 'newsletters'".to_owned(),
        "no_basis" => "SELECT count(*)::text FROM members m WHERE m.stage = 'lead' AND m.email IS NOT NULL AND m.legal_basis <> 'consent'".to_owned(),
        "paused" => "SELECT count(*)::text FROM message_pauses WHERE paused_until > now()".to_owned(),
        other => panic!("{other}"),
    };
    portal.look(&sql).parse().unwrap()
}

#[tokio::test]
async fn everybody_gets_one_message_or_is_left_out_for_a_reason_and_it_adds_up() {
    let portal = sending().await;
    crowd(&portal, 60);
    let org = portal.organization("local");
    portal.force(&format!(
        "UPDATE members SET email = NULL WHERE handle IN ('person-1', 'person-2'); \
         UPDATE members SET stage = 'lead', legal_basis = 'legitimate_interest' WHERE handle IN ('person-3', 'person-4', 'person-5'); \
         UPDATE members SET stage = 'lead', legal_basis = 'consent', basis_noted_on = current_date WHERE handle = 'person-6'; \
         UPDATE members SET email = 'person-8@crowd.example' WHERE handle = 'person-7'; \
         UPDATE members SET state = 'left' WHERE handle = 'person-9'; \
         INSERT INTO message_pauses (org_id, member_id, paused_until, changed_at) SELECT '{org}', id, now() + interval '3 days', now() FROM members WHERE handle = 'person-10'"
    ));
    let member = portal.person("member").await;
    let page = member.get("/preferences").await.expect_ok();
    page.form("main form")
        .uncheck_value("on", "email:newsletters")
        .submit(&member)
        .await
        .expect_status(303);
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    let page = step(&comms, &path, "schedule", &[("starts", "now")], "Save and go on").await;
    page.expect_status(303);
    let review = comms.get(&format!("{path}/review")).await.expect_ok();
    let people = 9 + 60 - 1;
    review.expect_text(&format!("of {people} people"));
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;

    for reason in ["no_address", "withdrawn", "no_basis", "paused"] {
        assert_eq!(
            count(&portal, &path, reason),
            derived(&portal, reason),
            "{reason}"
        );
    }
    assert_eq!(count(&portal, &path, "duplicate"), 1);
    let left_out: i64 = portal
        .look("SELECT count(*)::text FROM campaign_exclusions")
        .parse()
        .unwrap();
    let queued = count(&portal, &path, "queued");
    assert_eq!(queued + left_out, people, "everybody is accounted for");
    assert_eq!(count(&portal, &path, "accepted"), queued);
    review.expect_text(&format!("{queued} people"));
    assert_eq!(portal.look("SELECT count(*)::text FROM send_queue"), "0");

    // One mail for each address, which a parser of others' making reads.
    let mails = portal.look("SELECT count(*) || ' ' || count(DISTINCT recipient) FROM outbox_mails WHERE recipient LIKE '%@%' AND subject <> ''");
    assert_eq!(mails, format!("{queued} {queued}"));
    let mime = portal
        .look("SELECT encode(mime, 'hex') FROM outbox_mails WHERE recipient = 'person-20@crowd.example'");
    let mime = hex::decode(mime).unwrap();
    let mail = MessageParser::default().parse(&mime).unwrap();
    assert!(mail.body_html(0).unwrap().contains("http://localhost/t/"));
    assert!(mail.body_text(0).unwrap().contains("http://localhost/u/"));
    let leaving = mail.header_raw("List-Unsubscribe").unwrap();
    assert!(leaving.contains("http://localhost/u/"), "{leaving}");

    // The log has the hash of exactly these bytes, and cannot be rewritten.
    let proven = portal.look(&format!(
        "SELECT count(*)::text FROM delivery_events e JOIN deliveries d ON d.id = e.delivery_id JOIN members m ON m.id = d.member_id \
         JOIN outbox_mails o ON o.recipient = m.email WHERE e.kind = 'accepted' AND e.campaign_id = '{}' AND e.sha256 = sha256(o.mime)",
        id(&path)
    ));
    assert_eq!(proven, queued.to_string());
    let page = comms.get(&path).await.expect_ok();
    page.expect_text("Sent");
    page.expect_text("Said no");
    let list = comms
        .get(&format!("{path}/people?show=withdrawn"))
        .await
        .expect_ok();
    list.expect_text("Tom Reyes");
    let all = comms.get(&format!("{path}/people")).await.expect_ok();
    // Somebody is found by name: whoever got it, and whoever was left out with why.
    let of = |name: &'static str| format!("{path}/people?q={name}");
    let found = comms.get(&of("tom reyes")).await.expect_ok();
    found.expect_text("Tom Reyes").expect_text("Said no");
    found.expect_no_element("a[href*='/deliveries/']");
    let found = comms.get(&of("rosa")).await.expect_ok();
    found.expect_text("Handed over").expect_no_text("Tom Reyes");
    comms
        .get(&of("nobody-at-all"))
        .await
        .expect_ok()
        .expect_text("Nobody");
    // Also somebody who left since, and somebody who was never meant.
    portal.force("UPDATE members SET state = 'left' WHERE handle = 'person-20'");
    comms
        .get(&of("person-20"))
        .await
        .expect_ok()
        .expect_text("Handed over");
    portal.force("UPDATE members SET state = 'active' WHERE handle = 'person-9'");
    comms
        .get(&of("person-9"))
        .await
        .expect_ok()
        .expect_text("Not in its audience");
    let first = all.select("a[href*='/deliveries/']");
    let delivery = comms.get(first[0].attr("href").unwrap()).await.expect_ok();
    delivery.expect_text("Handed over");
    delivery.expect_text("SHA-256");
    let (steward, left_out) = (portal.member("steward"), portal.member("member"));
    let theirs = comms
        .get(&format!("/people/{steward}/messages"))
        .await
        .expect_ok();
    theirs.expect_text("Spring news");
    theirs.expect_text("Handed over");
    let theirs = comms
        .get(&format!("/people/{left_out}/messages"))
        .await
        .expect_ok();
    theirs.expect_text("Left out");
    theirs.expect_text("Said no");
    // The proof of consent tells the message with its hash.
    let proof = comms
        .download(&format!("/people/{steward}/consent/proof.zip"))
        .await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(proof)).unwrap();
    let mut json = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("proof.json").unwrap(), &mut json).unwrap();
    let proof: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(proof["messages"][0]["campaign"], "Spring news");
    assert_eq!(proof["messages"][0]["events"][0]["what"], "accepted");
    assert_eq!(
        proof["messages"][0]["events"][0]["sha256"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
}

#[tokio::test]
async fn the_log_refuses_to_be_rewritten() {
    let portal = sending().await;
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let mut owner = PgConnection::establish(&portal.owner_url()).unwrap();
    for sql in [
        "UPDATE delivery_events SET detail = 'x'",
        "DELETE FROM delivery_events",
        "UPDATE deliveries SET made_at = now()",
        "DELETE FROM deliveries",
    ] {
        let refused = owner.batch_execute(sql).unwrap_err().to_string();
        assert!(refused.contains("only ever added to"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn whom_a_campaign_was_for_can_be_left_out_of_the_next() {
    let portal = sending().await;
    crowd(&portal, 4);
    portal.force("UPDATE members SET email = NULL WHERE handle = 'person-4'");
    let comms = portal.person("comms").await;
    let first = draft(&comms, "First, “call”").await;
    launch(&comms, &first).await.expect_status(303);
    reaches(&portal, &first, "sent").await;
    portal.force("UPDATE members SET email = 'person-4@crowd.example' WHERE handle = 'person-4'");
    // By its name alone, or as it is offered.
    let day = chrono::Utc::now().date_naive();
    for (name, typed) in [
        ("Had it", "first, “CALL”".to_owned()),
        ("Had it, too", format!("First, “call” · {day}")),
    ] {
        let page = comms.get("/segments/new").await.expect_ok();
        let form = page.form("form[action='/segments']").set("name", name);
        let form = form.set("line-1-about", "sent").press("Update");
        let page = form.submit(&comms).await.expect_ok();
        page.expect_element(&format!(
            "datalist#known-sent option[value='First, “call” · {day}']"
        ));
        let form = page.form("form[action='/segments']").set("line-1-op", "is");
        let kept = form
            .set("line-1-value", &typed)
            .press("Save")
            .submit(&comms)
            .await;
        let kept = kept.expect_see_other("/segments/");
        let path = kept.location().unwrap().path().to_owned();
        comms.get(&path).await.expect_ok().expect_text("12 people");
        let why = comms.get(&format!("{path}?who=member")).await.expect_ok();
        why.expect_text(&format!("The campaign “First, “call” · {day}” was for them"));
    }
    let had = portal.look("SELECT id::text FROM segments WHERE name = 'Had it'");
    let next = draft(&comms, "Second call").await;
    let page = comms.get(&format!("{next}/audience")).await.expect_ok();
    let form = page.form(&format!("form[action='{next}/audience']"));
    let form = form.set("who", "everyone").check_value("exclude", &had);
    form.press("Save and go on")
        .submit(&comms)
        .await
        .expect_status(303);
    launch(&comms, &next).await.expect_status(303);
    reaches(&portal, &next, "sent").await;
    assert_eq!(count(&portal, &next, "accepted"), 1, "whom it was not for before");
    assert_eq!(count(&portal, &next, "excluded_segment"), 12);
}
