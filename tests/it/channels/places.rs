//! Making channels, finding them, coming in and going out.

mod direct;
mod following;
mod people;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::support::portal::{Actor, Portal};

/// Somebody makes a channel of a context through the form; answers its path.
pub async fn make(
    portal: &Portal,
    maker: &Actor,
    context: &str,
    title: &str,
    rules: &[(&str, &str)],
) -> String {
    let context = portal.look(&format!("SELECT id FROM contexts WHERE name = '{context}'"));
    let mut form = maker
        .get("/channels/new")
        .await
        .expect_ok()
        .form("main form")
        .set("context", &context)
        .set("title", title);
    for (name, value) in rules {
        form = form.set(name, value);
    }
    form.submit(maker).await.expect_see_other("/channels/");
    format!("/channels/{}", portal.channel(title))
}

/// Somebody writes a message; the path is the channel's.
pub(super) async fn write(author: &Actor, path: &str, body: &str) {
    let page = author.get(path).await.expect_ok();
    page.form("form[data-composer]")
        .set("body", body)
        .submit(author)
        .await
        .expect_see_other(path);
}

/// Nowhere does the number beside a channel differ from the people in it.
pub(super) fn expect_counts_to_agree(portal: &Portal) {
    let wrong = portal.look(
        "SELECT string_agg(title, ', ') FROM channels c WHERE member_count <> (SELECT count(*) FROM channel_memberships p WHERE p.org_id = c.org_id AND p.channel_id = c.id)",
    );
    assert_eq!(wrong, "", "member_count has drifted");
}

#[tokio::test]
async fn a_leader_makes_a_channel_and_everyone_of_the_team_is_in_it() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);

    let path = make(&portal, &leader, "Depot north", "Safety", &[]).await;

    member.get("/channels").await.expect_ok().expect_text("Safety");
    member.get(&path).await.expect_ok();
    member
        .get(&format!("{path}/members"))
        .await
        .expect_text("8 people")
        .expect_text("Owen Clarke")
        .expect_text("Owner");
    let told = portal.look("SELECT string_agg(event_type, ',' ORDER BY seq) FROM events WHERE event_type LIKE 'channels.channel.%'");
    assert_eq!(told, "channels.channel.created,channels.channel.member_added");
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'channels.channel.created'"),
        "1"
    );
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn only_leaders_and_admins_make_channels_and_only_for_their_own() {
    let portal = Portal::start().await;
    let coach = portal.person("coach").await;
    let offered = coach.get("/channels/new").await.expect_ok();
    let options: Vec<String> = offered
        .select("#context option")
        .into_iter()
        .map(|option| option.text)
        .collect();
    assert_eq!(
        options,
        [
            "Choose one",
            "Challenge: 30 conversations",
            "Cohort: Steward school"
        ]
    );
    let admin = portal
        .person("admin")
        .await
        .get("/channels/new")
        .await
        .expect_ok();
    assert_eq!(
        admin.select("#context option").len(),
        6,
        "an admin may choose any group"
    );

    let depot = portal.look("SELECT id FROM contexts WHERE name = 'Depot north'");
    let forged = offered
        .form("main form")
        .without("context")
        .forge("context", &depot)
        .set("title", "Not mine");
    forged.submit(&coach).await.expect_status(403);
    let foreign = portal.look("SELECT id FROM contexts WHERE name = 'Sales'");
    let forged = offered
        .form("main form")
        .without("context")
        .forge("context", &foreign)
        .set("title", "Not here");
    forged.submit(&coach).await.expect_status(404);

    let member = portal.person("member").await;
    member
        .get("/channels/new")
        .await
        .expect_ok()
        .expect_text("You lead no group")
        .expect_no_element("main form");
    let forged = offered
        .form("main form")
        .without("_csrf")
        .forge("_csrf", "wrong")
        .without("context")
        .forge("context", &depot);
    assert!(forged.submit(&member).await.status.is_client_error());
    assert_eq!(
        portal.look("SELECT count(*) FROM channels WHERE title IN ('Not mine', 'Not here')"),
        "0"
    );
}

