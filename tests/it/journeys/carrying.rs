//! What journeys carry with them: into another organization and out again, byte for byte; what is there already; what can't be kept; and
//! who may.

use std::io::{Cursor, Read, Write as _};

use reqwest::Method;
use waymark::domains::journeys::building::transfer::archive::{Archive, Extracted, options};
use zip::ZipWriter;

use super::building::{filled, key};
use super::library::{add, page, path_of};
use super::media::{film, uploaded};
use crate::authority::world::token_of;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

const VTT: &str = "WEBVTT\n\n00:01.000 --> 00:04.000\nWe begin.\n";

async fn bring(who: &Actor, fields: &[(&str, &str)], bytes: &[u8]) -> Page {
    let page = who.get("/journeys/import").await.expect_ok();
    let mut form = page.form("form[enctype='multipart/form-data']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.attach("file", "journey.zip", "application/zip", bytes)
        .submit(who)
        .await
}

/// Brings an archive in that carries something; answers the page that tells how it went.
async fn brought(portal: &Portal, who: &Actor, bytes: &[u8]) -> Page {
    let answer = bring(who, &[], bytes)
        .await
        .expect_see_other("/journeys/imports/");
    portal.settle().await;
    who.get(answer.location().unwrap().path()).await.expect_ok()
}

/// The path of the journey that came of it.
fn journey_of(page: &Page) -> String {
    let link = page.one("main a[href$='/build']");
    let to = link.attr("href").unwrap();
    to.trim_end_matches("/build").to_owned()
}

async fn file(who: &Actor, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> String {
    let page = who.get("/journeys/library/new?kind=file").await.expect_ok();
    let mut form = page.form("form[action='/journeys/library/new']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    let answer = form
        .attach("file", name, "application/octet-stream", bytes)
        .submit(who)
        .await;
    path_of(&answer)
}

/// A film with a picture, its length, captions in two languages and a transcript.
async fn dressed(portal: &Portal, who: &Actor, size: usize) -> String {
    let path = uploaded(portal, who, "talk.mp4", &film(size)).await;
    let measure = who
        .get(&path)
        .await
        .one("video")
        .attr("data-measure")
        .unwrap()
        .to_owned();
    let token = token_of(who).await;
    let mut body = b"--line\r\nContent-Disposition: form-data; name=\"duration_ms\"\r\n\r\n187400\r\n--line\r\n\
        Content-Disposition: form-data; name=\"poster\"; filename=\"poster.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        .to_vec();
    body.extend(crate::campaigns::images::picture(900, image::ImageFormat::Jpeg));
    body.extend(b"\r\n--line--\r\n");
    let headers = [
        ("X-CSRF-Token", token.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "multipart/form-data; boundary=line"),
    ];
    who.raw(Method::POST, &measure, &headers, body)
        .await
        .expect_status(204);
    for language in ["en", "fr-CA"] {
        let page = who.get(&path).await;
        let form = page.form("form[action$='/captions']").set("language", language);
        form.attach("captions", "talk.vtt", "text/vtt", VTT.as_bytes())
            .submit(who)
            .await
            .expect_see_other(&path);
    }
    let edit = format!("{path}/edit");
    let page = who.get(&edit).await;
    page.form(&format!("form[action='{edit}']"))
        .set("body", "Watch *both* of them.")
        .set("tags", "film, listening")
        .set("transcript", "We begin with a question.")
        .submit(who)
        .await
        .expect_see_other(&path);
    path
}

/// Has a lesson of the draft show an asset.
fn show(portal: &Portal, lesson: &str, asset: &str) {
    let (lesson, asset) = (key(portal, lesson), asset.rsplit('/').next().unwrap());
    portal.force(&format!(
        "UPDATE journey_nodes n SET asset_id = '{asset}' FROM journey_versions v WHERE v.id = n.version_id AND v.number IS NULL AND n.key = '{lesson}'"
    ));
}

/// A journey whose lessons show a page, a film, a picture and a link.
async fn laden(portal: &Portal, who: &Actor) -> String {
    let journey = filled(portal, who).await;
    let words = page(who, "Listen first", "# Why\n\nBecause it **matters**.").await;
    let talk = dressed(portal, who, 5_000).await;
    let photo = crate::campaigns::images::picture(300, image::ImageFormat::Jpeg);
    let photo = file(
        who,
        "gate.jpg",
        &photo,
        &[("alt", "The gate"), ("title", "The gate")],
    )
    .await;
    let link = [
        ("title", "Guide"),
        ("url", "https://example.org/guide"),
        ("body", "Ours."),
    ];
    let link = path_of(&add(who, "link", &link).await);
    for (lesson, asset) in [
        ("One", &words),
        ("Two", &talk),
        ("Three", &photo),
        ("Four", &link),
    ] {
        show(portal, lesson, asset);
    }
    journey
}

fn names(bytes: &[u8]) -> Vec<String> {
    let archive = Archive::open(Cursor::new(bytes), 1 << 30).unwrap();
    archive.names().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_journey_comes_out_of_another_organization_byte_for_byte_as_it_went_in() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = laden(&portal, &coach).await;
    let out = coach.download(&format!("{journey}/export")).await;
    assert!(
        out == coach.download(&format!("{journey}/export")).await,
        "the same each time"
    );
    assert_eq!(
        names(&out),
        [
            "assets/a2/captions/en.vtt",
            "assets/a2/captions/fr-CA.vtt",
            "assets/a2/file/talk.mp4",
            "assets/a2/poster",
            "assets/a3/file/gate.jpg",
            "journey.json",
        ]
    );
    let stranger = portal.neighbour("stranger").await;
    let told = brought(&portal, &stranger, &out).await;
    told.expect_text("4 assets came into the library")
        .expect_no_text("Not everything");
    let theirs = journey_of(&told);
    let back = stranger.download(&format!("{theirs}/export")).await;
    assert_eq!(names(&back), names(&out));
    assert!(back == out, "byte by byte");
    // It can be played and read there, and only there.
    let library = stranger.get("/journeys/library?q=question").await;
    let asset = library
        .one("main a[href^='/journeys/library/assets/']")
        .attr("href")
        .unwrap()
        .to_owned();
    let shown = stranger
        .get(&asset)
        .await
        .expect_text("We begin with a question.");
    assert_eq!(shown.select("video track").len(), 2);
    let source = shown.one("video source").attr("src").unwrap().to_owned();
    assert_eq!(stranger.download(&source).await, film(5_000));
    coach.get(&asset).await.expect_status(404);
    // The archive itself is not kept.
    assert_eq!(
        portal.look("SELECT state || ' ' || (storage_key IS NULL)::text FROM journey_imports"),
        "done true"
    );
}

#[tokio::test]
async fn what_is_there_already_is_used_again_and_another_version_is_not() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = laden(&portal, &coach).await;
    let out = coach.download(&format!("{journey}/export")).await;
    // Files from before anybody asked for their hash are known as well.
    portal.force("UPDATE asset_media SET sha256 = NULL");
    let told = brought(&portal, &coach, &out).await;
    told.expect_text("4 were there already and are used again");
    let copy = journey_of(&told);
    assert!(coach.download(&format!("{copy}/export")).await == out);
    assert_eq!(portal.look("SELECT count(*) FROM library_assets"), "4");
    assert_eq!(
        portal.look("SELECT count(*) FROM asset_media WHERE sha256 IS NULL AND state = 'ready'"),
        "0"
    );
    let asset = portal.look("SELECT id FROM library_assets WHERE kind = 'page'");
    let edit = format!("/journeys/library/assets/{asset}/edit");
    let form = coach.get(&edit).await.form(&format!("form[action='{edit}']"));
    form.set("body", "Another text.")
        .submit(&coach)
        .await
        .expect_status(303);
    brought(&portal, &coach, &out)
        .await
        .expect_text("One asset came into the library; 3 were there already");
    assert_eq!(portal.look("SELECT count(*) FROM library_assets"), "5");
}

#[tokio::test]
async fn a_quiz_of_the_library_that_comes_back_beside_files_is_used_again() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = laden(&portal, &coach).await;
    let quiz = crate::journeys::parts::quiz(&coach, "Time limits", "How many days?").await;
    let draft = portal.look("SELECT v.id FROM journey_versions v WHERE v.number IS NULL");
    let content = portal.look("SELECT parts->'questions' FROM asset_versions WHERE parts IS NOT NULL");
    portal.force(&format!(
        "UPDATE journey_nodes SET kind = 'quiz', goal = 'scored', asset_id = '{}', body = '', \
           content = jsonb_build_object('kind', 'quiz', 'pool', null, 'attempts', null, 'pass_percent', 80, 'feedback', 'at_end', 'questions', '{content}'::jsonb, \
             'source', jsonb_build_object('title', 'Time limits', 'version', 1)) \
         WHERE version_id = '{draft}' AND key = '{}'",
        quiz.rsplit('/').next().unwrap(),
        key(&portal, "Four"),
    ));
    let mut out = coach.download(&format!("{journey}/export")).await;
    let quizzes = "SELECT count(*) FROM library_assets WHERE kind = 'quiz'";
    for turn in 0..3 {
        let told = brought(&portal, &coach, &out).await;
        let copy = coach.download(&format!("{}/export", journey_of(&told))).await;
        // What was written by hand above is put in order the first time.
        assert!(turn == 0 || copy == out, "byte by byte");
        assert_eq!(portal.look(quizzes), "1");
        out = copy;
    }
}

#[tokio::test]
async fn two_that_are_the_same_stay_two() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = filled(&portal, &coach).await;
    for lesson in ["One", "Two"] {
        let asset = page(&coach, lesson, "The same words.").await;
        show(&portal, lesson, &asset);
    }
    let out = coach.download(&format!("{journey}/export")).await;
    let stranger = portal.neighbour("stranger").await;
    for _ in 0..2 {
        let told = brought(&portal, &stranger, &out).await;
        let back = stranger.download(&format!("{}/export", journey_of(&told))).await;
        assert!(back == out);
    }
    assert_eq!(portal.look("SELECT count(*) FROM library_assets"), "4");
}

