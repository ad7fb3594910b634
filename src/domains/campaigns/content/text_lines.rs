//! Lines of plain text under construction: folds white space, and owes line ends until something follows.

/// The lines written so far.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    out: String,
    /// How deep the text is quoted.
    pub quotes: usize,
    /// Line ends owed before the next visible character.
    pending_lines: usize,
    /// Line ends already written since the last visible character.
    written_lines: usize,
    has_pending_space: bool,
    /// Whether anything but statements has been written.
    has_words: bool,
}

impl Lines {
    /// Writes text with its white space folded.
    pub fn words(&mut self, text: &str) {
        for piece in text.split_inclusive(is_space) {
            let word = piece.trim_end_matches(is_space);
            if !word.is_empty() {
                self.visible(word);
            }
            if word.len() < piece.len() {
                self.has_pending_space = true;
            }
        }
    }

    /// Writes text after the line ends, quotation marks and space it needs.
    pub fn visible(&mut self, text: &str) {
        self.flush();
        if self.quotes > 0 && (self.written_lines > 0 || !self.has_words) {
            self.out.push_str(&"> ".repeat(self.quotes));
        }
        self.out.push_str(text);
        self.written_lines = 0;
        self.has_words = true;
    }

    /// Asks for so many line ends before what comes next.
    pub fn need_lines(&mut self, lines: usize) {
        if lines > 0 {
            self.pending_lines = self.pending_lines.max(lines);
            self.has_pending_space = false;
        }
    }

    /// Ends the line, or leaves one line blank when asked twice.
    pub fn line_break(&mut self) {
        self.pending_lines = (self.pending_lines + 1).min(2);
        self.has_pending_space = false;
    }

    /// Writes text that shows nothing, such as a statement, after all line ends that are owed.
    pub fn invisible(&mut self, text: &str) {
        self.flush();
        self.out.push_str(text);
    }

    /// Writes text right behind the last word.
    pub fn attach(&mut self, text: &str) {
        self.has_pending_space = false;
        self.visible(text);
    }

    /// Writes a separator, but not at the beginning of a line.
    pub fn separate(&mut self, separator: &str) {
        if self.pending_lines == 0 && self.has_words {
            self.has_pending_space = false;
            self.out.push_str(separator);
        }
    }

    /// Settles all that is owed and gives the position where the next words begin.
    pub fn begin_words(&mut self) -> usize {
        self.flush();
        self.out.len()
    }

    /// The text written since a position.
    pub fn since(&self, position: usize) -> &str {
        self.out.get(position..).unwrap_or_default()
    }

    /// The finished text, without white space around it.
    pub fn finish(&self) -> String {
        self.out.trim().to_owned()
    }

    fn flush(&mut self) {
        let lines = if self.has_words {
            self.pending_lines.saturating_sub(self.written_lines)
        } else {
            0
        };
        for _ in 0..lines {
            self.out.push('\n');
        }
        self.written_lines += lines;
        let wants_space = self.has_pending_space && self.has_words && self.written_lines == 0;
        if wants_space && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.pending_lines = 0;
        self.has_pending_space = false;
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{C}')
}