#[tokio::test]
async fn a_channel_without_a_title_comes_back_with_what_was_typed() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let form = leader
        .get("/channels/new")
        .await
        .form("main form")
        .set("description", "Everything about vests");
    let answer = form
        .submit(&leader)
        .await
        .expect_status(422)
        .expect_text("The title is missing")
        .expect_text("Choose what the channel is for");
    assert_eq!(answer.one("#description").text.trim(), "Everything about vests");
    let long = "long ".repeat(20);
    answer
        .form("main form")
        .set("title", &long)
        .submit(&leader)
        .await
        .expect_status(422)
        .expect_text("must have 80 characters or fewer");
}

#[tokio::test]
async fn an_open_channel_is_found_joined_and_left() {
    let portal = Portal::start().await;
    let (steward, other) = (portal.person("steward").await, portal.person("other").await);
    let path = make(
        &portal,
        &steward,
        "Night shift",
        "Carpooling",
        &[("join_rule", "open")],
    )
    .await;

    let page = other
        .get("/channels/browse")
        .await
        .expect_ok()
        .expect_text("Carpooling")
        .expect_text("1 person");
    other
        .get("/channels/browse?q=CARPOOL")
        .await
        .expect_text("Carpooling");
    other
        .get("/channels/browse?q=%25")
        .await
        .expect_no_text("Carpooling");
    other.get(&path).await.expect_status(404);
    page.form("form[action$='/membership']")
        .submit(&other)
        .await
        .expect_see_other(&path)
        .follow(&other)
        .await
        .expect_ok();
    assert!(
        !other
            .get("/channels/browse")
            .await
            .one("main")
            .text
            .contains("Carpooling"),
        "what one is in is not offered"
    );

    let asked = other
        .get(&format!("{path}/membership/removal"))
        .await
        .expect_ok()
        .expect_text("Leave Carpooling?");
    asked
        .form("main form")
        .submit(&other)
        .await
        .expect_see_other("/channels");
    other.get(&path).await.expect_status(404);
    other.get("/channels/browse").await.expect_text("Carpooling");
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn a_sponsor_finds_nothing_to_join_and_a_neighbour_less() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    let path = make(
        &portal,
        &steward,
        "Night shift",
        "Carpooling",
        &[("join_rule", "open")],
    )
    .await;
    let sponsor = portal.person("sponsor").await;
    sponsor
        .get("/channels/browse")
        .await
        .expect_ok()
        .expect_text("nothing to browse")
        .expect_no_text("Carpooling");
    let other = portal.person("other").await;
    let join = other
        .get("/channels/browse")
        .await
        .form("form[action$='/membership']");
    for outsider in [sponsor, portal.neighbour("second").await] {
        let token = outsider
            .get("/channels")
            .await
            .form("form[action='/sign-out']")
            .value("_csrf")
            .unwrap()
            .to_owned();
        let forged = join.clone().without("_csrf").forge("_csrf", &token);
        forged.submit(&outsider).await.expect_status(404);
        outsider.get(&path).await.expect_status(404);
    }
}

#[tokio::test]
async fn a_channel_by_invitation_is_not_found_by_others() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    make(
        &portal,
        &steward,
        "Night shift",
        "Bargaining team",
        &[("join_rule", "invitation")],
    )
    .await;
    for key in ["member", "admin"] {
        let person = portal.person(key).await;
        person
            .get("/channels/browse")
            .await
            .expect_no_text("Bargaining team");
        person.get("/channels").await.expect_no_text("Bargaining team");
    }
}

