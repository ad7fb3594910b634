//! What becomes of channels when groups and members change.

use super::people::give_role;
use super::{expect_counts_to_agree, make, write};
use crate::support::portal::{Actor, Portal};

/// An admin makes a team with its channel and adds these people; answers the team's address.
async fn team_with_channel(portal: &Portal, admin: &Actor, name: &str, handles: &str) -> String {
    let form = admin
        .get("/contexts/new?kind=team")
        .await
        .expect_ok()
        .form("main form[method=post]")
        .set("name", name);
    let answer = form.submit(admin).await.expect_see_other("/contexts/");
    let team = answer.location().unwrap().path().to_owned();
    let form = admin
        .get(&format!("{team}/members/new"))
        .await
        .form("main form[method=post]")
        .set("handles", handles);
    form.submit(admin).await.expect_see_other(&team);
    portal.settle().await;
    team
}

async fn take_out(portal: &Portal, admin: &Actor, team: &str, key: &str) {
    let page = admin
        .get(&format!("{team}/members/{}/removal", portal.member(key)))
        .await
        .expect_ok();
    page.form("main form").submit(admin).await.expect_see_other(team);
    portal.settle().await;
}

/// Every event is delivered again to every subscriber, as after a crash that lost all receipts.
async fn deliver_all_again(portal: &Portal) {
    portal.force("DELETE FROM event_deliveries; UPDATE events SET dispatched_at = NULL");
    portal.settle().await;
}

fn people_in(portal: &Portal, title: &str) -> String {
    portal.look(&format!(
        "SELECT string_agg(m.handle, ' ' ORDER BY m.handle) FROM channel_memberships p JOIN members m ON m.id = p.member_id JOIN channels c ON c.id = p.channel_id WHERE c.title = '{title}'"
    ))
}

#[tokio::test]
async fn a_group_made_with_its_channel_has_one_and_its_people_come_and_go() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let team = team_with_channel(&portal, &admin, "Harbour gate", "@member @other").await;
    assert_eq!(people_in(&portal, "Harbour gate"), "admin member other");
    let path = format!("/channels/{}", portal.channel("Harbour gate"));
    write(&member, &path, "Good morning").await;
    admin
        .get(&format!("{path}/settings"))
        .await
        .expect_element("#title");
    member
        .get(&team)
        .await
        .expect_ok()
        .expect_element(&format!("main a[href='{path}']"));

    let poll = format!(
        "{path}/since?rev={}",
        portal.look("SELECT rev FROM channels WHERE title = 'Harbour gate'")
    );
    member.get_partial(&poll).await.expect_status(204);
    take_out(&portal, &admin, &team, "member").await;
    assert_eq!(people_in(&portal, "Harbour gate"), "admin other");
    member.get_partial(&poll).await.expect_status(410);

    deliver_all_again(&portal).await;
    assert_eq!(people_in(&portal, "Harbour gate"), "admin other");
    assert_eq!(
        portal.look("SELECT count(*) FROM channels WHERE title = 'Harbour gate'"),
        "1"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM event_deliveries WHERE state <> 'done'"),
        "0"
    );
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn a_new_leader_moderates_the_channel_while_they_lead() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let team = team_with_channel(&portal, &admin, "Harbour gate", "@member").await;
    let role = || {
        portal.look("SELECT role FROM channel_memberships p JOIN members m ON m.id = p.member_id JOIN channels c ON c.id = p.channel_id WHERE c.title = 'Harbour gate' AND m.handle = 'member'")
    };
    assert_eq!(role(), "member");
    for expected in ["moderator", "member"] {
        let page = admin.get(&team).await;
        page.form(&format!(
            "form[action$='/members/{}/leadership']",
            portal.member("member")
        ))
        .submit(&admin)
        .await
        .expect_see_other(&team);
        portal.settle().await;
        assert_eq!(role(), expected);
    }
}

#[tokio::test]
async fn a_moderator_made_by_hand_stays_one_whatever_becomes_of_leadership() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let team = team_with_channel(&portal, &admin, "Harbour gate", "@member @other").await;
    let path = format!("/channels/{}", portal.channel("Harbour gate"));
    give_role(&portal, &admin, &path, "member", "Make moderator").await;
    let role = || {
        portal.look("SELECT role FROM channel_memberships p JOIN members m ON m.id = p.member_id JOIN channels c ON c.id = p.channel_id WHERE c.title = 'Harbour gate' AND m.handle = 'member'")
    };
    // Anything that is settled: becoming a leader, being one no longer, another role in the organization.
    for _ in 0..2 {
        let form = admin.get(&team).await.form(&format!(
            "form[action$='/members/{}/leadership']",
            portal.member("member")
        ));
        form.submit(&admin).await.expect_see_other(&team);
        portal.settle().await;
        assert_eq!(role(), "moderator");
    }
    deliver_all_again(&portal).await;
    assert_eq!(role(), "moderator");
}

