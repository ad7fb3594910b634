//! Files on messages.

use std::io::Cursor;

use chrono::TimeDelta;
use image::{ImageFormat, RgbImage};
use reqwest::Method;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// A photo that says where it was taken.
fn photo() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(900, 600, |x, y| {
        image::Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 40])
    })
    .write_to(&mut bytes, ImageFormat::Jpeg)
    .unwrap();
    let plain = bytes.into_inner();
    let exif = b"Exif\0\0II*\0\x08\0\0\0\0\0GPS-SECRET";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &length, exif, &plain[2..]].concat()
}

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";

fn nights(portal: &Portal) -> String {
    format!("/channels/{}", portal.channel("Night shift"))
}

/// Sends a message with these files through the composer, without scripts.
async fn send(who: &Actor, path: &str, body: &str, files: &[(&str, &[u8])]) -> Page {
    let mut form = who
        .get(path)
        .await
        .expect_ok()
        .form("form[data-composer]")
        .set("body", body);
    for (name, bytes) in files {
        form = form.attach("files", name, "application/octet-stream", bytes);
    }
    form.submit(who).await
}

/// Uploads one file as the composer's script does.
async fn upload(who: &Client, path: &str, key: &str, name: &str, bytes: &[u8]) -> Page {
    let token = who
        .get(path)
        .await
        .one("meta[name=csrf]")
        .attr("content")
        .unwrap()
        .to_owned();
    let body = [
        format!("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").into_bytes(),
        bytes.to_vec(),
        b"\r\n--frontier--\r\n".to_vec(),
    ]
    .concat();
    let headers = [
        ("Content-Type", "multipart/form-data; boundary=frontier"),
        ("X-CSRF-Token", token.as_str()),
        ("Idempotency-Key", key),
        ("HX-Request-Type", "partial"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    who.raw(Method::POST, &format!("{path}/attachments"), &headers, body)
        .await
}

/// Presses a button that sends nothing but the page's token.
async fn press(who: &Client, path: &str, to: &str) -> Page {
    let token = who
        .get(path)
        .await
        .one("meta[name=csrf]")
        .attr("content")
        .unwrap()
        .to_owned();
    who.post(to, &[("_csrf", token.as_str())]).await
}

fn objects(portal: &Portal) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return 0;
        };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                if path.is_dir() {
                    count(&path)
                } else {
                    usize::from(path.extension().is_none())
                }
            })
            .sum()
    }
    count(&portal.app.config.data.join("objects"))
}

#[tokio::test]
async fn a_photo_and_a_document_travel_with_a_message_and_tell_nothing_else() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = nights(&portal);
    send(
        &member,
        &path,
        "The notice at the gate",
        &[("gate.jpg", &photo()), ("Einsatzplan März.pdf", PDF)],
    )
    .await
    .expect_see_other(&path);

    let page = steward
        .get(&path)
        .await
        .expect_ok()
        .expect_text("The notice at the gate")
        .expect_text("Einsatzplan März.pdf");
    let picture = page.one(".attachment__image img");
    assert_eq!(
        (picture.attr("width"), picture.attr("height")),
        (Some("640"), Some("427")),
        "its place is reserved"
    );
    page.expect_no_text("Describe this picture");

    let small = steward.get(picture.attr("src").unwrap()).await.expect_ok();
    assert_eq!(small.header("content-type"), Some("image/jpeg"));
    assert!(
        small
            .header("content-disposition")
            .unwrap()
            .starts_with("inline; filename=\"gate.jpg\"")
    );
    assert_eq!(small.header("x-content-type-options"), Some("nosniff"));
    assert!(
        small
            .header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    let whole = steward
        .get(page.one(".attachment__image").attr("href").unwrap())
        .await
        .expect_ok();
    assert!(
        !whole.html.contains("GPS-SECRET"),
        "where it was taken stays with the sender"
    );

    let document = steward
        .get(page.one(".attachment__file").attr("href").unwrap())
        .await
        .expect_ok();
    assert_eq!(document.header("content-type"), Some("application/pdf"));
    assert_eq!(
        document.header("content-disposition"),
        Some("attachment; filename=\"Einsatzplan M_rz.pdf\"; filename*=UTF-8''Einsatzplan%20M%C3%A4rz.pdf")
    );
    assert_eq!(document.html.as_bytes(), PDF);
}

