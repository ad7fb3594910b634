//! Conversations between people.

use super::{expect_counts_to_agree, write};
use crate::support::portal::{Actor, Portal};

/// Begins a conversation with these handles; answers its path.
async fn begin(actor: &Actor, handles: &str, title: &str) -> String {
    let form = actor.get("/direct/new").await.expect_ok().form("main form");
    let form = form
        .set("handles", handles)
        .set("title", title)
        .press("Begin the conversation");
    let answer = form.submit(actor).await.expect_see_other("/channels/");
    answer.location().unwrap().path().to_owned()
}

fn conversations(portal: &Portal) -> String {
    portal.look("SELECT count(*) FROM channels WHERE type = 'direct'")
}

#[tokio::test]
async fn two_people_have_one_conversation_however_often_it_is_begun() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = begin(&member, "@steward", "").await;
    write(&member, &path, "Can I ask you something?").await;
    steward
        .get("/channels")
        .await
        .expect_text("Tom Reyes")
        .expect_text("Tom: Can I ask you something?");

    assert_eq!(begin(&steward, "member", "").await, path);
    let (me, them) = (portal.member("member"), portal.member("steward"));
    member
        .get(&format!("/direct/{them}"))
        .await
        .expect_see_other(&path);
    steward
        .get(&format!("/direct/{me}"))
        .await
        .expect_see_other(&path);
    assert_eq!(conversations(&portal), "1");
    let third = portal.person("other").await;
    third.get(&path).await.expect_status(404);
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn opening_an_address_begins_nothing_and_its_button_does() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let address = format!("/direct/{}", portal.member("coach"));
    let asked = member
        .get(&address)
        .await
        .expect_ok()
        .expect_text("Write to Maya Okafor?");
    assert_eq!(conversations(&portal), "0");
    let form = asked.form("main form");
    let path = form
        .submit(&member)
        .await
        .expect_see_other("/channels/")
        .location()
        .unwrap()
        .path()
        .to_owned();
    form.submit(&member).await.expect_see_other(&path);
    assert_eq!(conversations(&portal), "1");
    member
        .get(&format!("/direct/{}", portal.member("member")))
        .await
        .expect_status(409);
    let foreign = portal.look("SELECT id FROM members WHERE handle = 'stranger'");
    member.get(&format!("/direct/{foreign}")).await.expect_status(404);
}

#[tokio::test]
async fn begun_from_both_sides_at_once_it_is_still_one() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let from_one = member
        .get(&format!("/direct/{}", portal.member("steward")))
        .await
        .form("main form");
    let from_other = steward
        .get(&format!("/direct/{}", portal.member("member")))
        .await
        .form("main form");
    let (one, other) = tokio::join!(from_one.submit(&member), from_other.submit(&steward));
    assert_eq!(one.location().unwrap().path(), other.location().unwrap().path());
    assert_eq!(conversations(&portal), "1");
    assert_eq!(portal.look("SELECT count(*) FROM channel_memberships p JOIN channels c ON c.id = p.channel_id WHERE c.type = 'direct'"), "2");
}

#[tokio::test]
async fn a_group_has_a_name_and_can_be_left_and_begun_anew() {
    let portal = Portal::start().await;
    let (member, steward, coach) = (
        portal.person("member").await,
        portal.person("steward").await,
        portal.person("coach").await,
    );
    let path = begin(&member, "@steward, @coach", "Lift to the meeting").await;
    coach.get("/channels").await.expect_text("Lift to the meeting");
    coach.get(&path).await.expect_text("Lift to the meeting");
    assert_eq!(
        begin(&coach, "member steward", "Another name").await,
        path,
        "the same people, the same conversation"
    );
    steward
        .get(&format!("{path}/settings"))
        .await
        .form("form[action$='/settings']")
        .set("title", "")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    coach.get(&path).await.expect_text("Rosa Delgado, Tom Reyes");

    let people = steward
        .get(&format!("{path}/members"))
        .await
        .expect_ok()
        .expect_text("begin a new conversation");
    let extended = people
        .click(&steward, "begin a new conversation with these people")
        .await
        .expect_ok();
    assert_eq!(extended.select("input[name=person][checked]").len(), 2);

    coach
        .get(&format!("{path}/membership/removal"))
        .await
        .form("main form")
        .submit(&coach)
        .await
        .expect_see_other("/channels");
    coach.get(&path).await.expect_status(404);
    write(&member, &path, "Now it is the two of us").await;
    assert_ne!(
        begin(&coach, "member steward", "").await,
        path,
        "whoever left does not come back into it"
    );
    assert_ne!(
        begin(&member, "steward", "").await,
        path,
        "a group that shrank is not the conversation of two"
    );
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn a_conversation_of_two_is_not_left() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let path = begin(&member, "steward", "").await;
    let stuck = member
        .get(&format!("{path}/membership/removal"))
        .await
        .expect_ok();
    stuck
        .expect_text("between two people can't be left")
        .expect_no_element("main form");
    member
        .get(&format!("{path}/members/new"))
        .await
        .expect_status(403);
    member.get(&format!("{path}/archive")).await.expect_status(403);
}

#[tokio::test]
async fn a_sponsor_writes_only_to_people_they_know() {
    let portal = Portal::start().await;
    let sponsor = portal.person("sponsor").await;
    let page = sponsor
        .get("/direct/new")
        .await
        .form("main form")
        .set("q", "Tom")
        .press("Find")
        .submit(&sponsor)
        .await;
    page.expect_ok().expect_text("Nobody found");
    let form = sponsor
        .get("/direct/new")
        .await
        .form("main form")
        .set("handles", "member");
    form.press("Begin the conversation")
        .submit(&sponsor)
        .await
        .expect_status(422)
        .expect_text("Nobody here is called @member.");
    sponsor
        .get(&format!("/direct/{}", portal.member("member")))
        .await
        .expect_status(404);
    let forged = sponsor
        .get("/direct/new")
        .await
        .form("main form")
        .forge("person", &portal.member("member").to_string());
    forged
        .press("Begin the conversation")
        .submit(&sponsor)
        .await
        .expect_status(422);
    assert_eq!(conversations(&portal), "0");
    begin(&sponsor, "coach", "").await;
}

#[tokio::test]
async fn a_conversation_holds_two_to_twelve() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let alone = member
        .get("/direct/new")
        .await
        .form("main form")
        .press("Begin the conversation")
        .submit(&member)
        .await;
    alone
        .expect_status(422)
        .expect_text("Choose at least one other person.");
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle) SELECT '{}', gen_random_uuid(), 'Person ' || n, 'person' || n FROM generate_series(1, 12) n",
        portal.organization("local")
    ));
    let handles = |count: usize| {
        (1..=count)
            .map(|n| format!("person{n}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let form = member
        .get("/direct/new")
        .await
        .form("main form")
        .set("handles", &handles(12));
    let answer = form.press("Begin the conversation").submit(&member).await;
    answer
        .expect_status(422)
        .expect_text("at most 12 people with you; you chose 12");
    begin(&member, &handles(11), "").await;
}
