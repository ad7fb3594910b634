use super::forge;
use crate::support::portal::Portal;

fn context(portal: &Portal, name: &str) -> String {
    portal.look(&format!(
        "SELECT id FROM contexts WHERE name = '{name}' ORDER BY created_at LIMIT 1"
    ))
}

#[tokio::test]
async fn a_team_leader_creates_a_team_and_leads_it() {
    let portal = Portal::start().await;
    let leader = portal.person("leader").await;
    let page = leader
        .get("/contexts?kind=team")
        .await
        .expect_ok()
        .click(&leader, "New team")
        .await
        .expect_ok();
    let form = page
        .form("main form")
        .set("name", "Depot south")
        .set("description", "Everyone at the south gate.");
    form.submit(&leader)
        .await
        .expect_see_other("/contexts/")
        .follow(&leader)
        .await
        .expect_text("Depot south")
        .expect_text("1 person")
        .expect_text("Add people");
    form.submit(&leader).await.expect_see_other("/contexts/");
    assert_eq!(
        portal.look("SELECT count(*) FROM contexts WHERE name = 'Depot south'"),
        "1",
        "sent twice, created once"
    );
    assert_eq!(
        portal.look(
            "SELECT payload->'data'->>'with_channel' FROM events WHERE event_type = 'tenancy.context.created'"
        ),
        "true"
    );
    assert_eq!(
        portal.look(
            "SELECT payload->'data'->>'is_leader' FROM events WHERE event_type = 'tenancy.context.joined'"
        ),
        "true"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM audit_entries WHERE action = 'tenancy.context.created'"),
        "1"
    );
}

#[tokio::test]
async fn each_role_creates_its_own_kinds_only() {
    let portal = Portal::start().await;
    let allowed = [
        ("admin", "team challenge sponsor cohort"),
        ("leader", "team challenge"),
        ("coach", "challenge cohort"),
        ("steward", ""),
        ("member", ""),
        ("sponsor", ""),
        ("comms", ""),
        ("privacy", ""),
    ];
    for (key, kinds) in allowed {
        let actor = portal.person(key).await;
        for kind in ["team", "challenge", "sponsor", "cohort"] {
            let answer = forge(
                &actor,
                "/contexts",
                &[("kind", kind), ("name", &format!("{kind} of {key}"))],
            )
            .await;
            let expected = if kinds.split(' ').any(|one| one == kind) {
                303
            } else {
                403
            };
            assert_eq!(answer.status.as_u16(), expected, "{key} creating a {kind}");
        }
        actor
            .get("/contexts/new")
            .await
            .expect_status(if kinds.is_empty() { 403 } else { 200 });
    }
}

#[tokio::test]
async fn a_wrong_form_keeps_what_was_typed_and_names_every_problem() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let page = admin.get("/contexts/new?kind=cohort").await.expect_ok();
    let form = page
        .form("main form")
        .set("name", "  ")
        .set("description", "Six weeks.")
        .set("starts_on", "2026-12-01")
        .set("ends_on", "2026-11-01");
    let back = form
        .submit(&admin)
        .await
        .expect_status(422)
        .expect_text("Name is missing.")
        .expect_text("The last day can't be before the first.");
    assert_eq!(back.one("textarea[name=description]").text, "Six weeks.");
    assert_eq!(
        back.one("select[name=kind] option[selected]").attr("value"),
        Some("cohort")
    );
    let taken = back
        .form("main form")
        .set("name", "STEWARD SCHOOL")
        .set("ends_on", "2026-12-24")
        .submit(&admin)
        .await;
    taken
        .expect_status(422)
        .expect_text("There is already an open cohort with this name.");
}

#[tokio::test]
async fn what_two_people_edit_at_once_is_not_lost() {
    let portal = Portal::start().await;
    let (admin, leader) = (portal.person("admin").await, portal.person("leader").await);
    let path = format!("/contexts/{}/edit", context(&portal, "Depot north"));
    let stale = admin
        .get(&path)
        .await
        .form("main form")
        .set("description", "From the admin.");
    leader
        .get(&path)
        .await
        .form("main form")
        .set("description", "From the leader.")
        .submit(&leader)
        .await
        .expect_see_other("/contexts/");
    let shown = stale
        .submit(&admin)
        .await
        .expect_status(409)
        .expect_text("Somebody saved while you were writing")
        .expect_text("From the leader.");
    assert_eq!(shown.one("textarea[name=description]").text, "From the admin.");
    shown
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/contexts/")
        .follow(&admin)
        .await
        .expect_text("From the admin.");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.context.changed'"),
        "2"
    );
}

