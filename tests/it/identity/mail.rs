use waymark::kernel::time::{Clock, SystemClock};
use waymark::platform::mail::{Letter, Locale, Mailbox, mime, say};
use waymark::server::Duty;

use crate::support::portal::Portal;

#[test]
fn a_letter_survives_being_written_and_opened() {
    let to = Mailbox {
        name: "Zoë \"Zed\" Łoś".to_owned(),
        email: "zoe@example.org".to_owned(),
    };
    let values = [
        ("inviter", "Ana & Bo <3".to_owned()),
        ("organization", "Local 27 — Été".to_owned()),
    ];
    let link = "https://portal.example.org/invitation/abc?x=1&y=2".to_owned();
    let letter =
        Letter::new(to, Locale::French, "invitation", &values).action("invitation-action", link.clone());
    let opened = mime::open(
        &letter
            .mime("Waymark <portal@example.org>", SystemClock.now())
            .unwrap(),
    );
    let kinds: Vec<&str> = opened.parts.iter().map(|part| part.kind.as_str()).collect();
    assert_eq!(kinds, ["text/plain", "text/html"]);
    assert!(
        opened.parts[0]
            .text
            .contains("Ana & Bo <3 vous invite à rejoindre Local 27 — Été")
    );
    assert!(opened.parts[0].text.contains(&link));
    assert!(
        opened.parts[1].text.contains("Ana &#38; Bo &#60;3"),
        "{}",
        opened.parts[1].text
    );
    assert!(opened.parts[1].text.contains("lang=\"fr\""));
}

#[test]
fn a_name_cannot_smuggle_a_header() {
    let to = Mailbox {
        name: "Eve\r\nBcc: all@example.org".to_owned(),
        email: "eve@example.org".to_owned(),
    };
    let values = [
        ("inviter", "x\r\nBcc: all@example.org".to_owned()),
        ("organization", "y".to_owned()),
    ];
    let letter = Letter::new(to, Locale::English, "invitation", &values);
    let mime = letter
        .mime("Waymark <portal@example.org>", SystemClock.now())
        .unwrap();
    assert!(
        mime::open(&mime)
            .headers
            .iter()
            .all(|(name, _)| !name.eq_ignore_ascii_case("bcc"))
    );
}

#[test]
fn every_english_text_has_a_french_one() {
    let ids = |text: &str| -> Vec<String> {
        let defined = text.lines().filter(|line| !line.starts_with(['#', ' ']));
        defined
            .filter_map(|line| line.split_once(" = "))
            .map(|(id, _)| id.to_owned())
            .collect()
    };
    let (english, french) = (
        ids(include_str!("../../../locales/en/mail.ftl")),
        ids(include_str!("../../../locales/fr/mail.ftl")),
    );
    assert_eq!(english, french);
    let values = [
        "name",
        "inviter",
        "organization",
        "until",
        "minutes",
        "due",
        "author",
        "campaign",
        "channel",
        "title",
        "count",
        "preferences",
        "kinds",
        "lesson",
        "link",
    ]
    .map(|name| (name, "x".to_owned()));
    for id in english {
        let (english, french) = (
            say(Locale::English, &id, &values),
            say(Locale::French, &id, &values),
        );
        assert!(
            !english.contains("Unknown localization") && english != french,
            "{id}: {english} / {french}"
        );
    }
}

#[tokio::test]
async fn the_outbox_is_for_this_machine_and_admins_while_it_is_on() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    client.get("/outbox").await.expect_ok().expect_text("No mail yet");
    let local = ("Host", portal.base().trim_start_matches("http://"));
    let get = async |headers: &[(&str, &str)]| {
        portal
            .anyone()
            .raw(reqwest::Method::GET, "/outbox", headers, "")
            .await
    };
    get(&[("Host", "evil.example")]).await.expect_status(404);
    get(&[local, ("X-Forwarded-For", "203.0.113.7")])
        .await
        .expect_status(404);
    let member = portal.person("member").await;
    member
        .raw(
            reqwest::Method::GET,
            "/outbox",
            &[local, ("X-Forwarded-For", "203.0.113.7")],
            "",
        )
        .await
        .expect_status(404);
    let admin = portal.person("admin").await;
    admin
        .raw(
            reqwest::Method::GET,
            "/outbox",
            &[local, ("X-Forwarded-For", "203.0.113.7")],
            "",
        )
        .await
        .expect_ok();
}