#[tokio::test]
async fn who_joins_later_sees_what_the_rule_gives_newcomers() {
    let portal = Portal::start().await;
    let (steward, other) = (portal.person("steward").await, portal.person("other").await);
    let rules = [("join_rule", "open"), ("history_rule", "from_joining")];
    let path = make(&portal, &steward, "Night shift", "Fresh start", &rules).await;
    write(&steward, &path, "Before anyone came").await;

    let join = other
        .get("/channels/browse")
        .await
        .form("form[action$='/membership']");
    let seen = join
        .submit(&other)
        .await
        .follow(&other)
        .await
        .expect_no_text("Before anyone came");
    seen.expect_no_text("new message");
    write(&steward, &path, "While you were there").await;
    other
        .get(&path)
        .await
        .expect_text("While you were there")
        .expect_text("1 new message");

    other
        .get(&format!("{path}/membership/removal"))
        .await
        .form("main form")
        .submit(&other)
        .await
        .expect_see_other("/channels");
    let join = other
        .get("/channels/browse")
        .await
        .form("form[action$='/membership']");
    let again = join.submit(&other).await.follow(&other).await;
    again
        .expect_no_text("Before anyone came")
        .expect_no_text("While you were there");

    let page = steward.get(&format!("{path}/settings")).await;
    page.form("main form")
        .set("history_rule", "everything")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    other
        .get(&format!("{path}/membership/removal"))
        .await
        .form("main form")
        .submit(&other)
        .await;
    let join = other
        .get("/channels/browse")
        .await
        .form("form[action$='/membership']");
    join.submit(&other)
        .await
        .follow(&other)
        .await
        .expect_text("Before anyone came")
        .expect_no_text("new message");
}

#[tokio::test]
async fn settings_are_read_by_all_changed_by_owners_and_never_by_a_stale_form() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let settings = format!("{path}/settings");
    member
        .get(&settings)
        .await
        .expect_ok()
        .expect_text("Follows its group")
        .expect_no_element("#title");

    let first = leader.get(&settings).await.expect_ok();
    let stale = first
        .form("form[action$='/settings']")
        .set("title", "Depot of the north");
    first
        .form("form[action$='/settings']")
        .set("title", "North depot")
        .submit(&leader)
        .await
        .expect_see_other(&settings);
    member.get("/channels").await.expect_text("North depot");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.channel.renamed'"),
        "1"
    );

    let fresh_key = Uuid::now_v7().to_string();
    let answer = stale
        .without("_key")
        .forge("_key", &fresh_key)
        .submit(&leader)
        .await
        .expect_status(409);
    answer
        .expect_text("Somebody changed these settings")
        .expect_text("North depot");
    assert_eq!(
        answer.form("form[action$='/settings']").value("title"),
        Some("Depot of the north"),
        "what was typed is kept"
    );
    answer
        .form("form[action$='/settings']")
        .submit(&leader)
        .await
        .expect_see_other(&settings);
    assert_eq!(
        portal.look("SELECT title FROM channels WHERE title LIKE 'Depot of%'"),
        "Depot of the north"
    );

    let token = member
        .get("/channels")
        .await
        .form("form[action='/sign-out']")
        .value("_csrf")
        .unwrap()
        .to_owned();
    let forged = leader
        .get(&settings)
        .await
        .form("form[action$='/settings']")
        .without("_csrf")
        .forge("_csrf", &token)
        .set("title", "Mine now");
    forged.submit(&member).await.expect_status(403);
    portal
        .neighbour("stranger")
        .await
        .get(&settings)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn an_archived_channel_is_read_set_aside_and_opened_again() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    member.get(&format!("{path}/archive")).await.expect_status(403);
    let before = member.get(&path).await.expect_ok();

    let asked = leader
        .get(&format!("{path}/archive"))
        .await
        .expect_ok()
        .expect_text("Archive Depot north?");
    asked
        .form("main form")
        .submit(&leader)
        .await
        .expect_see_other(&path);

    member
        .get("/channels")
        .await
        .expect_no_element(&format!("main a[href='{path}']"));
    member
        .get("/channels/aside")
        .await
        .expect_text("Depot north")
        .expect_text("Archived");
    member
        .get(&path)
        .await
        .expect_ok()
        .expect_text("This channel is archived");
    before
        .form("form[data-composer]")
        .set("body", "Too late")
        .submit(&member)
        .await
        .expect_status(409);

    let settings = leader
        .get(&format!("{path}/settings"))
        .await
        .expect_no_element("#title");
    settings
        .form("form[action$='/archive/removal']")
        .submit(&leader)
        .await
        .expect_see_other(&path);
    write(&member, &path, "Open again").await;
    let told = portal.look(
        "SELECT string_agg(event_type, ',' ORDER BY seq) FROM events WHERE event_type LIKE '%archived'",
    );
    assert_eq!(told, "channels.channel.archived,channels.channel.unarchived");
}

