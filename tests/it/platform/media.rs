//! Uploads: recognised by content, cleaned, named.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "media/made.rs"]
mod made;

use std::io::Cursor;

use image::{AnimationDecoder as _, DynamicImage, GenericImageView as _, ImageFormat};
use made::{contains, exif, gif, jpeg, jpeg_with, photo, png, png_with, riff_of, see_through, webp, zip};
use proptest::prelude::*;
use waymark::platform::media::{
    Kind, MAX_FILE_NAME, PreparedImage, Refusal, inspect, inspect_file, prepare_image, safe_file_name,
};

const DOCX: &[(&str, &[u8])] = &[
    ("[Content_Types].xml", b"x"),
    ("_rels/.rels", b"x"),
    ("word/document.xml", b"x"),
];

#[track_caller]
fn expect_file(content: &[u8], name: &str, mime: &str, extension: &str) {
    let found = inspect(content, name).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    let kind = if mime.starts_with("image/") {
        Kind::Image
    } else {
        Kind::File
    };
    assert_eq!(
        (found.kind, found.mime, found.extension),
        (kind, mime, extension),
        "{name}"
    );
}

#[track_caller]
fn expect_refusal(content: &[u8], name: &str, sentence: &str) {
    match inspect(content, name) {
        Err(refusal) => assert_eq!(refusal.to_string(), sentence, "{name}"),
        Ok(found) => panic!("{name} was taken for {found:?}"),
    }
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

#[test]
fn pictures_are_recognised() {
    expect_file(&jpeg(&photo(8, 8)), "a.jpeg", "image/jpeg", "jpg");
    expect_file(&png(&photo(8, 8)), "a.PNG", "image/png", "png");
    expect_file(&webp(&photo(8, 8)), "", "image/webp", "webp");
    expect_file(&gif(8, 8, 2), "no ending", "image/gif", "gif");
}

#[test]
fn documents_are_recognised() {
    expect_file(b"%PDF-1.7\n%\xE2\xE3", "a.pdf", "application/pdf", "pdf");
    expect_file(b"{\\rtf1 hello}", "a.rtf", "application/rtf", "rtf");
    expect_file(b"hello", "a.txt", "text/plain", "txt");
    expect_file("name;stra\u{DF}e\n".as_bytes(), "a.csv", "text/csv", "csv");
    expect_file(b"name;stra\xDFe\r\n", "a.csv", "text/csv", "csv");
    expect_file(b"\xFF\xFEa\0;\0b\0\n\0", "a.csv", "text/csv", "csv");
    expect_file(b"MZ is how this note begins", "note", "text/plain", "txt");
    expect_file(
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest",
        "a.xls",
        "application/vnd.ms-excel",
        "xls",
    );
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    expect_file(&zip(DOCX), "a.docx", word, "docx");
    let odt = "application/vnd.oasis.opendocument.text";
    expect_file(
        &zip(&[("mimetype", odt.as_bytes()), ("content.xml", b"x")]),
        "a.odt",
        odt,
        "odt",
    );
    expect_file(&zip(&[("a.txt", b"x")]), "a.zip", "application/zip", "zip");
    expect_file(&zip(DOCX), "a.zip", "application/zip", "zip");
}

#[test]
fn recordings_are_recognised() {
    expect_file(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a.mp4", "video/mp4", "mp4");
    expect_file(b"\0\0\0\x18ftypzzzz\0\0\0\0zzzzisom", "a.mp4", "video/mp4", "mp4");
    expect_file(
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        "a.mov",
        "video/quicktime",
        "mov",
    );
    expect_file(b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom", "a.m4a", "audio/mp4", "m4a");
    expect_file(b"ID3\x04\0\0\0\0\0\0", "a.mp3", "audio/mpeg", "mp3");
    expect_file(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "a.wav", "audio/wav", "wav");
    expect_file(b"fLaC\0\0\0\x22", "a.flac", "audio/flac", "flac");
}

#[test]
fn a_name_that_disagrees_with_its_content_is_refused_naming_both() {
    expect_refusal(
        &png(&photo(8, 8)),
        "holiday.jpg",
        "The name ends in “.jpg”, but the content is a PNG picture. Rename the file or choose the right one.",
    );
    for (content, name, found) in [
        (b"hello".to_vec(), "a.jpg", "plain text"),
        (b"%PDF-1.7".to_vec(), "a.docx", "a PDF document"),
        (zip(&[("a.txt", b"x")]), "a.docx", "a ZIP archive"),
        (jpeg(&photo(8, 8)), "a.pdf", "a JPEG picture"),
    ] {
        let refusal = inspect(&content, name).unwrap_err();
        assert!(
            matches!(refusal, Refusal::NameDisagrees { found: known, .. } if known == found),
            "{name}: {refusal}"
        );
    }
}

#[test]
fn programs_scripts_and_pages_are_refused_whatever_they_are_called() {
    for (content, found) in [
        (&b"MZ\x90\0\x03\0\0\0"[..], "a program"),
        (b"\x7FELF\x02\x01\x01\0", "a program"),
        (b"\xCA\xFE\xBA\xBE\0\0\0\x34", "a program"),
        (b"#!/bin/sh\nrm -rf ~", "a script"),
        (b"<?php system($_GET[0]);", "a script"),
        (b"@ECHO OFF\r\n", "a script"),
        (b"\xEF\xBB\xBF \n<!DOCTYPE html><p>", "an HTML page"),
        (b"<Script>alert(1)</script>", "an HTML page"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
            "an SVG drawing",
        ),
        (b"<?xml version='1.0'?><!-- x --><svg/>", "an SVG drawing"),
        (b"\xFF\xFE<\0s\0v\0g\0>\0", "an SVG drawing"),
        (b"<?xml version='1.0'?><x/>", "an XML document"),
    ] {
        for name in ["a.txt", "a.jpg", "a"] {
            expect_refusal(
                content,
                name,
                &format!("This is {found}, which cannot be shared here."),
            );
        }
    }
    let macros = zip(&[("[Content_Types].xml", b"x"), ("word/vbaProject.bin", b"x")]);
    expect_refusal(
        &macros,
        "a.docx",
        "This is an Office document with macros, which cannot be shared here.",
    );
    expect_refusal(
        &zip(&[("META-INF/MANIFEST.MF", b"x")]),
        "a.zip",
        "This is a program, which cannot be shared here.",
    );
    expect_refusal(
        b"\x1F\x8B\x08\0\0\0\0\0",
        "a.txt",
        "This is an archive other than ZIP, which cannot be shared here.",
    );
}

#[test]
fn risky_endings_are_refused_whatever_is_inside() {
    for name in [
        "a.exe",
        "a.SVG",
        "a.html",
        "a.js",
        "a.docm",
        "a.exe ",
        "a.exe.",
        "a.e\u{200B}xe",
        "x/a.\u{202E}bat",
    ] {
        let refusal = inspect(b"hello", name).unwrap_err();
        assert!(
            matches!(refusal, Refusal::EndingNotAllowed { .. }),
            "{name}: {refusal}"
        );
    }
    expect_file(b"<3 you all", "a.txt", "text/plain", "txt");
    expect_file(b"<bravo> said", "a.txt", "text/plain", "txt");
}

#[test]
fn pictures_that_cannot_be_cleaned_and_noise_are_refused() {
    expect_refusal(
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "a.heic",
        "Pictures in this format (heif) cannot be shown to everyone. Save it as JPEG or PNG and try again.",
    );
    expect_refusal(b"", "a.txt", "The file is empty.");
    expect_refusal(
        b"\0\x01\x02\x03\x04\x05",
        "a.txt",
        "The content of this file is not recognised.",
    );
    expect_refusal(
        b"PK\x03\x04 not an archive",
        "a.zip",
        "The file is damaged or incomplete. Try sending it again.",
    );
}

#[test]
fn files_on_disk_are_judged_alike() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), zip(DOCX)).unwrap();
    assert_eq!(inspect_file(file.path(), "a.docx"), inspect(&zip(DOCX), "a.docx"));
    assert_eq!(
        inspect_file(&file.path().join("missing"), "a.docx"),
        Err(Refusal::Unreadable)
    );
}

