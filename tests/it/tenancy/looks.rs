//! How the pages of people, groups and oversight look: axe, no sideways scrolling, no complaints in the console.

mod browsing {
    use crate::support::browser::{Browser, Screen};
    use crate::support::portal::Portal;

    async fn look(screen: Screen) {
        let portal = Portal::start().await;
        portal.force(
            "UPDATE members SET headline = 'Shop steward at the north depot, nights and every second weekend' WHERE handle = 'steward'; \
             UPDATE members SET display_name = 'Maximilian Wolfeschlegelsteinhausenbergerdorff-Cholmondeley' WHERE handle = 'other'",
        );
        let admin = portal.person("admin").await;
        let depot = portal.look("SELECT id FROM contexts WHERE name = 'Depot north'");
        let steward = portal.member("steward");
        let page = admin.get(&format!("/people/{steward}/roles")).await;
        page.form("main form")
            .check_value("roles", "coach")
            .submit(&admin)
            .await
            .expect_see_other("/people/");
        let browser = Browser::open(portal.base(), screen).await;
        browser.take_cookies_from(&admin).await;
        let pages = [
            ("today", "/".to_owned()),
            ("people", "/people".to_owned()),
            ("person", format!("/people/{steward}")),
            ("roles", format!("/people/{steward}/roles")),
            ("suspension", format!("/people/{steward}/suspension")),
            ("groups", "/contexts".to_owned()),
            ("group", format!("/contexts/{depot}")),
            ("group-form", "/contexts/new?kind=cohort".to_owned()),
            ("add-people", format!("/contexts/{depot}/members/new")),
            ("overview", "/admin".to_owned()),
            ("audit", "/admin/audit".to_owned()),
            ("events", "/admin/bus/events".to_owned()),
            ("catalogue", "/admin/bus/catalogue".to_owned()),
            ("help", "/help".to_owned()),
            ("help-api", "/help/api".to_owned()),
            ("help-people", "/help/people".to_owned()),
        ];
        for (name, path) in &pages {
            browser.goto(path).await;
            browser.no_horizontal_scroll().await;
            browser.axe().await.expect_clean();
            browser.screenshot_whole(name).await;
        }
        browser.expect_quiet_console().await;
    }

    #[tokio::test]
    async fn on_a_phone_by_day() {
        look(Screen::phone()).await;
    }

    #[tokio::test]
    async fn on_a_desk_by_night() {
        look(Screen::desktop().dark()).await;
    }
}