/// An archive of these files, whatever they are.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, options(false)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn book(assets: &str, lesson: &str) -> String {
    format!(
        r#"{{"format":"waymark.journey","edition":2,"title":"Brought","milestones":[{{"title":"Begin","lessons":[{{"title":"Look","asset":"{lesson}","content":{{"kind":"video"}}}}]}}],"assets":[{assets}]}}"#
    )
}

#[tokio::test]
async fn what_cant_be_kept_is_left_out_and_told_and_the_rest_is_here() {
    let portal = Portal::with(waymark::server::Duty::Web, |config| {
        config.web.upload_limit = 1024 * 1024;
        config.web.media_limit = 1024 * 1024;
    })
    .await;
    let coach = portal.person("coach").await;
    let zeros = vec![0_u8; 3 * 1024 * 1024];
    let talk = film(2_000);
    let file = |name: &str, title: &str, bytes: usize| {
        format!(
            r#"{{"name":"{name}","kind":"video","title":"{title}","file":{{"path":"files/{name}","name":"{name}.mp4","bytes":{bytes},"captions":[{{"language":"en","path":"words/{name}"}}]}}}}"#
        )
    };
    let assets = [
        file("good", "Good film", 2_000),
        file("lie", "No film", 20),
        file("bomb", "Endless film", 500),
        file("gone", "Lost film", 500),
        r#"{"name":"script","kind":"link","title":"Bad link","url":"javascript:alert(1)"}"#.to_owned(),
        r#"{"name":"far","kind":"video","title":"Played elsewhere","left_out":"It is at Mux only."}"#
            .to_owned(),
    ];
    let json = book(&assets.join(","), "good");
    let bytes = archive(&[
        ("journey.json", json.as_bytes()),
        ("files/good", &talk),
        ("words/good", b"no captions"),
        ("files/lie", b"MZ\x90\0 a program, not a film"),
        ("files/bomb", &zeros),
    ]);
    let told = brought(&portal, &coach, &bytes).await;
    told.expect_text("One asset came into the library")
        .expect_text("“Good film” came without its captions “en”")
        .expect_text("“No film” was left out")
        .expect_text("“Endless film” was left out. Unpacked, it is too large.")
        .expect_text("“Lost film” was left out. “files/gone” is not in the archive.")
        .expect_text("“Bad link” was left out")
        .expect_text("“Played elsewhere” was left out. It is at Mux only.");
    assert_eq!(
        portal.look("SELECT string_agg(title, ' ') FROM library_assets"),
        "Good film"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_nodes n JOIN library_assets a ON a.id = n.asset_id"),
        "1"
    );
    portal.settle().await;
}