#[test]
fn a_photo_loses_its_place_and_stands_upright() {
    let sent = jpeg_with(
        &photo(40, 20),
        &[
            (0xE1, exif(6)),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>HOME".to_vec()),
            (0xFE, b"a COMMENT".to_vec()),
        ],
    );
    for secret in ["GPS-SECRET", "HOME", "COMMENT", "Exif"] {
        assert!(contains(&sent, secret), "{secret} must be in what is sent");
    }
    let prepared = prepare_image(&sent).unwrap();
    assert_eq!((prepared.mime, prepared.extension), ("image/jpeg", "jpg"));
    assert_eq!((prepared.width, prepared.height), (20, 40));
    assert_eq!(decoded(&prepared.original).dimensions(), (20, 40));
    // Orientation 6 turns a quarter clockwise: the bottom left, black corner comes to the top left.
    let corner = decoded(&prepared.original).to_rgb8().get_pixel(0, 0).0;
    assert!(corner[0] < 40 && corner[1] > 180, "{corner:?}");
    for kept in [&prepared.original, &prepared.thumbnail] {
        for secret in ["GPS-SECRET", "HOME", "COMMENT", "Exif"] {
            assert!(!contains(kept, secret), "{secret} survived");
        }
    }
}

#[test]
fn what_follows_a_picture_is_gone() {
    let mut sent = jpeg(&photo(30, 30));
    sent.extend_from_slice(b"MOTION-FILM");
    assert!(!contains(&prepare_image(&sent).unwrap().original, "MOTION-FILM"));
}

