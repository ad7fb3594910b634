//! Videos and recordings: on their way in piece by piece, played by ranges, with captions; and how far they are.

use proptest::prelude::*;
use reqwest::Method;
use serde_json::Value;
use waymark::domains::journeys::library::captions;
use waymark::domains::journeys::library::model::MediaState;

use crate::authority::world::token_of;
use crate::journeys::library::refused;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// What an MP4 begins with, and some bytes.
pub fn film(size: usize) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec();
    bytes.extend((bytes.len()..size).map(|at| u8::try_from(at % 251).unwrap()));
    bytes
}

const UPLOADS: &str = "/journeys/library/uploads";

/// Begins an upload; answers what is told about it.
pub async fn begin(who: &Actor, name: &str, size: usize, more: &[(&str, &str)]) -> Value {
    let size = size.to_string();
    let fields = [more, &[("file_name", name), ("size", size.as_str())]].concat();
    let answer = post(who, UPLOADS, &fields).await.expect_status(201);
    serde_json::from_str(&answer.html).unwrap()
}

async fn post(who: &Actor, path: &str, fields: &[(&str, &str)]) -> Page {
    let body = serde_html_form::to_string(fields).unwrap();
    let token = token_of(who).await;
    let headers = [
        ("X-CSRF-Token", token.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("HX-Request-Type", "partial"),
    ];
    who.raw(Method::POST, path, &headers, body).await
}

/// Sends a piece.
pub async fn piece(who: &Actor, upload: &str, starts: usize, bytes: &[u8]) -> Page {
    let (token, starts) = (token_of(who).await, starts.to_string());
    let headers = [
        ("X-CSRF-Token", token.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Upload-Offset", starts.as_str()),
        ("Content-Type", "application/offset+octet-stream"),
    ];
    who.raw(
        Method::PATCH,
        &format!("{UPLOADS}/{upload}"),
        &headers,
        bytes.to_vec(),
    )
    .await
}

async fn complete(who: &Actor, upload: &str) -> Page {
    post(who, &format!("{UPLOADS}/{upload}/completion"), &[]).await
}

/// Uploads a whole film; answers the address of its asset.
pub async fn uploaded(portal: &Portal, who: &Actor, name: &str, bytes: &[u8]) -> String {
    let begun = begin(who, name, bytes.len(), &[("title", "How to listen")]).await;
    let upload = begun["upload"].as_str().unwrap();
    piece(who, upload, 0, bytes).await.expect_status(204);
    complete(who, upload).await.expect_status(202);
    portal.settle().await;
    format!("/journeys/library/assets/{}", begun["asset"].as_str().unwrap())
}

#[tokio::test]
async fn a_video_comes_in_pieces_goes_on_where_it_stopped_and_is_played_by_ranges() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let bytes = film(10_000);
    let begun = begin(&coach, "talk.mp4", bytes.len(), &[("tags", "film")]).await;
    let (upload, asset) = (
        begun["upload"].as_str().unwrap(),
        begun["asset"].as_str().unwrap(),
    );
    let path = format!("/journeys/library/assets/{asset}");
    coach
        .get("/journeys/library")
        .await
        .expect_text("talk")
        .expect_text("Waiting for its file");
    piece(&coach, upload, 0, &bytes[..4_000]).await.expect_status(204);
    // The same again, a gap, and too much are all told where to go on.
    for (starts, part) in [
        (0, &bytes[..4_000]),
        (5_000, &bytes[5_000..]),
        (4_000, film(9_000).as_slice()),
    ] {
        let answer = piece(&coach, upload, starts, part).await.expect_status(409);
        let told: Value = serde_json::from_str(&answer.html).unwrap();
        assert_eq!(told["offset"], 4_000);
    }
    complete(&coach, upload).await.expect_status(409);
    let again = coach.get(&format!("{UPLOADS}/{upload}")).await.expect_ok();
    let again: Value = serde_json::from_str(&again.html).unwrap();
    assert_eq!(again["offset"], 4_000);
    assert_eq!(again["state"], "queued_for_upload");
    coach.get(&path).await.expect_text("40 % of it is here");

    piece(&coach, upload, 4_000, &bytes[4_000..])
        .await
        .expect_status(204);
    complete(&coach, upload).await.expect_status(202);
    complete(&coach, upload).await.expect_status(202);
    coach.get(&path).await.expect_text("being looked at");
    portal.settle().await;
    let shown = coach.get(&path).await.expect_ok();
    let address = shown.one("video source").attr("src").unwrap().to_owned();
    assert_eq!(shown.one("video source").attr("type"), Some("video/mp4"));
    let headers = [("Range", "bytes=9990-")];
    let part = coach
        .raw(Method::GET, &address, &headers, "")
        .await
        .expect_status(206);
    assert_eq!(part.header("content-range"), Some("bytes 9990-9999/10000"));
    assert_eq!(part.header("cache-control"), Some("no-store"));
    assert_eq!(coach.download(&address).await, bytes);
    portal
        .person("member")
        .await
        .get(&address)
        .await
        .expect_status(404);
    assert_eq!(
        portal.look("SELECT (SELECT count(*) FROM media_parts) || ' ' || state FROM asset_media"),
        "0 ready"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'journeys.asset.uploaded'"),
        "1"
    );
    portal.settle().await;
    assert_eq!(objects(&portal), 1, "the pieces are gone");
    piece(&coach, upload, 10_000, b"x").await.expect_status(409);
}

fn objects(portal: &Portal) -> usize {
    let mut folders = vec![portal.app.config.data.join("objects")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none() {
                count += 1;
            }
        }
    }
    count
}