#[tokio::test]
async fn archives_that_lead_elsewhere_or_never_end_are_refused_at_once() {
    let portal = Portal::with(waymark::server::Duty::Web, |config| {
        config.web.archive_limit = 1024 * 1024;
    })
    .await;
    let coach = portal.person("coach").await;
    let json = book("", "");
    for name in ["../../etc/passwd", "/etc/passwd", "a\\..\\..\\b", "C:/windows"] {
        bring(
            &coach,
            &[("title", "Mine")],
            &archive(&[("journey.json", json.as_bytes()), (name, b"x")]),
        )
        .await
        .expect_status(422)
        .expect_field_error("file");
    }
    let large = bring(&coach, &[], &vec![7_u8; 1_500_000])
        .await
        .expect_status(422);
    large.expect_field_error("file");
    // A text that unpacks to more than there is room for.
    let endless = vec![b' '; 4 * 1024 * 1024];
    bring(&coach, &[], &archive(&[("journey.json", &endless)]))
        .await
        .expect_status(422)
        .expect_field_error("file");
    let twice = r#"{"name":"a","kind":"page","title":"x","body":"x"}"#;
    let twice = book(&format!("{twice},{twice}"), "a");
    bring(&coach, &[], &archive(&[("journey.json", twice.as_bytes())]))
        .await
        .expect_status(422)
        .expect_field_error("file");
    assert_eq!(
        portal.look("SELECT (SELECT count(*) FROM journeys) + (SELECT count(*) FROM journey_imports)"),
        "0"
    );
}

