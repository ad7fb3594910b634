use waymark::domains::channels::broadcasts::policy::{self, Reach, Standing};
use waymark::domains::channels::model::ChannelType;
use waymark::domains::tenancy::ContextKind;
use waymark::kernel::actor::{Role, Roles};
use waymark::kernel::ids::{ContextId, fresh};

use super::draft::Draft;
use crate::support::portal::Portal;

fn context(portal: &Portal, name: &str) -> String {
    portal.look(&format!("SELECT c.id FROM contexts c JOIN organizations o ON o.id = c.org_id WHERE c.name = '{name}' ORDER BY o.slug LIMIT 1"))
}

#[test]
fn each_role_reaches_what_it_leads_and_no_further() {
    let (led, other): (ContextId, ContextId) = (fresh(), fresh());
    let reached = |role: Role, kind: ContextKind, reach: Reach| {
        let standing = Standing {
            roles: [Role::Member, role].into_iter().collect(),
            leads: vec![(led, kind)],
        };
        policy::may_address(&standing, reach)
            .ok()
            .map(|proof| proof.role())
    };
    let channel = |context| Reach::Channel {
        kind: ChannelType::Team,
        context,
    };
    let direct = Reach::Channel {
        kind: ChannelType::Direct,
        context: None,
    };
    for role in [Role::Admin, Role::Communicator] {
        for reach in [Reach::Organization, Reach::Context(other), channel(Some(other))] {
            assert_eq!(reached(role, ContextKind::Team, reach), Some(role));
        }
    }
    for kind in [ContextKind::Team, ContextKind::Challenge, ContextKind::Cohort] {
        assert_eq!(
            reached(Role::TeamLeader, kind, Reach::Context(led)),
            Some(Role::TeamLeader)
        );
        assert_eq!(
            reached(Role::TeamLeader, kind, channel(Some(led))),
            Some(Role::TeamLeader)
        );
    }
    assert_eq!(
        reached(Role::Coach, ContextKind::Cohort, Reach::Context(led)),
        Some(Role::Coach)
    );
    for (role, kind) in [
        (Role::Coach, ContextKind::Team),
        (Role::Steward, ContextKind::Team),
        (Role::Sponsor, ContextKind::Sponsor),
        (Role::PrivacyOfficer, ContextKind::Team),
    ] {
        assert_eq!(reached(role, kind, Reach::Context(led)), None, "{role}");
    }
    for role in [Role::TeamLeader, Role::Coach] {
        for reach in [
            Reach::Organization,
            Reach::Context(other),
            channel(Some(other)),
            channel(None),
        ] {
            assert_eq!(
                reached(role, ContextKind::Cohort, reach),
                None,
                "{role} {reach:?}"
            );
        }
    }
    for role in Role::ALL {
        assert_eq!(
            reached(*role, ContextKind::Team, direct),
            None,
            "direct conversations are nobody's audience"
        );
    }
    let sponsor: Roles = [Role::Sponsor, Role::Member].into_iter().collect();
    assert!(policy::may_send_at_all(sponsor).is_err());
}

#[tokio::test]
async fn who_may_not_send_finds_no_form() {
    let portal = Portal::start().await;
    for key in ["member", "steward", "sponsor", "privacy"] {
        let person = portal.person(key).await;
        person.get("/broadcasts").await.expect_status(403);
        person.get("/broadcasts/new").await.expect_status(403);
        person
            .get("/")
            .await
            .expect_no_element("a.nav__link[href='/broadcasts']");
    }
    for key in ["coach", "leader", "comms", "admin"] {
        portal
            .person(key)
            .await
            .get("/broadcasts")
            .await
            .expect_ok()
            .expect_element("a.nav__link[href='/broadcasts']");
    }
}

#[tokio::test]
async fn a_team_leader_is_offered_only_what_they_lead_and_can_not_forge_more() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let page = leader
        .get("/broadcasts/new")
        .await
        .expect_ok()
        .expect_no_element("input[value=everyone]")
        .expect_no_element("input[value=role]");
    let offered: Vec<_> = page
        .select("select[name=channel] option")
        .into_iter()
        .map(|option| option.text)
        .collect();
    assert_eq!(offered, ["Choose a channel", "#Depot north"]);

    let nights = portal.channel("Night shift").to_string();
    let sales = portal.channel("Sales").to_string();
    let typed = |form: crate::support::form::Form| form.set("title", "Hello").set("body", "To you");
    for (audience, field, value, status) in [
        ("channel", "channel", nights.as_str(), 403),
        ("channel", "channel", sales.as_str(), 404),
        ("team", "team", &context(&portal, "Night shift"), 403),
        ("team", "team", &context(&portal, "Sales"), 404),
        ("role", "role", "steward", 403),
        ("everyone", "role", "", 403),
        ("filter", "filter_role", "steward", 403),
        ("filter", "filter_handles", "member", 403),
        ("filter", "filter_team", &context(&portal, "Night shift"), 403),
    ] {
        let form = typed(page.form("main form"))
            .without("audience")
            .without(field)
            .forge("audience", audience)
            .forge(field, value);
        form.submit(&leader).await.expect_status(status);
        let preview = Draft::to_channel(&portal, "Mine", "Depot north")
            .preview(&leader)
            .await
            .expect_ok();
        let sent = preview
            .form("main form")
            .without("audience")
            .without(field)
            .forge("audience", audience)
            .forge(field, value);
        sent.submit(&leader).await.expect_status(status);
    }
    assert_eq!(portal.look("SELECT count(*) FROM broadcasts"), "0");
}

