//! Every route × who may ask it: anonymous, every role, and another organization. The register of routes is the list, so a
//! new route is covered the moment it exists.

mod table;
pub mod world;

use reqwest::Method;
use waymark::domains;
use waymark::platform::web::Access;

use crate::support::portal::Portal;
use world::{Body, World, ask, imagined, token_of};

#[tokio::test]
async fn who_is_not_signed_in_gets_no_further_than_the_door() {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let mut wrong = Vec::new();
    for route in domains::register()
        .routes
        .iter()
        .filter(|route| !matches!(route.access, Access::Public))
    {
        let anyone = portal.anyone();
        let path = world.path(route);
        let token = token_of(&anyone).await;
        let status = ask(&anyone, route, &path, Some(&token), Body::Full).await;
        if !matches!(status, 303 | 401) {
            wrong.push(format!("{} {} answers {status}", route.method, route.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn another_organization_finds_nothing_behind_any_id() {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let stranger = portal.neighbour("stranger").await;
    let token = token_of(&stranger).await;
    let mut wrong = Vec::new();
    let routes = domains::register().routes;
    for route in routes
        .iter()
        .filter(|route| route.path.contains('{') && !matches!(route.access, Access::Public))
    {
        let path = world.path(route);
        let status = ask(&stranger, route, &path, Some(&token), Body::Full).await;
        let nowhere = ask(&stranger, route, &imagined(route), Some(&token), Body::Full).await;
        if status != nowhere || status != 404 {
            wrong.push(format!(
                "{} {} answers {status}, an imagined id {nowhere}",
                route.method, route.path
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_change_without_the_token_of_the_page_is_refused() {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let admin = portal.person("admin").await;
    let mut wrong = Vec::new();
    for route in domains::register()
        .routes
        .iter()
        .filter(|route| route.method != "GET")
        // Mail programs send it, which have no page (RFC 8058); whoever has the signed link may.
        .filter(|route| route.path != "/u/{link}")
        // Providers send these, which sign what they report; for anybody else there is no such address.
        .filter(|route| !route.path.starts_with("/hooks/"))
    {
        let path = world.path(route);
        let status = ask(&admin, route, &path, None, Body::Full).await;
        if status != 403 {
            wrong.push(format!("{} {} answers {status}", route.method, route.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_change_that_another_site_sends_is_refused() {
    let portal = Portal::start().await;
    let member = portal.person("member").await;
    let token = token_of(&member).await;
    let path = format!("/channels/{}/messages", portal.channel("Night shift"));
    let body = format!("body=forged&_csrf={token}").into_bytes();
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
    ] {
        let headers = [
            (name, value),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        assert_eq!(
            member
                .raw(Method::POST, &path, &headers, body.clone())
                .await
                .status
                .as_u16(),
            403,
            "{name}: {value}"
        );
    }
    assert_eq!(
        portal.look("SELECT count(*) FROM messages WHERE body = 'forged'"),
        "0"
    );
}

#[tokio::test]
async fn the_register_knows_every_route_once() {
    let mut seen = std::collections::HashSet::new();
    for route in domains::register().routes {
        assert!(
            seen.insert((route.method, route.path)),
            "{} {} is registered twice",
            route.method,
            route.path
        );
    }
}
