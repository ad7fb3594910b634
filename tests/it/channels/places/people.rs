//! Who is in a channel.

use super::{expect_counts_to_agree, make, write};
use crate::support::portal::{Actor, Portal};

/// A channel by invitation that the steward owns, with these people added by handle.
async fn invited(portal: &Portal, owner: &Actor, handles: &str) -> String {
    let path = make(
        portal,
        owner,
        "Night shift",
        "Bargaining team",
        &[("join_rule", "invitation")],
    )
    .await;
    if !handles.is_empty() {
        let form = owner
            .get(&format!("{path}/members/new"))
            .await
            .expect_ok()
            .form("main form");
        form.set("handles", handles)
            .press("Add them")
            .submit(owner)
            .await
            .expect_see_other(&path);
    }
    path
}

/// The menu entry that gives somebody a channel role.
pub(super) async fn give_role(portal: &Portal, giver: &Actor, path: &str, key: &str, label: &str) {
    let page = giver.get(&format!("{path}/members")).await.expect_ok();
    let action = format!("{path}/members/{}/role", portal.member(key));
    page.form(&format!("form[action='{action}']"))
        .press(label)
        .submit(giver)
        .await
        .expect_see_other(path);
}

#[tokio::test]
async fn people_are_found_ticked_added_and_removed() {
    let portal = Portal::start().await;
    let (steward, member, other) = (
        portal.person("steward").await,
        portal.person("member").await,
        portal.person("other").await,
    );
    let path = invited(&portal, &steward, "").await;
    write(&steward, &path, "Our floor is four per cent").await;

    let form = steward
        .get(&format!("{path}/members/new"))
        .await
        .form("main form");
    let found = form
        .set("q", "rey")
        .set("handles", "@other")
        .press("Find")
        .submit(&steward)
        .await
        .expect_ok();
    found.expect_text("Tom Reyes");
    let form = found
        .form("main form")
        .check_value("person", &portal.member("member").to_string());
    assert_eq!(
        form.value("handles"),
        Some("@other"),
        "what was typed stays while one looks for others"
    );
    let done = form
        .press("Add them")
        .submit(&steward)
        .await
        .expect_see_other(&path)
        .follow(&steward)
        .await;
    done.expect_text("2 people were added").expect_text("3 people");
    member.get(&path).await.expect_text("Our floor is four per cent");

    let form = steward
        .get(&format!("{path}/members/new"))
        .await
        .form("main form");
    let unknown = form
        .set("handles", "@nobody @other")
        .press("Add them")
        .submit(&steward)
        .await;
    unknown
        .expect_status(422)
        .expect_text("Nobody here is called @nobody.");

    // Removal is felt at once, also by a page that was told "nothing new" from memory a moment ago.
    let poll = format!(
        "{path}/since?rev={}",
        portal.look("SELECT rev FROM channels WHERE title = 'Bargaining team'")
    );
    other.get_partial(&poll).await.expect_status(204);
    other.get_partial(&poll).await.expect_status(204);
    let id = portal.member("other");
    let asked = steward
        .get(&format!("{path}/members/{id}/removal"))
        .await
        .expect_ok()
        .expect_text("Remove Nadia Haddad");
    asked
        .form("main form")
        .submit(&steward)
        .await
        .expect_see_other(&path);
    other.get_partial(&poll).await.expect_status(410);
    other.get(&path).await.expect_status(404);
    steward
        .get(&format!("{path}/members/{id}/removal"))
        .await
        .expect_status(404);
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn only_who_looks_after_a_channel_decides_who_is_in_it() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let path = invited(&portal, &steward, "@member @other").await;
    member
        .get(&format!("{path}/members"))
        .await
        .expect_ok()
        .expect_no_text("Add people")
        .expect_no_element("main details");
    member
        .get(&format!("{path}/members/new"))
        .await
        .expect_status(403);
    member
        .get(&format!("{path}/members/{}/removal", portal.member("other")))
        .await
        .expect_status(403);
    for outsider in [portal.person("admin").await, portal.neighbour("stranger").await] {
        outsider.get(&format!("{path}/members")).await.expect_status(404);
        outsider
            .get(&format!("{path}/members/new"))
            .await
            .expect_status(404);
    }

    give_role(&portal, &steward, &path, "member", "Make moderator").await;
    let form = member
        .get(&format!("{path}/members/new"))
        .await
        .expect_ok()
        .form("main form");
    form.set("handles", "coach")
        .press("Add them")
        .submit(&member)
        .await
        .expect_see_other(&path);
    member
        .get(&format!("{path}/members/{}/removal", portal.member("steward")))
        .await
        .expect_status(403);
    member
        .get(&format!("{path}/members"))
        .await
        .expect_no_element("form[action$='/role']");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'channels.channel.role_changed'"),
        "1"
    );
}

#[tokio::test]
async fn a_channel_never_loses_its_last_owner() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let path = invited(&portal, &steward, "@member").await;
    let stuck = steward
        .get(&format!("{path}/membership/removal"))
        .await
        .expect_ok();
    stuck
        .expect_text("Make somebody else an owner first")
        .expect_no_element("main form");
    let page = steward.get(&format!("{path}/members")).await;
    let mine = format!("form[action='{path}/members/{}/role']", portal.member("steward"));
    page.form(&mine)
        .press("Make plain member")
        .submit(&steward)
        .await
        .expect_status(409);

    give_role(&portal, &steward, &path, "member", "Make owner").await;
    steward
        .get(&format!("{path}/membership/removal"))
        .await
        .form("main form")
        .submit(&steward)
        .await
        .expect_see_other("/channels");
    member
        .get(&format!("{path}/settings"))
        .await
        .expect_element("#title");
    assert_eq!(portal.look("SELECT count(*) FROM channel_memberships p JOIN channels c ON c.id = p.channel_id WHERE c.title = 'Bargaining team' AND role = 'owner'"), "1");
}

