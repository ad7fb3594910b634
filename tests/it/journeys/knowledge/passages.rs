//! From texts to passages, and from hits to what is shown of them. Pure.

use proptest::prelude::*;
use waymark::domains::journeys::knowledge::reading::{self, Block, html, markdown, plain, snippet};

fn words(count: usize) -> String {
    (0..count)
        .map(|at| format!("word{at}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_page_is_cut_at_its_headings_and_long_parts_between_paragraphs() {
    let source = format!(
        "# Listening\n\nFirst **this**.\n\n## Silence\n\n{}\n\n{}\n\n- one\n- two\n\n# Asking\n\nOpen questions.",
        words(150),
        words(150)
    );
    let found = reading::passages(markdown::blocks(&source));
    let headings: Vec<&str> = found.iter().map(|one| one.heading.as_str()).collect();
    assert_eq!(
        headings,
        [
            "Listening",
            "Listening › Silence",
            "Listening › Silence",
            "Asking"
        ]
    );
    assert_eq!(found[0].text, "First this.");
    assert_eq!(found[0].source, "First **this**.");
    assert!(found[2].text.ends_with("one\ntwo"), "{}", found[2].text);
}

#[test]
fn a_long_paragraph_is_cut_where_a_sentence_ends() {
    let sentence = format!("{}.", words(30));
    let text = vec![sentence.as_str(); 20].join(" ");
    let found = reading::passages(plain::blocks(&text));
    assert!(found.len() >= 3);
    for one in &found {
        assert!(one.text.ends_with('.'), "{}", one.text);
        assert!(one.text.split_whitespace().count() <= 260);
    }
}

#[test]
fn what_is_written_on_a_page_out_there_is_kept_and_nothing_of_how() {
    let page = "<!doctype html><html lang=en><head><title>How to  listen</title><style>p { color: red }</style></head><body>\
        <nav><a href=/>Home</a></nav><script>alert('<p>no</p>')</script><main><h1>Listen</h1><p>Ask &amp; wait &lt;b&gt;.</p>\
        <h2>Silence</h2><p>Count to <b>five</b>, then<br>speak.</p><ul><li>One</li><li>Two</li></ul></main><footer>Imprint</footer></body></html>";
    let read = html::words(page);
    assert_eq!(read.title, "How to listen");
    let found = reading::passages(read.blocks);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].text, "Ask & wait <b>.");
    assert_eq!(found[1].heading, "Listen › Silence");
    assert_eq!(found[1].text, "Count to five, then speak.\n\nOne\n\nTwo");
    let all = format!("{found:?}");
    for gone in ["Home", "Imprint", "alert", "color"] {
        assert!(!all.contains(gone), "{gone}");
    }
    // A page of nothing but navigation still has its words, one without any has none.
    assert_eq!(
        html::words("<nav>Only this</nav>").blocks,
        [Block::plain("Only this", None)]
    );
    assert!(html::words("<script>x</script>").blocks.is_empty());
}

#[test]
fn lines_of_a_file_become_paragraphs_with_their_page() {
    let pages = [
        "An organ-\nising talk\nbegins.\n\nThen".to_owned(),
        String::new(),
        "Third".to_owned(),
    ];
    let found = plain::of_pages(&pages);
    assert_eq!(
        found,
        [
            Block::plain("An organising talk begins.", Some(1)),
            Block::plain("Then", Some(1)),
            Block::plain("Third", Some(3)),
        ]
    );
}

#[test]
fn a_hit_is_shown_as_it_was_written_with_what_is_around_it() {
    let text = format!("{} L’Été est là. {}", words(60), words(60));
    let marked = text
        .to_lowercase()
        .replace('é', "e")
        .replace('à', "a")
        .replace('’', "'");
    let marked = marked.replace("ete", "\u{2}ete\u{3}");
    let parts = snippet::around(&text, &marked);
    let hits: Vec<&str> = parts
        .iter()
        .filter(|part| part.hit)
        .map(|part| part.text.as_str())
        .collect();
    assert_eq!(hits, ["Été"]);
    assert!(parts[0].text.starts_with("… word"), "{parts:?}");
    assert!(parts.last().unwrap().text.ends_with(" …"));
    // Of another text nothing is marked.
    let parts = snippet::around("One two", "\u{2}one\u{3}");
    assert_eq!(parts.len(), 1);
    assert!(!parts[0].hit);
}

proptest! {
    #[test]
    fn no_text_is_too_strange_to_be_cut(text in "\\PC{0,3000}", length in 1_usize..400) {
        let long = format!("{}{}", text.repeat(1 + 2_000 / (text.len() + 1)), "x".repeat(length * 50));
        let all = [markdown::blocks(&long), plain::blocks(&long), html::words(&long).blocks];
        for blocks in all {
            for passage in reading::passages(blocks) {
                prop_assert!(!passage.text.trim().is_empty());
                prop_assert!(passage.text.chars().count() <= 8_000);
                prop_assert!(passage.source.chars().count() <= 20_000);
                prop_assert!(passage.heading.chars().count() <= 200);
            }
        }
    }
}
