//! The mailbox to which bounces, complaints and requests to unsubscribe come back.

use chrono::TimeDelta;
use mail_parser::MessageParser;

use super::sending::support::{count, crowd, draft, launch, mail_server, reaches, sending};
use crate::smtp::support::smtp_sink::{Received, SmtpSink};
use crate::support::eventually::eventually;
use crate::support::fakes::imap::{FakeImap, PASSWORD, USER};
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

const HERE: &str = "/providers/mailbox";

async fn set(admin: &Actor, fields: &[(&str, &str)]) -> Page {
    let page = admin.get(HERE).await.expect_ok();
    let mut form = page.form(&format!("form[action='{HERE}']"));
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(admin).await
}

/// Has the organization read this mailbox.
async fn watch(admin: &Actor, imap: &FakeImap) {
    let port = imap.port().to_string();
    let fields = [
        ("address", USER),
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", "plain"),
        ("user", USER),
        ("secret", PASSWORD),
    ];
    set(admin, &fields).await.expect_see_other(HERE);
}

/// A campaign that has left, through a mail server and with a mailbox that is read.
async fn sent(portal: &Portal, imap: &FakeImap) -> (SmtpSink, String, Actor) {
    let (admin, comms) = (portal.person("admin").await, portal.person("comms").await);
    watch(&admin, imap).await;
    crowd(portal, 3);
    let sink = mail_server(portal, |_| {}).await;
    return_to(&admin, USER).await;
    let path = draft(&comms, "Spring news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(portal, &path, "sent").await;
    (sink, path, admin)
}

/// Has the failures of the mail server reported to an address.
async fn return_to(admin: &Actor, address: &str) {
    let page = admin.get(HERE).await.expect_ok();
    page.expect_text("Failures of Relay go to news@local.example");
    let server = page.one("main a[href^='/providers/']:not([href*='mailbox']):not(.button)");
    let server = server.attr("href").unwrap().to_owned();
    let page = admin.get(&server).await.expect_ok();
    let form = page.form(&format!("form[action='{server}']"));
    let wrong = form.clone().set("return_path", "nowhere").submit(admin).await;
    wrong.expect_status(422).expect_field_error("return_path");
    form.set("return_path", address)
        .submit(admin)
        .await
        .expect_see_other(&server);
    admin.get(HERE).await.expect_no_text("Failures of Relay");
}

fn mail_to(sink: &SmtpSink, address: &str) -> Received {
    let mut received = sink.received().into_iter();
    received
        .find(|one| one.recipients.iter().any(|to| to == address))
        .unwrap()
}

fn original(sink: &SmtpSink, address: &str) -> String {
    format!(
        "From: News <news@local.example>\nTo: {address}\nSubject: Spring news\nMessage-ID: <{}>\n",
        mail_to(sink, address).message_id.unwrap()
    )
}

/// A bounce as postfix writes it (RFC 3464) of what was sent to `address`; it says that `named` was not reached.
fn bounce(sink: &SmtpSink, address: &str, named: &str, status: &str) -> String {
    let action = if status.starts_with('4') {
        "delayed"
    } else {
        "failed"
    };
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\nTo: {USER}\n\
         Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\n\n\
         --b1\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n\
         --b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
         Final-Recipient: rfc822; {named}\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; 550 {status} <{named}>: no such user\n\n\
         --b1\nContent-Type: text/rfc822-headers\n\n{}\n--b1--\n",
        original(sink, address)
    )
}

/// A complaint (RFC 5965) about what was sent to `address`; who complained is left out, as many do.
fn complaint(sink: &SmtpSink, address: &str) -> String {
    format!(
        "From: Feedback <feedback@isp.example>\nTo: {USER}\nSubject: FW: Spring news\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"f1\"\n\n\
         --f1\nContent-Type: text/plain\n\nSomebody marked this message.\n\n\
         --f1\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n\n\
         --f1\nContent-Type: message/rfc822\n\n{}\nCome.\n--f1--\n",
        original(sink, address)
    )
}

fn absence(sink: &SmtpSink, address: &str) -> String {
    format!(
        "From: {address}\nTo: {USER}\nSubject: Out of office: Spring news\nAuto-Submitted: auto-replied\n\
         In-Reply-To: <{}>\n\nBack on Monday.\n",
        mail_to(sink, address).message_id.unwrap()
    )
}

fn letter(subject: &str) -> String {
    format!("From: Ada <ada@example.net>\nTo: {USER}\nSubject: {subject}\n\nHello\n")
}

/// Has the mailbox read once more, and waits for it.
async fn round(portal: &Portal) {
    let when = "SELECT read_at::text FROM return_mailboxes";
    eventually("the mailbox to be read at all", async || {
        (!portal.look(when).is_empty()).then_some(())
    })
    .await;
    let before = portal.look(when);
    portal.pass(TimeDelta::seconds(61));
    eventually("the mailbox to be read", async || {
        (portal.look(when) != before).then_some(())
    })
    .await;
}