#[tokio::test]
async fn who_is_taken_out_of_a_group_is_out_of_its_channel_at_once() {
    let portal = Portal::start().await;
    let (admin, member) = (portal.person("admin").await, portal.person("member").await);
    let team = team_with_channel(&portal, &admin, "Harbour gate", "@member @other").await;
    let path = format!("/channels/{}", portal.channel("Harbour gate"));
    member.get(&path).await.expect_ok();
    let page = admin
        .get(&format!("{team}/members/{}/removal", portal.member("member")))
        .await;
    page.form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&team);
    // Nothing has carried the fact yet.
    member.get(&path).await.expect_status(404);
    assert_eq!(people_in(&portal, "Harbour gate"), "admin other");
    portal.settle().await;
    let told = "SELECT count(*) FROM events WHERE event_type = 'channels.channel.member_removed'";
    assert_eq!(portal.look(told), "1");
}

#[tokio::test]
async fn a_channel_that_begins_to_follow_takes_everyone_in_and_one_that_stops_lets_them_stay() {
    let portal = Portal::start().await;
    let (leader, member) = (portal.person("leader").await, portal.person("member").await);
    let path = make(
        &portal,
        &leader,
        "Depot north",
        "Safety",
        &[("join_rule", "invitation")],
    )
    .await;
    assert_eq!(people_in(&portal, "Safety"), "leader");
    let settings = format!("{path}/settings");
    let follow = |rule: &'static str| {
        let (leader, settings) = (&leader, &settings);
        async move {
            let form = leader
                .get(settings)
                .await
                .form("form[action$='/settings']")
                .set("join_rule", rule);
            form.submit(leader).await.expect_see_other(settings);
        }
    };
    follow("context").await;
    assert_eq!(
        people_in(&portal, "Safety"),
        "admin coach comms leader member other privacy steward"
    );
    member
        .get(&format!("{path}/membership/removal"))
        .await
        .expect_no_element("main form");
    follow("open").await;
    assert_eq!(
        people_in(&portal, "Safety"),
        "admin coach comms leader member other privacy steward"
    );
    member
        .get(&format!("{path}/membership/removal"))
        .await
        .form("main form")
        .submit(&member)
        .await
        .expect_see_other("/channels");
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn an_archived_group_archives_its_channels_and_opens_only_those_again() {
    let portal = Portal::start().await;
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    let team = format!(
        "/contexts/{}",
        portal.look("SELECT id FROM contexts WHERE name = 'Depot north'")
    );
    let old = make(&portal, &leader, "Depot north", "Old quarrel", &[]).await;
    leader
        .get(&format!("{old}/archive"))
        .await
        .form("main form")
        .submit(&leader)
        .await
        .expect_see_other(&old);

    admin
        .get(&format!("{team}/archive"))
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other(&team);
    portal.settle().await;
    let open = || {
        portal.look("SELECT count(*) FROM channels c JOIN contexts x ON x.id = c.context_id WHERE x.name = 'Depot north' AND c.archived_at IS NULL")
    };
    assert_eq!(open(), "0");
    let path = format!("/channels/{}", portal.channel("Depot north"));
    let settings = leader.get(&format!("{path}/settings")).await.expect_ok();
    settings.expect_no_element("form[action$='/archive/removal']");
    leader.get(&path).await.expect_text("Thursday at 14:00");

    admin
        .get(&team)
        .await
        .form("form[action$='/restoration']")
        .submit(&admin)
        .await
        .expect_see_other(&team);
    portal.settle().await;
    assert_eq!(open(), "1");
    assert_eq!(
        portal.look("SELECT archived_at IS NULL FROM channels WHERE title = 'Old quarrel'"),
        "false"
    );
    write(&leader, &path, "We are back").await;
}

