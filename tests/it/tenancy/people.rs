use crate::support::portal::Portal;

fn names(page: &crate::support::page::Page) -> Vec<String> {
    page.select("main .rows .row__title")
        .into_iter()
        .map(|link| link.text)
        .collect()
}

#[tokio::test]
async fn everyone_finds_everyone_by_name_handle_and_headline() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET headline = 'Crane driver, night shift' WHERE handle = 'other'");
    let member = portal.person("member").await;
    let all = names(&member.get("/people").await.expect_ok());
    assert_eq!(all.len(), 9);
    assert!(
        all.windows(2)
            .all(|pair| pair[0].to_lowercase() <= pair[1].to_lowercase()),
        "in the order of names: {all:?}"
    );
    for (search, found) in [
        ("okaf", "Maya Okafor"),
        ("OWEN", "Owen Clarke"),
        ("stew", "Rosa Delgado"),
        ("crane night", "Nadia Haddad"),
    ] {
        let page = member
            .get("/people")
            .await
            .form("form[role=search]")
            .set("q", search)
            .submit(&member)
            .await
            .expect_ok();
        assert_eq!(names(&page), [found], "searching {search}");
    }
    let page = member
        .get("/people?q=zzz")
        .await
        .expect_ok()
        .expect_text("Nobody found");
    page.click(&member, "Show everyone")
        .await
        .expect_text("Maya Okafor");
    let coaches = member.get("/people?role=coach").await;
    assert_eq!(names(&coaches), ["Maya Okafor"]);
}

#[tokio::test]
async fn accents_and_case_do_not_hide_anyone() {
    let portal = Portal::start().await;
    portal.force("UPDATE members SET display_name = 'Zoë Ångström-Łuk' WHERE handle = 'other'");
    let member = portal.person("member").await;
    for search in ["zoe", "ZOË", "angstrom", "zoe ang"] {
        let page = member.get(&format!("/people?q={search}")).await.expect_ok();
        assert_eq!(names(&page), ["Zoë Ångström-Łuk"], "searching {search}");
    }
}

#[tokio::test]
async fn a_long_directory_is_read_page_by_page_and_nobody_twice() {
    let portal = Portal::start().await;
    portal.force(
        "INSERT INTO members (org_id, id, display_name, handle) SELECT (SELECT id FROM organizations WHERE slug = 'local'), gen_random_uuid(), \
         'Same Name', 'same' || i FROM generate_series(1, 120) i",
    );
    let member = portal.person("member").await;
    for first in ["/people", "/people?q=same"] {
        let (mut seen, mut path) = (Vec::new(), first.to_owned());
        loop {
            let page = member.get(&path).await.expect_ok();
            seen.extend(
                page.select("main .rows .row__title")
                    .into_iter()
                    .map(|link| link.attr("href").unwrap().to_owned()),
            );
            match page.select(".pager a[rel=next]").first() {
                Some(next) => path = next.attr("href").unwrap().to_owned(),
                None => break,
            }
        }
        let expected = if first == "/people" { 129 } else { 120 };
        assert_eq!(seen.len(), expected, "{first}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), expected, "nobody twice in {first}");
    }
}

#[tokio::test]
async fn a_sponsor_sees_only_the_people_they_share_a_place_with() {
    let portal = Portal::start().await;
    let sponsor = portal.person("sponsor").await;
    let page = sponsor.get("/people").await.expect_ok();
    assert_eq!(names(&page), ["Ines Ferreira", "Maya Okafor", "Priya Natarajan"]);
    assert!(
        names(&sponsor.get("/people?q=rosa").await).is_empty(),
        "a search finds no more than the list"
    );
    assert!(names(&sponsor.get("/people?role=steward").await).is_empty());
    sponsor
        .get(&format!("/people/{}", portal.member("steward")))
        .await
        .expect_status(404);
    let coach = sponsor
        .get(&format!("/people/{}", portal.member("coach")))
        .await
        .expect_ok();
    coach
        .expect_text("Harbour Credit Union")
        .expect_no_text("Steward school");
    portal.force(&format!(
        "UPDATE members SET state = 'suspended' WHERE id = '{}'",
        portal.member("coach")
    ));
    sponsor
        .get(&format!("/people/{}", portal.member("coach")))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_sponsor_who_is_also_a_steward_sees_everyone() {
    let portal = Portal::start().await;
    portal.force(&format!("INSERT INTO member_roles (org_id, member_id, role) SELECT org_id, id, 'steward' FROM members WHERE id = '{}'", portal.member("sponsor")));
    let sponsor = portal.person("sponsor").await;
    assert_eq!(names(&sponsor.get("/people").await).len(), 9);
}

#[tokio::test]
async fn people_of_another_organization_do_not_exist_here() {
    let portal = Portal::start().await;
    let stranger = portal.neighbour("stranger").await;
    let theirs = portal.member("member");
    for path in ["", "/roles", "/suspension", "/restoration", "/departure"] {
        stranger
            .get(&format!("/people/{theirs}{path}"))
            .await
            .expect_status(404);
    }
    assert_eq!(
        names(&stranger.get("/people").await),
        ["Sam Stranger", "Second Person"]
    );
    assert!(names(&stranger.get("/people?q=rosa").await).is_empty());
    portal.anyone().get("/people").await.expect_see_other("/sign-in");
}

#[tokio::test]
async fn a_profile_shows_roles_and_groups_and_leads_to_a_conversation() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let steward = portal.member("steward");
    let page = member.get(&format!("/people/{steward}")).await.expect_ok();
    page.expect_text("Rosa Delgado")
        .expect_text("Steward")
        .expect_text("Night shift")
        .expect_no_text("Change roles")
        .expect_no_text("steward@local.example");
    page.expect_element(&format!("main a[href='/direct/{steward}']"));
    let own = member
        .get(&format!("/people/{}", portal.member("member")))
        .await
        .expect_ok();
    own.expect_no_element("main a[href^='/direct/']")
        .expect_element("main a[href='/me']");
}
