//! Parts with loops, choices or filters: a template for `minijinja` that is rendered per person.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use minijinja::Environment;
use minijinja::value::Value;

use super::draft::Kind;
use super::filters;
use super::language::{self, IsNumber};
use super::parts::{self, Escape, PartError, Slot};
use super::tags::{self, Chunk, Position, Tag, TagKind, TagTable};
use super::variables::{Catalogue, Entry, Facts, Missing};

/// The most a part may grow to, in bytes. Mail above some megabytes is refused by most servers.
const LARGEST_PART: usize = 2_000_000;
/// The name the values of plain tags go by inside a template.
const SLOTS: &str = "_slots";
const TEMPLATE: &str = "part";

/// A part with logic: its template, the places of its plain tags, and the variables its logic reads.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    environment: Environment<'static>,
    slots: Vec<Slot>,
    logic: Vec<Entry>,
}

impl Template {
    /// Compiles a text with markers.
    pub fn compile(
        marked: &str,
        table: &TagTable,
        catalogue: &Catalogue,
        escape: Escape,
    ) -> Result<Self, minijinja::Error> {
        let mut source = String::with_capacity(marked.len());
        let mut slots = Vec::new();
        for chunk in tags::chunks(marked) {
            match chunk {
                Chunk::Text(text) => push_literal(text, &mut source),
                Chunk::Marker(index) => match (parts::slot(index, table, catalogue), table.get(index)) {
                    (Some(slot), _) => {
                        let _ = write!(source, "{{{{ {SLOTS}[{}] }}}}", slots.len());
                        slots.push(slot);
                    }
                    (None, Some(tag)) => push_tag(tag, &mut source),
                    (None, None) => {}
                },
            }
        }
        let mut environment = language::environment(escape);
        environment.add_template_owned(TEMPLATE, source)?;
        let paths = language::paths_of(&environment, TEMPLATE);
        let logic = paths
            .iter()
            .filter_map(|path| catalogue.find(path).cloned())
            .collect();
        Ok(Self {
            environment,
            slots,
            logic,
        })
    }

    /// The places of plain tags, whose values are prepared outside.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The variables that statements and expressions read.
    pub fn logic(&self) -> &[Entry] {
        &self.logic
    }

    /// Renders the template with one prepared, escaped text for each slot.
    pub fn render(&self, slots: Vec<String>, facts: &Facts<'_>) -> Result<String, PartError> {
        let context = context(slots, &self.logic, facts)?;
        let mut output = Bounded::default();
        self.environment
            .get_template(TEMPLATE)
            .and_then(|parsed| parsed.render_captured_to(context, &mut output))
            .map_err(PartError::Template)?;
        Ok(String::from_utf8(output.bytes).unwrap_or_default())
    }
}

fn push_tag(tag: &Tag, source: &mut String) {
    match (&tag.kind, tag.position) {
        (TagKind::Output(expression), Position::UrlPart) => {
            let expression = expression.trim_matches(['-', '+']);
            let _ = write!(source, "{{{{ ({expression}) | urlencode }}}}");
        }
        _ => source.push_str(&tag.raw),
    }
}

/// Appends fixed text so that the template engine takes none of it for a tag.
fn push_literal(text: &str, source: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let opens = character == '{' && matches!(characters.peek(), None | Some('{' | '%' | '#'));
        if opens {
            source.push_str("{{ '{' }}");
        } else {
            source.push(character);
        }
    }
}

fn context(slots: Vec<String>, logic: &[Entry], facts: &Facts<'_>) -> Result<Value, Missing> {
    let mut roots: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for entry in logic {
        if let Some((root, name)) = entry.path.split_once('.') {
            let is_number = if entry.kind == Kind::Number {
                IsNumber::Yes
            } else {
                IsNumber::No
            };
            let value = language::logic_value(&entry.value(facts)?, is_number);
            roots.entry(root).or_default().insert(name, value);
        }
    }
    let named = roots
        .into_iter()
        .map(|(root, values)| (root, Value::from(values)));
    let slots: Vec<Value> = slots.into_iter().map(Value::from_safe_string).collect();
    let own = [
        (SLOTS, Value::from(slots)),
        (filters::LOCALE, Value::from(facts.recipient.locale)),
    ];
    Ok(Value::from(named.chain(own).collect::<BTreeMap<&str, Value>>()))
}

/// Output that refuses to grow beyond what a message may be.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
}

impl io::Write for &mut Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST_PART {
            return Err(io::Error::other("The part is too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