#[tokio::test]
async fn somebody_who_becomes_a_sponsor_is_out_of_what_is_not_theirs() {
    let portal = Portal::start().await;
    let (admin, other) = (portal.person("admin").await, portal.person("other").await);
    let depot = format!("/channels/{}", portal.channel("Depot north"));
    other.get(&depot).await.expect_ok();
    let roles = format!("/people/{}/roles", portal.member("other"));
    let form = admin
        .get(&roles)
        .await
        .expect_ok()
        .form("main form")
        .check_value("roles", "sponsor");
    form.submit(&admin).await.expect_see_other("/people/");
    portal.settle().await;
    other.get(&depot).await.expect_status(404);

    let form = admin
        .get(&roles)
        .await
        .form("main form")
        .uncheck_value("roles", "sponsor");
    form.submit(&admin).await.expect_see_other("/people/");
    portal.settle().await;
    other.get(&depot).await.expect_ok();
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn who_is_only_a_sponsor_from_now_on_keeps_conversations_with_people_they_share_something_with() {
    let portal = Portal::start().await;
    let (admin, other) = (portal.person("admin").await, portal.person("other").await);
    portal.force(
        "INSERT INTO context_members (org_id, context_id, member_id) SELECT c.org_id, c.id, m.id FROM contexts c JOIN members m ON m.org_id = c.org_id WHERE c.name = 'Harbour Credit Union' AND m.handle = 'other'; \
         DELETE FROM context_members x USING members m, contexts c WHERE m.id = x.member_id AND c.id = x.context_id AND m.handle = 'other' AND c.name = 'Depot north'",
    );
    let mut paths = Vec::new();
    for handle in ["@coach", "@member"] {
        let form = other.get("/direct/new").await.form("main form");
        let form = form.set("handles", handle).press("Begin the conversation");
        let begun = form.submit(&other).await.expect_see_other("/channels/");
        paths.push(begun.location().unwrap().path().to_owned());
    }
    write(&other, &paths[1], "Between us").await;
    let roles = format!("/people/{}/roles", portal.member("other"));
    let form = admin.get(&roles).await.form("main form");
    let form = form.check_value("roles", "sponsor");
    form.submit(&admin).await.expect_see_other("/people/");
    portal.settle().await;
    other.get(&paths[0]).await.expect_ok();
    other.get(&paths[1]).await.expect_status(404);
    let member = portal.person("member").await;
    member
        .get(&paths[1])
        .await
        .expect_text("Between us")
        .expect_text("Nadia Haddad");
}

/// An admin notes that somebody is no longer a member.
async fn note_departure(portal: &Portal, admin: &Actor, key: &str) {
    let page = admin
        .get(&format!("/people/{}/departure", portal.member(key)))
        .await
        .expect_ok();
    page.form("main form")
        .submit(admin)
        .await
        .expect_see_other("/people/");
    portal.settle().await;
}

#[tokio::test]
async fn whoever_leaves_the_organization_is_out_of_every_channel_and_what_they_said_stays() {
    let portal = Portal::start().await;
    let (admin, member, steward) = (
        portal.person("admin").await,
        portal.person("member").await,
        portal.person("steward").await,
    );
    let night = format!("/channels/{}", portal.channel("Night shift"));
    write(&member, &night, "The keys are in the shed").await;
    let own = make(
        &portal,
        &steward,
        "Night shift",
        "Bargaining team",
        &[("join_rule", "invitation")],
    )
    .await;
    let form = steward.get(&format!("{own}/members/new")).await.form("main form");
    form.set("handles", "@member")
        .press("Add them")
        .submit(&steward)
        .await
        .expect_see_other(&own);
    let begun = member.get("/direct/new").await.expect_ok().form("main form");
    let begun = begun
        .set("handles", "@steward")
        .press("Begin the conversation")
        .submit(&member)
        .await
        .expect_see_other("/channels/");
    let direct = begun.location().unwrap().path().to_owned();
    write(&member, &direct, "Between us").await;
    portal.settle().await;
    let poll = format!(
        "{night}/since?rev={}",
        portal.look("SELECT rev FROM channels WHERE title = 'Night shift'")
    );
    member.get_partial(&poll).await.expect_status(204);

    note_departure(&portal, &admin, "member").await;

    member.get(&night).await.expect_see_other("/");
    assert_ne!(
        member.get_partial(&poll).await.status,
        204,
        "nothing is answered from memory any more"
    );
    for title in ["Night shift", "Depot north", "Bargaining team", "Steward school"] {
        assert!(
            !people_in(&portal, title).split(' ').any(|key| key == "member"),
            "{title}"
        );
    }
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM channel_memberships WHERE member_id = '{}'",
            portal.member("member")
        )),
        "0"
    );
    steward
        .get(&night)
        .await
        .expect_text("The keys are in the shed")
        .expect_text("Tom Reyes");
    steward
        .get(&direct)
        .await
        .expect_ok()
        .expect_text("Between us")
        .expect_text("Tom Reyes");
    expect_counts_to_agree(&portal);

    deliver_all_again(&portal).await;
    assert_eq!(people_in(&portal, "Night shift"), "steward");
    expect_counts_to_agree(&portal);
}

#[tokio::test]
async fn who_owned_a_channel_and_left_leaves_it_to_somebody() {
    let portal = Portal::start().await;
    let (admin, steward) = (portal.person("admin").await, portal.person("steward").await);
    make(&portal, &steward, "Night shift", "Carpooling", &[]).await;
    let owner = || {
        portal.look("SELECT m.handle FROM channel_memberships p JOIN members m ON m.id = p.member_id JOIN channels c ON c.id = p.channel_id WHERE c.title = 'Carpooling' AND p.role = 'owner'")
    };
    assert_eq!(owner(), "steward");
    note_departure(&portal, &admin, "steward").await;
    assert_eq!(owner(), "member");
    expect_counts_to_agree(&portal);
}
