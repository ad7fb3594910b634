//! Where a telephone number of the United States or Canada may be: state or province, and zones.

use std::collections::HashMap;

use chrono_tz::Tz;
use serde::Deserialize;

/// The place that an area code was given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberArea {
    /// `us` or `ca`.
    pub country: String,
    /// State, province or territory as in ISO 3166-2 behind the dash; the first of those that share a code.
    pub region: String,
    /// All zones whose clocks can be read there.
    pub zones: Vec<Tz>,
}

/// Why a file of area codes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AreaCodesError {
    #[error("The file of area codes cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("The area code {0} is there twice or is none.")]
    BadCode(u16),
    #[error("The area of {0} has no zone, or one that is unknown.")]
    BadZone(String),
}

/// The area codes of the United States and Canada. Load once at the start and share.
#[derive(Debug, Clone)]
pub struct AreaCodes {
    areas: Vec<NumberArea>,
    by_code: HashMap<u16, usize>,
}

impl AreaCodes {
    /// The codes this program is built with.
    ///
    /// # Errors
    /// Never, as a test reads them too.
    pub fn built_in() -> Result<Self, AreaCodesError> {
        Self::read(include_str!("area_codes.toml"))
    }

    /// Reads a file of area codes.
    ///
    /// # Errors
    /// When it is no such file, names a code twice, or an area has no zone.
    pub fn read(text: &str) -> Result<Self, AreaCodesError> {
        let file: File = toml::from_str(text)?;
        let mut codes = Self {
            areas: Vec::new(),
            by_code: HashMap::new(),
        };
        for row in file.area {
            codes.add(row)?;
        }
        Ok(codes)
    }

    /// The area of a number in E.164 (`+16135550142`); none outside of the two countries, for numbers without a place
    /// (toll-free and the like) and for codes newer than the file.
    pub fn area_of_number(&self, e164: &str) -> Option<&NumberArea> {
        let national = e164.strip_prefix("+1")?;
        let is_number = national.len() == 10 && national.bytes().all(|digit| digit.is_ascii_digit());
        let code = national.get(..3).filter(|_| is_number)?;
        self.areas.get(*self.by_code.get(&code.parse().ok()?)?)
    }

    /// All zones in which the holder of a number may be, as far as its area code tells; empty when it tells nothing.
    pub fn zones_of_number(&self, e164: &str) -> &[Tz] {
        self.area_of_number(e164)
            .map_or(&[], |area| area.zones.as_slice())
    }

    /// Every code with its area, in no order.
    pub fn all(&self) -> impl Iterator<Item = (u16, &NumberArea)> {
        self.by_code
            .iter()
            .filter_map(|(code, at)| Some((*code, self.areas.get(*at)?)))
    }

    fn add(&mut self, row: Row) -> Result<(), AreaCodesError> {
        let zones: Result<Vec<Tz>, _> = row.zones.iter().map(|name| name.parse()).collect();
        let zones = zones.ok().filter(|zones| !zones.is_empty());
        let Some(zones) = zones else {
            return Err(AreaCodesError::BadZone(row.region));
        };
        for code in row.codes {
            // An area code begins with 2 to 9 (ATIS-0300055, NPA format).
            if !(200..=999).contains(&code) || self.by_code.insert(code, self.areas.len()).is_some() {
                return Err(AreaCodesError::BadCode(code));
            }
        }
        self.areas.push(NumberArea {
            country: row.country,
            region: row.region,
            zones,
        });
        Ok(())
    }
}

#[derive(Deserialize)]
struct File {
    #[expect(dead_code, reason = "for readers of the file")]
    version: String,
    area: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    country: String,
    region: String,
    zones: Vec<String>,
    codes: Vec<u16>,
}