#[tokio::test]
async fn a_channel_calls_for_attention_as_its_reader_says() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = format!("/channels/{}", portal.channel("Night shift"));
    let page = format!("{path}/notifications");
    write(&steward, &path, "Something new").await;
    let line = format!("main a.row__title[href='{path}']");
    member
        .get("/channels")
        .await
        .expect_element(".channel-link--unread");

    let form = member.get(&page).await.expect_ok().form("main form");
    form.set("mute", "tomorrow")
        .submit(&member)
        .await
        .expect_see_other(&page)
        .follow(&member)
        .await
        .expect_text("Muted until");
    let nine = portal.look("SELECT to_char(muted_until AT TIME ZONE 'America/Toronto', 'HH24:MI') FROM channel_memberships WHERE muted_until IS NOT NULL");
    assert_eq!(nine, "09:00", "in the reader's own zone");
    member
        .get("/channels")
        .await
        .expect_element(".channel-link--muted")
        .expect_no_element(".channel-link--unread");
    portal.pass(TimeDelta::hours(34));
    member
        .get("/channels")
        .await
        .expect_element(".channel-link--unread");

    let form = member.get(&page).await.form("main form");
    form.set("mute", "always")
        .set("notify", "mentions")
        .submit(&member)
        .await
        .follow(&member)
        .await
        .expect_text("Muted until you turn it back on");
    let form = member.get(&page).await.form("main form");
    form.set("notify", "hidden")
        .submit(&member)
        .await
        .expect_see_other(&page);
    assert!(
        portal
            .look("SELECT muted_until FROM channel_memberships WHERE notify = 'hidden'")
            .starts_with("9999"),
        "muting is kept as it was"
    );
    member.get("/channels").await.expect_no_element(&line);
    let aside = member
        .get("/channels/aside")
        .await
        .expect_element(&line)
        .expect_text("Hidden");
    let shown = aside
        .click(&member, "Show again: Night shift")
        .await
        .form("main form");
    shown
        .set("notify", "all")
        .set("mute", "off")
        .submit(&member)
        .await
        .expect_see_other(&page);
    member.get("/channels").await.expect_element(&line);

    let form = member
        .get(&page)
        .await
        .form("main form")
        .without("notify")
        .forge("notify", "loud");
    form.submit(&member)
        .await
        .expect_status(422)
        .expect_text("from the list");
    portal.person("admin").await.get(&page).await.expect_status(404);
}

#[tokio::test]
async fn the_list_shows_what_was_written_last() {
    let portal = Portal::start().await;
    let (member, steward) = (portal.person("member").await, portal.person("steward").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    member
        .get("/channels")
        .await
        .expect_text("Rosa: Thursday at 14:00, hall B.");
    steward
        .get("/channels")
        .await
        .expect_text("You: Thursday at 14:00, hall B.");
    let side = member
        .get_partial("/channels/side")
        .await
        .expect_ok()
        .expect_element(&format!("a[href='{path}']"));
    side.expect_no_element("html body main");

    let id = portal.look("SELECT id FROM messages WHERE body LIKE 'Thursday%'");
    let asked = steward.get(&format!("{path}/messages/{id}/deletion")).await;
    asked
        .form("main form")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    member
        .get("/channels")
        .await
        .expect_text("Message deleted")
        .expect_no_text("hall B");
}
