//! One compiled part of a message: subject, html or text.
//!
//! A part with plain variables only is a list of segments whose fixed pieces are already encoded. A part with
//! loops, choices or filters is a template that is rendered per person and encoded afterwards. Both put the
//! same values through the same code, so they give the same content.

use super::filters;
use super::language::escape_html;
use super::logic::Template;
use super::quoted_printable;
use super::tags::{self, Chunk, Position, TagKind, TagTable};
use super::variables::{Catalogue, Entry, Facts, Missing};

/// Bytes the open pixel adds around its address.
const PIXEL_START: &str = "<img src=\"";
const PIXEL_END: &str =
    "\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">";

/// What values are escaped for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    Html,
    Nothing,
}

/// One place where a value goes.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    content: SlotContent,
    position: Position,
}

#[derive(Debug, Clone)]
enum SlotContent {
    Variable(Entry),
    Tracked(u32),
    Pixel,
}

/// A fixed piece, as text and encoded, or a place for a value.
#[derive(Debug, Clone)]
enum Segment {
    Fixed { text: Box<str>, encoded: Box<[u8]> },
    Slot(Slot),
}

#[derive(Debug, Clone)]
enum Form {
    Segments(Vec<Segment>),
    Template(Box<Template>),
}

/// A compiled part of a message.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    form: Form,
    escape: Escape,
}

/// Why a part could not be written for a recipient.
#[derive(Debug)]
pub(crate) enum PartError {
    Missing(Missing),
    Template(minijinja::Error),
}

impl From<Missing> for PartError {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl Part {
    /// Compiles a text with markers.
    pub fn compile(
        marked: &str,
        table: &TagTable,
        catalogue: &Catalogue,
        escape: Escape,
    ) -> Result<Self, minijinja::Error> {
        let is_plain = tags::chunks(marked).all(|chunk| match chunk {
            Chunk::Text(_) => true,
            Chunk::Marker(index) => table.get(index).is_some_and(|tag| {
                matches!(tag.kind, TagKind::Plain(_) | TagKind::Tracked(_) | TagKind::Pixel)
            }),
        });
        let form = if is_plain {
            Form::Segments(segments(marked, table, catalogue))
        } else {
            Form::Template(Box::new(Template::compile(marked, table, catalogue, escape)?))
        };
        Ok(Self { form, escape })
    }

    /// Whether the part needs no template engine.
    pub fn is_fast(&self) -> bool {
        matches!(self.form, Form::Segments(_))
    }

    /// The text of a part without any value in it.
    pub fn fixed_text(&self) -> Option<&str> {
        match &self.form {
            Form::Segments(segments) => match segments.as_slice() {
                [] => Some(""),
                [Segment::Fixed { text, .. }] => Some(text),
                _ => None,
            },
            Form::Template(_) => None,
        }
    }

    /// Every variable the part reads.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        let (segments, slots, logic): (&[Segment], &[Slot], &[Entry]) = match &self.form {
            Form::Segments(segments) => (segments, &[], &[]),
            Form::Template(template) => (&[], template.slots(), template.logic()),
        };
        let in_segments = segments.iter().filter_map(|segment| match segment {
            Segment::Slot(slot) => Some(slot),
            Segment::Fixed { .. } => None,
        });
        let in_slots = in_segments.chain(slots).filter_map(|slot| match &slot.content {
            SlotContent::Variable(entry) => Some(entry),
            SlotContent::Tracked(_) | SlotContent::Pixel => None,
        });
        in_slots.chain(logic)
    }

    /// Appends the part for one recipient as text.
    pub fn write_text(&self, facts: &Facts<'_>, out: &mut String) -> Result<(), PartError> {
        match &self.form {
            Form::Segments(segments) => {
                for segment in segments {
                    match segment {
                        Segment::Fixed { text, .. } => out.push_str(text),
                        Segment::Slot(slot) => self.write_slot(slot, facts, out)?,
                    }
                }
                Ok(())
            }
            Form::Template(template) => {
                out.push_str(&self.render_template(template, facts)?);
                Ok(())
            }
        }
    }

    /// Appends the part for one recipient in quoted-printable. `scratch` is working space.
    pub fn write_encoded(
        &self,
        facts: &Facts<'_>,
        scratch: &mut String,
        out: &mut Vec<u8>,
    ) -> Result<(), PartError> {
        match &self.form {
            Form::Segments(segments) => {
                for segment in segments {
                    match segment {
                        Segment::Fixed { encoded, .. } => out.extend_from_slice(encoded),
                        Segment::Slot(slot) => {
                            scratch.clear();
                            self.write_slot(slot, facts, scratch)?;
                            quoted_printable::encode(scratch, out);
                        }
                    }
                }
            }
            Form::Template(template) => {
                quoted_printable::encode(&self.render_template(template, facts)?, out);
            }
        }
        quoted_printable::trim_last_break(out);
        Ok(())
    }

    fn write_slot(&self, slot: &Slot, facts: &Facts<'_>, out: &mut String) -> Result<(), Missing> {
        match &slot.content {
            SlotContent::Variable(entry) => {
                let value = entry.value(facts)?;
                match slot.position {
                    Position::Free => self.write_escaped(&value, out),
                    Position::UrlPart => self.write_escaped(&filters::url_part(&value), out),
                }
            }
            SlotContent::Tracked(index) if self.escape == Escape::Nothing => {
                facts.links.tracked.append_address(*index, out);
            }
            SlotContent::Tracked(index) => {
                let mut address = String::with_capacity(128);
                facts.links.tracked.append_address(*index, &mut address);
                self.write_escaped(&address, out);
            }
            SlotContent::Pixel => {
                if let Some(address) = facts.links.open_pixel {
                    out.push_str(PIXEL_START);
                    self.write_escaped(address, out);
                    out.push_str(PIXEL_END);
                }
            }
        }
        Ok(())
    }

    fn write_escaped(&self, value: &str, out: &mut String) {
        match self.escape {
            Escape::Html => escape_html(value, out),
            Escape::Nothing => out.push_str(value),
        }
    }

    fn render_template(&self, template: &Template, facts: &Facts<'_>) -> Result<String, PartError> {
        let mut values = Vec::with_capacity(template.slots().len());
        for slot in template.slots() {
            let mut text = String::new();
            self.write_slot(slot, facts, &mut text)?;
            values.push(text);
        }
        template.render(values, facts)
    }
}

fn segments(marked: &str, table: &TagTable, catalogue: &Catalogue) -> Vec<Segment> {
    tags::chunks(marked)
        .filter_map(|chunk| match chunk {
            Chunk::Text(text) => Some(fixed(text)),
            Chunk::Marker(index) => slot(index, table, catalogue).map(Segment::Slot),
        })
        .collect()
}

fn fixed(text: &str) -> Segment {
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 8);
    quoted_printable::encode(text, &mut encoded);
    Segment::Fixed {
        text: text.into(),
        encoded: encoded.into(),
    }
}

/// The place of a value that a tag stands for; nothing for statements and expressions.
pub(crate) fn slot(index: usize, table: &TagTable, catalogue: &Catalogue) -> Option<Slot> {
    let tag = table.get(index)?;
    let content = match &tag.kind {
        TagKind::Plain(path) => SlotContent::Variable(catalogue.find(path)?.clone()),
        TagKind::Tracked(number) => SlotContent::Tracked(*number),
        TagKind::Pixel => SlotContent::Pixel,
        TagKind::Output(_) | TagKind::Statement(_) => return None,
    };
    Some(Slot {
        content,
        position: tag.position,
    })
}
