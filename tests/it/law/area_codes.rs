//! Where numbers are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails may fall"
)]

use chrono::{TimeZone, Utc};
use waymark::domains::campaigns::timing::AreaCodes;

#[test]
fn every_state_and_province_has_codes_with_known_zones() {
    let codes = AreaCodes::built_in().unwrap();
    let mut regions: Vec<String> = codes
        .all()
        .map(|(_, area)| format!("{}-{}", area.country, area.region))
        .collect();
    regions.sort();
    regions.dedup();
    // 50 states, the District and 5 territories; 10 provinces without Prince Edward Island, whose codes are Nova
    // Scotia's, and the three territories as one.
    assert_eq!(
        regions.iter().filter(|region| region.starts_with("us-")).count(),
        56
    );
    assert_eq!(
        regions.iter().filter(|region| region.starts_with("ca-")).count(),
        10
    );
    assert!(codes.all().count() > 400);
}

#[test]
fn codes_that_cross_a_line_name_every_zone() {
    let codes = AreaCodes::built_in().unwrap();
    let hours_apart = |number| {
        let noon = Utc.with_ymd_and_hms(2026, 1, 15, 12, 0, 0).unwrap();
        let mut hours: Vec<String> = codes
            .zones_of_number(number)
            .iter()
            .map(|zone| noon.with_timezone(zone).format("%H:%M").to_string())
            .collect();
        hours.sort();
        hours.dedup();
        hours
    };
    assert_eq!(hours_apart("+12085550142"), ["04:00", "05:00"]);
    assert_eq!(hours_apart("+18505550142"), ["06:00", "07:00"]);
    assert_eq!(hours_apart("+17095550142"), ["08:00", "08:30"]);
    assert_eq!(hours_apart("+14165550142"), ["07:00"]);
}

#[test]
fn what_has_no_place_or_is_no_number_there_has_no_zone() {
    let codes = AreaCodes::built_in().unwrap();
    for number in [
        "+18005550142",
        "+18765550142",
        "+442079460000",
        "+1416555014",
        "+1416555014a",
        "4165550142",
        "",
        "+1é165550142",
    ] {
        assert!(codes.zones_of_number(number).is_empty(), "{number}");
    }
}

#[test]
fn a_file_that_names_a_code_twice_or_an_unknown_zone_is_refused() {
    let row = |zone: &str, codes: &str| {
        format!(
            "version = \"1\"\n[[area]]\ncountry = \"us\"\nregion = \"NY\"\nzones = [{zone}]\ncodes = [{codes}]\n"
        )
    };
    assert!(AreaCodes::read(&row("\"America/New_York\"", "212")).is_ok());
    assert!(AreaCodes::read(&row("\"America/New_York\"", "212, 212")).is_err());
    assert!(AreaCodes::read(&row("\"America/Nowhere\"", "212")).is_err());
    assert!(AreaCodes::read(&row("", "212")).is_err());
    assert!(AreaCodes::read(&row("\"America/New_York\"", "112")).is_err());
}
