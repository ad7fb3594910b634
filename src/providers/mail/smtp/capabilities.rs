//! What a server offers in its answer to EHLO: RFC 5321 §4.1.1.1.

/// What a server can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Whether commands may be sent in groups (RFC 2920).
    pub pipelining: bool,
    /// Whether bytes above 127 may stand in a body (RFC 6152).
    pub eight_bit: bool,
    /// Whether addresses and headers may be UTF-8 (RFC 6531).
    pub utf8: bool,
    /// Whether the connection can be encrypted (RFC 3207).
    pub start_tls: bool,
    /// Whether the size of a message may be told beforehand (RFC 1870).
    pub size: bool,
    /// Largest message in bytes; nothing when the server states no limit (RFC 1870).
    pub largest_message: Option<u64>,
    /// Ways to sign in, in capitals (RFC 4954).
    pub sign_in: Vec<String>,
}

impl Capabilities {
    /// Reads the text of the reply to EHLO; its first line is only a greeting.
    pub(super) fn read(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.split('\n').skip(1) {
            found.add(line);
        }
        found
    }

    /// Whether the server offers this way to sign in.
    pub fn offers(&self, way: &str) -> bool {
        self.sign_in.iter().any(|offered| offered == way)
    }

    fn add(&mut self, line: &str) {
        // Old Microsoft servers write "AUTH=LOGIN" instead of "AUTH LOGIN".
        let line = line.trim().to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("PIPELINING") => self.pipelining = true,
            Some("8BITMIME") => self.eight_bit = true,
            Some("SMTPUTF8") => self.utf8 = true,
            Some("STARTTLS") => self.start_tls = true,
            Some("SIZE") => {
                self.size = true;
                self.largest_message = words.next().and_then(size_limit);
            }
            Some("AUTH") => self.add_ways(words),
            _ => {}
        }
    }

    fn add_ways<'a>(&mut self, ways: impl Iterator<Item = &'a str>) {
        for way in ways {
            if !self.offers(way) {
                self.sign_in.push(way.to_owned());
            }
        }
    }
}

/// RFC 1870 §3: zero means that no limit is set.
fn size_limit(word: &str) -> Option<u64> {
    word.parse().ok().filter(|limit| *limit > 0)
}