#[tokio::test]
async fn an_import_that_is_stopped_keeps_nothing_and_is_its_makers_alone() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = laden(&portal, &coach).await;
    let out = coach.download(&format!("{journey}/export")).await;
    let stranger = portal.neighbour("stranger").await;
    let path = |answer: &Page| answer.location().unwrap().path().to_owned();
    // Before its job had its turn.
    let waiting = path(
        &bring(&stranger, &[], &out)
            .await
            .expect_see_other("/journeys/imports/"),
    );
    coach.get(&waiting).await.expect_status(404);
    coach
        .get("/journeys/import")
        .await
        .expect_no_text("Brought in with files");
    let shown = stranger.get(&waiting).await.expect_text("Being brought in");
    shown
        .form("form[action$='/cancellation']")
        .submit(&stranger)
        .await
        .expect_see_other(&waiting);
    stranger.get(&waiting).await.expect_text("Nothing of it was kept");
    portal.settle().await;
    // In the middle: asked to stop as soon as the first asset is told.
    let answer = bring(&stranger, &[], &out)
        .await
        .expect_see_other("/journeys/imports/");
    portal.force(
        "UPDATE jobs SET cancel_requested = true WHERE kind = 'journeys.bring_in' AND state = 'available'",
    );
    portal.settle().await;
    stranger
        .get(&path(&answer))
        .await
        .expect_text("Nothing of it was kept");
    let theirs = portal.organization("neighbour");
    assert_eq!(
        portal.look(&format!("SELECT (SELECT count(*) FROM library_assets WHERE org_id = '{theirs}') + (SELECT count(*) FROM journeys WHERE org_id = '{theirs}')")),
        "0"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_imports WHERE storage_key IS NOT NULL"),
        "0"
    );
}

