//! A sheet as a PDF (ISO 32000-1): fonts cut down to what is used, text that can be copied, and a structure that can be read aloud.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TabOrder, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::faces::{Face, Used};
use super::{Part, Said, Sheet};

const IDENTITY: Name<'static> = Name(b"Identity-H");
const CMAP: Name<'static> = Name(b"Waymark");

fn system() -> SystemInfo<'static> {
    SystemInfo {
        registry: Str(b"Adobe"),
        ordering: Str(b"Identity"),
        supplement: 0,
    }
}

/// Numbers of objects, given one after the other.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// Writes a page.
pub fn write(sheet: Sheet, title: &str, author: &str, lang: &str) -> anyhow::Result<Vec<u8>> {
    let mut pdf = Pdf::new();
    let mut numbers = Numbers(0);
    let (catalog, pages, page, content) = (numbers.next(), numbers.next(), numbers.next(), numbers.next());
    let (root, info) = (numbers.next(), numbers.next());
    let elements: Vec<Ref> = sheet.said.iter().map(|_| numbers.next()).collect();

    let mut fonts = Vec::new();
    for used in sheet.used.iter().filter(|used| !used.glyphs.is_empty()) {
        fonts.push((used.face.name(), font(&mut pdf, &mut numbers, used)?));
    }
    {
        let mut written = pdf.catalog(catalog);
        written.pages(pages).lang(TextStr(lang));
        written.mark_info().marked(true);
        written.viewer_preferences().display_doc_title(true);
        written.pair(Name(b"StructTreeRoot"), root);
    }
    pdf.pages(pages).kids([page]).count(1);
    {
        let mut written = pdf.page(page);
        written.parent(pages).contents(content).struct_parents(0);
        written.media_box(Rect::new(0.0, 0.0, sheet.width, sheet.height));
        written.tab_order(TabOrder::StructureOrder);
        let mut resources = written.resources();
        let mut named = resources.fonts();
        for (name, id) in fonts {
            named.pair(Name(name), id);
        }
    }
    pdf.stream(content, &packed(&sheet.content.finish())?)
        .filter(Filter::FlateDecode);
    structure(&mut pdf, &mut numbers, (root, page), &sheet.said, &elements);
    pdf.document_info(info)
        .title(TextStr(title))
        .author(TextStr(author))
        .producer(TextStr("Waymark"));
    Ok(pdf.finish())
}

fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes)?;
    packer.finish()
}

/// What is on the page in the order in which it is read.
fn structure(
    pdf: &mut Pdf,
    numbers: &mut Numbers,
    (root, page): (Ref, Ref),
    said: &[Said],
    elements: &[Ref],
) {
    let (document, parents) = (numbers.next(), numbers.next());
    {
        let mut tree = pdf.indirect(root).dict();
        tree.pair(Name(b"Type"), Name(b"StructTreeRoot"));
        tree.pair(Name(b"K"), document);
        let mut parent_tree = tree.insert(Name(b"ParentTree")).dict();
        let mut nums = parent_tree.insert(Name(b"Nums")).array();
        nums.item(0).item(parents);
    }
    pdf.indirect(parents).array().items(elements.iter().copied());
    {
        let mut whole = pdf.struct_element(document);
        whole.kind(pdf_writer::types::StructRole::Document).parent(root);
        let mut children = whole.children();
        for element in elements {
            children.struct_element(*element);
        }
    }
    for (number, (one, element)) in said.iter().zip(elements).enumerate() {
        let mut written = pdf.struct_element(*element);
        written.kind(one.part.role()).parent(document).page(page);
        match one.part {
            Part::Picture => written.alt(TextStr(&one.words)),
            Part::Title | Part::Text => written.actual_text(TextStr(&one.words)),
        };
        let id = i32::try_from(number).unwrap_or(i32::MAX);
        written.children().marked_content_id(id);
    }
}

/// A font cut down to what is used of it; the number of its object.
fn font(pdf: &mut Pdf, numbers: &mut Numbers, used: &Used) -> anyhow::Result<Ref> {
    let (whole, inner, about, file, letters) = (
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    );
    let title = Name(used.face.title());
    pdf.type0_font(whole)
        .base_font(title)
        .encoding_predefined(IDENTITY)
        .descendant_font(inner)
        .to_unicode(letters);
    {
        let mut cid = pdf.cid_font(inner);
        cid.subtype(CidFontType::Type2)
            .base_font(title)
            .system_info(system());
        cid.font_descriptor(about).default_width(0.0);
        cid.cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = cid.widths();
        for (id, width, _) in &used.glyphs {
            widths.consecutive(*id, [*width]);
        }
    }
    descriptor(pdf, about, file, used.face)?;
    let cut = subsetter::subset(used.face.bytes(), 0, &used.mapper)?;
    let packed_font = packed(&cut)?;
    let mut stream = pdf.stream(file, &packed_font);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), i32::try_from(cut.len())?);
    stream.finish();
    let mut cmap = UnicodeCmap::<u16>::new(CMAP, system());
    for (id, _, text) in used.glyphs.iter().filter(|(_, _, text)| !text.is_empty()) {
        cmap.pair_with_multiple(*id, text.chars());
    }
    let cmap = packed(&cmap.finish())?;
    pdf.stream(letters, &cmap).filter(Filter::FlateDecode);
    Ok(whole)
}

fn descriptor(pdf: &mut Pdf, id: Ref, file: Ref, face: Face) -> anyhow::Result<()> {
    let open = face
        .open()
        .ok_or_else(|| anyhow::anyhow!("a font cannot be read"))?;
    let unit = 1000.0 / f32::from(u16::try_from(open.units_per_em())?);
    let bounds = open.global_bounding_box();
    let measure = |value: i16| f32::from(value) * unit;
    let flags = match face {
        Face::Serif => FontFlags::SYMBOLIC | FontFlags::SERIF,
        Face::Sans => FontFlags::SYMBOLIC,
    };
    pdf.font_descriptor(id)
        .name(Name(face.title()))
        .flags(flags)
        .bbox(Rect::new(
            measure(bounds.x_min),
            measure(bounds.y_min),
            measure(bounds.x_max),
            measure(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(measure(open.ascender()))
        .descent(measure(open.descender()))
        .cap_height(measure(open.capital_height().unwrap_or_else(|| open.ascender())))
        .stem_v(80.0)
        .font_file2(file);
    Ok(())
}
