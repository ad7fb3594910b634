//! Text messages in the outbox, looked at on a phone that can answer.

use reqwest::Method;

use super::sending::reports::{PHONE, at_noon, remind, reminder};
use super::sending::support::{launch, reaches};
use crate::support::portal::Portal;

#[tokio::test]
async fn a_text_in_the_outbox_is_looked_at_on_a_phone_and_stop_is_heeded() {
    let portal = Portal::live().await;
    at_noon(&portal);
    let comms = reminder(&portal).await;
    let path = remind(&portal, &comms).await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;

    let anyone = portal.anyone();
    let list = anyone.get("/outbox").await.expect_ok();
    let link = list.select("a[href^='/outbox/phones/']").remove(0);
    let phone = link.attr("href").unwrap().to_owned();
    let page = anyone.get(&phone).await.expect_ok();
    page.expect_text("meets on Thursday")
        .expect_text("1 part, GSM-7")
        .expect_text(PHONE);
    page.expect_element(&format!(".bubble a[href='{path}']"));

    // Nothing was typed.
    let replies = format!("form[action='{phone}/replies']");
    let empty = page.form(&replies).set("body", " ").submit(&anyone).await;
    empty.expect_status(422).expect_field_error("body");

    // Words are for a person to read; STOP ends texts, says so, and counts once when the form is sent twice.
    let asked = page
        .form(&replies)
        .set("body", "Where is it?")
        .submit(&anyone)
        .await;
    asked.expect_see_other(&phone);
    let page = anyone.get(&phone).await.expect_ok();
    let stop = page.form(&replies).press("STOP");
    stop.submit(&anyone).await.expect_see_other(&phone);
    stop.submit(&anyone).await.expect_see_other(&phone);
    let said = portal.look(
        "SELECT string_agg(r.category || ' ' || r.method || ' ' || e.note, ';') FROM consent_records r JOIN consent_evidence e ON e.record_id = r.id \
         WHERE r.action = 'withdraw' AND r.channel = 'sms'",
    );
    assert_eq!(said, "all sms STOP");
    let page = anyone.get(&phone).await.expect_ok();
    assert_eq!(page.select(".bubble--own").len(), 2);
    assert_eq!(page.select(".bubble").len(), 4, "STOP is answered, words are not");
    let next = remind(&portal, &comms).await;
    launch(&comms, &next)
        .await
        .expect_status(409)
        .expect_text("Nobody would get it");

    // From elsewhere only admins look in, and only those of the organization answer for its people.
    let (admin, other) = (portal.person("admin").await, portal.neighbour("stranger").await);
    for (client, looks, answers) in [(&*comms, 404, 404), (&*admin, 200, 303), (&*other, 200, 404)] {
        let form = client.get(&phone).await.expect_ok().form(&replies);
        let field = |name: &str| form.value(name).unwrap().to_owned();
        let body = format!("_csrf={}&_key={}&body=START", field("_csrf"), field("_key"));
        let headers = [
            ("x-forwarded-for", "203.0.113.9"),
            ("origin", portal.base()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let seen = client.raw(Method::GET, &phone, &headers[..1], "").await;
        seen.expect_status(looks);
        let answered = client
            .raw(Method::POST, &format!("{phone}/replies"), &headers, body)
            .await;
        answered.expect_status(answers);
    }
}
