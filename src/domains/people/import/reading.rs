//! Reading a file of unknown origin: which encoding, what is between the cells, and the rows.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Columns of one file.
pub const MOST_COLUMNS: usize = 400;
/// Bytes of one cell: what a spreadsheet's longest cell, of 32,767 characters, can take.
const MOST_IN_CELL: usize = 131_068;
/// Characters kept of a cell for choosing what its column is, and of a column's name.
const KEPT_OF_CELL: usize = 120;
/// Rows of one file.
pub const MOST_ROWS: usize = 200_000;
/// Rows looked at to find out what is between the cells.
const LOOKED_AT: usize = 20;

/// Why a file cannot be read, in a sentence for who brought it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// A file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Its text, without a byte order mark and without NUL, which no text of the database can hold; every line ends with `\n`,
    /// so that lines are counted as an editor counts them.
    pub text: String,
    /// How it was written, in words.
    pub encoding: &'static str,
}

/// Decodes a file: by its byte order mark; without one as UTF-8 when it is that, as UTF-16 when every other byte is zero, and
/// else as Windows-1252, which is what spreadsheets on Windows write.
pub fn decode(bytes: &[u8]) -> Decoded {
    let (encoding, name): (&'static Encoding, _) = match Encoding::for_bom(bytes) {
        Some((found, _)) if found == UTF_16LE => (UTF_16LE, "UTF-16 LE"),
        Some((found, _)) if found == UTF_16BE => (UTF_16BE, "UTF-16 BE"),
        Some(_) => (UTF_8, "UTF-8 with BOM"),
        None => match (wide(bytes), std::str::from_utf8(bytes)) {
            (Some(wide), _) => wide,
            (None, Ok(_)) => (UTF_8, "UTF-8"),
            (None, Err(_)) => (WINDOWS_1252, "Windows-1252"),
        },
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Decoded {
        text: text.replace('\0', "").replace("\r\n", "\n").replace('\r', "\n"),
        encoding: name,
    }
}

/// UTF-16 without a mark: Latin text in it has a zero in every other byte.
fn wide(bytes: &[u8]) -> Option<(&'static Encoding, &'static str)> {
    let looked_at = bytes.get(..bytes.len().min(4_000))?;
    let zeros = |first: usize| {
        looked_at
            .iter()
            .skip(first)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd, half) = (zeros(0), zeros(1), looked_at.len() / 2);
    match half > 1 && bytes.len().is_multiple_of(2) {
        true if odd * 10 >= half * 4 && even * 10 < half => Some((UTF_16LE, "UTF-16 LE")),
        true if even * 10 >= half * 4 && odd * 10 < half => Some((UTF_16BE, "UTF-16 BE")),
        _ => None,
    }
}

/// What is between the cells: of comma, semicolon, tab and bar the one that gives most rows as many cells as the header has.
/// A first line such as `sep=;`, which Excel writes and reads, decides.
pub fn delimiter(text: &str) -> u8 {
    if let Some(said) = said(text) {
        return said;
    }
    let score = |delimiter: u8| {
        let mut records = records(text, delimiter);
        let wide = match records.next() {
            Some(Ok(header)) if header.cells.len() > 1 => header.cells.len(),
            _ => return (0, 0),
        };
        let alike = records
            .take(LOOKED_AT)
            .filter(|record| record.as_ref().is_ok_and(|record| record.cells.len() == wide))
            .count();
        (alike + 1, wide)
    };
    let mut best = (b',', (0, 0));
    for candidate in [b',', b';', b'\t', b'|'] {
        let score = score(candidate);
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

fn said(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_end();
    match line.strip_prefix("sep=")?.as_bytes() {
        [only] => Some(*only),
        _ => None,
    }
}

/// One row and the line of the file it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// From 1.
    pub line: u64,
    /// Its cells, ends trimmed.
    pub cells: Vec<String>,
}

/// The rows of a text, the header first. Empty lines are none; rows may be of different lengths. A row with too many cells, or with
/// a cell that is too long, is an error and the end: a file whose quotation mark is never closed is not gathered into one cell.
pub fn records(text: &str, delimiter: u8) -> impl Iterator<Item = Result<Record, Unreadable>> + '_ {
    let (body, skipped) = match said(text) {
        Some(_) => (text.split_once('\n').map_or("", |(_, rest)| rest), 1),
        None => (text, 0),
    };
    Records {
        rest: body.as_bytes(),
        reader: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
        cell: vec![0; MOST_IN_CELL],
        line: skipped + 1,
    }
    .filter(|record| match record {
        Ok(record) => record.cells.iter().any(|cell| !cell.is_empty()),
        Err(_) => true,
    })
}

/// Reads row after row; holds one cell at a time beside the row it gathers.
struct Records<'t> {
    rest: &'t [u8],
    reader: csv_core::Reader,
    cell: Vec<u8>,
    /// Of the next row.
    line: u64,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let blank = self.rest.iter().take_while(|byte| **byte == b'\n').count();
        self.rest = self.rest.get(blank..).unwrap_or_default();
        self.line += u64::try_from(blank).unwrap_or_default();
        if self.rest.is_empty() {
            return None;
        }
        let (line, begins) = (self.line, self.rest);
        let cells = self.cells();
        let read = begins.get(..begins.len() - self.rest.len()).unwrap_or_default();
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(lines).unwrap_or_default();
        if cells.is_err() {
            self.rest = &[];
        }
        Some(cells.map(|cells| Record { line, cells }))
    }
}