#[tokio::test]
async fn what_is_too_large_is_told_before_a_byte_travels() {
    let portal = Portal::with(waymark::server::Duty::Web, |config| {
        config.web.upload_limit = 2 * 1024 * 1024;
        config.web.media_limit = 3 * 1024 * 1024;
    })
    .await;
    let coach = portal.person("coach").await;
    for (name, size, words) in [
        ("scan.pdf", "2500000", "files may have 2 MB"),
        ("talk.mp4", "3500000", "videos and recordings may have 3 MB"),
        ("talk.mp4", "0", "That file is empty"),
        ("run.exe", "900", "run.exe"),
    ] {
        let fields = [("file_name", name), ("size", size)];
        post(&coach, UPLOADS, &fields)
            .await
            .expect_status(422)
            .expect_text(words);
    }
    begin(&coach, "talk.mp4", 2_500_000, &[]).await;
    let member = portal.person("member").await;
    post(&member, UPLOADS, &[("file_name", "talk.mp4"), ("size", "9")])
        .await
        .expect_status(404);
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_refused_and_what_breaks_off_is_given_up() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let lie = b"MZ\x90\0 a program, not a film";
    let path = uploaded(&portal, &coach, "talk.mp4", lie).await;
    coach.get(&path).await.expect_text("Not usable");
    assert_eq!(portal.look("SELECT state FROM asset_media"), "failed");

    let begun = begin(&coach, "later.webm", 900, &[]).await;
    let upload = begun["upload"].as_str().unwrap();
    piece(&coach, upload, 0, &[7; 400]).await.expect_status(204);
    let leader = portal.person("leader").await;
    piece(&leader, upload, 400, &[7; 500]).await.expect_status(403);
    let stranger = portal.neighbour("stranger").await;
    piece(&stranger, upload, 400, &[7; 500]).await.expect_status(404);
    portal.pass(chrono::TimeDelta::hours(25));
    portal.force("INSERT INTO jobs (org_id, id, kind) SELECT id, gen_random_uuid(), 'journeys.give_up_uploads' FROM organizations WHERE slug = 'local'");
    portal.settle().await;
    let coach = portal.person("coach").await;
    coach
        .get(&format!(
            "/journeys/library/assets/{}",
            begun["asset"].as_str().unwrap()
        ))
        .await
        .expect_text("not gone on with for a day")
        .form(&format!("form[action='{UPLOADS}/{upload}/removal']"))
        .submit(&coach)
        .await
        .expect_see_other("/journeys/library");
    coach.get("/journeys/library").await.expect_no_text("later");
}

#[tokio::test]
async fn another_film_takes_the_place_of_the_one_before_once_it_is_whole() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    let asset = path.rsplit('/').next().unwrap();
    let bytes = film(3_000);
    let begun = begin(&coach, "talk-2.mp4", bytes.len(), &[("asset", asset)]).await;
    let upload = begun["upload"].as_str().unwrap();
    piece(&coach, upload, 0, &bytes).await.expect_status(204);
    let shown = coach
        .get(&path)
        .await
        .expect_text("talk-2.mp4: Waiting for its file");
    shown.expect_element("video");
    complete(&coach, upload).await.expect_status(202);
    portal.settle().await;
    let shown = coach.get(&path).await.expect_text("Version 2");
    let address = shown.one("video source").attr("src").unwrap().to_owned();
    assert_eq!(coach.download(&address).await.len(), 3_000);
    let fields = [("file_name", "words.pdf"), ("size", "9"), ("asset", asset)];
    post(&coach, UPLOADS, &fields).await.expect_status(422);
}