#[tokio::test]
async fn the_outbox_is_not_there_unless_switched_on() {
    let portal = Portal::with(Duty::Web, |config| config.mail.outbox_page = false).await;
    portal.anyone().get("/outbox").await.expect_status(404);
    portal
        .person("admin")
        .await
        .get("/outbox")
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_mail_can_be_downloaded_as_it_is() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    form.set("email", "member@local.example").submit(&client).await;
    let id = portal.look("SELECT id FROM outbox_mails");
    let raw = client.get(&format!("/outbox/{id}/raw")).await.expect_ok();
    assert_eq!(raw.header("content-type"), Some("message/rfc822"));
    assert!(
        raw.html.contains("Content-Type: multipart/alternative")
            && raw.html.contains("Auto-Submitted: auto-generated")
    );
    client
        .get("/outbox/01a1f9fa-2cfd-7066-939b-de4b0c50a60f")
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_mail_is_looked_at_in_a_frame_where_nothing_runs_and_its_text_and_source_are_beside_it() {
    let portal = Portal::start().await;
    let client = portal.anyone();
    let form = client
        .get("/forgot-password")
        .await
        .form("form[action='/forgot-password']");
    form.set("email", "member@local.example").submit(&client).await;
    let id = portal.look("SELECT id FROM outbox_mails");
    let page = client.get(&format!("/outbox/{id}")).await.expect_ok();
    page.expect_no_text("<html").expect_no_text("<p");
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("frame-src 'self'")
    );
    let frame = page.one("iframe[sandbox]").attr("src").unwrap().to_owned();
    let mail = client.get(&frame).await.expect_ok();
    let policy = mail.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
    mail.expect_element("a[href*='/reset/']");

    let text = page.click(&client, "As text").await.expect_ok();
    text.expect_element("pre")
        .expect_no_element("iframe")
        .expect_text("/reset/");
    let source = page.click(&client, "Its source").await.expect_ok();
    source.expect_no_element("iframe").expect_text("<html");
    // Without a mail there is nothing to look at, and from elsewhere nobody looks.
    client
        .get("/outbox/01a1f9fa-2cfd-7066-939b-de4b0c50a60f/look")
        .await
        .expect_status(404);
    let from_elsewhere = [("X-Forwarded-For", "203.0.113.7")];
    let other = portal.person("member").await;
    let answer = other.raw(reqwest::Method::GET, &frame, &from_elsewhere, "").await;
    answer.expect_status(404);
}

const WRITTEN: &[u8] = b"Subject: From: nobody\r\nFROM: \"A long name\"\r\n <portal@example.org>\r\nTo: a@example.net\r\n\r\nFrom: the body\r\n";

#[test]
fn a_message_gets_another_sender_and_nothing_else_changes() {
    let from: lettre::message::Mailbox = "Ligue des \u{e9}cluses <news@example.net>".parse().unwrap();
    let changed = mime::readdressed(WRITTEN, &from);
    assert_eq!(mime::sender(WRITTEN).as_deref(), Some("portal@example.org"));
    assert_eq!(mime::sender(&changed).as_deref(), Some("news@example.net"));
    let text = String::from_utf8(changed).unwrap();
    assert!(text.is_ascii() && !text.contains("portal@example.org"), "{text}");
    assert!(
        text.starts_with("Subject: From: nobody\r\nFrom: ") && text.ends_with("\r\n\r\nFrom: the body\r\n"),
        "{text}"
    );
}
