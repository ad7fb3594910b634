//! Turns the HTML of a draft into what is sent: numbered links, preheader, colour scheme and pixel.

use super::super::compiled::TrackedLink;
use super::super::parts::{Escape, Part};
use super::super::problem::{Code, Field, Place, Problem};
use super::super::tags::{self, Chunk, Tag, TagKind, TagTable};
use super::super::variables::Catalogue;
use super::document;
use super::entities;
use super::links::{self, Target};
use super::scan::{self, Attribute, Element, Piece, Quoting};

/// Elements that mail programs block or that could act on the reader's behalf.
const UNSAFE_ELEMENTS: [&str; 12] = [
    "script", "iframe", "frame", "object", "embed", "form", "input", "button", "textarea", "select", "base",
    "applet",
];
/// Attributes that hold an address other than a link's.
const ADDRESS_ATTRIBUTES: [&str; 6] = ["src", "background", "srcset", "poster", "action", "formaction"];

/// What the rewriting needs to know and to report.
pub(crate) struct Workshop<'a> {
    pub table: &'a mut TagTable,
    pub catalogue: &'a Catalogue,
    pub problems: &'a mut Vec<Problem>,
    /// The source as written, to find lines in.
    pub source: &'a str,
    pub allows_image: &'a dyn Fn(&str) -> bool,
}

/// The finished HTML, with markers, and its numbered links.
pub(crate) struct Rewritten {
    pub html: String,
    pub links: Vec<TrackedLink>,
}

/// Rewrites a document. `preheader` has markers and is not yet escaped.
pub(crate) fn rewrite(html: &str, preheader: &str, workshop: &mut Workshop<'_>) -> Rewritten {
    let html = document::complete(html);
    let pieces = scan::scan(&html);
    let mut rewriter = Rewriter {
        workshop,
        out: String::with_capacity(html.len() + 1024),
        links: Vec::new(),
        open_link: None,
        head: document::missing_in_head(&pieces),
        preheader: document::preheader_block(preheader),
        has_pixel: false,
    };
    pieces.iter().for_each(|piece| rewriter.piece(piece));
    rewriter.finish()
}

struct Rewriter<'w, 'a> {
    workshop: &'w mut Workshop<'a>,
    out: String,
    links: Vec<TrackedLink>,
    /// The position in `links` of the link being read.
    open_link: Option<usize>,
    head: String,
    preheader: String,
    has_pixel: bool,
}