#[tokio::test]
async fn captions_are_looked_at_kept_by_language_and_shown_by_the_player() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    let send = async |language: &str, text: &str| {
        let page = coach.get(&path).await;
        let form = page.form("form[action$='/captions']");
        form.set("language", language)
            .attach("captions", "talk.vtt", "text/vtt", text.as_bytes())
            .submit(&coach)
            .await
    };
    let good = "WEBVTT\n\n00:01.000 --> 00:04.000\nWe begin.\n";
    send("en", "1\n00:01 --> 00:02\nno")
        .await
        .expect_status(422)
        .expect_field_error("captions");
    let wrong = send("English", good)
        .await
        .expect_status(422)
        .expect_field_error("language");
    assert_eq!(
        wrong.one("input[name=language][maxlength]").attr("value"),
        Some("English")
    );
    send("en", good).await.expect_see_other(&path);
    send("fr-CA", good).await.expect_see_other(&path);
    let shown = coach.get(&path).await.expect_text("Français (CA)");
    assert_eq!(shown.select("video track").len(), 2);
    let track = shown.select("video track")[0].attr("src").unwrap().to_owned();
    let text = coach.get(&track).await.expect_ok();
    assert_eq!(text.header("content-type"), Some("text/vtt; charset=utf-8"));
    assert_eq!(text.html.trim_end(), good.trim_end());
    portal.person("admin").await.get(&track).await.expect_status(404);
    shown
        .form("form[action$='/captions/removal']")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    assert_eq!(
        portal.look("SELECT string_agg(language, ' ') FROM media_captions"),
        "fr-CA"
    );
    // What is said can be read and found.
    let edit = format!("{path}/edit");
    let form = coach.get(&edit).await.form(&format!("form[action='{edit}']"));
    form.set("transcript", "We begin with a question.")
        .submit(&coach)
        .await
        .expect_see_other(&path);
    coach.get(&path).await.expect_text("We begin with a question.");
    coach
        .get("/journeys/library?q=question")
        .await
        .expect_text("How to listen");
}

#[tokio::test]
async fn a_browser_tells_how_long_a_video_is_and_what_it_shows() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let path = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    let shown = coach.get(&path).await;
    let measure = shown.one("video").attr("data-measure").unwrap().to_owned();
    let (token, poster) = (
        token_of(&coach).await,
        crate::campaigns::images::picture(640, image::ImageFormat::Jpeg),
    );
    let mut body = b"--line\r\nContent-Disposition: form-data; name=\"duration_ms\"\r\n\r\n187400\r\n--line\r\n\
        Content-Disposition: form-data; name=\"poster\"; filename=\"poster.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        .to_vec();
    body.extend(poster);
    body.extend(b"\r\n--line--\r\n");
    let headers = [
        ("X-CSRF-Token", token.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "multipart/form-data; boundary=line"),
    ];
    coach
        .raw(Method::POST, &measure, &headers, body)
        .await
        .expect_status(204);
    let shown = coach.get(&path).await;
    assert_eq!(shown.one("video").attr("data-measure"), None, "it is asked once");
    let poster = shown.one("video").attr("poster").unwrap().to_owned();
    assert_eq!(
        coach.get(&poster).await.expect_ok().header("content-type"),
        Some("image/jpeg")
    );
    coach.get("/journeys/library").await.expect_text("Video, 3:07");
    portal.settle().await;
}

#[test]
fn captions_are_read_as_the_standard_says() {
    let good = |cue: &str| {
        captions::read(format!("\u{feff}WEBVTT - Talk\r\n\r\nintro\r\n{cue}\r\nHello\r\n").as_bytes())
    };
    assert!(good("00:01.000 --> 00:02.500 align:start").is_ok());
    assert!(good("01:00:01.000 --> 01:00:02.500").is_ok());
    for wrong in [
        "00:02.000 --> 00:01.000",
        "00:61.000 --> 00:62.000",
        "0:1 --> 0:2",
        "00:01,000 --> 00:02,000",
        "never",
    ] {
        assert!(good(wrong).is_err(), "{wrong}");
    }
    assert!(captions::read(b"00:01.000 --> 00:02.000").is_err());
    assert!(captions::read(&[0xff, 0xfe]).is_err());
    let told = good("00:02.000 --> 00:01.000").unwrap_err();
    assert!(told.starts_with("Line 4:"), "{told}");
}

fn states() -> impl Strategy<Value = MediaState> {
    proptest::sample::select(MediaState::ALL)
}

proptest! {
    /// Whatever the order of news: what is ready is never undone but by deleting, and what is deleted stays so.
    #[test]
    fn news_in_any_order_never_lead_back(news in proptest::collection::vec(states(), 0..12)) {
        let mut state = MediaState::QueuedForUpload;
        for one in news {
            let next = state.after(one);
            prop_assert!(state.may_become(next));
            if state == MediaState::Ready {
                prop_assert!(matches!(next, MediaState::Ready | MediaState::Deleted));
            }
            if state == MediaState::Deleted {
                prop_assert_eq!(next, MediaState::Deleted);
            }
            state = next;
        }
    }
}

#[tokio::test]
async fn the_database_holds_to_the_same_table_of_states() {
    let portal = Portal::start().await;
    for before in MediaState::ALL {
        for after in MediaState::ALL {
            let says = portal.look(&format!(
                "SELECT app.media_may_become('{before}', '{after}')::text"
            ));
            assert_eq!(says == "true", before.may_become(*after), "{before} to {after}");
        }
    }
    let coach = portal.person("coach").await;
    let path = uploaded(&portal, &coach, "talk.mp4", &film(900)).await;
    let late = refused(&portal, "UPDATE asset_media SET state = 'processing'");
    assert!(late, "late news do not undo what is ready");
    coach.get(&path).await.expect_element("video");
}
