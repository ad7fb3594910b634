//! Blocks of header-like fields, as reports hold them (RFC 3464, 2.1; RFC 5965, 3).

/// Names and values of one block, unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    fields: Vec<(String, String)>,
}

/// A report larger than this is none: 64 KiB of fields are a thousand recipients.
const MOST_BYTES: usize = 64 * 1024;

impl Fields {
    /// All blocks of a text, parted by empty lines.
    pub fn blocks(text: &str) -> Vec<Self> {
        let mut blocks = vec![Self::default()];
        for line in head_of(text).lines() {
            match (line.trim().is_empty(), blocks.last_mut()) {
                (true, _) => blocks.push(Self::default()),
                (false, Some(block)) => block.add(line),
                (false, None) => {}
            }
        }
        blocks.retain(|block| !block.fields.is_empty());
        blocks
    }

    /// Fields that were read already, unfolded here.
    pub fn of<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let unfolded = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            fields: fields
                .map(|(name, value)| (name.to_owned(), unfolded(value)))
                .collect(),
        }
    }

    /// The header of a message in a text: all up to the first empty line.
    pub fn header(text: &str) -> Self {
        let mut header = Self::default();
        let lines = head_of(text.trim_start()).lines();
        for line in lines.take_while(|line| !line.trim().is_empty()) {
            header.add(line);
        }
        header
    }

    /// The value of the first field of a name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let named = self
            .fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// The values of all fields of a name, in any case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self
            .fields
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// A value behind its type, as in `rfc822; who@example.org` (RFC 3464, 2.1.2); the whole value without one.
    pub fn typed(&self, name: &str) -> Option<&str> {
        let value = self.get(name)?;
        Some(value.split_once(';').map_or(value, |(_, value)| value).trim())
    }

    fn add(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            return;
        }
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let is_name = !name.trim().is_empty() && !name.trim().contains(char::is_whitespace);
        if is_name {
            self.fields
                .push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

fn head_of(text: &str) -> &str {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// An address out of a value: without brackets, comments and white space; none when it is no address.
pub fn address(value: &str) -> Option<String> {
    let value = match (value.find('<'), value.rfind('>')) {
        (Some(from), Some(to)) if from < to => value.get(from + 1..to)?,
        _ => value,
    };
    let value = value
        .trim()
        .trim_matches(['"', '\'', '(', ')', ',', ';', ':', '.']);
    let value = value.strip_prefix("mailto:").unwrap_or(value);
    let (local, domain) = value.rsplit_once('@')?;
    let is_address = !local.is_empty()
        && domain.contains('.')
        && value.len() <= 320
        && !value.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ','));
    is_address.then(|| value.to_owned())
}

/// A text in one line without control characters, at most `most` characters.
pub fn in_short(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(most).collect()
}
