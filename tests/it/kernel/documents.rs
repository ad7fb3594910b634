//! Texts of lessons: headings and tables, and nothing that is not theirs.

use proptest::prelude::*;
use scraper::{Html, Selector};
use waymark::kernel::markup::document;

#[test]
fn a_text_has_headings_one_can_go_to_and_tables_one_can_scroll() {
    let text = document("# Why\n\nBecause.\n\n### Finer\n\n## How\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    assert!(text.html.contains("<h2 id=\"part-1\">Why</h2>"), "{}", text.html);
    assert!(
        text.html.contains("<h3 id=\"part-2\">Finer</h3>"),
        "{}",
        text.html
    );
    let parts: Vec<_> = text
        .parts
        .iter()
        .map(|part| (part.anchor.as_str(), part.title.as_str()))
        .collect();
    assert_eq!(parts, [("part-1", "Why"), ("part-3", "How")]);
    assert!(
        text.html
            .contains("role=\"region\" aria-label=\"Table 1\"><table>"),
        "{}",
        text.html
    );
    assert_eq!(
        text.html.matches("<div").count(),
        text.html.matches("</div>").count()
    );
}

#[test]
fn html_stays_text_and_addresses_that_run_something_lead_nowhere() {
    let text = document(
        "Before.\n\n<script>alert(1)</script> <table>\n\n[x](javascript:alert(1)) ![p](https://evil.example/p.png) [y](/people/1)",
    );
    assert!(
        !text.html.contains("<script") && !text.html.contains("<table") && !text.html.contains("<img"),
        "{}",
        text.html
    );
    assert!(
        !text.html.contains("javascript:") && !text.html.contains("href=\"/"),
        "{}",
        text.html
    );
    assert!(text.html.contains("&lt;script&gt;"), "{}", text.html);
}

proptest! {
    #[test]
    fn whatever_is_written_holds_only_what_texts_may(source in "[ -~\n<>#|*_`\\[\\]()!]{0,200}") {
        let html = Html::parse_fragment(&document(&source).html);
        let allowed = "html, body, p, pre, blockquote, ul, ol, li, h2, h3, h4, table, thead, tbody, tr, th, td, hr, a, br, code, del, em, strong, div[role=region]";
        let all = html.select(&Selector::parse("*").unwrap()).count();
        let known = html.select(&Selector::parse(allowed).unwrap()).count();
        prop_assert_eq!(all, known);
        for element in html.select(&Selector::parse("*").unwrap()) {
            for (name, value) in element.value().attrs() {
                prop_assert!(["href", "rel", "id", "start", "class", "tabindex", "role", "aria-label"].contains(&name), "{}", name);
                prop_assert!(name != "href" || ["http:", "https:", "mailto:"].iter().any(|scheme| value.to_lowercase().starts_with(scheme)));
            }
        }
    }
}