#[tokio::test]
async fn an_import_whose_worker_dies_in_the_middle_goes_on_where_it_was_and_doubles_nothing() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = laden(&portal, &coach).await;
    let out = coach.download(&format!("{journey}/export")).await;
    let stranger = portal.neighbour("stranger").await;
    let theirs = portal.organization("neighbour");
    let here = |table: &str| portal.look(&format!("SELECT count(*) FROM {table} WHERE org_id = '{theirs}'"));
    portal.force(
        "CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF (SELECT count(*) FROM library_assets WHERE org_id = NEW.org_id) >= 2 THEN RAISE 'the worker dies'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER die BEFORE INSERT ON library_assets FOR EACH ROW EXECUTE FUNCTION public.die()",
    );
    let answer = bring(&stranger, &[], &out)
        .await
        .expect_see_other("/journeys/imports/");
    let path = answer.location().unwrap().path().to_owned();
    portal.settle().await;
    assert_eq!(here("library_assets"), "2");
    stranger.get(&path).await.expect_text("Being brought in");

    portal.force("DROP TRIGGER die ON library_assets");
    portal.pass(chrono::TimeDelta::minutes(10));
    portal.settle().await;
    let told = stranger.get(&path).await.expect_ok();
    told.expect_text("4 assets came into the library")
        .expect_no_text("Not everything");
    assert_eq!(
        (here("library_assets"), here("journeys")),
        ("4".to_owned(), "1".to_owned())
    );
    let back = stranger.download(&format!("{}/export", journey_of(&told))).await;
    assert!(back == out, "byte by byte");
}

#[tokio::test]
async fn team_leaders_bring_journeys_in_for_their_team_only() {
    let portal = Portal::start().await;
    let (coach, leader) = (portal.person("coach").await, portal.person("leader").await);
    let journey = laden(&portal, &coach).await;
    let out = coach.download(&format!("{journey}/export")).await;
    let depot = portal.look("SELECT id FROM contexts WHERE name = 'Depot north'");
    let nights = portal.look("SELECT id FROM contexts WHERE name = 'Night shift'");
    for team in ["", nights.as_str()] {
        let page = leader.get("/journeys/import").await.expect_ok();
        page.form("form[enctype='multipart/form-data']")
            .without("team")
            .forge("team", team)
            .attach("file", "journey.zip", "application/zip", &out)
            .submit(&leader)
            .await
            .expect_status(422);
    }
    portal.force(&format!(
        "UPDATE library_assets SET team_id = '{nights}' WHERE kind = 'link'"
    ));
    let told = brought(&portal, &leader, &out).await;
    // What everyone has is used again; what is another team's is not seen, so they get their own.
    told.expect_text("One asset came into the library; 3 were there already");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM library_assets WHERE team_id = '{depot}' AND kind = 'link'"
        )),
        "1"
    );
    let theirs = journey_of(&told);
    assert_eq!(
        portal.look(&format!(
            "SELECT team_id FROM journeys WHERE id = '{}'",
            theirs.rsplit('/').next().unwrap()
        )),
        depot
    );
    // What a leader does not see in the library does not leave with them.
    let hidden = portal.look("SELECT asset_id FROM asset_media m JOIN library_assets USING (org_id) WHERE name = 'talk.mp4' LIMIT 1");
    portal.force(&format!(
        "UPDATE library_assets SET team_id = '{nights}' WHERE id = '{hidden}'"
    ));
    let out = leader.download(&format!("{theirs}/export")).await;
    assert!(!names(&out).iter().any(|name| name.ends_with("talk.mp4")));
    let member = portal.person("member").await;
    member.get("/journeys/import").await.expect_status(403);
}

#[test]
fn what_is_unpacked_stops_where_there_is_no_room() {
    let bytes = archive(&[("a", &[1; 400_000]), ("b", &[2; 400_000])]);
    let mut archive = Archive::open(Cursor::new(&bytes), 600_000).unwrap();
    let mut out = Vec::new();
    let first = archive.extract("a", 1 << 20, &mut out, |_| Ok(false)).unwrap();
    assert!(matches!(first, Extracted::Whole(400_000, _)));
    let second = archive
        .extract("b", 1 << 20, &mut Vec::new(), |_| Ok(false))
        .unwrap();
    assert!(matches!(second, Extracted::Refused(_)), "{second:?}");
    let mut archive = Archive::open(Cursor::new(&bytes), 1 << 30).unwrap();
    let stopped = archive
        .extract("a", 1 << 20, &mut Vec::new(), |_| Ok(true))
        .unwrap();
    assert!(matches!(stopped, Extracted::Stopped));
    let small = archive
        .extract("a", 1_000, &mut Vec::new(), |_| Ok(false))
        .unwrap();
    assert!(matches!(small, Extracted::Refused(_)));
    let mut all = Vec::new();
    Cursor::new(out).read_to_end(&mut all).unwrap();
    assert_eq!(all.len(), 400_000);
}
