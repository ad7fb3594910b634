//! The meter of text messages against published counts, a naive packer, and the counts of Twilio's own calculator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use proptest::prelude::*;
use waymark::kernel::sms::*;

fn segments(text: &str) -> u32 {
    measure(text).segments
}

#[test]
fn parts_are_counted_as_the_reference_vectors_say() {
    // Twilio sms-segments-calculator 1.3.0; 3GPP TS 23.038 and 23.040: 160/153 and 70/67.
    assert_eq!(segments(&"a".repeat(160)), 1);
    assert_eq!(segments(&"a".repeat(161)), 2);
    assert_eq!(segments(&"a".repeat(306)), 2);
    assert_eq!(segments(&"a".repeat(307)), 3);
    assert_eq!(segments(&"€".repeat(80)), 1);
    assert_eq!(segments(&"€".repeat(81)), 2);
    assert_eq!(segments(&"ç".repeat(70)), 1);
    assert_eq!(segments(&"ç".repeat(71)), 2);
    assert_eq!(segments(&format!("{}👋", "a".repeat(69))), 2);
    assert_eq!(segments(&"👋".repeat(36)), 2);
    assert_eq!(segments(""), 0);
}

#[test]
fn the_meter_tells_what_is_left_and_what_made_it_dear() {
    let cheap = measure("Grève à 8 h [piquet]");
    assert_eq!(cheap.encoding, Encoding::Gsm7);
    assert_eq!(
        (cheap.units, cheap.remaining_in_segment, cheap.per_segment),
        (22, 138, 160)
    );
    assert_eq!(cheap.first_non_gsm, None);

    let dear = measure("Leçon à 8 h");
    assert_eq!(dear.encoding, Encoding::Ucs2);
    assert_eq!(
        dear.first_non_gsm,
        Some(NotGsm {
            character: 'ç',
            index: 2
        })
    );
    assert_eq!((dear.units, dear.remaining_in_segment), (11, 59));

    let two = measure(&"a".repeat(161));
    assert_eq!((two.per_segment, two.remaining_in_segment), (153, 145));
}

#[test]
fn the_cheap_alphabet_is_that_of_the_standard() {
    // 3GPP TS 23.038, 6.2.1: 127 characters beside the escape, and ten in the extension table.
    let all: Vec<char> = (0..=0xffff_u32)
        .filter_map(char::from_u32)
        .filter(|c| is_gsm(*c))
        .collect();
    assert_eq!(all.len(), 127 + 10);
    assert_eq!(all.iter().filter(|c| is_extension(**c)).count(), 10);
    assert!("éùÇàèìòñü\n\r".chars().all(|c| septets(c) == Some(1)));
    assert!("€[]{}^~|\\".chars().all(|c| septets(c) == Some(2)));
    assert!("ç`’ê\tœ".chars().all(|c| septets(c).is_none()));
}

#[test]
fn counts_agree_with_those_of_twilios_calculator() {
    let vectors: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("data/sms_vectors.json")).unwrap();
    assert!(vectors.len() > 100);
    for vector in vectors {
        let text = vector["text"].as_str().unwrap();
        let meter = measure(text);
        let encoding = match meter.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        assert_eq!(encoding, vector["encoding"], "{text:?}");
        assert_eq!(
            u64::from(meter.segments),
            vector["segments"].as_u64().unwrap(),
            "{text:?}"
        );
    }
}

#[test]
fn typesetting_is_taken_out_and_what_could_change_the_meaning_stays() {
    let plain = plainer("“Ça va… leçon — l’œuf”\u{a0}!");
    assert_eq!(plain.text, "\"Ça va... lecon - l'oeuf\" !");
    assert!(plain.fits_gsm());
    assert!(plain.replaced.contains(&Replacement { from: 'ç', to: "c" }));

    assert_eq!(plainer("cafe\u{301}").text, "café");
    assert_eq!(plainer(&"é".repeat(75).replacen('é', "’", 1)).saved, 1);
    assert!(plainer(&"…".repeat(70)).saved < 0);

    let kept = plainer("sûr de la tâche 👋🏽");
    assert_eq!(kept.text, "sûr de la tâche 👋🏽");
    assert_eq!(kept.left, vec!['û', 'â', '👋', '🏽']);
    assert!(!kept.fits_gsm());
}

#[test]
fn a_cost_is_counted_in_whole_minor_units_rounded_up() {
    let price = PartPrice { thousandths: 790 };
    assert_eq!(
        estimate([1; 1000], price),
        Cost {
            segments: 1000,
            minor_units: 790
        }
    );
    assert_eq!(
        estimate([2, 1], price),
        Cost {
            segments: 3,
            minor_units: 3
        }
    );
    assert_eq!(estimate([], price).minor_units, 0);
    let most = PartPrice {
        thousandths: u64::MAX,
    };
    assert_eq!(estimate([u32::MAX; 3000], most).minor_units, u64::MAX);
}

/// Lays whole characters side by side until one does not fit, writing every part out as text.
fn naive_parts(text: &str) -> usize {
    let is_cheap = text.chars().all(is_gsm);
    let size = |c: char| match is_cheap {
        true => 1 + usize::from("\u{c}^{}\\[~]|€".contains(c)),
        false => c.encode_utf16(&mut [0; 2]).len(),
    };
    let (single, part) = if is_cheap { (160, 153) } else { (70, 67) };
    let length = |text: &str| text.chars().map(size).sum::<usize>();
    if text.is_empty() {
        return 0;
    }
    if length(text) <= single {
        return 1;
    }
    let mut parts = vec![String::new()];
    for c in text.chars() {
        if length(parts.last().unwrap()) + size(c) > part {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push(c);
    }
    assert_eq!(parts.concat(), text);
    parts.len()
}

proptest! {
    /// Characters that stand alone, so that what a reader sees as one is one.
    #[test]
    fn parts_are_those_of_a_naive_packer(text in "[a-zé€\\[{ \nÇ]{0,500}", dear in "[a-zç€👋中ê]{0,220}") {
        prop_assert_eq!(segments(&text) as usize, naive_parts(&text));
        prop_assert_eq!(segments(&dear) as usize, naive_parts(&dear));
    }

    #[test]
    fn any_text_has_room_for_its_units_and_no_part_is_empty(text in "\\PC{0,300}") {
        let meter = measure(&text);
        prop_assert!(meter.segments * meter.per_segment >= meter.units);
        prop_assert!(meter.remaining_in_segment <= meter.per_segment);
        prop_assert_eq!(meter.first_non_gsm.is_none(), meter.encoding == Encoding::Gsm7);
        prop_assert_eq!(meter.segments == 0, text.is_empty());
    }

    #[test]
    fn a_plainer_text_is_plain_at_once(text in "[a-z ‘’“”–—…çœÇ€éê\u{a0}\u{301}]{0,300}") {
        let plain = plainer(&text);
        prop_assert_eq!(&plainer(&plain.text).text, &plain.text);
        prop_assert_eq!(plain.fits_gsm(), measure(&plain.text).encoding == Encoding::Gsm7);
        prop_assert_eq!(plain.saved, i64::from(segments(&text)) - i64::from(segments(&plain.text)));
    }
}
