//! Every form of every page with what nobody would type: whatever is answered, it is never our fault.

use reqwest::Method;
use serde_json::json;
use waymark::domains;
use waymark::platform::web::Access;

use crate::authority::world::World;
use crate::support::client::Client;
use crate::support::form::Form;
use crate::support::page::Page;
use crate::support::portal::Portal;
use crate::support::writer::Writer;

/// Texts that databases, parsers and people stumble over.
fn odd_texts() -> Vec<String> {
    vec![
        "nul \0 and \u{1b}[31m bell \u{7}".to_owned(),
        "\u{202e}evil\u{2066} שלום 👩🏽‍🚀 \u{feff}\u{200b} %00%ff{{7*7}}<script>'; DROP TABLE members; --"
            .to_owned(),
        "long ".repeat(6_000),
        "99999999999999999999".to_owned(),
        "-1".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        String::new(),
    ]
}

/// A form filled with one text, but for what proves where it comes from.
fn filled_with(form: &Form, text: &str) -> Form {
    let names: Vec<String> = form.names().into_iter().map(str::to_owned).collect();
    names
        .iter()
        .filter(|name| !matches!(name.as_str(), "_csrf" | "_key" | "files"))
        .fold(form.clone(), |form, name| form.without(name).forge(name, text))
}

/// The forms of a page that can be told apart by where they go, but those that end the session.
fn forms(page: &Page) -> Vec<(String, Form)> {
    let mut found: Vec<(String, Form)> = Vec::new();
    for form in page.select("main form") {
        let action = form.attr("action").unwrap_or_default().to_owned();
        let method = form.attr("method").unwrap_or("get").to_owned();
        let known = found
            .iter()
            .any(|(name, _)| *name == format!("{method} {action}"));
        if known || action == "/sign-out" {
            continue;
        }
        let css = match action.as_str() {
            "" => "main form:not([action])".to_owned(),
            _ => format!("main form[action='{action}']"),
        };
        found.push((format!("{method} {action}"), page.form(&css)));
    }
    found
}

fn pages(world: &World) -> Vec<String> {
    let mut pages = Vec::new();
    for route in domains::register().routes {
        let is_page = route.method == "GET" && !route.path.starts_with("/api") && route.path != "/metrics";
        if is_page && !matches!(route.access, Access::Public) {
            pages.push(world.path(&route));
        }
    }
    pages
}

async fn try_forms(client: &Client, path: &str, wrong: &mut Vec<String>) -> usize {
    let page = client.get(path).await;
    if !page.status.is_success() {
        return 0;
    }
    let forms = forms(&page);
    for (name, form) in &forms {
        for text in odd_texts() {
            // No client sends an address of any length.
            let room = if name.starts_with("get") {
                2_000
            } else {
                usize::MAX
            };
            let text: String = text.chars().take(room).collect();
            let answer = filled_with(form, &text).submit(client).await;
            if answer.status.is_server_error() {
                let start: String = text.chars().take(20).collect();
                wrong.push(format!("{name} on {path} answers {} to {start:?}", answer.status));
            }
        }
    }
    forms.len()
}

#[tokio::test]
async fn no_form_fails_on_odd_texts() {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let member = Writer::of(&portal, "member").await;
    let night = format!("/channels/{}", portal.channel("Night shift"));
    member
        .say(&night, "Something to act on", uuid::Uuid::now_v7())
        .await;
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for key in ["admin", "steward"] {
        let mut person = portal.person(key).await;
        for path in pages(&world) {
            // What everyone has is tried once; a steward is in the channel that the admin is not in.
            if key == "steward" && !path.starts_with("/channels/") {
                continue;
            }
            if person.get("/me").await.status != 200 {
                // One of the forms has signed them out.
                person = portal.person(key).await;
            }
            seen += try_forms(&person, &path, &mut wrong).await;
        }
    }
    assert!(seen > 40, "only {seen} forms");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn no_page_fails_on_odd_addresses() {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let admin = portal.person("admin").await;
    let names = [
        "q", "before", "after", "from", "at", "to", "who", "cursor", "limit", "page", "show", "kind", "role",
        "next", "reply", "rev", "dry_run", "id",
    ];
    let mut wrong = Vec::new();
    for path in pages(&world) {
        for text in odd_texts() {
            let text: String = text.chars().take(2_000).collect();
            let pairs = names.iter().map(|name| (*name, text.as_str()));
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            let answer = admin
                .get(&format!("{}?{query}", path.split('?').next().unwrap()))
                .await;
            if answer.status.is_server_error() {
                wrong.push(format!("{path} answers {} to {text:?}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn no_endpoint_fails_on_odd_values() {
    let portal = Portal::start().await;
    let world = World::of(&portal).await;
    let admin = Writer::of(&portal, "admin").await;
    let mut wrong = Vec::new();
    for route in domains::register().routes {
        if !route.path.starts_with("/api") || route.method == "GET" {
            continue;
        }
        let path = world.path(&route);
        for text in odd_texts() {
            for body in [
                json!({ "body": text }),
                json!({ "body": "x", "reply_to_seq": i64::MIN }),
                json!({ "title": text, "context_id": portal.look("SELECT id FROM contexts WHERE name = 'Night shift'"), "description": text }),
                json!({ "title": text, "body": text, "confirmed_recipients": i64::MAX, "send_at": "9999-12-31T23:59:59Z" }),
                json!({ "platform": "web", "token": text, "device_name": text }),
                json!({ "channel_id": portal.channel("Depot north"), "seq": i64::MIN }),
                json!({ "token": text }),
            ] {
                let call = admin.client().api(route.method.parse::<Method>().unwrap(), &path);
                let call = call
                    .header("X-CSRF-Token", admin.token())
                    .header("Sec-Fetch-Site", "same-origin");
                let answer = call.json(&body).send().await;
                if answer.status.is_server_error() {
                    wrong.push(format!(
                        "{} {path} answers {} to {}",
                        route.method,
                        answer.status,
                        body.to_string().chars().take(120).collect::<String>()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
