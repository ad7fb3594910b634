//! Every route × who may ask it: anonymous, every role, and another organization. The register of routes is the list, so a
//! new route is covered the moment it exists.

use reqwest::Method;
use waymark::domains;
use waymark::kernel::actor::Role;
use waymark::platform::web::{Access, RouteInfo};

use crate::support::portal::{Actor, Portal};

/// A path with every `{parameter}` filled: with an id of the fixture where one fits, else a random one.
async fn filled(portal: &Portal, route: &RouteInfo) -> String {
    let channel = portal.channel("Night shift").to_string();
    let context = portal.look("SELECT id FROM contexts WHERE name = 'Night shift'");
    let message = portal.look(&format!(
        "SELECT id FROM messages WHERE channel_id = '{channel}' LIMIT 1"
    ));
    let member = portal.member("member").to_string();
    let mut path = route.path.to_owned();
    for (name, value) in [
        ("channel", &channel),
        ("context", &context),
        ("message", &message),
        ("member", &member),
    ] {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, &uuid::Uuid::now_v7().to_string());
    }
    if path.ends_with("/since") {
        format!("{path}?rev=0")
    } else {
        path
    }
}

/// The same path with ids that nobody has.
fn imagined(route: &RouteInfo) -> String {
    let mut path = route.path.to_owned();
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, &uuid::Uuid::now_v7().to_string());
    }
    if path.ends_with("/since") {
        format!("{path}?rev=0")
    } else {
        path
    }
}

async fn ask(
    actor: &crate::support::client::Client,
    route: &RouteInfo,
    path: &str,
    token: Option<&str>,
) -> u16 {
    let method: Method = route.method.parse().unwrap();
    let mut headers: Vec<(&str, &str)> = vec![("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")];
    if let Some(token) = token {
        headers.push(("X-CSRF-Token", token));
    }
    let body: &[u8] = if route.method == "GET" {
        b""
    } else if path.starts_with("/api") {
        br#"{"title":"x","body":"x"}"#
    } else {
        b"seq=1&body=x&emoji=%F0%9F%91%8D&reason=other&title=x"
    };
    let kind = if path.starts_with("/api") {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    headers.push(("Content-Type", kind));
    actor
        .raw(method, path, &headers, body.to_vec())
        .await
        .status
        .as_u16()
}

async fn token_of(actor: &crate::support::client::Client) -> String {
    let page = actor.get("/me").await;
    page.one("meta[name=csrf]")
        .attr("content")
        .unwrap_or_default()
        .to_owned()
}

fn write_a_message(portal: &Portal) {
    portal.force(&format!(
        "INSERT INTO messages (org_id, channel_id, seq, id, author_id, rev, body, body_html, body_text) \
         SELECT org_id, id, 1, '{}', '{}', 1, 'hello', '<p>hello</p>', 'hello' FROM channels WHERE id = '{}'; \
         UPDATE channels SET last_seq = 1, rev = 1 WHERE id = '{}'",
        uuid::Uuid::now_v7(),
        portal.member("member"),
        portal.channel("Night shift"),
        portal.channel("Night shift"),
    ));
}

#[tokio::test]
async fn who_is_not_signed_in_gets_no_further_than_the_door() {
    let portal = Portal::start().await;
    write_a_message(&portal);
    let mut wrong = Vec::new();
    for route in domains::register()
        .routes
        .iter()
        .filter(|route| !matches!(route.access, Access::Public))
    {
        let anyone = portal.anyone();
        let path = filled(&portal, route).await;
        let token = anyone
            .get("/sign-in")
            .await
            .one("meta[name=csrf]")
            .attr("content")
            .unwrap_or_default()
            .to_owned();
        let status = ask(&anyone, route, &path, Some(&token)).await;
        if !matches!(status, 303 | 401) {
            wrong.push(format!("{} {} answers {status}", route.method, route.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn another_organization_finds_nothing_behind_any_id() {
    let portal = Portal::start().await;
    write_a_message(&portal);
    let stranger = portal.neighbour("stranger").await;
    let token = token_of(&stranger).await;
    let mut wrong = Vec::new();
    let routes = domains::register().routes;
    for route in routes
        .iter()
        .filter(|route| route.path.contains('{') && !matches!(route.access, Access::Public))
    {
        let path = filled(&portal, route).await;
        let status = ask(&stranger, route, &path, Some(&token)).await;
        // A body may be refused before anyone looks for the thing, but then for every id alike.
        let nowhere = ask(&stranger, route, &imagined(route), Some(&token)).await;
        if status != nowhere || !matches!(status, 404 | 400 | 422) {
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
    write_a_message(&portal);
    let admin = portal.person("admin").await;
    let mut wrong = Vec::new();
    for route in domains::register()
        .routes
        .iter()
        .filter(|route| route.method != "GET")
    {
        let path = filled(&portal, route).await;
        let status = ask(&admin, route, &path, None).await;
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
async fn pages_for_some_roles_are_closed_to_the_others() {
    let portal = Portal::start().await;
    let mut people: Vec<(Actor, Role)> = Vec::new();
    for (key, role) in [
        ("member", Role::Member),
        ("steward", Role::Steward),
        ("coach", Role::Coach),
        ("sponsor", Role::Sponsor),
        ("comms", Role::Communicator),
    ] {
        people.push((portal.person(key).await, role));
    }
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for route in domains::register()
        .routes
        .iter()
        .filter(|route| route.method == "GET" && !route.path.contains('{'))
    {
        let Access::Roles(roles) = route.access else {
            continue;
        };
        for (person, role) in people
            .iter()
            .filter(|(_, role)| !roles.contains(role) && !roles.contains(&Role::Member))
        {
            asked += 1;
            let status = ask(person, route, route.path, None).await;
            // Without a draft the preview only leads back to the form, which is closed to them.
            let leads_back = route.path == "/broadcasts/preview" && status == 303;
            if !matches!(status, 403 | 404) && !leads_back {
                wrong.push(format!(
                    "{} ({role}) sees {} with {status}",
                    person.key, route.path
                ));
            }
        }
    }
    assert!(asked > 10, "there are pages for some roles only");
    assert!(wrong.is_empty(), "{wrong:#?}");
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
