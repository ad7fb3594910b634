//! Workbooks of Excel.

use std::io::{Cursor, Write};

use crate::support::portal::Portal;

use super::{apply, check, upload};

/// A workbook whose first sheet has these rows.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let rows: String = rows
        .iter()
        .map(|cells| {
            let cells: String = cells
                .iter()
                .map(|cell| match cell.parse::<f64>() {
                    Ok(_) => format!("<c><v>{cell}</v></c>"),
                    Err(_) => format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
                })
                .collect();
            format!("<row>{cells}</row>")
        })
        .collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let related = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{related}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"People\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{related}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn people_come_out_of_a_workbook_as_out_of_a_text() {
    let portal = Portal::start().await;
    let admin = portal.person("admin").await;
    let book = workbook(&[
        &["Name", "E-mail", "Phone"],
        &["Ada Lovelace", "ada@example.org", "4165550101"],
        &["Zoë Ng, \"Z\"", "zoe@example.org", ""],
        &["", "nobody@example.org", ""],
    ]);
    let page = upload(&admin, "people.xlsx", &book).await;
    page.expect_text("Excel workbook");
    let (address, preview) = check(&portal, &admin, &page).await;
    preview.expect_text("Ada Lovelace").expect_text("Zoë Ng, \"Z\"");
    apply(&portal, &admin, &address).await;
    assert_eq!(
        portal.look("SELECT string_agg(value, ' ') FROM contact_points WHERE value LIKE '+1416%'"),
        "+14165550101"
    );
    assert_eq!(
        portal.look("SELECT count(*) FROM members WHERE email IN ('ada@example.org', 'zoe@example.org')"),
        "2"
    );
}