#[tokio::test]
async fn a_sponsor_only_ever_comes_into_channels_of_what_they_sponsor() {
    let portal = Portal::start().await;
    let (steward, admin, sponsor) = (
        portal.person("steward").await,
        portal.person("admin").await,
        portal.person("sponsor").await,
    );
    let team = invited(&portal, &steward, "").await;
    let form = steward
        .get(&format!("{team}/members/new"))
        .await
        .form("main form");
    let refused = form
        .set("handles", "@sponsor @other")
        .press("Add them")
        .submit(&steward)
        .await;
    refused
        .expect_status(422)
        .expect_text("Sponsors can only be in channels of what they sponsor");
    assert_eq!(
        refused.form("main form").value("handles"),
        Some("@sponsor @other")
    );
    sponsor.get(&team).await.expect_status(404);

    let theirs = make(
        &portal,
        &admin,
        "Harbour Credit Union",
        "Bursaries",
        &[("join_rule", "invitation")],
    )
    .await;
    let form = admin
        .get(&format!("{theirs}/members/new"))
        .await
        .form("main form");
    form.set("handles", "sponsor")
        .press("Add them")
        .submit(&admin)
        .await
        .expect_see_other(&theirs);
    sponsor.get(&theirs).await.expect_ok();
}

#[tokio::test]
async fn a_channel_that_follows_its_group_says_where_people_come_from() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let page = leader
        .get(&format!("{path}/members"))
        .await
        .expect_text("follows its group")
        .expect_no_text("Add people");
    page.click(&leader, "Go to the group")
        .await
        .expect_ok()
        .expect_text("Depot north");
    leader
        .get(&format!("{path}/members/new"))
        .await
        .expect_status(409);
    leader
        .get(&format!("{path}/members/{}/removal", portal.member("member")))
        .await
        .expect_status(409);
    let stuck = member
        .get(&format!("{path}/membership/removal"))
        .await
        .expect_ok();
    stuck
        .expect_text("because you belong to its group")
        .expect_no_element("main form");
}

#[tokio::test]
async fn a_long_list_of_people_is_read_page_by_page_and_searched() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let channel = portal.channel("Depot north");
    portal.force(&format!(
        "WITH new AS (INSERT INTO members (org_id, id, display_name, handle) SELECT '{org}', gen_random_uuid(), 'Person ' || to_char(n, 'FM000'), 'person' || n FROM generate_series(1, 120) n RETURNING org_id, id) \
         INSERT INTO channel_memberships (org_id, channel_id, member_id) SELECT org_id, '{channel}', id FROM new",
        org = portal.organization("local")
    ));
    let mut page = leader
        .get(&format!("/channels/{channel}/members"))
        .await
        .expect_text("128 people");
    let mut seen = Vec::new();
    loop {
        let names = page
            .select("section[aria-labelledby='people'] a.row__title")
            .into_iter()
            .map(|link| link.text);
        seen.extend(names);
        match page.select("a[rel=next]").is_empty() {
            true => break,
            false => page = page.click(&leader, "Next").await.expect_ok(),
        }
    }
    assert_eq!(seen.len(), 128);
    let mut sorted = seen.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    sorted.dedup();
    assert_eq!(seen, sorted, "everyone once, by name");

    let found = leader
        .get(&format!("/channels/{channel}/members?q=person+04"))
        .await
        .expect_text("Person 042");
    assert_eq!(
        found
            .select("section[aria-labelledby='people'] a.row__title")
            .len(),
        10
    );
    leader
        .get(&format!("/channels/{channel}/members?q=nobody"))
        .await
        .expect_text("Nobody found");
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn whoever_wrote_lately_is_offered_first_for_a_mention() {
    let portal = Portal::start().await;
    let (member, other) = (portal.person("member").await, portal.person("other").await);
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let offered = async |q: &str| -> Vec<String> {
        let page = member
            .get_partial(&format!("{path}/people?q={q}"))
            .await
            .expect_ok();
        page.select("li[role=option]")
            .into_iter()
            .map(|option| option.attr("data-handle").unwrap().to_owned())
            .collect()
    };
    let all = offered("").await;
    assert_eq!(
        all.first().map(String::as_str),
        Some("steward"),
        "who wrote last comes first: {all:?}"
    );
    assert_eq!(all.last().map(String::as_str), Some("channel"));
    assert!(!all.contains(&"member".to_owned()), "nobody mentions themselves");
    assert!(!all.contains(&"sponsor".to_owned()), "only people of the channel");

    assert_eq!(offered("nad").await, ["other"], "by the beginning of a name");
    assert_eq!(offered("HADD").await, ["other"], "of any word of it");
    assert_eq!(offered("oth").await, ["other"], "and of the handle");
    assert_eq!(offered("cha").await, ["channel"]);
    let everyone = member.get_partial(&format!("{path}/people?q=channel")).await;
    everyone.expect_text("calls 7 people");
    assert!(offered("zzz").await.is_empty());

    portal.force(&format!(
        "UPDATE members SET display_name = 'Oded Ray' WHERE id = '{}'",
        portal.member("coach")
    ));
    assert_eq!(
        offered("o").await.first().map(String::as_str),
        Some("leader"),
        "Owen wrote, Oded did not"
    );
    write(&other, &path, "Me too").await;
    assert_eq!(
        offered("o").await.first().map(String::as_str),
        Some("other"),
        "the latest first"
    );
    portal
        .person("sponsor")
        .await
        .get(&format!("{path}/people?q="))
        .await
        .expect_status(404);
}
