//! The text of PDFs, page by page. Files come from anywhere, and a reader of them can be made to run for ever, to take all memory or to
//! fall over its own stack; so each is read by a process of its own, which has little of everything and whose end harms nobody.

use std::io::{Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform, output_doc_page};
use serde::{Deserialize, Serialize};

/// The word by which the program knows that it is to read a PDF.
pub const COMMAND: &str = "read-pdf";

/// Bytes of a file.
pub const LARGEST: u64 = 30 * 1024 * 1024;
/// Pages of a file.
pub const MOST_PAGES: usize = 500;
/// Bytes of text of a file.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
/// Bytes of an answer: text with its escapes.
const LONGEST_ANSWER: u64 = 12 * 1024 * 1024;
/// How long a file may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of stack: deep files are legitimate, endless ones end here.
const STACK: usize = 64 * 1024 * 1024;

/// Why a file could not be read, in a sentence for who added it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
    fn because(why: &str) -> Self {
        Self(why.to_owned())
    }

    fn broken() -> Self {
        Self::because("The file is damaged, or not written as PDFs are. Save it anew and add it again.")
    }
}

/// What the process says.
#[derive(Serialize, Deserialize)]
enum Said {
    Pages(Vec<String>),
    Failed(String),
}

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Has files read by this program, where the one that runs is not the portal: tests.
pub fn read_with(program: PathBuf) {
    // The first stays.
    let _ = PROGRAM.set(program);
}

/// On Linux by what is running, also when its file was replaced by a newer one meanwhile.
fn program() -> std::io::Result<PathBuf> {
    match PROGRAM.get() {
        Some(known) => Ok(known.clone()),
        None if cfg!(target_os = "linux") => Ok(PathBuf::from("/proc/self/exe")),
        None => std::env::current_exe(),
    }
}

/// Reads a file: the text of each page. Waits, so call it where one may.
///
/// # Errors
/// [`Unreadable`].
pub fn pages(bytes: Vec<u8>) -> Result<Vec<String>, Unreadable> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(Unreadable(format!(
            "The file is larger than {} MB. Split it, or add the parts that matter.",
            LARGEST / (1024 * 1024)
        )));
    }
    let away = |cause: std::io::Error| Unreadable(format!("The file could not be read just now: {cause}."));
    let mut child = Command::new(program().map_err(away)?)
        .arg(COMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(away)?;
    let said = heard(&mut child, bytes);
    // It has said all it will: whatever it still does is of no use.
    let _ = child.kill();
    let _ = child.wait();
    match said? {
        Said::Pages(pages) => Ok(pages),
        Said::Failed(why) => Err(Unreadable(why)),
    }
}

fn heard(child: &mut Child, bytes: Vec<u8>) -> Result<Said, Unreadable> {
    let (Some(mut into), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Unreadable::broken());
    };
    thread::spawn(move || {
        // One that ends early does not hear it all, and says why by itself.
        let _ = into.write_all(&bytes);
    });
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut answer = Vec::new();
        let read = from.take(LONGEST_ANSWER).read_to_end(&mut answer);
        // Nobody listens after the time is over.
        let _ = tell.send(read.map(|_| answer));
    });
    let answer = match told.recv_timeout(PATIENCE) {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => return Err(Unreadable::broken()),
        Err(_) => {
            return Err(Unreadable::because(
                "Reading the file took longer than a minute. Save it in a simpler form and add it again.",
            ));
        }
    };
    // Libraries may have written before it.
    let line = answer.rsplit(|byte| *byte == b'\n').find(|line| !line.is_empty());
    serde_json::from_slice(line.unwrap_or_default()).map_err(|_| Unreadable::broken())
}

/// What the process does that is started to read one file: hears it, says what is in it, and ends.
pub fn serve() -> ExitCode {
    limit();
    // What is wrong with the file is said by the answer.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    if std::io::stdin().take(LARGEST).read_to_end(&mut bytes).is_err() {
        return ExitCode::FAILURE;
    }
    let reading = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || catch_unwind(AssertUnwindSafe(|| read(&bytes))));
    let said = match reading.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(said))) => said,
        _ => Said::Failed(Unreadable::broken().0),
    };
    let written = serde_json::to_vec(&said).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    match out
        .write_all(b"\n")
        .and_then(|()| out.write_all(&written))
        .and_then(|()| out.flush())
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Little time, little memory, no files.
fn limit() {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::resource::{Resource, setrlimit};
        for (what, most) in [
            (Resource::RLIMIT_CPU, PATIENCE.as_secs()),
            (Resource::RLIMIT_AS, 1536 * 1024 * 1024),
            (Resource::RLIMIT_FSIZE, LONGEST_ANSWER),
            (Resource::RLIMIT_CORE, 0),
        ] {
            // Where it may not be set, the other limits hold.
            let _ = setrlimit(what, most, most);
        }
    }
}

