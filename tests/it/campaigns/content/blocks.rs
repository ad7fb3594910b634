//! The block editor's model.

use proptest::prelude::*;
use waymark::domains::campaigns::content::{
    Block, ColumnBlock, Draft, HeadingLevel, Theme, render_parts, to_mjml,
};

use super::support::*;

fn page() -> Vec<Block> {
    vec![
        Block::Heading { level: HeadingLevel::Title, text: "Hi {{ member.first_name }} <you>".into() },
        Block::Text { markdown: "We **won** _it_ for {{ vars.shop_name_long }}.\n\n- [one](https://union.org/?a=1&b=2)\n- two <script>".into() },
        Block::Button { label: "Go & see".into(), address: "{{ vars.page }}".into() },
        Block::Image { source: "https://union.org/x.png".into(), alt: "A \"quote\"".into(), address: Some("https://union.org/i".into()), width: None },
        Block::TwoColumns {
            left: vec![ColumnBlock::Heading { level: HeadingLevel::Section, text: "Left".into() }],
            right: vec![ColumnBlock::Text { markdown: "Right".into() }, ColumnBlock::Spacer { height: 9_000 }],
        },
        Block::Divider,
        Block::Spacer { height: 20 },
        Block::Footer { reason: "You asked for it.".into() },
    ]
}

fn with_blocks(blocks: &[Block], theme: &Theme) -> Draft {
    let mut wanted = draft("");
    wanted.source = to_mjml(blocks, theme);
    wanted.variables.push(variable(
        "shop_name_long",
        waymark::domains::campaigns::content::Kind::Text,
    ));
    wanted
}

#[test]
fn every_block_becomes_mail() {
    let theme = Theme {
        brand: "#aa0011".into(),
        paper: "url(x)".into(),
        ..Theme::default()
    };
    let content = compiled(&with_blocks(&page(), &theme));
    let values = facts([
        ("member.first_name", "Ada"),
        ("vars.shop_name_long", "A_B_C"),
        ("vars.page", "https://union.org/p"),
    ]);
    let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
    let html = parts.html.unwrap();
    assert!(html.contains("<strong>won</strong> <em>it</em> for A_B_C."));
    assert!(html.contains("Hi Ada &lt;you&gt;") && html.contains("two &lt;script&gt;"));
    assert!(html.contains("#aa0011") && !html.contains("url(x)"));
    assert!(html.contains("height:200px"));
    assert_eq!(content.links().len(), 3);
    assert!(
        parts.text.starts_with(
            "Hi Ada <you>\n\nWe won it for A_B_C.\n\n- one [1]\n- two <script>\n\nGo & see [2]\n"
        ),
        "{}",
        parts.text
    );
}

#[test]
fn blocks_keep_their_form_as_json() {
    let json = serde_json::to_string(&page()).unwrap();
    assert!(json.starts_with(r#"[{"block":"heading","level":"title","text":"#));
    assert_eq!(serde_json::from_str::<Vec<Block>>(&json).unwrap(), page());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_into_a_block_shows_as_it_is(text in "[a-zA-Z<>&\"'\\\\ é👍\u{200D}]{1,40}") {
        let blocks = [
            Block::Heading { level: HeadingLevel::Title, text: format!("x{text}x") },
            Block::Image { source: "https://union.org/x.png".into(), alt: format!("y{text}y"), address: None, width: None },
            Block::Footer { reason: String::new() },
        ];
        let content = compiled(&with_blocks(&blocks, &Theme::default()));
        let values = facts([]);
        let parts = render_parts(&content, &sender(), &person("Ada", &values), &links()).unwrap();
        let shown: String = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let squeezed: String = parts.text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert!(squeezed.replace(' ', "").contains(&format!("x{shown}xy{shown}y").replace(' ', "")), "{}", parts.text);
    }

    #[test]
    fn no_source_makes_the_compiler_panic(source in any::<String>(), body in "[<>a-z\"'={}%#/! |.\\n-]{0,80}") {
        let _ = problems(&Draft { source: source.clone(), subject: source, ..draft("") });
        let _ = problems(&draft(&body));
        let _ = problems(&Draft { source: format!("<mjml><mj-body>{body}</mj-body></mjml>"), ..draft("") });
    }
}
