use std::collections::BTreeSet;

use waymark::kernel::error::{AppError, Denied, FieldErrors};
use waymark::platform::web::problem;

use crate::support::portal::Portal;

#[tokio::test]
async fn help_is_there_inside_and_outside() {
    let portal = Portal::start().await;
    let (member, anyone) = (portal.person("member").await, portal.anyone());
    let topics: Vec<String> = member
        .get("/help")
        .await
        .expect_ok()
        .select("main a.row__title")
        .into_iter()
        .map(|link| link.attr("href").unwrap().to_owned())
        .collect();
    assert!(topics.len() >= 9);
    for topic in &topics {
        member
            .get(topic)
            .await
            .expect_ok()
            .expect_element("nav[aria-label='Main']");
        anyone
            .get(topic)
            .await
            .expect_ok()
            .expect_no_element("nav[aria-label='Main']");
    }
    member.get("/help/nothing").await.expect_status(404);
}

#[tokio::test]
async fn every_way_inside_the_help_leads_somewhere() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    for topic in admin.get("/help").await.select("main a.row__title") {
        let page = admin.get(topic.attr("href").unwrap()).await.expect_ok();
        let ids: BTreeSet<String> = page
            .select("[id]")
            .into_iter()
            .map(|one| one.attr("id").unwrap().to_owned())
            .collect();
        for link in page.select("main a[href]") {
            let href = link.attr("href").unwrap();
            match href.strip_prefix('#') {
                Some(anchor) => assert!(ids.contains(anchor), "{href} is on the page"),
                None => assert!(
                    portal
                        .app
                        .register
                        .answers(href.split(['#', '?']).next().unwrap()),
                    "{href} is a page"
                ),
            }
        }
    }
}

#[tokio::test]
async fn every_problem_type_of_the_api_is_explained() {
    let portal = Portal::start().await;
    let page = portal.anyone().get("/help/api").await.expect_ok();
    let all = [
        AppError::NotFound,
        AppError::Gone,
        AppError::Denied(Denied::because("no")),
        AppError::SignInRequired,
        AppError::Conflict(String::new()),
        AppError::BadRequest(String::new()),
        AppError::Invalid(FieldErrors::default()),
        AppError::TooLarge(String::new()),
        AppError::RateLimited { retry_after: 1 },
        AppError::Unavailable,
        AppError::Unexpected(anyhow::anyhow!("any")),
    ];
    for error in &all {
        page.expect_element(&format!("#problem-{}", problem::name(error).0));
        page.expect_text(&error.status().to_string());
    }
}

#[tokio::test]
async fn the_kit_shows_itself() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    member
        .get("/kit")
        .await
        .expect_ok()
        .expect_text("Every part of the portal's pages");
    member.get("/kit/channel").await.expect_ok();
}