#[tokio::test]
async fn the_sender_is_asked_what_a_picture_shows_and_others_hear_it() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = nights(&portal);
    send(&member, &path, "", &[("gate.jpg", &photo())])
        .await
        .expect_see_other(&path);
    let page = member
        .get(&path)
        .await
        .click(&member, "Describe this picture: gate.jpg")
        .await
        .expect_ok();
    let long = "a ".repeat(300);
    page.form("main form")
        .set("alt_text", &format!("x{long}x"))
        .submit(&member)
        .await
        .expect_status(422)
        .expect_text("500 characters or fewer");
    let before = portal.look("SELECT rev FROM channels WHERE title = 'Night shift' AND type = 'team'");
    page.form("main form")
        .set("alt_text", "The new opening hours: 5 to 9")
        .submit(&member)
        .await
        .expect_see_other(&path)
        .follow(&member)
        .await
        .expect_no_text("Describe this picture");
    assert_ne!(
        before,
        portal.look("SELECT rev FROM channels WHERE title = 'Night shift' AND type = 'team'"),
        "open pages hear of it"
    );
    let seen = steward.get(&path).await;
    assert_eq!(
        seen.one(".attachment__image img").attr("alt"),
        Some("The new opening hours: 5 to 9")
    );
    let description = format!(
        "{}/description",
        seen.one(".attachment__image").attr("href").unwrap()
    );
    steward.get(&description).await.expect_status(403);
}

#[tokio::test]
async fn nobody_else_opens_a_file() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = nights(&portal);
    let uploaded = upload(&member, &path, &Uuid::now_v7().to_string(), "plan.pdf", PDF)
        .await
        .expect_status(201);
    let file: serde_json::Value = serde_json::from_str(&uploaded.html).unwrap();
    let href = format!("{path}/attachments/{}", file["id"].as_str().unwrap());
    assert_eq!(
        (
            file["kind"].as_str(),
            file["name"].as_str(),
            file["thumb"].as_str()
        ),
        (Some("file"), Some("plan.pdf"), Some(""))
    );
    member.get(&href).await.expect_ok();
    steward.get(&href).await.expect_status(404);
    // What waits in the composer goes along.
    send(&member, &path, "With a plan", &[])
        .await
        .expect_see_other(&path);
    let href = steward
        .get(&path)
        .await
        .one(".attachment__file")
        .attr("href")
        .unwrap()
        .to_owned();
    steward.get(&href).await.expect_ok();
    for outsider in [
        portal.person("admin").await,
        portal.person("sponsor").await,
        portal.neighbour("stranger").await,
    ] {
        outsider.get(&href).await.expect_status(404);
    }
    portal.anyone().get(&href).await.expect_see_other("/sign-in");
    let elsewhere = href.replace(
        &portal.channel("Night shift").to_string(),
        &portal.channel("Depot north").to_string(),
    );
    steward.get(&elsewhere).await.expect_status(404);
    portal.force("UPDATE channel_memberships SET visible_from_seq = 99 WHERE member_id IN (SELECT id FROM members WHERE handle = 'steward')");
    steward.get(&href).await.expect_status(404);
}

