//! What a published lesson shows of the library: what it showed when it was published, until it is published again or somebody corrects it;
//! what becomes of captions when a film is replaced; and how an asset is found for a lesson.

use serde_json::Value;

use super::building::{add_lesson, begin, key};
use super::library::{add, page, path_of};
use super::media::{film, piece, uploaded};
use crate::authority::world::token_of;
use crate::people::post;
use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

const VTT: &str = "WEBVTT\n\n00:01.000 --> 00:04.000\nWe begin.\n";

/// Has a lesson of the draft show an asset, by its form.
async fn choose(portal: &Portal, who: &Actor, journey: &str, lesson: &str, asset: &str) {
    let path = format!("{journey}/nodes/{}", key(portal, lesson));
    let page = who.get(&path).await.expect_ok();
    page.form("form[data-autosave]")
        .without("asset")
        .forge("asset", asset.rsplit('/').next().unwrap())
        .submit(who)
        .await
        .expect_see_other(&path);
}

async fn publish(who: &Actor, journey: &str) {
    let page = who.get(&format!("{journey}/publication")).await.expect_ok();
    page.form("main form")
        .press("Publish now")
        .submit(who)
        .await
        .expect_see_other(journey);
}

/// Says something else in a page; answers what the form leads to.
async fn rewrite(who: &Actor, asset: &str, body: &str, published: bool) -> Page {
    let edit = format!("{asset}/edit");
    let form = who
        .get(&edit)
        .await
        .expect_ok()
        .form(&format!("form[action='{edit}']"));
    let form = form.set("body", body);
    match published {
        true => form.check("published").submit(who).await,
        false => form.submit(who).await,
    }
}

/// A published journey with one lesson that shows a page, and the address at which a member learns it.
async fn published(portal: &Portal, coach: &Actor) -> (String, String, String) {
    let journey = begin(coach, "Begin well").await;
    add_lesson(portal, coach, &journey, "First milestone", ("text", "Read")).await;
    let asset = page(coach, "House rules", "Rule one as it was.").await;
    choose(portal, coach, &journey, "Read", &asset).await;
    publish(coach, &journey).await;
    post(coach, &format!("{journey}/people"), &[("people", "member")])
        .await
        .expect_see_other("/journeys/");
    let enrolment = portal.look("SELECT id FROM journey_enrolments");
    let lesson = format!("/learn/{enrolment}/lessons/{}", key(portal, "Read"));
    (journey, asset, lesson)
}

#[tokio::test]
async fn a_published_lesson_shows_what_it_showed_and_the_builder_hears_that_the_library_went_on() {
    let portal = Portal::start().await;
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let (journey, asset, lesson) = published(&portal, &coach).await;
    member.get(&lesson).await.expect_text("Rule one as it was.");
    coach.get(&journey).await.expect_no_text("The library went on");
    rewrite(&coach, &asset, "Rule one as it is.", false)
        .await
        .expect_see_other(&asset);
    member
        .get(&lesson)
        .await
        .expect_text("Rule one as it was.")
        .expect_no_text("Rule one as it is.");
    for place in [journey.clone(), format!("{journey}/build")] {
        coach
            .get(&place)
            .await
            .expect_text("House rules in version 1; the library shows version 2.");
    }
    coach
        .get(&asset)
        .await
        .expect_text("learners see another version of this");
    coach
        .get(&format!("{journey}/publication"))
        .await
        .expect_text("Shows version 2 of “House rules” of the library instead of version 1.");
    coach.get(&format!("{journey}/preview")).await.expect_ok();
    // An export of what was published carries what it shows.
    let old = coach.download(&format!("{journey}/export?version=1")).await;
    let new = coach.download(&format!("{journey}/export")).await;
    assert!(old != new);
    publish(&coach, &journey).await;
    member.get(&lesson).await.expect_text("Rule one as it was.");
    coach.get(&journey).await.expect_no_text("The library went on");
    assert_eq!(
        portal.look("SELECT string_agg(coalesce(n.asset_version::text, 'follows'), ' ' ORDER BY v.number NULLS LAST) FROM journey_nodes n JOIN journey_versions v ON v.id = n.version_id WHERE n.asset_id IS NOT NULL"),
        "1 2 follows"
    );
    coach
        .get(&format!("{journey}/versions?from=1&to=2"))
        .await
        .expect_text("Shows version 2 of “House rules”");
    // Going back brings the draft back and not what the library showed then.
    let back = coach.get(&format!("{journey}/versions/1/draft")).await;
    back.form("main form")
        .submit(&coach)
        .await
        .expect_see_other(&journey);
    assert_eq!(
        portal.look("SELECT count(*) FROM journey_nodes n JOIN journey_versions v ON v.id = n.version_id WHERE v.number IS NULL AND n.asset_version IS NOT NULL"),
        "0"
    );
}

