//! Workbooks of Excel and its relatives (XLSX, ECMA-376): their first visible sheet as the text of a CSV file.
//!
//! Everything after that reads text, so a workbook is read once, at the door, and only its cells' values are kept: no formulas,
//! no macros, no hidden sheets.

use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};

use super::reading::{Decoded, MOST_COLUMNS, MOST_ROWS, Unreadable};

/// How large the parts of a workbook may be together when unpacked. A sheet of 200,000 rows and twenty columns is about 150 MB of
/// XML; a small file that unpacks to more was made to break something.
const MOST_BYTES: u64 = 256_000_000;

/// What is said of how a workbook was written; between its cells is nothing one would know.
pub const ENCODING: &str = "Excel workbook";

/// Whether these bytes begin like a ZIP archive, which a workbook is.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Whether these bytes begin like a workbook of Excel 2003 or before, or one with a password.
pub fn is_old_one(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// The first visible sheet as text. Row `n` of the sheet is line `n` of the text, so that what is said about lines can be found.
///
/// # Errors
/// When it is no workbook, unpacks to too much, or has more rows or columns than are read.
pub fn text(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    let damaged = |_| {
        Unreadable(
            "This is not a workbook that can be read. Open it and save it again as .xlsx, or as CSV UTF-8."
                .to_owned(),
        )
    };
    expect_modest(bytes, MOST_BYTES)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|cause| damaged(cause.to_string()))?;
    let first = book
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .ok_or_else(|| Unreadable("The workbook has no sheet that can be seen.".to_owned()))?;
    let mut cells = book
        .worksheet_cells_reader(&first)
        .map_err(|cause| damaged(cause.to_string()))?;
    let mut lines = Lines::default();
    while let Some(cell) = cells.next_cell().map_err(|cause| damaged(cause.to_string()))? {
        let (row, column) = cell.get_position();
        lines.put(row, column, &written(cell.get_value()))?;
    }
    Ok(Decoded {
        text: lines.finish(),
        encoding: ENCODING,
    })
}

/// Unpacks every part once, into nothing: what an archive says of its own size need not be true. `most` is in bytes.
///
/// # Errors
/// A sentence when it cannot be unpacked or comes to more than that.
pub fn expect_modest(bytes: &[u8], most: u64) -> Result<(), Unreadable> {
    let damaged = || Unreadable("The file is damaged: it can't be unpacked.".to_owned());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut left = most;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| damaged())?;
        let size = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|_| damaged())?;
        left = left.checked_sub(size).ok_or_else(|| {
            Unreadable("The workbook unpacks to more than 256 MB. Save the sheet with the people alone, as CSV UTF-8.".to_owned())
        })?;
    }
    Ok(())
}

/// Rows that arrive cell by cell.
#[derive(Default)]
struct Lines {
    text: String,
    row: u32,
    column: u32,
}

impl Lines {
    fn put(&mut self, row: u32, column: u32, value: &str) -> Result<(), Unreadable> {
        if value.is_empty() {
            return Ok(());
        }
        if usize::try_from(column).is_ok_and(|column| column >= MOST_COLUMNS) {
            return Err(Unreadable(format!(
                "The sheet has more than {MOST_COLUMNS} columns, which is the most that can be read."
            )));
        }
        if usize::try_from(row).is_ok_and(|row| row > MOST_ROWS) {
            return Err(Unreadable(format!(
                "The sheet has more than {MOST_ROWS} rows, which is the most that can be imported at once. Split it."
            )));
        }
        if row < self.row || (row == self.row && column < self.column) {
            return Err(Unreadable(
                "The workbook is damaged: its rows are in no order. Open it and save it again.".to_owned(),
            ));
        }
        while self.row < row {
            self.text.push('\n');
            self.row += 1;
            self.column = 0;
        }
        while self.column < column {
            self.text.push(',');
            self.column += 1;
        }
        self.text.push('"');
        self.text.push_str(
            &value
                .replace('"', "\"\"")
                .replace(['\r', '\n'], " ")
                .replace('\0', ""),
        );
        self.text.push('"');
        Ok(())
    }

    fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }
}

/// A value as one would type it. Days are ISO 8601 without a time when they have none; whole numbers have no decimals, because
/// phone and card numbers are numbers in most sheets.
fn written(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
            match (hour, minute) {
                (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().trim_end_matches("T00:00:00").to_owned()
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
