//! The pictures of the sample conversations: all there, all used, and seen by those who may.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::bucket::{ACCESS_KEY, BUCKET, FakeBucket, REGION, SECRET_KEY};
use chrono::Utc;
use waymark::app::App;
use waymark::demo::plan::{Attachment, AttachmentKind, Plan, lively, second};
use waymark::demo::{self, pictures, write};
use waymark::platform::media::{Kind, inspect};
use waymark::platform::storage::StorageKey;
use waymark::server::Duty;

use crate::support::client::Client;
use crate::support::fixture;
use crate::support::portal::Portal;

/// Largest file, and all of them together, in bytes: they are in every binary.
const LARGEST: usize = 20_000;
const ALL_TOGETHER: usize = 350_000;

fn planned() -> Vec<Attachment> {
    let now = Utc::now();
    [lively(1199, now), second(1199, now)]
        .into_iter()
        .flat_map(|plan| plan.messages)
        .filter_map(|message| message.attachment)
        .collect()
}

#[test]
fn every_planned_picture_is_there_and_every_picture_is_planned() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/pictures");
    let in_folder: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let shipped: BTreeSet<String> = pictures::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let planned = planned();
    let wanted: BTreeSet<String> = planned.iter().map(|picture| picture.file_name.clone()).collect();

    assert_eq!(in_folder, shipped);
    assert_eq!(wanted, shipped);
    assert_eq!(wanted.len(), planned.len(), "nobody shares a picture twice");
}

#[test]
fn pictures_are_small_and_say_what_they_show() {
    for (name, bytes) in pictures::ALL {
        assert_eq!(inspect(bytes, name).unwrap().kind, Kind::Image, "{name}");
        assert!(bytes.len() <= LARGEST, "{name} has {} bytes", bytes.len());
        let picture = image::load_from_memory(bytes).unwrap();
        let longer = picture.width().max(picture.height());
        assert!((640..=1_000).contains(&longer), "{name} is {longer} pixels long");
    }
    let total: usize = pictures::ALL.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(total <= ALL_TOGETHER, "{total} bytes");
    for picture in planned() {
        assert!(
            (20..=200).contains(&picture.alt.chars().count()),
            "{}",
            picture.alt
        );
    }
}

async fn signed_in(portal: &Portal, email: &str) -> Client {
    let client = portal.anyone();
    let page = client.get("/sign-in").await.expect_ok();
    page.form("main form")
        .set("email", email)
        .set("password", demo::PASSWORD)
        .submit(&client)
        .await
        .expect_see_other("/");
    client
}

/// Addresses of pictures with their message's place, in channels where Tom Reyes is, or where he is not.
fn addresses(portal: &Portal, tom: &str) -> Vec<(String, String)> {
    let found = portal.look(&format!(
        "SELECT string_agg(a.channel_id || ' ' || a.seq || ' ' || a.id, E'\\n' ORDER BY a.created_at) \
         FROM attachments a JOIN organizations o ON o.id = a.org_id AND o.is_sample \
         WHERE {tom} (SELECT FROM channel_memberships p JOIN members m ON m.org_id = p.org_id AND m.id = p.member_id \
                      WHERE p.org_id = a.org_id AND p.channel_id = a.channel_id AND m.email = 'member@example.org')"
    ));
    found
        .lines()
        .map(|line| {
            let parts: Vec<&str> = line.split(' ').collect();
            (
                format!("/channels/{}?at={}", parts[0], parts[1]),
                format!("/channels/{}/attachments/{}", parts[0], parts[2]),
            )
        })
        .collect()
}

#[tokio::test]
async fn members_see_the_pictures_and_outsiders_do_not() {
    let portal = Portal::start().await;
    let app = portal.app.clone();
    tokio::task::spawn_blocking(move || demo::seed(&app, Utc::now()).unwrap())
        .await
        .unwrap();
    let count = |condition: &str| portal.look(&format!("SELECT count(*) FROM {condition}"));
    assert_eq!(
        count("attachments WHERE seq IS NOT NULL AND alt_text <> '' AND thumb_key IS NOT NULL"),
        pictures::ALL.len().to_string()
    );
    assert_eq!(
        count("messages m JOIN organizations o ON o.id = m.org_id WHERE o.is_sample AND m.has_attachment"),
        pictures::ALL.len().to_string()
    );

    let tom = signed_in(&portal, "member@example.org").await;
    let stranger = portal.neighbour("stranger").await;
    let his = addresses(&portal, "EXISTS");
    assert!(his.len() >= 12, "{}", his.len());
    for (place, picture) in &his {
        let page = tom.get(place).await.expect_ok();
        let shown = page.one(&format!("a[href='{picture}'] img"));
        assert!(!shown.attr("alt").unwrap().is_empty());
        for address in [picture.as_str(), shown.attr("src").unwrap()] {
            let answer = tom.get(address).await.expect_ok();
            assert_eq!(answer.header("content-type"), Some("image/jpeg"), "{address}");
            stranger.get(address).await.expect_status(404);
        }
    }
    let others = addresses(&portal, "NOT EXISTS");
    assert!(!others.is_empty());
    for (_, picture) in &others {
        tom.get(picture).await.expect_status(404);
        tom.get(&format!("{picture}?size=small")).await.expect_status(404);
    }
    portal.stop().await;
}

/// A small organization with one picture.
fn with_picture(file: &str) -> Plan {
    let mut plan = fixture::neighbour(Utc::now());
    plan.organization.key = "illustrated".into();
    plan.messages[0].attachment = Some(Attachment {
        kind: AttachmentKind::Image,
        file_name: file.into(),
        alt: "A plate with a tiny tomato".into(),
    });
    plan
}

async fn write(app: &App, plan: Plan) -> Result<(), String> {
    let app = app.clone();
    tokio::task::spawn_blocking(move || {
        write::organization(&app, &plan, "no password", Utc::now())
            .map(|_| ())
            .map_err(|error| format!("{error:?}"))
    })
    .await
    .unwrap()
}

#[actix_web::test]
async fn pictures_go_into_the_storage_that_is_configured() {
    let bucket = FakeBucket::start();
    let endpoint = bucket.endpoint();
    let portal = Portal::with(Duty::Web, move |config| {
        config.storage.provider = "s3".into();
        config.storage.endpoint = endpoint;
        config.storage.region = REGION.into();
        config.storage.bucket = BUCKET.into();
        config.storage.access_key = ACCESS_KEY.into();
        config.storage.secret_key = SECRET_KEY.into();
        config.storage.path_style = true;
    })
    .await;

    write(&portal.app, with_picture("first-tomato.webp"))
        .await
        .unwrap();

    for column in ["storage_key", "thumb_key"] {
        let key: StorageKey = portal
            .look(&format!("SELECT {column} FROM attachments"))
            .parse()
            .unwrap();
        let stored = portal.app.storage.get(&key).await.unwrap();
        assert_eq!(stored.mime, "image/jpeg");
        let bytes = stored.into_bytes().await.unwrap();
        assert!(image::load_from_memory(&bytes).is_ok());
    }
    portal.stop().await;
}

#[tokio::test]
async fn a_picture_nobody_drew_leaves_nothing_behind() {
    let portal = Portal::start().await;

    let refused = write(&portal.app, with_picture("nobody-drew-this.webp")).await;

    assert!(refused.unwrap_err().contains("nobody-drew-this.webp"));
    assert_eq!(
        portal.look("SELECT count(*) FROM organizations WHERE slug = 'illustrated'"),
        "0"
    );
    portal.stop().await;
}
