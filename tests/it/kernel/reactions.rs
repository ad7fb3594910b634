//! One emoji and nothing else.

use waymark::kernel::markup::single_emoji;

#[test]
fn one_emoji_is_a_reaction() {
    for emoji in [
        "👍",
        "👍🏿",
        "❤️",
        "☝🏽",
        "🇩🇪",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "1️⃣",
        "#️⃣",
        "👨‍👩‍👧‍👦",
        "👩🏽‍🚀",
        "🤷‍♂️",
        "🏳️‍🌈",
        "🫡",
        "©️",
    ] {
        assert_eq!(single_emoji(emoji), Some(emoji), "{emoji}");
    }
    assert_eq!(single_emoji(" 🎉\n"), Some("🎉"));
}

#[test]
fn anything_else_is_not() {
    let refused = [
        "",
        " ",
        "a",
        "1",
        "#",
        "ok",
        "👍👍",
        "👍 👍",
        "❤",
        "©",
        "🚗🏽",
        "🇩",
        "🇩🇪🇫🇷",
        "👍\u{200D}",
        "\u{200D}",
        "a\u{200D}👍",
        "👍\u{FE0E}",
        "é",
        "👍\u{301}",
        "<",
        "🏴󠁿",
        "👩🏽‍❤️‍💋‍👨🏽",
    ];
    for text in refused {
        assert_eq!(single_emoji(text), None, "{text:?}");
    }
}