fn suppressed(portal: &Portal, reason: &str) -> String {
    portal.look(&format!(
        "SELECT count(*)::text FROM suppressions WHERE channel = 'email' AND reason = '{reason}'"
    ))
}

#[tokio::test]
async fn what_comes_back_is_taken_in_once_and_everything_else_is_left_alone() {
    let portal = sending().await;
    let imap = FakeImap::start().await;
    // Long ago, and nobody's business.
    imap.deliver(&letter("Lunch"));
    let (sink, path, admin) = sent(&portal, &imap).await;
    let (one, two, three) = (
        "person-1@crowd.example",
        "person-2@crowd.example",
        "person-3@crowd.example",
    );
    assert_eq!(
        mail_to(&sink, one).sender,
        USER,
        "failures come back to the mailbox"
    );

    // A process that dies before it has marked what it took in does so in the next round, and counts nothing twice.
    imap.cut_next_store();
    let dead = imap.deliver(&bounce(&sink, one, one, "5.1.1"));
    imap.deliver(&absence(&sink, two));
    imap.deliver(&letter("Is there parking?"));
    portal.pass(TimeDelta::seconds(61));
    eventually("the bounce to be counted", async || {
        (count(&portal, &path, "bounced") == 1).then_some(())
    })
    .await;
    eventually("the cut connection to be noted", async || {
        let trouble = portal.look("SELECT trouble FROM return_mailboxes");
        trouble.contains("marking").then_some(())
    })
    .await;
    admin.get(HERE).await.expect_text("It can’t be read");
    assert_eq!(suppressed(&portal, "bounce"), "1");
    assert_eq!(imap.read(), Vec::<u32>::new());

    // Somebody's forwarding that is dead, and what is only late, say nothing about their address; a complaint does.
    let forwarded = imap.deliver(&bounce(&sink, two, "elsewhere@other.example", "5.1.1"));
    let late = imap.deliver(&bounce(&sink, two, two, "4.4.1"));
    let complained = imap.deliver(&complaint(&sink, three));
    let unknown = imap.deliver(&bounce(&sink, two, two, "5.1.1").replace(
        &mail_to(&sink, two).message_id.unwrap(),
        "0198c0de-0000-7000-8000-000000000000@local.example",
    ));
    portal.pass(TimeDelta::minutes(3));
    let taken = [dead, forwarded, late, complained];
    eventually("all of them to be marked as read", async || {
        (imap.read() == taken).then_some(())
    })
    .await;
    assert!(!imap.read().contains(&unknown));
    assert_eq!(count(&portal, &path, "bounced"), 2);
    assert_eq!(count(&portal, &path, "deferred"), 1);
    assert_eq!(count(&portal, &path, "complained"), 1);
    assert_eq!(
        (suppressed(&portal, "bounce"), suppressed(&portal, "complaint")),
        ("1".to_owned(), "1".to_owned())
    );
    let told = portal.look("SELECT string_agg(detail, ' ') FROM delivery_events WHERE kind = 'bounced'");
    assert!(told.contains("5.1.1") && !told.contains(one), "{told}");

    // Read again from the beginning, all of it is known.
    imap.renumber();
    round(&portal).await;
    let again = taken.map(|uid| uid + 100);
    eventually("what is known to be marked again", async || {
        (imap.read() == again).then_some(())
    })
    .await;
    assert_eq!(count(&portal, &path, "bounced"), 2);
    assert_eq!(portal.look("SELECT count(*)::text FROM return_mails"), "4");
    let page = admin.get(HERE).await.expect_ok();
    page.expect_text("Bounces 3")
        .expect_text("Complaints 1")
        .expect_no_text("It can’t be read");
}