impl Rewriter<'_, '_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Open(element) => self.element(element),
            Piece::Close { name, source } => {
                if name == "a" {
                    self.open_link = None;
                }
                if name == "body" {
                    self.push_pixel();
                }
                self.out.push_str(source);
            }
            Piece::Text(text) => {
                self.add_to_label(text);
                self.out.push_str(text);
            }
            Piece::RawText(text) => {
                if tags::has_marker(text) && !self.out.ends_with("<title>") {
                    self.report_unsafe_place(text);
                }
                self.out.push_str(text);
            }
            Piece::Markup(source) => self.out.push_str(source),
        }
    }

    fn element(&mut self, element: &Element<'_>) {
        self.check_element(element);
        match element.name.as_str() {
            "a" | "area" => self.link(element),
            "img" => self.image(element),
            "head" => {
                self.out.push_str(element.source);
                let metas = std::mem::take(&mut self.head);
                self.out.push_str(&metas);
            }
            "body" => {
                self.out.push_str(element.source);
                let preheader = std::mem::take(&mut self.preheader);
                self.out.push_str(&preheader);
            }
            _ => self.out.push_str(element.source),
        }
    }

    fn link(&mut self, element: &Element<'_>) {
        self.open_link = None;
        let Some(attribute) = element.attribute("href") else {
            return self.out.push_str(element.source);
        };
        let address = entities::decode(attribute.value);
        let written = self.workshop.table.as_written(attribute.value);
        let place = self.place_of(&written);
        let workshop = &mut *self.workshop;
        let target = links::examine(
            &address,
            place,
            workshop.table,
            workshop.catalogue,
            workshop.problems,
        );
        if target == Target::Untouched || opts_out(element) {
            return self.out.push_str(element.source);
        }
        self.number_link(element, attribute, address.trim(), place);
    }

    fn number_link(&mut self, element: &Element<'_>, attribute: &Attribute<'_>, address: &str, place: Place) {
        let workshop = &mut *self.workshop;
        let Ok(destination) = Part::compile(address, workshop.table, workshop.catalogue, Escape::Nothing)
        else {
            return self.out.push_str(element.source);
        };
        let index = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        let marker = workshop.table.add(Tag::synthetic(TagKind::Tracked(index), place));
        let written = workshop.table.as_written(address);
        self.push_with_value(element, attribute, &marker);
        self.open_link = Some(self.links.len());
        self.links.push(TrackedLink {
            index,
            address: written,
            label: String::new(),
            destination,
        });
    }

    /// Appends an element with another value for one attribute.
    fn push_with_value(&mut self, element: &Element<'_>, attribute: &Attribute<'_>, value: &str) {
        let before = element.source.get(..attribute.range.start).unwrap_or_default();
        let after = element.source.get(attribute.range.end..).unwrap_or_default();
        let quote = if attribute.quoting == Quoting::Bare {
            "\""
        } else {
            ""
        };
        [before, quote, value, quote, after]
            .iter()
            .for_each(|text| self.out.push_str(text));
    }

    fn image(&mut self, element: &Element<'_>) {
        let address = element.value("src").map(entities::decode).unwrap_or_default();
        let place = self.place_of(
            &self
                .workshop
                .table
                .as_written(element.value("src").unwrap_or_default()),
        );
        if !tags::has_marker(&address) && !(self.workshop.allows_image)(address.trim()) {
            self.workshop.problems.push(Problem::error(
                Code::ImageNotInLibrary,
                place,
                format!(
                    "The image “{}” is not in the library. Upload it and choose it from there.",
                    address.trim()
                ),
            ));
        }
        if address.trim().starts_with("http://") {
            self.workshop.problems.push(Problem::warning(
                Code::InsecureUrl,
                place,
                format!(
                    "The image “{}” does not travel encrypted, so many mail programs do not show it. It has to begin with https.",
                    address.trim()
                ),
            ));
        }
        match element.value("alt") {
            Some(alt) => self.add_to_label(alt),
            None => self.workshop.problems.push(Problem::warning(
                Code::ImageWithoutAlt,
                place,
                "An image has no text alternative. Describe it in “alt”, or leave “alt” empty if it only decorates.",
            )),
        }
        self.out.push_str(element.source);
    }

    fn check_element(&mut self, element: &Element<'_>) {
        let refreshes = element.name == "meta"
            && element
                .value("http-equiv")
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("refresh"));
        if UNSAFE_ELEMENTS.contains(&element.name.as_str()) || refreshes {
            let place = self.place_of(&format!("<{}", element.name));
            self.workshop.problems.push(Problem::error(
                Code::UnsafeElement,
                place,
                format!("The element <{}> does not work in mail. Remove it.", element.name),
            ));
        }
        for attribute in &element.attributes {
            self.check_attribute(element, attribute);
        }
    }

    fn check_attribute(&mut self, element: &Element<'_>, attribute: &Attribute<'_>) {
        if attribute.name.starts_with("on") {
            let place = self.place_of(&format!("{}=", attribute.name));
            self.workshop.problems.push(Problem::error(
                Code::UnsafeElement,
                place,
                format!(
                    "The attribute “{}” does not work in mail. Remove it.",
                    attribute.name
                ),
            ));
        }
        let holds_address = ADDRESS_ATTRIBUTES.contains(&attribute.name.as_str())
            || (attribute.name == "href" && !matches!(element.name.as_str(), "a" | "area"));
        let is_unsafe = attribute.name == "style" || holds_address || attribute.quoting == Quoting::Bare;
        if tags::has_marker(&attribute.name) || (is_unsafe && tags::has_marker(attribute.value)) {
            self.report_unsafe_place(element.source);
        }
    }

    fn report_unsafe_place(&mut self, text: &str) {
        let place = tags::chunks(text)
            .find_map(|chunk| match chunk {
                Chunk::Marker(index) => self.workshop.table.get(index).map(|tag| tag.place),
                Chunk::Text(_) => None,
            })
            .unwrap_or(Place::field(Field::Source));
        self.workshop.problems.push(Problem::error(
            Code::VariableInUnsafePlace,
            place,
            "A variable may stand in text, in a link and in quoted attributes, but not in styles, image addresses or tag names.",
        ));
    }

    fn add_to_label(&mut self, text: &str) {
        let Some(link) = self.open_link.and_then(|position| self.links.get_mut(position)) else {
            return;
        };
        let written = entities::decode(&self.workshop.table.as_written(text));
        for word in written.split_whitespace() {
            if !link.label.is_empty() {
                link.label.push(' ');
            }
            link.label.push_str(word);
        }
    }

    fn place_of(&self, written: &str) -> Place {
        line_of(self.workshop.source, written)
    }

    fn push_pixel(&mut self) {
        if self.has_pixel {
            return;
        }
        self.has_pixel = true;
        let place = Place::field(Field::Source);
        let marker = self.workshop.table.add(Tag::synthetic(TagKind::Pixel, place));
        self.out.push_str(&marker);
    }

    fn finish(mut self) -> Rewritten {
        self.push_pixel();
        Rewritten {
            html: self.out,
            links: self.links,
        }
    }
}

/// Whether the author wants no clicks counted: `data-no-track`, or `no-track` in `rel`, since `mj-button` and
/// `mj-image` pass on `rel` only.
fn opts_out(element: &Element<'_>) -> bool {
    let in_rel = element
        .value("rel")
        .is_some_and(|rel| rel.split_whitespace().any(|word| word == "no-track"));
    in_rel || element.attribute("data-no-track").is_some()
}

/// The first line of the source that holds `text`.
pub(crate) fn line_of(source: &str, text: &str) -> Place {
    let found = if text.is_empty() { None } else { source.find(text) };
    let line = found
        .and_then(|position| source.get(..position))
        .map(|before| before.matches('\n').count() + 1);
    Place {
        field: Field::Source,
        line: line.and_then(|line| u32::try_from(line).ok()),
    }
}