#[tokio::test]
async fn the_page_of_a_group_leads_who_leads_it_to_the_form() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let (depot, nights) = (context(&portal, "Depot north"), context(&portal, "Night shift"));
    let link = format!("a[href='/broadcasts/new?team={depot}']");
    let page = leader
        .get(&format!("/contexts/{depot}"))
        .await
        .expect_ok()
        .expect_element(&link);
    let form = leader
        .get(page.one(&link).attr("href").unwrap())
        .await
        .expect_ok();
    assert_eq!(
        (
            form.form("main form").value("audience"),
            form.form("main form").value("team")
        ),
        (Some("team"), Some(depot.as_str()))
    );
    leader
        .get(&format!("/contexts/{nights}"))
        .await
        .expect_ok()
        .expect_no_element("a[href^='/broadcasts/new']");
    portal
        .person("member")
        .await
        .get(&format!("/contexts/{depot}"))
        .await
        .expect_ok()
        .expect_no_element("a[href^='/broadcasts/new']");
}

#[tokio::test]
async fn a_coach_reaches_the_cohort_they_lead() {
    let portal = Portal::start().await;
    let (coach, steward, other) = (
        portal.person("coach").await,
        portal.person("steward").await,
        portal.person("other").await,
    );
    let path = Draft::to(
        "Homework",
        "team",
        &[("team", context(&portal, "Steward school"))],
    )
    .deliver(&portal, &coach)
    .await;
    steward.get(&path).await.expect_ok().expect_text("Homework");
    other.get(&path).await.expect_status(404);
    assert_eq!(portal.look("SELECT author_role FROM broadcasts"), "coach");
}

#[tokio::test]
async fn a_people_filter_reaches_who_meets_all_of_it_and_can_be_used_again() {
    let portal = Portal::start().await;
    let (comms, leader) = (portal.person("comms").await, portal.person("leader").await);
    let school = context(&portal, "Steward school");
    let filter = Draft::to(
        "Stewards in school",
        "filter",
        &[
            ("filter_role", "steward".into()),
            ("filter_team", school),
            ("filter_name", "Students".into()),
        ],
    );
    let page = filter
        .preview(&comms)
        .await
        .expect_ok()
        .expect_text("Everyone with the role Steward in Steward school")
        .expect_text("Rosa Delgado");
    assert_eq!(page.one(".audience__count").text, "1");
    filter.deliver(&portal, &comms).await;
    assert_eq!(portal.look("SELECT string_agg(m.handle, ' ') FROM broadcast_recipients r JOIN members m ON m.id = r.member_id"), "steward");

    let saved = portal.look("SELECT id FROM people_filters");
    Draft::to("Again", "saved", &[("saved", saved.clone())])
        .preview(&comms)
        .await
        .expect_ok()
        .expect_text("Students")
        .expect_text("Rosa Delgado");
    filter
        .preview(&comms)
        .await
        .expect_ok()
        .form("main form")
        .submit(&comms)
        .await
        .expect_status(422)
        .expect_text("There is a filter with this name already");
    assert_eq!(
        portal.look("SELECT count(*) FROM broadcasts"),
        "1",
        "nothing is sent when its filter can not be saved"
    );

    let page = leader
        .get("/broadcasts/new")
        .await
        .expect_ok()
        .expect_no_element("select[name=saved]");
    let forged = page
        .form("main form")
        .set("title", "x")
        .set("body", "y")
        .forge("audience", "saved")
        .forge("saved", &saved);
    forged.submit(&leader).await.expect_status(404);

    let filters = comms
        .get("/broadcasts/filters")
        .await
        .expect_ok()
        .expect_text("Students");
    filters
        .form("main li form")
        .submit(&comms)
        .await
        .expect_see_other("/broadcasts/filters")
        .follow(&comms)
        .await
        .expect_text("No saved filters");
}

#[tokio::test]
async fn another_organization_sees_nothing_of_it() {
    let portal = Portal::start().await;
    let (admin, stranger) = (portal.person("admin").await, portal.neighbour("stranger").await);
    let path = Draft::to_everyone("Ours").asking().deliver(&portal, &admin).await;
    let later = Draft::to_everyone("Later").send(&admin).await;

    for page in [
        path.clone(),
        later.clone(),
        format!("{path}/waiting"),
        format!("{path}/recipients.csv"),
    ] {
        stranger.get(&page).await.expect_status(404);
    }
    stranger
        .get("/broadcasts")
        .await
        .expect_ok()
        .expect_no_text("Ours");
    stranger
        .get("/broadcasts/log")
        .await
        .expect_ok()
        .expect_no_text("Ours");
    // A form of theirs, pointed at us: token and key are right, the broadcast is not theirs.
    let forms = stranger.get("/broadcasts").await;
    let token = forms.one("meta[name=csrf]").attr("content").unwrap().to_owned();
    for what in ["seen", "acknowledgement", "nudge", "cancellation"] {
        stranger
            .post(&format!("{path}/{what}"), &[("_csrf", &token)])
            .await
            .expect_status(404);
        stranger
            .post(&format!("{later}/{what}"), &[("_csrf", &token)])
            .await
            .expect_status(404);
    }
    assert_eq!(
        portal.look("SELECT state FROM broadcasts WHERE title = 'Later'"),
        "scheduled"
    );
}
