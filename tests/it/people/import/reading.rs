use proptest::prelude::*;
use waymark::domains::people::import::drafting::{day, phone};
use waymark::domains::people::import::model::DayOrder;
use waymark::domains::people::import::reading::{decode, delimiter, records, sheet};

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

#[test]
fn every_usual_encoding_is_recognized() {
    let text = "Prénom;Nom\r\nZoë;Lefèvre\r\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8 with BOM"),
        (utf16(text, false, true), "UTF-16 LE"),
        (utf16(text, true, true), "UTF-16 BE"),
        (utf16(text, false, false), "UTF-16 LE"),
        (utf16(text, true, false), "UTF-16 BE"),
        (latin, "Windows-1252"),
    ] {
        let decoded = decode(&bytes);
        assert_eq!(
            (decoded.text, decoded.encoding),
            (text.replace("\r\n", "\n"), name)
        );
    }
    assert_eq!(decode(b"\x80 Caf\xe9").text, "€ Café", "what Latin-1 lacks");
    assert_eq!(
        decode(b"a\0b").text,
        "ab",
        "what no text of the database can hold"
    );
}

#[test]
fn what_is_between_the_cells_is_found() {
    for (text, found) in [
        ("Name,Phone\nA,1\nB,2\n", b','),
        ("Name;Salary\nA;1,5\nB;2,5\n", b';'),
        ("Name\tPlace\nA\tX, Y\n", b'\t'),
        ("Name|Place\nA|X\n", b'|'),
        ("sep=;\nName;Phone\nA;1\n", b';'),
        ("\"Last, first\";Phone\n\"A, B\";1\n", b';'),
        ("Name\nA\n", b','),
    ] {
        assert_eq!(char::from(delimiter(text)), char::from(found), "{text:?}");
    }
}

#[test]
fn a_row_is_told_by_the_line_it_begins_on() {
    let text = "sep=,\nName,Note\r\n\"A\",\"two\nlines\"\r\n\r\n ,\nB,\n";
    let text = decode(text.as_bytes()).text;
    let rows: Vec<(u64, Vec<String>)> = records(&text, b',')
        .map(|row| row.unwrap())
        .map(|row| (row.line, row.cells))
        .collect();
    let cells = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        rows,
        [
            (2, cells(&["Name", "Note"])),
            (3, cells(&["A", "two\nlines"])),
            (7, cells(&["B", ""]))
        ]
    );
}

#[test]
fn two_hundred_columns_are_read_and_a_thousand_refused() {
    let wide = |count: usize| {
        let head: Vec<String> = (0..count).map(|at| format!("c{at}")).collect();
        format!("{}\n{}\n", head.join(","), vec!["x"; count].join(","))
    };
    assert_eq!(sheet(&wide(200)).unwrap().header.len(), 200);
    assert!(
        sheet(&wide(1_000))
            .unwrap_err()
            .to_string()
            .contains("more than 400 columns")
    );
    assert!(sheet("").is_err());
    assert!(sheet("Name,Phone\n").is_err());
}

#[test]
fn a_file_that_is_one_cell_or_one_endless_row_is_refused_before_it_is_gathered() {
    let endless = ",".repeat(25_000_000);
    assert!(
        sheet(&endless)
            .unwrap_err()
            .to_string()
            .contains("more than 400 columns")
    );
    let late = format!("Name,Phone\nA,1\n{endless}");
    assert!(
        sheet(&late)
            .unwrap_err()
            .to_string()
            .contains("Line 3 has more than")
    );
    let unclosed = format!("Name,Phone\nA,1\n\"B,2\n{}", "C,3\n".repeat(100_000));
    assert!(
        sheet(&unclosed)
            .unwrap_err()
            .to_string()
            .contains("quotation mark is not closed")
    );
    let long = format!("Name,Note\nA,{}\n", "x".repeat(30_000));
    let read = sheet(&long).unwrap();
    assert_eq!(
        read.sample[0][1].len(),
        120,
        "only the beginning is kept to be shown"
    );
}

#[test]
fn a_last_row_without_an_end_is_read() {
    for (text, cells) in [
        ("a,b", vec!["a", "b"]),
        ("a,", vec!["a", ""]),
        ("\"a\"", vec!["a"]),
        ("\"a", vec!["a"]),
    ] {
        let row = records(text, b',').next().unwrap().unwrap();
        assert_eq!(row.cells, cells, "{text}");
    }
}

#[test]
fn numbers_and_days_are_read_as_people_write_them() {
    for (text, code, read) in [
        ("613 555-0142", "+1", Some("+16135550142")),
        ("1 (613) 555-0142", "+1", Some("+16135550142")),
        ("06 12 34 56 78", "+33", Some("+33612345678")),
        ("0033 6 12 34 56 78", "+1", Some("+33612345678")),
        ("+44 20 7946 0958", "", Some("+442079460958")),
        ("613 555-0142", "", None),
        ("call Ada", "+1", None),
        ("12", "+1", None),
    ] {
        assert_eq!(phone(text, code).as_deref(), read, "{text}");
    }
    for (text, order, read) in [
        ("2026-12-24", DayOrder::MonthFirst, Some("2026-12-24")),
        ("24/12/2026", DayOrder::DayFirst, Some("2026-12-24")),
        ("12/24/2026", DayOrder::MonthFirst, Some("2026-12-24")),
        ("24.12.26", DayOrder::DayFirst, Some("2026-12-24")),
        ("2026-12-24T00:00:00", DayOrder::DayFirst, Some("2026-12-24")),
        ("31/02/2026", DayOrder::DayFirst, None),
        ("soon", DayOrder::DayFirst, None),
    ] {
        assert_eq!(
            day(text, order).map(|day| day.to_string()).as_deref(),
            read,
            "{text}"
        );
    }
}

/// A table written the plain way: every cell in quotes, quotes doubled.
fn written(rows: &[Vec<String>], delimiter: char, ending: &str) -> String {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |row: &Vec<String>| {
        row.iter()
            .map(cell)
            .collect::<Vec<_>>()
            .join(&delimiter.to_string())
    };
    rows.iter().map(|row| line(row) + ending).collect()
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a-zé0-9 ,;\"'\n\t=-]{0,12}", 1..6), 1..20),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        ending in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let expected: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>())
            .filter(|row| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        let text = written(&rows, delimiter, ending);
        let read: Vec<Vec<String>> = records(&text, u8::try_from(delimiter).unwrap())
            .map(|row| row.unwrap().cells)
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_file_stops_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let decoded = decode(&bytes);
        prop_assert!(!decoded.text.contains('\0'));
        let _ = sheet(&decoded.text);
    }
}