#[tokio::test]
async fn people_are_added_by_picking_and_by_handles_together() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    let nights = context(&portal, "Night shift");
    let page = steward
        .get(&format!("/contexts/{nights}/members/new?q=nadia"))
        .await
        .expect_ok();
    let form = page
        .form("form[action$='/members']")
        .check_value("member", &portal.member("other").to_string());
    let form = form.set("handles", "@Coach, leader;\nmember (admin)");
    form.submit(&steward)
        .await
        .expect_see_other("/contexts/")
        .follow(&steward)
        .await
        .expect_text("4 people were added.");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.context.joined'"),
        "4",
        "who belonged already does not join again"
    );
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM context_members WHERE context_id = '{nights}'"
        )),
        "6"
    );
}

#[tokio::test]
async fn one_unknown_handle_adds_nobody_and_keeps_the_list() {
    let portal = Portal::start().await;
    let steward = portal.person("steward").await;
    let nights = context(&portal, "Night shift");
    portal.force("UPDATE members SET state = 'suspended' WHERE handle = 'comms'");
    let page = steward.get(&format!("/contexts/{nights}/members/new")).await;
    for unknown in ["nobody.here", "stranger", "comms"] {
        let typed = format!("coach {unknown}");
        let back = page
            .form("form[action$='/members']")
            .set("handles", &typed)
            .submit(&steward)
            .await;
        back.expect_status(422)
            .expect_text(&format!("Nobody here has the handle @{unknown}."));
        assert_eq!(back.one("textarea[name=handles]").text, typed);
    }
    page.form("form[action$='/members']")
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("Pick somebody from the search");
    let many: String = (0..501).map(|i| format!("p{i} ")).collect();
    page.form("form[action$='/members']")
        .set("handles", &many)
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("at most 500");
    assert_eq!(
        portal.look(&format!(
            "SELECT count(*) FROM context_members WHERE context_id = '{nights}'"
        )),
        "2"
    );
    let forged = page.form("form[action$='/members']").forge(
        "member",
        &portal.look("SELECT id FROM members WHERE handle = 'stranger'"),
    );
    forged
        .submit(&steward)
        .await
        .expect_status(422)
        .expect_text("can't be added any more");
}

#[tokio::test]
async fn leaders_take_people_out_and_make_leaders() {
    let portal = Portal::start().await;
    let (steward, member) = (portal.person("steward").await, portal.person("member").await);
    let (nights, tom) = (context(&portal, "Night shift"), portal.member("member"));
    let page = steward.get(&format!("/contexts/{nights}")).await.expect_ok();
    page.form(&format!("form[action$='{tom}/leadership']"))
        .press("Make leader")
        .submit(&steward)
        .await
        .expect_see_other("/contexts/");
    member
        .get(&format!("/contexts/{nights}/members/new"))
        .await
        .expect_ok();
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.context.leadership_changed'"),
        "1"
    );
    let question = steward
        .get(&format!("/contexts/{nights}/members/{tom}/removal"))
        .await
        .expect_text("Take Tom Reyes out of Night shift?");
    question
        .form("main form")
        .submit(&steward)
        .await
        .expect_see_other("/contexts/")
        .follow(&steward)
        .await
        .expect_text("Tom Reyes no longer belongs to Night shift.");
    member
        .get(&format!("/contexts/{nights}/members/new"))
        .await
        .expect_status(403);
    assert_eq!(
        portal
            .look("SELECT payload->'data'->>'member' FROM events WHERE event_type = 'tenancy.context.left'"),
        tom.to_string()
    );
    steward
        .get(&format!("/contexts/{nights}/members/{tom}/removal"))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn who_does_not_lead_a_group_does_not_change_it() {
    let portal = Portal::start().await;
    let nights = context(&portal, "Night shift");
    let (member, coach) = (portal.member("member"), portal.member("coach").to_string());
    for key in ["leader", "member", "coach", "comms", "privacy"] {
        let actor = portal.person(key).await;
        actor
            .get(&format!("/contexts/{nights}"))
            .await
            .expect_ok()
            .expect_no_element("main a[href$='/members/new']");
        actor
            .get(&format!("/contexts/{nights}/edit"))
            .await
            .expect_status(403);
        forge(
            &actor,
            &format!("/contexts/{nights}"),
            &[("name", "Mine"), ("version", "1")],
        )
        .await
        .expect_status(403);
        forge(
            &actor,
            &format!("/contexts/{nights}/members"),
            &[("member", &coach)],
        )
        .await
        .expect_status(403);
        forge(
            &actor,
            &format!("/contexts/{nights}/members/{member}/removal"),
            &[],
        )
        .await
        .expect_status(403);
        forge(
            &actor,
            &format!("/contexts/{nights}/members/{member}/leadership"),
            &[("leads", "yes")],
        )
        .await
        .expect_status(403);
        forge(&actor, &format!("/contexts/{nights}/archive"), &[])
            .await
            .expect_status(403);
    }
    let steward = portal.person("steward").await;
    steward.get(&format!("/contexts/{nights}/edit")).await.expect_ok();
    forge(&steward, &format!("/contexts/{nights}/archive"), &[])
        .await
        .expect_status(403);
}

