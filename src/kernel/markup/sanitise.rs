//! The second wall: an allow list over finished HTML.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use uuid::Uuid;

/// Blocks carry `dir="auto"`, so that each paragraph runs in the direction of its own words.
const BLOCKS: [&str; 6] = ["p", "pre", "blockquote", "ul", "ol", "li"];
const INLINE: [&str; 7] = ["a", "br", "code", "del", "em", "span", "strong"];

/// What links to elsewhere promise: no endorsement, no handle on our window, user content.
pub(super) const REL: &str = "nofollow noopener ugc";

/// Where mentions lead; the only relative address allowed.
pub(super) const PEOPLE: &str = "/people/";

static ALLOW_LIST: LazyLock<Builder<'static>> = LazyLock::new(allow_list);

/// Removes every element, attribute and address that no message may contain. Doing it twice changes nothing.
pub fn sanitise(html: &str) -> String {
    ALLOW_LIST.clean(html).to_string()
}

fn allow_list() -> Builder<'static> {
    let mut builder = Builder::empty();
    let dir_auto = || HashMap::from([("dir", HashSet::from(["auto"]))]);
    let mut values: HashMap<&str, HashMap<&str, HashSet<&str>>> =
        BLOCKS.map(|block| (block, dir_auto())).into();
    values.insert("a", HashMap::from([("rel", HashSet::from([REL]))]));
    builder
        .tags(BLOCKS.into_iter().chain(INLINE).collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "data-member"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .tag_attribute_values(values)
        .generic_attributes(HashSet::new())
        .allowed_classes(HashMap::from([
            ("a", HashSet::from(["mention"])),
            ("span", HashSet::from(["mention", "mention--all"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Custom(Box::new(person_page)))
        .link_rel(None)
        .attribute_filter(|_, attribute, value| {
            well_formed(attribute, value).then_some(Cow::Borrowed(value))
        });
    builder
}

fn person_page(address: &str) -> Option<Cow<'_, str>> {
    let id = address.strip_prefix(PEOPLE)?;
    Uuid::parse_str(id).ok().map(|_| Cow::Borrowed(address))
}

fn well_formed(attribute: &str, value: &str) -> bool {
    match attribute {
        "data-member" => Uuid::parse_str(value).is_ok(),
        "start" => value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit()),
        _ => true,
    }
}