impl Records<'_> {
    /// The cells of the row that begins here.
    fn cells(&mut self) -> Result<Vec<String>, Unreadable> {
        use csv_core::ReadFieldResult::{End, Field, InputEmpty, OutputFull};
        let (mut cells, mut held) = (Vec::new(), 0);
        loop {
            let room = self.cell.get_mut(held..).unwrap_or_default();
            let (outcome, read, written) = self.reader.read_field(self.rest, room);
            self.rest = self.rest.get(read..).unwrap_or_default();
            held += written;
            match outcome {
                Field { record_end } => {
                    let cell = self.cell.get(..held).unwrap_or_default();
                    cells.push(String::from_utf8_lossy(cell).trim().to_owned());
                    held = 0;
                    if record_end {
                        return Ok(cells);
                    }
                    if cells.len() >= MOST_COLUMNS {
                        return Err(Unreadable(format!(
                            "Line {} has more than {MOST_COLUMNS} columns; that is as many as can be read.",
                            self.line
                        )));
                    }
                }
                OutputFull => {
                    return Err(Unreadable(format!(
                        "A cell of line {} is too long to be read. Perhaps a quotation mark is not closed.",
                        self.line
                    )));
                }
                // The last row need not end with a line: it ends when nothing more is read.
                InputEmpty => {}
                End => return Ok(cells),
            }
        }
    }
}

/// What a file is, before anybody said what its columns mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What is between the cells.
    pub delimiter: u8,
    /// The first row; a column without a name is `Column 3`.
    pub header: Vec<String>,
    /// The rows after it, the first few.
    pub sample: Vec<Vec<String>>,
    /// How many rows there are after the header.
    pub total: usize,
}

/// Reads a text as a table.
///
/// # Errors
/// When it is empty, has a header only, or too many columns or rows.
pub fn sheet(text: &str) -> Result<Sheet, Unreadable> {
    let delimiter = delimiter(text);
    let mut rows = records(text, delimiter);
    let header = match rows.next() {
        Some(header) => header?.cells,
        None => return Err(Unreadable("The file is empty.".to_owned())),
    };
    let (mut sample, mut total) = (Vec::new(), 0);
    for row in rows {
        let row = row?;
        total += 1;
        if sample.len() < 5 {
            sample.push(row.cells.iter().map(|cell| beginning(cell)).collect());
        }
    }
    match total {
        0 => Err(Unreadable(
            "The file has one line only. The first line names the columns; people follow below it."
                .to_owned(),
        )),
        _ if total > MOST_ROWS => Err(Unreadable(format!(
            "The file has {total} rows; at most {MOST_ROWS} can be imported at once. Split it."
        ))),
        _ => Ok(Sheet {
            delimiter,
            header: header
                .into_iter()
                .enumerate()
                .map(|(at, name)| {
                    if name.is_empty() {
                        format!("Column {}", at + 1)
                    } else {
                        beginning(&name)
                    }
                })
                .collect(),
            sample,
            total,
        }),
    }
}

fn beginning(cell: &str) -> String {
    cell.chars().take(KEPT_OF_CELL).collect()
}