#[tokio::test]
async fn a_mail_with_the_token_takes_back_what_one_click_would() {
    let portal = sending().await;
    let imap = FakeImap::start().await;
    let (sink, _, admin) = sent(&portal, &imap).await;
    let bytes = mail_to(&sink, "person-1@crowd.example").bytes.unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let ways: Vec<String> = mail
        .header_raw("List-Unsubscribe")
        .unwrap()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let [by_link, by_mail] = ways.as_slice() else {
        panic!("two ways out: {ways:?}");
    };
    let subject = by_mail
        .strip_prefix(&format!("<mailto:{USER}?subject="))
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap()
        .replace("%20", " ");
    let token = subject.strip_prefix("unsubscribe ").unwrap();
    assert!(by_link.ends_with(&format!("/u/{token}>,")), "{by_link}");

    // A token that was changed is nobody's; nor is one that opens something else, such as the preferences.
    let (head, last) = token.split_at(token.len() - 1);
    let changed = format!("unsubscribe {head}{}", if last == "A" { "Q" } else { "A" });
    imap.deliver(&letter(&changed));
    let preferences = {
        let text = mail.body_text(0).unwrap().into_owned();
        let at = text.find("/p/").unwrap() + 3;
        let end = text[at..]
            .find(|letter: char| letter.is_whitespace() || letter == ')')
            .unwrap_or(text.len() - at);
        text[at..at + end].to_owned()
    };
    imap.deliver(&letter(&format!("unsubscribe {preferences}")));
    round(&portal).await;
    let left = "SELECT count(*)::text FROM consent_records WHERE action = 'withdraw'";
    assert_eq!(portal.look(left), "0");

    // Folded by a mail program on its way, and sent twice.
    let folded = letter(&format!("Re: unsubscribe\n {token}"));
    let taken = [
        imap.deliver(&folded),
        imap.deliver(&folded.replace("Hello", "Please!")),
    ];
    portal.pass(TimeDelta::seconds(61));
    eventually("both to be marked as read", async || {
        (imap.read() == taken).then_some(())
    })
    .await;
    let said = portal.look(
        "SELECT string_agg(r.category || ' ' || r.method || ' ' || e.address || ' ' || (e.note LIKE 'SHA-256 of the mail: %'), ';') \
         FROM consent_records r JOIN consent_evidence e ON e.record_id = r.id WHERE r.action = 'withdraw' AND r.channel = 'email'",
    );
    assert_eq!(said, "newsletters mail person-1@crowd.example true");
    let receipts = "SELECT count(*)::text FROM outbox_mails WHERE recipient = 'person-1@crowd.example'";
    assert_eq!(portal.look(receipts), "1");

    // Without a mailbox that is read there is one way only.
    let page = admin.get(HERE).await.expect_ok();
    let paused = page
        .form(&format!("form[action='{HERE}/switching']"))
        .submit(&admin)
        .await;
    paused.expect_see_other(HERE);
    let comms = portal.person("comms").await;
    let path = draft(&comms, "Summer news").await;
    launch(&comms, &path).await.expect_status(303);
    reaches(&portal, &path, "sent").await;
    let last = sink.received().pop().unwrap();
    assert!(
        !String::from_utf8(last.bytes.unwrap())
            .unwrap()
            .contains("mailto:bounces@")
    );
}

#[tokio::test]
async fn only_admins_set_a_mailbox_and_only_one_that_lets_them_in() {
    let portal = Portal::start().await;
    let imap = FakeImap::start_tls().await;
    let port = imap.port().to_string();
    let admin = portal.person("admin").await;
    let fields = |secret| {
        [
            ("address", USER),
            ("host", "localhost"),
            ("port", port.as_str()),
            ("security", "tls"),
            ("user", USER),
            ("secret", secret),
            ("root", imap.root_certificate()),
        ]
    };
    let wrong = set(&admin, &fields("guess")).await.expect_status(422);
    wrong.expect_text("does not accept the user name or the password: Invalid credentials");
    wrong.expect_field_error("secret");
    assert_eq!(wrong.one("input[name='host']").attr("value"), Some("localhost"));
    assert_eq!(wrong.one("input[name='secret']").attr("value").unwrap_or(""), "");
    assert_eq!(portal.look("SELECT count(*)::text FROM return_mailboxes"), "0");
    let mut stranger = fields(PASSWORD);
    stranger[6].1 = "";
    set(&admin, &stranger)
        .await
        .expect_status(422)
        .expect_field_error("root");

    let saved = set(&admin, &fields(PASSWORD)).await.expect_see_other(HERE);
    saved
        .follow(&admin)
        .await
        .expect_text("Saved. It works. The inbox is empty.");
    imap.deliver(&letter("Lunch"));
    let page = admin.get(HERE).await.expect_ok();
    let checked = page
        .form(&format!("form[action='{HERE}/check']"))
        .submit(&admin)
        .await;
    checked
        .follow(&admin)
        .await
        .expect_text("There is 1 message in the inbox.");
    let kept = portal.look("SELECT encode(secret, 'escape') FROM return_mailboxes");
    assert!(!kept.contains("word {3}"), "the password is sealed");

    // The password goes to no other server.
    let elsewhere = set(&admin, &[("host", "127.0.0.1"), ("secret", "")]).await;
    elsewhere.expect_status(422).expect_field_error("secret");

    let comms = portal.person("comms").await;
    comms.get(HERE).await.expect_status(403);
    let form = comms.get("/campaigns/new").await.expect_ok().form("main form");
    for path in ["", "/check", "/switching", "/removal"] {
        let refused = form
            .clone()
            .redirect(&format!("{HERE}{path}"))
            .submit(&comms)
            .await;
        refused.expect_status(403);
    }
    let other = portal.neighbour("stranger").await;
    let own = other.get(HERE).await.expect_ok().expect_no_text(USER);
    let form = own.form(&format!("form[action='{HERE}']"));
    for path in ["/check", "/switching", "/removal"] {
        let missing = form
            .clone()
            .redirect(&format!("{HERE}{path}"))
            .submit(&other)
            .await;
        missing.expect_status(404);
    }

    let removed = admin.get(&format!("{HERE}/removal")).await.expect_ok();
    removed
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/providers");
    admin
        .get("/providers")
        .await
        .expect_ok()
        .expect_text("Add a mailbox");
}