#[test]
fn png_and_webp_lose_their_notes() {
    let noted = png_with(
        &photo(9, 9),
        &[
            (b"tEXt", b"Author\0SECRET".to_vec()),
            (b"eXIf", exif(1)[6..].to_vec()),
        ],
    );
    assert!(contains(&noted, "SECRET"));
    let prepared = prepare_image(&noted).unwrap();
    assert_eq!(prepared.mime, "image/png");
    assert!(!contains(&prepared.original, "SECRET"));
    assert_eq!(decoded(&prepared.original).to_rgb8(), photo(9, 9));

    let noted = riff_of(&webp(&photo(9, 9)), b"EXIF", b"SECRET");
    assert!(contains(&noted, "SECRET"));
    let prepared = prepare_image(&noted).unwrap();
    assert_eq!(prepared.mime, "image/jpeg");
    assert!(!contains(&prepared.original, "SECRET"));
}

#[test]
fn transparent_pictures_stay_transparent() {
    let mut sent = Cursor::new(Vec::new());
    see_through(900, 300)
        .write_to(&mut sent, ImageFormat::WebP)
        .unwrap();
    let prepared = prepare_image(sent.get_ref()).unwrap();
    assert_eq!((prepared.mime, prepared.thumb_mime), ("image/webp", "image/webp"));
    assert_eq!((prepared.thumb_width, prepared.thumb_height), (640, 213));
    assert_eq!(decoded(&prepared.original).get_pixel(0, 0).0[3], 0);
    assert_eq!(decoded(&prepared.thumbnail).get_pixel(0, 0).0[3], 0);
}

#[test]
fn thumbnails_are_small_and_never_larger_than_the_picture() {
    for (size, thumbnail) in [
        ((1_600, 1_200), (640, 480)),
        ((640, 10), (640, 10)),
        ((3_000, 1), (640, 1)),
        ((5, 7), (5, 7)),
    ] {
        let prepared = prepare_image(&png(&photo(size.0, size.1))).unwrap();
        assert_eq!((prepared.width, prepared.height), size);
        assert_eq!((prepared.thumb_width, prepared.thumb_height), thumbnail);
        assert_eq!(decoded(&prepared.thumbnail).dimensions(), thumbnail);
        assert_eq!(prepared.thumb_mime, "image/jpeg");
    }
}

#[test]
fn pictures_of_every_depth_are_understood() {
    let picture = DynamicImage::ImageRgb8(photo(12, 6));
    let depths = [
        DynamicImage::ImageLuma8(picture.to_luma8()),
        DynamicImage::ImageLumaA8(picture.to_luma_alpha8()),
        DynamicImage::ImageRgba8(picture.to_rgba8()),
        DynamicImage::ImageRgb16(picture.to_rgb16()),
        DynamicImage::ImageRgba16(picture.to_rgba16()),
    ];
    for depth in depths {
        let mut sent = Cursor::new(Vec::new());
        depth.write_to(&mut sent, ImageFormat::Png).unwrap();
        let prepared = prepare_image(sent.get_ref()).unwrap();
        assert_eq!(decoded(&prepared.original).dimensions(), (12, 6));
        assert!(
            !decoded(&prepared.original).has_alpha(),
            "nothing is transparent here"
        );
    }
}