#[tokio::test]
async fn a_correction_reaches_who_learns_now_and_is_written_down() {
    let portal = Portal::start().await;
    let (coach, member) = (portal.person("coach").await, portal.person("member").await);
    let (journey, asset, lesson) = published(&portal, &coach).await;
    rewrite(&coach, &asset, "Rule one, corrected.", true)
        .await
        .expect_see_other(&asset);
    member.get(&lesson).await.expect_text("Rule one, corrected.");
    coach.get(&journey).await.expect_no_text("The library went on");
    assert_eq!(
        portal
            .look("SELECT after ->> 'lessons' FROM audit_entries WHERE action = 'journeys.asset.corrected'"),
        "1"
    );
    // Or later, by a page of its own.
    rewrite(&coach, &asset, "Rule one, once more.", false)
        .await
        .expect_see_other(&asset);
    let ask = format!("{asset}/correction");
    coach
        .get(&asset)
        .await
        .expect_element(&format!("a[href='{ask}']"));
    let leader = portal.person("leader").await;
    leader.get(&ask).await.expect_status(403);
    member.get(&ask).await.expect_status(404);
    portal
        .neighbour("stranger")
        .await
        .get(&ask)
        .await
        .expect_status(404);
    coach
        .get(&ask)
        .await
        .expect_text("Begin well")
        .form("main form")
        .submit(&coach)
        .await
        .expect_see_other(&asset);
    member.get(&lesson).await.expect_text("Rule one, once more.");
    // Nothing else of what was published changes, nor does it follow the library from then on.
    for change in [
        "title = 'x'",
        "asset_version = NULL",
        "asset_id = NULL, asset_version = NULL",
    ] {
        let sql = format!("UPDATE journey_nodes SET {change} WHERE asset_version IS NOT NULL");
        assert!(super::library::refused(&portal, &sql), "{change}");
    }
}

/// Gives an asset captions and a transcript.
async fn say(who: &Actor, asset: &str) {
    let page = who.get(asset).await.expect_ok();
    let form = page.form("form[action$='/captions']").set("language", "en");
    form.attach("captions", "talk.vtt", "text/vtt", VTT.as_bytes())
        .submit(who)
        .await
        .expect_see_other(asset);
    let edit = format!("{asset}/edit");
    let page = who.get(&edit).await;
    page.form(&format!("form[action='{edit}']"))
        .set("transcript", "We begin.")
        .submit(who)
        .await
        .expect_see_other(asset);
}

/// Sends another film in the place of one, with these fields.
async fn replace(portal: &Portal, who: &Actor, asset: &str, size: usize, fields: &[(&str, &str)]) -> u16 {
    let (id, count) = (asset.rsplit('/').next().unwrap(), size.to_string());
    let fields = [
        fields,
        &[("file_name", "again.mp4"), ("size", &count), ("asset", id)],
    ]
    .concat();
    let token = token_of(who).await;
    let headers = [
        ("X-CSRF-Token", token.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("HX-Request-Type", "partial"),
    ];
    let body = serde_html_form::to_string(&fields).unwrap();
    let answer = who
        .raw(reqwest::Method::POST, "/journeys/library/uploads", &headers, body)
        .await;
    if answer.status != 201 {
        return answer.status.as_u16();
    }
    let begun: Value = serde_json::from_str(&answer.html).unwrap();
    let upload = begun["upload"].as_str().unwrap();
    piece(who, upload, 0, &film(size)).await.expect_status(204);
    let whole = format!("/journeys/library/uploads/{upload}/completion");
    who.raw(reqwest::Method::POST, &whole, &headers, "")
        .await
        .expect_status(202);
    portal.settle().await;
    201
}

#[tokio::test]
async fn captions_go_with_a_new_film_only_when_somebody_says_so_and_are_marked_until_they_fit() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let asset = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    assert_eq!(
        replace(&portal, &coach, &asset, 2_100, &[]).await,
        201,
        "nothing to decide"
    );
    coach.get(&asset).await.expect_no_element("input[name=words]");
    say(&coach, &asset).await;
    portal.force("UPDATE asset_media SET duration_ms = 187000 WHERE size_bytes = 2100");
    assert_eq!(
        replace(&portal, &coach, &asset, 2_200, &[]).await,
        422,
        "it is to be decided"
    );
    // The form without a script says so beside the choice.
    let page = coach.get(&asset).await.expect_element("input[name=words]");
    page.form(&format!("form[action='{asset}/file']"))
        .attach("file", "again.mp4", "video/mp4", &film(2_200))
        .submit(&coach)
        .await
        .expect_status(422)
        .expect_field_error("words");
    assert_eq!(
        replace(&portal, &coach, &asset, 2_200, &[("words", "keep")]).await,
        201
    );
    portal.force("UPDATE asset_media SET duration_ms = 200000 WHERE size_bytes = 2200");
    let shown = coach.get(&asset).await;
    shown
        .expect_text("Captions and transcript may not fit")
        .expect_text("It was 3:07 long; this one is 3:20.")
        .expect_text("We begin.");
    assert_eq!(shown.select("video track").len(), 1);
    shown
        .form("form[action$='/words']")
        .submit(&coach)
        .await
        .expect_see_other(&asset);
    coach.get(&asset).await.expect_no_text("may not fit");
    // Left where they were, they can be taken over later.
    assert_eq!(
        replace(&portal, &coach, &asset, 2_300, &[("words", "drop")]).await,
        201
    );
    let shown = coach.get(&asset).await;
    shown
        .expect_no_element("video track")
        .expect_text("Version 3 has captions or a transcript, and this one has none.");
    let leader = portal.person("leader").await;
    let form = shown.form("form[action$='/words']");
    form.clone()
        .without("_csrf")
        .forge("_csrf", &token_of(&leader).await)
        .submit(&leader)
        .await
        .expect_status(403);
    form.submit(&coach).await.expect_see_other(&asset);
    let shown = coach.get(&asset).await.expect_text("may not fit");
    assert_eq!(shown.select("video track").len(), 1);
    coach
        .get(&format!("{asset}/versions/3"))
        .await
        .expect_element("video track");
}

