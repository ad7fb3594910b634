//! The shape of the house: what may lean on what. A failing line here names the file and the edge.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

fn sources() -> Vec<(String, String)> {
    files("src", "rs")
}

/// Files below a folder of the project that end so: name and text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Lines of code: comments and documentation are free to name things.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn offenders(applies: impl Fn(&str) -> bool, mark: &str) -> Vec<String> {
    sources()
        .into_iter()
        .filter(|(name, text)| applies(name) && code(text).any(|line| line.contains(mark)))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn the_kernel_is_pure() {
    for mark in [
        "crate::platform",
        "crate::domains",
        "crate::app",
        "actix_web",
        "std::fs",
        "tokio::",
    ] {
        let found = offenders(|name| name.starts_with("kernel/"), mark);
        assert!(found.is_empty(), "kernel leans on {mark}: {found:?}");
    }
}

#[test]
fn the_platform_knows_no_domain() {
    let found = offenders(|name| name.starts_with("platform/"), "crate::domains");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn statements_live_in_queries() {
    let allowed = |name: &str| {
        name.starts_with("platform/")
            || name.starts_with("kernel/")
            || name.contains("queries")
            || name.ends_with("model.rs")
            || name.starts_with("demo/write/")
            || name.starts_with("command/")
    };
    // Rows may be declared beside what they mean; running statements is another matter.
    for mark in [
        ".execute(",
        ".get_result(",
        ".get_results(",
        "diesel::insert_into",
        "diesel::update",
        "diesel::delete",
        "sql_query",
    ] {
        let found = offenders(|name| !allowed(name), mark);
        assert!(found.is_empty(), "{mark} outside queries: {found:?}");
    }
}

#[test]
fn http_stays_at_the_edge() {
    let inner = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or_default();
        name.starts_with("domains/")
            && matches!(
                file,
                "actions.rs"
                    | "model.rs"
                    | "policy.rs"
                    | "queries.rs"
                    | "events.rs"
                    | "subscribers.rs"
                    | "forms.rs"
                    | "view.rs"
            )
    };
    let found = offenders(inner, "actix_web");
    // Sign-in acts on the session cookie, which is HTTP by nature.
    let found: Vec<_> = found
        .into_iter()
        .filter(|name| !name.starts_with("domains/identity/"))
        .collect();
    assert!(found.is_empty(), "actix below the edge: {found:?}");
}

/// Foundations first; each may lean on those before it. `start`, `help`, `oversight`, `reference` and `upkeep` show all.
const ORDER: &[&str] = &[
    "tenancy",
    "identity",
    "people",
    "consent",
    "tasks",
    "cases",
    "notes",
    "field",
    "channels",
    "notifications",
    "journeys",
    "campaigns",
    "webhooks",
    "privacy",
];

#[test]
fn domains_lean_downwards_only() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some(here) = name
            .strip_prefix("domains/")
            .and_then(|rest| rest.split('/').next())
            .and_then(|domain| ORDER.iter().position(|known| *known == domain))
        else {
            continue;
        };
        for above in &ORDER[here + 1..] {
            if code(&text).any(|line| line.contains(&format!("crate::domains::{above}"))) {
                // Pages of a foundation take the signed-in member from identity.
                let page_of_tenancy = name.starts_with("domains/tenancy/") && *above == "identity";
                if !page_of_tenancy {
                    wrong.push(format!("{name} leans on {above}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn nobody_touches_another_domains_tables() {
    let own: &[(&str, &[&str])] = &[
        (
            "domains/tenancy/",
            &[
                "messages",
                "channel_memberships",
                "broadcasts",
                "sessions",
                "invitations",
                "api_tokens",
            ],
        ),
        (
            "domains/identity/",
            &["messages", "channels", "channel_memberships", "broadcasts"],
        ),
        (
            "domains/channels/",
            &["sessions", "invitations", "api_tokens", "users"],
        ),
    ];
    let mut wrong = Vec::new();
    for (folder, foreign) in own {
        for table in *foreign {
            // The export of one's own data gathers everything that is theirs, sign-in profile included.
            for name in offenders(
                |name| name.starts_with(folder) && !name.starts_with("domains/channels/export/"),
                &format!("{table}::table"),
            ) {
                wrong.push(format!("{name} reads {table}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Templates that this one includes or stands in, itself among them.
fn parts<'a>(all: &'a HashMap<String, String>, page: &'a str) -> HashSet<&'a str> {
    let (mut seen, mut waiting) = (HashSet::new(), vec![page]);
    while let Some(name) = waiting.pop() {
        let Some(text) = all.get(name).filter(|_| seen.insert(name)) else {
            continue;
        };
        for tag in ["include \"", "extends \""] {
            let named = text.split(tag).skip(1);
            waiting.extend(named.filter_map(|rest| rest.split('"').next()));
        }
    }
    seen
}

/// Attributes of htmx do nothing, and say nothing, on a page that does not load it.
#[test]
fn pages_that_ask_for_parts_load_htmx() {
    let all: HashMap<String, String> = files("templates", "html").into_iter().collect();
    let pages = all.iter().filter(|(_, text)| text.contains("{% extends "));
    let silent = pages.filter(|(name, _)| {
        let parts = parts(&all, name);
        let asks = ["hx-get=", "hx-post=", "hx-trigger=", "::live_form("];
        let asks = |part: &&str| asks.iter().any(|mark| all[*part].contains(mark));
        parts.iter().any(asks) && !parts.contains("layouts/_htmx.html")
    });
    let silent: Vec<&String> = silent.map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
