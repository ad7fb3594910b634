//! What must hold for every message, however strange.

use proptest::prelude::*;
use scraper::{Html, Node};
use uuid::Uuid;
use waymark::kernel::markup::{
    MAX_SOURCE, MentionResolver, Rendered, ResolvedMention, excerpt, handles_in, render, sanitise,
    single_emoji,
};

use super::markup::People;

/// Pieces that collide in interesting ways when thrown together.
const PIECES: [&str; 64] = [
    "*",
    "**",
    "_",
    "__",
    "~~",
    "`",
    "```",
    "\n",
    "\n\n",
    "    ",
    "\t",
    "> ",
    "- ",
    "1. ",
    "# ",
    "---",
    "===",
    "[",
    "]",
    "](",
    ")",
    "]:",
    "![",
    "<",
    ">",
    "</",
    "<b>",
    "<!--",
    "-->",
    "<script>",
    "<a href=\"javascript:x\">",
    "&",
    "&lt;",
    "&#x202E;",
    "&#x2066;",
    "&#10;",
    "&amp;",
    "\\",
    "@",
    "@ada",
    "@ada.",
    "@bjorn_b",
    "@channel",
    "@trick",
    "https://e.org/a_b",
    "http://",
    "mailto:a@e.org",
    "www.e.org.uk",
    "javascript:alert(1)",
    "data:text/html,x",
    "\u{202E}",
    "\u{2066}",
    "\u{2069}",
    "\u{200F}",
    "\u{0}",
    "\u{2028}",
    "\u{A0}",
    "é",
    "שלום",
    "漢字。",
    "👩🏽‍🚀",
    " ",
    "word",
    "\"'",
];

fn soup() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60)
            .prop_map(|pieces| pieces.concat()),
        any::<String>(),
        "[@a-z.<>\\[\\]()*_`~#&;:/ \n-]{0,80}",
    ]
}

fn rendered(source: &str) -> Rendered {
    render(source, &People)
}

/// Every element and attribute of the page is one a message may contain.
fn assert_only_allowed(html: &str) {
    for node in Html::parse_fragment(html).root_element().descendants() {
        match node.value() {
            Node::Element(element) => assert_element_allowed(element, html),
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => {
                panic!("foreign node in {html}")
            }
            _ => {}
        }
    }
}

fn assert_element_allowed(element: &scraper::node::Element, html: &str) {
    let name = element.name();
    assert!(
        [
            "html",
            "p",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "br",
            "code",
            "del",
            "em",
            "span",
            "strong"
        ]
        .contains(&name),
        "<{name}> in {html}"
    );
    if ["p", "pre", "blockquote", "ul", "ol", "li"].contains(&name) {
        assert_eq!(element.attr("dir"), Some("auto"), "{html}");
    }
    for (attribute, value) in element.attrs() {
        let allowed = match (name, attribute) {
            (_, "dir") => value == "auto",
            ("ol", "start") => value.parse::<u32>().is_ok(),
            ("a", "href") => is_allowed_address(element, value),
            ("a", "rel") => value == "nofollow noopener ugc",
            ("a", "class") => value == "mention",
            ("a", "data-member") => Uuid::parse_str(value).is_ok(),
            ("span", "class") => value == "mention mention--all",
            _ => false,
        };
        assert!(allowed, "{name}[{attribute}={value}] in {html}");
    }
}

fn is_allowed_address(element: &scraper::node::Element, address: &str) -> bool {
    match address.strip_prefix("/people/") {
        Some(id) => element.attr("class") == Some("mention") && Some(id) == element.attr("data-member"),
        None => {
            element.attr("rel").is_some()
                && ["http://", "https://", "mailto:"]
                    .iter()
                    .any(|scheme| address.starts_with(scheme))
        }
    }
}

fn without_space(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .collect()
}

fn isolates_are_balanced(text: &str) -> bool {
    let mut open = 0_i32;
    text.chars().all(|character| {
        match character {
            '\u{2066}'..='\u{2068}' => open += 1,
            '\u{2069}' => open -= 1,
            _ => {}
        }
        open >= 0
    }) && open == 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn only_known_elements_come_out(source in soup()) {
        assert_only_allowed(&rendered(&source).html);
    }

    #[test]
    fn sanitising_twice_changes_nothing(source in soup()) {
        let once = sanitise(&source);
        prop_assert_eq!(&sanitise(&once), &once);
        let html = rendered(&source).html;
        prop_assert_eq!(sanitise(&html), html);
    }

    #[test]
    fn the_plain_text_is_what_the_page_shows(source in soup()) {
        let written = rendered(&source);
        let shown: String = Html::parse_fragment(&written.html).root_element().text().collect();
        prop_assert_eq!(without_space(&shown), without_space(&written.text));
        prop_assert_eq!(written.text.split_whitespace().collect::<Vec<_>>().join(" "), written.text);
    }

    #[test]
    fn no_character_misleads(source in soup()) {
        let written = rendered(&source);
        for output in [&written.html, &written.text] {
            let misleading = output.contains(['\u{0}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}', '\r']);
            prop_assert!(!misleading, "{:?}", output);
            prop_assert!(isolates_are_balanced(output), "{:?}", output);
        }
    }

    #[test]
    fn every_person_asked_for_was_announced(source in soup()) {
        let announced = handles_in(&source);
        let strict = Announced { handles: &announced };
        let written = render(&source, &strict);
        prop_assert_eq!(written, rendered(&source));
        prop_assert!(announced.iter().all(|handle| handle.len() <= 32));
    }

    #[test]
    fn excerpts_fit(text in any::<String>(), room in 0_usize..40) {
        use unicode_segmentation::UnicodeSegmentation as _;
        prop_assert!(excerpt(&text, room).graphemes(true).count() <= room);
    }

    #[test]
    fn reactions_are_short(text in any::<String>()) {
        if let Some(emoji) = single_emoji(&text) {
            prop_assert!(emoji.len() <= 32 && text.contains(emoji));
        }
    }
}

/// Answers like `People`, and fails when asked for somebody `handles_in` did not list.
struct Announced<'a> {
    handles: &'a [String],
}

impl MentionResolver for Announced<'_> {
    fn resolve(&self, handle: &str) -> Option<ResolvedMention> {
        assert!(
            self.handles.iter().any(|known| known == handle),
            "{handle} was not announced"
        );
        People.resolve(handle)
    }
}

/// Output grows with its source, whatever is repeated: no construct multiplies.
#[test]
fn walls_of_marks_stay_small() {
    for piece in PIECES {
        let source = piece.repeat(MAX_SOURCE / piece.chars().count());
        let written = rendered(&source);
        assert_only_allowed(&written.html);
        let per_character = written.html.len() / MAX_SOURCE;
        assert!(
            per_character <= 60,
            "{piece:?} grew to {} bytes",
            written.html.len()
        );
        assert!(
            depth_of(&written.html) <= 48,
            "{piece:?} nests {}",
            depth_of(&written.html)
        );
    }
}

fn depth_of(html: &str) -> usize {
    let page = Html::parse_fragment(html);
    page.root_element()
        .descendants()
        .map(|node| node.ancestors().count())
        .max()
        .unwrap_or(0)
}