#[tokio::test]
async fn another_film_is_shown_in_published_journeys_only_when_that_was_asked_for() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = begin(&coach, "Watch").await;
    add_lesson(&portal, &coach, &journey, "First milestone", ("video", "Look")).await;
    let asset = uploaded(&portal, &coach, "talk.mp4", &film(2_000)).await;
    choose(&portal, &coach, &journey, "Look", &asset).await;
    publish(&coach, &journey).await;
    let pinned = || portal.look("SELECT asset_version FROM journey_nodes WHERE asset_version IS NOT NULL");
    assert_eq!(replace(&portal, &coach, &asset, 2_100, &[]).await, 201);
    assert_eq!(pinned(), "1");
    assert_eq!(
        replace(&portal, &coach, &asset, 2_200, &[("published", "yes")]).await,
        201
    );
    assert_eq!(pinned(), "3");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'journeys.asset.corrected'"),
        "1"
    );
}

#[tokio::test]
async fn an_asset_is_found_by_its_words_and_nothing_typed_is_lost_over_it() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let journey = begin(&coach, "Many").await;
    add_lesson(&portal, &coach, &journey, "First milestone", ("text", "Read")).await;
    let lesson = format!("{journey}/nodes/{}", key(&portal, "Read"));
    coach.get(&lesson).await.expect_no_element("input[name=find]");
    for number in 1..=14 {
        page(&coach, &format!("Sheet {number:02}"), "Words of a sheet.").await;
    }
    path_of(
        &add(
            &coach,
            "link",
            &[("title", "Sheet elsewhere"), ("url", "https://example.org/")],
        )
        .await,
    );
    let shown = coach.get(&lesson).await.expect_text("There is more");
    shown.expect_no_text("Sheet 01").expect_no_text("Sheet elsewhere");
    // Without a script: what is typed is kept, and the page comes back with what was found.
    let answer = shown
        .form("form[data-autosave]")
        .set("body", "Typed meanwhile.")
        .set("find", "sheet 01")
        .press("Search")
        .submit(&coach)
        .await
        .expect_see_other(&lesson);
    let to = answer.location().unwrap();
    let found = coach.get(&format!("{}?{}", to.path(), to.query().unwrap())).await;
    found
        .expect_text("Sheet 01")
        .expect_text("Typed meanwhile.")
        .expect_no_text("Sheet 14");
    let asset = portal.look("SELECT id FROM library_assets WHERE title = 'Sheet 01'");
    found
        .form("form[data-autosave]")
        .set("find", "")
        .set("asset", &asset)
        .submit(&coach)
        .await
        .expect_see_other(&lesson);
    let shown = coach.get(&lesson).await;
    shown.expect_element(&format!("a[href='/journeys/library/assets/{asset}']"));
    assert_eq!(
        shown.one("input[name=asset][checked]").attr("value"),
        Some(asset.as_str())
    );
    // What is chosen stays on offer whatever is looked for.
    coach
        .get(&format!("{lesson}?find=nothing+like+it"))
        .await
        .expect_text("Nothing else there is called so.")
        .expect_element(&format!("input[name=asset][value='{asset}'][checked]"));
}
