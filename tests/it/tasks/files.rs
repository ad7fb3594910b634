//! Files on tasks: added, opened and removed by who sees the task, and gone with it, bytes and all.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use waymark::platform::storage::StorageError;

use super::make;
use crate::notes::write;
use crate::people::give;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";

fn photo() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(90, 60, image::Rgb([200, 30, 40]))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// Adds files by the form of the task's page.
async fn add(who: &Actor, path: &str, files: &[(&str, &[u8])]) -> Page {
    let mut form = who.get(path).await.expect_ok().form("#files form");
    for (name, bytes) in files {
        form = form.attach("files", name, "application/octet-stream", bytes);
    }
    form.submit(who).await
}

/// Whether bytes are stored under this key.
async fn is_stored(portal: &Portal, key: &str) -> bool {
    match portal.app.storage.get(&key.parse().unwrap()).await {
        Ok(_) => true,
        Err(StorageError::NotFound) => false,
        Err(cause) => panic!("{cause}"),
    }
}

fn key(portal: &Portal) -> String {
    portal.look("SELECT storage_key FROM task_files ORDER BY created_at DESC LIMIT 1")
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_added_opened_and_removed_by_who_sees_the_task() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let id = make(&portal, &member, &[("title", "Answer the employer")]).await;
    let path = format!("/tasks/{id}");
    let picture = photo();
    add(&member, &path, &[("letter.pdf", PDF), ("board.png", &picture)])
        .await
        .expect_see_other(&path);
    let page = member
        .get(&path)
        .await
        .expect_text("letter.pdf")
        .expect_text("PDF, 48 B")
        .expect_text("board.png")
        .expect_text("added the file letter.pdf");
    let opened = page
        .one("a[href*='/files/'][download]")
        .attr("href")
        .unwrap()
        .to_owned();
    let file = member.get(&opened).await.expect_ok();
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment; filename=\"letter.pdf\"")
    );
    let thumb = page.one("#files img").attr("src").unwrap().to_owned();
    let shown = member.get(&thumb).await.expect_ok();
    assert!(shown.header("content-type").unwrap().starts_with("image/"));

    // Who sits down at the same device later finds none of it there.
    for kept in [&file, &shown] {
        assert_eq!(kept.header("cache-control"), Some("no-store"));
    }

    // Who does not see the task sees none of it.
    for hidden in [&opened, &thumb, &format!("{opened}/removal")] {
        other.get(hidden).await.expect_status(404);
    }
    let foreign = make(&portal, &other, &[("title", "Mine")]).await;
    let stray = opened.replace(&id, &foreign);
    other.get(&stray).await.expect_status(404);

    let removal = member.get(&format!("{opened}/removal")).await;
    let stored = portal.look("SELECT storage_key FROM task_files WHERE name = 'letter.pdf'");
    assert!(is_stored(&portal, &stored).await);
    let confirm = removal.expect_text("Remove “letter.pdf”?").form("main form");
    confirm.submit(&member).await.expect_see_other(&path);
    // The same form again changes nothing.
    confirm.submit(&member).await.expect_see_other(&path);
    member.get(&opened).await.expect_status(404);
    member.get(&path).await.expect_text("removed the file letter.pdf");
    portal.settle().await;
    assert!(!is_stored(&portal, &stored).await);
    assert!(is_stored(&portal, &key(&portal)).await);
}

#[tokio::test]
async fn what_may_not_travel_is_said_at_the_field_and_the_rest_stays() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let id = make(&portal, &member, &[("title", "Answer the employer")]).await;
    let path = format!("/tasks/{id}");
    add(&member, &path, &[])
        .await
        .expect_status(422)
        .expect_text("Choose a file first.");
    add(
        &member,
        &path,
        &[("letter.pdf", PDF), ("run.exe", b"MZ\x90\0 this program")],
    )
    .await
    .expect_status(422)
    .expect_text("run.exe: ")
    .expect_text("letter.pdf");
    assert_eq!(
        portal.look("SELECT string_agg(name, ',') FROM task_files"),
        "letter.pdf"
    );

    // The same form sent twice adds a file once; another form adds it again, as whoever sends it means it.
    let form =
        member
            .get(&path)
            .await
            .form("#files form")
            .attach("files", "list.csv", "text/csv", b"a,b\n1,2\n");
    form.submit(&member).await.expect_see_other(&path);
    form.submit(&member).await.expect_see_other(&path);
    assert_eq!(portal.look("SELECT count(*) FROM task_files"), "2");

    let left: Vec<Vec<u8>> = (0..18)
        .map(|at| format!("note number {at}\n").into_bytes())
        .collect();
    for ten in left.chunks(9) {
        let files: Vec<(&str, &[u8])> = ten.iter().map(|bytes| ("note.txt", bytes.as_slice())).collect();
        add(&member, &path, &files).await.expect_see_other(&path);
    }
    add(&member, &path, &[("more.txt", b"one too many")])
        .await
        .expect_status(422)
        .expect_text("That is as many files as one task can have.");
    assert_eq!(portal.look("SELECT count(*) FROM task_files"), "20");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_what_their_task_goes_with() {
    let portal = Portal::start().await;
    give(&portal, "steward", "primary", "other");
    let (steward, privacy) = (portal.person("steward").await, portal.person("privacy").await);
    write(
        &portal,
        &steward,
        "other",
        &[("said", "about the shift"), ("follow_up", "tomorrow")],
    )
    .await
    .expect_see_other("/people/");
    let task = portal.look("SELECT id FROM tasks");
    add(
        &steward,
        &format!("/tasks/{task}"),
        &[("letter-of-tommy.pdf", PDF)],
    )
    .await
    .expect_status(303);
    let stored = key(&portal);
    privacy
        .get(&format!("/privacy/people/{}/erasure", portal.member("other")))
        .await
        .form("main form")
        .set(
            "name",
            &portal.look(&format!(
                "SELECT display_name FROM members WHERE id = '{}'",
                portal.member("other")
            )),
        )
        .submit(&privacy)
        .await
        .expect_status(303);
    assert!(is_stored(&portal, &stored).await);
    portal.settle().await;
    assert_eq!(portal.look("SELECT count(*) FROM task_files"), "0");
    assert!(!is_stored(&portal, &stored).await);
    assert_eq!(
        portal.look("SELECT count(*) FROM jobs WHERE args::text LIKE '%letter-of-tommy%'"),
        "0"
    );
}
