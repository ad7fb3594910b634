//! What is read of a workbook, byte by byte.

use std::io::{Cursor, Write};

use waymark::domains::people::import::workbook::{expect_modest, is_one, text};

fn book(sheet: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned()),
        ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Old" sheetId="1" state="hidden" r:id="r2"/><sheet name="People" sheetId="2" r:id="r1"/></sheets></workbook>"#.to_owned()),
        ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#.to_owned()),
        ("xl/styles.xml", r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#.to_owned()),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#)),
        ("xl/worksheets/sheet2.xml", r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>hidden</t></is></c></row></sheetData></worksheet>"#.to_owned()),
    ];
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_first_visible_sheet_is_read_as_one_would_type_it() {
    let book = book(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Phone</t></is></c><c r="D1" t="inlineStr"><is><t>Joined</t></is></c></row>
           <row r="3"><c r="A3" t="inlineStr"><is><t>Zoë "Z" Ng</t></is></c><c r="B3"><v>14165550142</v></c><c r="D3" s="1"><v>45000</v></c></row>"#,
    );
    assert!(is_one(&book));
    let read = text(&book).unwrap();
    assert_eq!(
        read.text,
        "\"Name\",\"Phone\",,\"Joined\"\n\n\"Zoë \"\"Z\"\" Ng\",\"14165550142\",,\"2023-03-15\"\n"
    );
}

#[test]
fn what_unpacks_to_more_than_it_should_is_refused_whatever_it_says_of_itself() {
    let rows = "<row><c><v>1</v></c></row>".repeat(20_000);
    let book = book(&rows);
    assert!(book.len() < 20_000, "it looks small");
    assert!(expect_modest(&book, 1_000_000).is_ok());
    assert!(expect_modest(&book, 100_000).unwrap_err().0.contains("unpacks"));
}

#[test]
fn what_is_no_workbook_or_too_wide_is_told_in_words() {
    assert!(text(b"PK\x03\x04 and then nothing").is_err());
    let wide = book(r#"<row r="1"><c r="ZZZ1" t="inlineStr"><is><t>far away</t></is></c></row>"#);
    assert!(text(&wide).unwrap_err().0.contains("columns"));
    let long = book(r#"<row r="900000"><c r="A900000" t="inlineStr"><is><t>far down</t></is></c></row>"#);
    assert!(text(&long).unwrap_err().0.contains("rows"));
}
