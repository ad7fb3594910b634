use proptest::prelude::*;
use waymark::kernel::spreadsheet::cell;

#[test]
fn what_a_spreadsheet_would_run_is_text() {
    for (text, safe) in [
        ("Ada Lovelace", "Ada Lovelace"),
        ("=cmd()", "'=cmd()"),
        ("  =cmd()", "  '=cmd()"),
        ("\t+1", "\t'+1"),
        ("\u{a0}@x", "\u{a0}'@x"),
        ("steward;=cmd()", "steward;'=cmd()"),
        ("a, -b", "a, '-b"),
        ("a\n=b", "a\n'=b"),
        ("\"=b", "\"'=b"),
        ("ada@example.org", "ada@example.org"),
        ("Jean-Luc", "Jean-Luc"),
        ("2026-01-31", "2026-01-31"),
        ("", ""),
    ] {
        assert_eq!(cell(text), safe, "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_part_of_a_cell_begins_a_formula_and_nothing_of_it_is_lost(text in "[a=+@,;|\t\n\r \"'-]{0,20}") {
        let safe = cell(&text);
        for part in safe.split([',', ';', '|', '\t', '\n', '\r']) {
            let part = part.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            prop_assert!(!part.starts_with(['=', '+', '-', '@']), "{safe:?}");
        }
        prop_assert_eq!(safe.replace('\'', ""), text.replace('\'', ""));
    }
}