#[tokio::test]
async fn a_sponsor_who_was_made_leader_still_looks_after_nothing() {
    let portal = Portal::start().await;
    let bank = context(&portal, "Harbour Credit Union");
    portal.force(&format!(
        "UPDATE context_members SET is_leader = true WHERE member_id = '{}'",
        portal.member("sponsor")
    ));
    let sponsor = portal.person("sponsor").await;
    sponsor
        .get(&format!("/contexts/{bank}/members/new"))
        .await
        .expect_status(403);
    sponsor
        .get("/contexts?kind=team")
        .await
        .expect_ok()
        .expect_text("No teams yet");
    sponsor
        .get("/contexts?kind=sponsor")
        .await
        .expect_text("Harbour Credit Union");
    sponsor
        .get(&format!("/contexts/{}", context(&portal, "Depot north")))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn an_archived_group_rests_and_can_be_opened_again() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let walk = context(&portal, "30 conversations");
    admin
        .get(&format!("/contexts/{walk}/archive"))
        .await
        .form("main form")
        .submit(&admin)
        .await
        .expect_see_other("/contexts/");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.context.archived'"),
        "1"
    );
    let open = admin.get("/contexts?kind=challenge").await;
    assert!(
        !open.one("main").text.contains("30 conversations"),
        "an archived group is not among the open ones"
    );
    open.click(&admin, "Archived challenges")
        .await
        .expect_text("30 conversations");
    let page = admin
        .get(&format!("/contexts/{walk}"))
        .await
        .expect_text("Archived")
        .expect_no_text("Add people");
    forge(
        &admin,
        &format!("/contexts/{walk}/members"),
        &[("handles", "other")],
    )
    .await
    .expect_status(409);
    forge(
        &admin,
        "/contexts",
        &[("kind", "challenge"), ("name", "30 Conversations")],
    )
    .await
    .expect_see_other("/contexts/");
    page.form("form[action$='/restoration']")
        .submit(&admin)
        .await
        .expect_status(409)
        .expect_text("another open challenge with this name");
    portal.force("UPDATE contexts SET name = 'Another' WHERE name = '30 Conversations'");
    page.form("form[action$='/restoration']")
        .submit(&admin)
        .await
        .expect_see_other("/contexts/");
    assert_eq!(
        portal.look("SELECT count(*) FROM events WHERE event_type = 'tenancy.context.restored'"),
        "1"
    );
}

#[tokio::test]
async fn groups_of_another_organization_do_not_exist_here() {
    let portal = Portal::start().await;
    let stranger = portal.neighbour("stranger").await;
    let theirs = context(&portal, "Night shift");
    for path in ["", "/edit", "/archive", "/members/new"] {
        stranger
            .get(&format!("/contexts/{theirs}{path}"))
            .await
            .expect_status(404);
    }
    for path in ["", "/archive", "/restoration", "/members"] {
        forge(
            &stranger,
            &format!("/contexts/{theirs}{path}"),
            &[("name", "Ours"), ("handles", "stranger")],
        )
        .await
        .expect_status(404);
    }
    stranger
        .get("/contexts")
        .await
        .expect_text("Sales")
        .expect_no_text("Night shift");
}