#[tokio::test]
async fn deleting_a_message_removes_its_files_for_good() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = nights(&portal);
    send(&member, &path, "By mistake", &[("gate.jpg", &photo())])
        .await
        .expect_see_other(&path);
    assert_eq!(objects(&portal), 2);
    let page = member.get(&path).await;
    let href = page.one(".attachment__image").attr("href").unwrap().to_owned();
    let more = page.one("[data-more~=delete]").attr("href").unwrap().to_owned();
    let menu = member.get(&more).await;
    let deletion = menu.click(&member, "Delete").await.expect_ok();
    deletion
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other(&path);
    member.get(&href).await.expect_status(404);
    portal.settle().await;
    assert_eq!(objects(&portal), 0);
    assert_eq!(portal.look("SELECT count(*) FROM attachments"), "0");
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused_and_nothing_typed_is_lost() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = nights(&portal);
    let answer = send(
        &member,
        &path,
        "Here is the plan",
        &[
            ("plan.pdf", PDF),
            ("holiday.jpg", b"MZ\x90\0 a program"),
            ("page.html", b"<script>alert(1)</script>"),
        ],
    )
    .await;
    let answer = answer
        .expect_status(422)
        .expect_text("holiday.jpg: This is a program, which cannot be shared here.")
        .expect_text("Files ending in “.html” cannot be shared here");
    assert_eq!(answer.one("textarea[name=body]").text, "Here is the plan");
    answer.expect_text("plan.pdf");
    answer
        .form("form[data-composer]")
        .submit(&member)
        .await
        .expect_see_other(&path)
        .follow(&member)
        .await
        .expect_text("Here is the plan")
        .expect_text("plan.pdf");
    assert_eq!(
        portal.look("SELECT count(*) FROM attachments WHERE seq IS NOT NULL"),
        "1"
    );

    let key = Uuid::now_v7().to_string();
    upload(&member, &path, &key, "cat.png", b"MZ\x90\0")
        .await
        .expect_status(422)
        .expect_text("a program");
}

#[tokio::test]
async fn a_file_that_is_too_large_gets_a_clear_answer() {
    let portal = Portal::with(waymark::server::Duty::Web, |config| {
        config.web.upload_limit = 2 * 1024 * 1024
    })
    .await;
    let member = portal.person("member").await;
    let path = nights(&portal);
    let large = [PDF, &vec![b' '; 3 * 1024 * 1024]].concat();
    upload(&member, &path, &Uuid::now_v7().to_string(), "scan.pdf", &large)
        .await
        .expect_status(413)
        .expect_text("scan.pdf is larger than 2 MB");
    let answer = send(&member, &path, "Too much", &[("scan.pdf", &large)])
        .await
        .expect_status(422)
        .expect_text("scan.pdf is larger than 2 MB");
    assert_eq!(answer.one("textarea[name=body]").text, "Too much");
    assert_eq!(objects(&portal), 0);
    let left: Vec<_> = std::fs::read_dir(portal.app.config.data.join("uploading"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "nothing half-sent stays on disk");
}

#[tokio::test]
async fn the_same_message_sent_twice_has_its_file_once() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = nights(&portal);
    let form = member
        .get(&path)
        .await
        .form("form[data-composer]")
        .set("body", "Once")
        .attach("files", "plan.pdf", "application/pdf", PDF);
    form.submit(&member).await.expect_see_other(&path);
    form.submit(&member).await.expect_see_other(&path);
    assert_eq!(
        (portal.look("SELECT count(*) FROM attachments"), objects(&portal)),
        ("1".to_owned(), 1)
    );
    let key = Uuid::now_v7().to_string();
    let first = upload(&member, &path, &key, "other.pdf", PDF)
        .await
        .expect_status(201)
        .html
        .clone();
    assert_eq!(
        upload(&member, &path, &key, "other.pdf", PDF)
            .await
            .expect_status(201)
            .html,
        first
    );
    assert_eq!(objects(&portal), 2);
}

#[tokio::test]
async fn files_nobody_sent_are_gone_after_a_day() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = nights(&portal);
    send(&member, &path, "Kept", &[("plan.pdf", PDF)])
        .await
        .expect_see_other(&path);
    upload(&member, &path, &Uuid::now_v7().to_string(), "gate.jpg", &photo())
        .await
        .expect_status(201);
    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
    assert_eq!(objects(&portal), 3, "an hour is not a day");
    portal.pass(TimeDelta::hours(25));
    waymark::domains::upkeep::tidy(&portal.app).await.unwrap();
    portal.settle().await;
    assert_eq!(
        (
            portal.look("SELECT string_agg(name, ',') FROM attachments"),
            objects(&portal)
        ),
        ("plan.pdf".to_owned(), 1)
    );
}