#[test]
fn animations_keep_moving_and_lose_their_notes() {
    let mut noted = gif(10, 6, 3);
    let screen_ends = noted.len() - 1;
    noted.truncate(screen_ends);
    noted.extend_from_slice(b"\x21\xFE\x06SECRET\0");
    noted.extend_from_slice(b"\x21\xFF\x0BXMP DataXMP\x06SECRET\0");
    noted.extend_from_slice(b"\x3BSECRET");
    let prepared = prepare_image(&noted).unwrap();
    assert_eq!(
        (prepared.mime, prepared.width, prepared.height),
        ("image/gif", 10, 6)
    );
    assert!(!contains(&prepared.original, "SECRET"));
    let frames = |bytes: &[u8]| {
        let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(bytes.to_vec())).unwrap();
        decoder
            .into_frames()
            .collect_frames()
            .unwrap()
            .into_iter()
            .map(|frame| frame.into_buffer())
            .collect::<Vec<_>>()
    };
    assert_eq!(frames(&prepared.original).len(), 3);
    assert_eq!(frames(&prepared.original), frames(&noted));
    assert!(contains(&prepared.original, "NETSCAPE2.0"), "it still repeats");
    assert_eq!(
        prepare_image(&prepared.original).unwrap(),
        prepared,
        "cleaning twice changes nothing"
    );
}

#[test]
fn incomplete_pictures_are_refused() {
    let whole = [
        jpeg(&photo(64, 64)),
        png(&photo(64, 64)),
        webp(&photo(64, 64)),
        gif(16, 16, 3),
    ];
    for bytes in whole {
        assert!(prepare_image(&bytes).is_ok());
        for part in [bytes.len() - 1, bytes.len() * 3 / 4, bytes.len() / 2, 30] {
            assert_eq!(
                prepare_image(&bytes[..part]),
                Err(Refusal::Damaged),
                "{part} of {}",
                bytes.len()
            );
        }
    }
    assert_eq!(prepare_image(b"hello"), Err(Refusal::Unrecognised));
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let huge = made::png_header(10_000, 5_000);
    assert_eq!(
        prepare_image(&huge),
        Err(Refusal::TooManyPixels { megapixels: 50 })
    );
    assert_eq!(
        prepare_image(&made::png_header(2_000_000_000, 1)),
        Err(Refusal::TooComplex)
    );
    assert_eq!(
        prepare_image(&made::gif_of_frames(9_000, 4_000, 8)),
        Err(Refusal::AnimationTooLong)
    );
    assert_eq!(prepare_image(&made::jpeg_of_scans(100)), Err(Refusal::TooComplex));
    let sentence = Refusal::TooManyPixels { megapixels: 50 }.to_string();
    assert_eq!(
        sentence,
        "The picture has 50 megapixels; at most 40 can be shown."
    );
}

#[test]
fn names_are_made_safe() {
    for (name, safe) in [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\minutes.pdf", "minutes.pdf"),
        ("folder/", "folder"),
        ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
        (" .hidden ", "hidden"),
        ("a\u{0}b\nc\t.txt", "ab c .txt"),
        ("what?<x>:\"y\".txt", "what__x___y_.txt"),
        ("", "file"),
        ("...", "file"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("Protokoll Mai – Größe.docx", "Protokoll Mai – Größe.docx"),
        ("cafe\u{301}.txt", "café.txt"),
        ("会議録.pdf", "会議録.pdf"),
    ] {
        assert_eq!(safe_file_name(name), safe, "{name:?}");
    }
    let long = format!("{}.docx", "é".repeat(300));
    let short = safe_file_name(&long);
    assert_eq!(short.chars().count(), MAX_FILE_NAME);
    assert!(short.ends_with("é.docx"));
}

fn picture_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec![
        jpeg_with(&photo(24, 24), &[(0xE1, exif(3))]),
        png(&photo(24, 24)),
        webp(&photo(24, 24)),
        gif(12, 12, 2),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn broken_pictures_are_refused_or_mended(mut bytes in picture_bytes(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(PreparedImage { original, width, height, thumb_width, thumb_height, .. }) = prepare_image(&bytes) {
            prop_assert_eq!(decoded(&original).dimensions(), (width, height));
            prop_assert!(thumb_width.max(thumb_height) <= 640);
        }
    }

    #[test]
    fn any_bytes_can_be_inspected(bytes in prop::collection::vec(any::<u8>(), 0..200), name in "\\PC{0,20}") {
        if let Ok(found) = inspect(&bytes, &name) {
            prop_assert!(!found.extension.is_empty());
        }
    }

    #[test]
    fn safe_names_stay_safe(name in any::<String>()) {
        let safe = safe_file_name(&name);
        prop_assert_eq!(&safe_file_name(&safe), &safe);
        prop_assert!(!safe.is_empty() && safe.chars().count() <= MAX_FILE_NAME + 1);
        let unsafe_parts = safe.contains(['/', '\\', '\0', '\n', '"', '\u{202E}', '\u{2066}']);
        prop_assert!(!unsafe_parts && !safe.starts_with('.') && !safe.ends_with(['.', ' ']));
    }
}
