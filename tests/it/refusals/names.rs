//! Names as people have them, and as nobody has them.

use uuid::Uuid;

use super::composed;
use crate::channels::places::make;
use crate::support::portal::Portal;
use crate::support::writer::Writer;

#[tokio::test]
async fn names_in_any_script_and_with_emoji_are_kept_as_they_are() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    for name in ["שָׁלוֹם כהן", "محمد الأحمد", "👩🏽‍🚀 Zoë", "李小龍", "Ngũgĩ wa Thiong’o"]
    {
        let form = member.get("/me").await.expect_ok().form("form[action='/me']");
        form.set("display_name", name)
            .submit(&member)
            .await
            .expect_see_other("/me");
        portal.pass(chrono::TimeDelta::minutes(1));
        assert_eq!(
            portal.look("SELECT display_name FROM members WHERE handle = 'member'"),
            name
        );
        let path = make(&portal, &leader, "Depot north", name, &[]).await;
        let form = composed(&member, &path, &format!("{name} says hello to @leader")).await;
        let page = form
            .submit(&member)
            .await
            .expect_see_other(&path)
            .follow(&member)
            .await;
        page.expect_text(&format!("{name} says hello"));
        leader.get(&path).await.expect_text(name);
        leader.get("/inbox").await.expect_ok().expect_text(name);
        let found = leader.get(&format!("/people/{}", portal.member("member"))).await;
        found.expect_ok().expect_text(name);
    }
}

#[tokio::test]
async fn a_name_that_is_too_long_or_would_mislead_comes_back_with_what_was_typed() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let (long, flipped, two_lines) = ("é".repeat(5_000), "Tom \u{202e}seyeR", "Tom\nReyes");
    for (name, told) in [
        (long.as_str(), "must have 120 characters or fewer; it has 5000."),
        (
            flipped,
            "can't contain line breaks or invisible control characters",
        ),
        (
            two_lines,
            "can't contain line breaks or invisible control characters",
        ),
        ("  ", "is missing"),
    ] {
        let form = member.get("/me").await.form("form[action='/me']");
        let answer = form
            .set("display_name", name)
            .set("headline", "Kept as typed")
            .submit(&member)
            .await;
        answer.expect_status(422).expect_text(told);
        let form = answer.form("form[action='/me']");
        assert_eq!(form.value("headline"), Some("Kept as typed"));
    }
    assert_eq!(
        portal.look("SELECT display_name FROM members WHERE handle = 'member'"),
        "Tom Reyes"
    );
}

#[tokio::test]
async fn a_nul_in_a_message_is_left_out_and_one_in_a_name_is_refused() {
    let portal = Portal::start().await;
    let member = Writer::of(&portal, "member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let answer = member
        .send(&format!("{path}/messages"), &[("body", "one\0two")])
        .await;
    answer.expect_see_other(&path);
    member.say(&path, "three\0four", Uuid::now_v7()).await;
    let answer = member
        .send(&format!("{path}/draft"), &[("body", "five\0six")])
        .await;
    answer.expect_status(204);
    assert_eq!(portal.look("SELECT string_agg(body, ' ' ORDER BY seq) FROM messages m JOIN channels c ON c.id = m.channel_id WHERE c.title = 'Night shift'"), "onetwo threefour");
    let form = member.client().get("/me").await.form("form[action='/me']");
    form.set("display_name", "Tom\0Reyes")
        .submit(member.client())
        .await
        .expect_status(422)
        .expect_text("can't contain line breaks or invisible control characters");
}

#[tokio::test]
async fn a_file_with_a_name_of_a_kilometre_is_kept_under_a_shorter_one() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let name = format!("../../{}\u{202e}fdp.txt", "long ".repeat(300));
    let form = composed(&member, &path, "The plan").await;
    let sent = form
        .attach("files", &name, "text/plain", b"The plan")
        .submit(&member)
        .await;
    sent.expect_see_other(&path)
        .follow(&member)
        .await
        .expect_text("The plan");
    let kept = portal.look("SELECT name FROM attachments");
    assert!(kept.chars().count() <= 255 && kept.ends_with(".txt"), "{kept}");
    assert!(!kept.contains(['/', '\u{202e}']), "{kept}");
}