#[tokio::test]
async fn a_file_can_be_taken_back_before_it_is_sent_and_not_after() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = nights(&portal);
    let uploaded = upload(&member, &path, &Uuid::now_v7().to_string(), "plan.pdf", PDF).await;
    let id = serde_json::from_str::<serde_json::Value>(&uploaded.html).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let removal = format!("{path}/attachments/{id}/removal");
    press(&steward, &path, &removal).await.expect_status(404);
    press(&member, &path, &removal).await.expect_see_other(&path);
    portal.settle().await;
    assert_eq!(objects(&portal), 0);

    send(&member, &path, "Sent", &[("plan.pdf", PDF)])
        .await
        .expect_see_other(&path);
    let href = member
        .get(&path)
        .await
        .one(".attachment__file")
        .attr("href")
        .unwrap()
        .to_owned();
    press(&member, &path, &format!("{href}/removal"))
        .await
        .expect_status(409);
    member.get(&href).await.expect_ok();
}

#[tokio::test]
async fn parts_and_known_files_are_not_sent_whole() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = nights(&portal);
    send(&member, &path, "", &[("plan.pdf", PDF)])
        .await
        .expect_see_other(&path);
    let href = member
        .get(&path)
        .await
        .one(".attachment__file")
        .attr("href")
        .unwrap()
        .to_owned();
    let tag = member.get(&href).await.header("etag").unwrap().to_owned();
    let part = member
        .raw(Method::GET, &href, &[("Range", "bytes=1-3")], "")
        .await
        .expect_status(206);
    assert_eq!(
        (part.html.as_str(), part.header("content-range")),
        ("PDF", Some(format!("bytes 1-3/{}", PDF.len()).as_str()))
    );
    member
        .raw(Method::GET, &href, &[("Range", "bytes=9000-")], "")
        .await
        .expect_status(416);
    member
        .raw(
            Method::GET,
            &href,
            &[("Range", "bytes=1-3"), ("If-Range", "\"another\"")],
            "",
        )
        .await
        .expect_status(200);
    member
        .raw(Method::GET, &href, &[("If-None-Match", &tag)], "")
        .await
        .expect_status(304);
}

#[tokio::test]
async fn an_upload_without_the_token_or_into_another_channel_does_nothing() {
    let portal = Portal::start().await;
    let (member, admin) = (portal.person("member").await, portal.person("admin").await);
    let path = nights(&portal);
    let form = member
        .get(&path)
        .await
        .form("form[data-composer]")
        .set("body", "x")
        .attach("files", "plan.pdf", "application/pdf", PDF);
    form.without("_csrf").submit(&member).await.expect_status(403);
    let token = admin.get("/people").await;
    let token = token.one("meta[name=csrf]").attr("content").unwrap().to_owned();
    let body =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1\r\n--b--\r\n";
    let headers = [
        ("Content-Type", "multipart/form-data; boundary=b"),
        ("X-CSRF-Token", token.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    admin
        .raw(Method::POST, &format!("{path}/attachments"), &headers, body)
        .await
        .expect_status(404);
    member
        .raw(
            Method::POST,
            &format!("{path}/attachments"),
            &headers[..1],
            "--b\r\ngarbage",
        )
        .await
        .expect_status(400);
    assert_eq!(
        (portal.look("SELECT count(*) FROM attachments"), objects(&portal)),
        ("0".to_owned(), 0)
    );
}

#[tokio::test]
async fn files_that_were_not_sent_are_there_again_and_can_be_taken_back() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let channel = format!("/channels/{}", portal.channel("Night shift"));
    for name in ["one.txt", "two.txt"] {
        let refused = member
            .get(&channel)
            .await
            .form("form[data-composer]")
            .set("body", &"long ".repeat(1_700))
            .attach("files", name, "text/plain", name.repeat(20).as_bytes())
            .submit(&member)
            .await;
        refused.expect_status(422).expect_text(name);
    }
    let page = member
        .get(&channel)
        .await
        .expect_text("one.txt")
        .expect_text("two.txt");
    steward.get(&channel).await.expect_no_text("one.txt");
    let page = page
        .form("#feed-form")
        .press("Remove one.txt")
        .submit(&member)
        .await
        .expect_see_other(&channel)
        .follow(&member)
        .await;
    let page = page.expect_no_text("one.txt");
    page.form("form[data-composer]")
        .set("body", "With the other")
        .submit(&member)
        .await
        .expect_see_other(&channel);
    steward.get(&channel).await.expect_text("two.txt");
    member
        .get(&channel)
        .await
        .expect_no_element("form[data-composer] [name=attachment]");
}