fn read(bytes: &[u8]) -> Said {
    let failed = |why: &str| Said::Failed(why.to_owned());
    let Ok(mut document) = Document::load_mem(bytes) else {
        return Said::Failed(Unreadable::broken().0);
    };
    if document.is_encrypted() && document.decrypt("").is_err() {
        return failed("The file is protected by a password. Save it without one and add it again.");
    }
    let numbers: Vec<u32> = document.get_pages().into_keys().collect();
    if numbers.is_empty() {
        return Said::Failed(Unreadable::broken().0);
    }
    if numbers.len() > MOST_PAGES {
        return Said::Failed(format!(
            "The file has {} pages; {MOST_PAGES} can be read. Split it.",
            numbers.len()
        ));
    }
    let mut left = LONGEST_TEXT;
    let mut pages = Vec::new();
    for number in numbers {
        // A page that cannot be read is passed over; the others may hold what is looked for.
        let text = catch_unwind(AssertUnwindSafe(|| page(&document, number))).unwrap_or_default();
        let Some(room) = left.checked_sub(text.len()) else {
            return failed("There is more text in the file than can be kept. Split it.");
        };
        left = room;
        pages.push(text);
    }
    match pages.iter().all(|page| page.trim().is_empty()) {
        true => failed(
            "There is no text in the file; its pages may be pictures. Have their text recognised first and add it again.",
        ),
        false => Said::Pages(pages),
    }
}

/// The text of a page. Where letters stand tells paragraphs apart, but some programs write widths of letters that are not understood here,
/// and words fall apart; then the order in which letters are written is the better witness.
fn page(document: &Document, number: u32) -> String {
    let mut words = Words::default();
    // What was read before it went wrong is kept.
    let _ = output_doc_page(document, &mut words, number);
    let written = catch_unwind(AssertUnwindSafe(|| {
        document.extract_text(&[number]).unwrap_or_default()
    }));
    let written = written.unwrap_or_default();
    let has_fewer = |text: &str, other: &str| letters(text) * 10 < letters(other) * 9;
    let text = match has_fewer(&words.text, &written)
        || (!has_fewer(&written, &words.text) && splinters(&written) * 10 < splinters(&words.text) * 7)
    {
        true => written,
        false => words.text,
    };
    without_ligatures(&text)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_alphanumeric()).count()
}

/// Words of one letter: few languages have many.
fn splinters(text: &str) -> usize {
    let is_one = |word: &&str| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    text.split_whitespace().filter(is_one).count()
}

/// Two letters that were drawn as one are two letters to whoever looks for them.
fn without_ligatures(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{fb00}' => plain.push_str("ff"),
            '\u{fb01}' => plain.push_str("fi"),
            '\u{fb02}' => plain.push_str("fl"),
            '\u{fb03}' => plain.push_str("ffi"),
            '\u{fb04}' => plain.push_str("ffl"),
            other => plain.push(other),
        }
    }
    plain
}

/// How far apart letters stand that belong to two words, in widths of an em: more than kerning moves them, less than the narrowest space.
const GAP: f64 = 0.18;

/// Puts letters together to words and lines by where they stand.
#[derive(Default)]
struct Words {
    text: String,
    flip: Transform,
    /// Whether the next letter is the first of what was written in one go.
    is_first: bool,
    /// Where the last letter ended, and on which line it was.
    end: Option<(f64, f64)>,
}

impl OutputDev for Words {
    fn begin_page(
        &mut self,
        _: u32,
        page: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.flip = Transform::row_major(1., 0., 0., -1., 0., page.ury - page.lly);
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        letter: &str,
    ) -> Result<(), OutputError> {
        let place = at.post_transform(&self.flip);
        let (x, y) = (place.m31, place.m32);
        // The side of a square as large as what a letter is drawn into.
        let size = ((at.m11 + at.m21) * (at.m12 + at.m22)).abs().sqrt() * font_size;
        if let Some((end, line)) = self.end.filter(|_| self.is_first) {
            let down = (y - line).abs();
            if down > size * 1.5 {
                self.text.push_str("\n\n");
            } else if x < end && down > size * 0.5 {
                self.text.push('\n');
            } else if x > end + size * GAP {
                self.text.push(' ');
            }
        }
        self.text.push_str(letter);
        self.is_first = false;
        self.end = Some((x + width * size, y));
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.is_first = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
