//! The first moment at which a message may go out.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domains::consent::rules::{QuietWeek, first_instant_where, moment_at};

/// When a message is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// For everybody at once.
    AtInstant(DateTime<Utc>),
    /// For each by the clock on their own wall.
    AtLocalTime(NaiveDateTime),
}

/// What is known of where a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts<'a> {
    /// The person's zone.
    In(Tz),
    /// In one of these, as of the area code of a number: what must hold, holds in all of them.
    OneOf(&'a [Tz]),
    /// Nothing: the organization's zone counts.
    Unknown,
}

/// Who asks for quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayerSource {
    Law,
    Person,
    Campaign,
}

/// By whose clocks a layer's hours are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clocks {
    OfThePerson,
    OfTheOrganization,
}

/// Hours in which somebody asks for quiet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    pub source: LayerSource,
    pub clocks: Clocks,
    pub quiet: QuietWeek,
}

/// What kept a message back, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The layer that let go last.
    pub by: LayerSource,
    pub until: DateTime<Utc>,
}

/// When a message goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// At this moment, never before now.
    At {
        moment: DateTime<Utc>,
        held: Option<Hold>,
    },
    /// Not at all: the first allowed moment is later than the campaign wants.
    TooLate { held: Option<Hold> },
    /// Not at all: together the layers leave no moment within [`SEARCHED`]. `by` is the last that was asked.
    NoWindow { by: LayerSource },
}

/// How far ahead an allowed moment is looked for. A week repeats itself, save where zones turn their clocks in
/// different weeks (the United States and Europe are up to three weeks apart in spring).
pub const SEARCHED: TimeDelta = TimeDelta::days(35);

/// The first moment, not before the wanted one nor before `now`, at which no layer asks for quiet. With several zones
/// a local time has come when it has in all of them, and it is quiet when it is in one. `max_lateness` counts from
/// the wanted moment, time held by quiet hours included.
pub fn due_at(
    wanted: Wanted,
    person: Whereabouts<'_>,
    organization_zone: Tz,
    layers: &[Layer],
    max_lateness: Option<TimeDelta>,
    now: DateTime<Utc>,
) -> Due {
    let at_home = [organization_zone];
    let in_zone;
    let zones = match person {
        Whereabouts::In(zone) => {
            in_zone = [zone];
            &in_zone
        }
        Whereabouts::OneOf(zones) if !zones.is_empty() => zones,
        Whereabouts::OneOf(_) | Whereabouts::Unknown => &at_home,
    };
    let wanted = match wanted {
        Wanted::AtInstant(moment) => moment,
        Wanted::AtLocalTime(local) => last_moment_at(zones, local),
    };
    let walls = walls_of(layers, zones, organization_zone);
    let due = first_allowed(&walls, wanted.max(now));
    in_time(due, max_lateness.and_then(|most| wanted.checked_add_signed(most)))
}

/// A layer's hours on one wall clock.
struct Wall<'a> {
    source: LayerSource,
    zone: Tz,
    quiet: &'a QuietWeek,
}

fn walls_of<'a>(layers: &'a [Layer], zones: &[Tz], organization_zone: Tz) -> Vec<Wall<'a>> {
    let at_home = [organization_zone];
    let mut walls = Vec::new();
    for layer in layers.iter().filter(|layer| !layer.quiet.is_never()) {
        let zones = match layer.clocks {
            Clocks::OfThePerson => zones,
            Clocks::OfTheOrganization => &at_home,
        };
        walls.extend(zones.iter().map(|zone| Wall {
            source: layer.source,
            zone: *zone,
            quiet: &layer.quiet,
        }));
    }
    walls
}

fn last_moment_at(zones: &[Tz], local: NaiveDateTime) -> DateTime<Utc> {
    let moments = zones.iter().map(|zone| moment_at(*zone, local));
    moments.max().unwrap_or_else(|| local.and_utc())
}

fn first_allowed(walls: &[Wall<'_>], start: DateTime<Utc>) -> Due {
    let mut moment = start;
    let mut by = None;
    loop {
        let quiet = walls
            .iter()
            .find_map(|wall| Some((wall.source, quiet_until(wall, moment)?)));
        let Some((source, until)) = quiet else {
            let held = by.map(|by| Hold { by, until: moment });
            return Due::At { moment, held };
        };
        if until - start > SEARCHED {
            return Due::NoWindow { by: source };
        }
        by = Some(source);
        moment = until;
    }
}

/// The next moment at which it may no longer be quiet on a wall: the end of the span by the clock, or the turn of the
/// clock when that comes before, from where to look anew. None when it is not quiet. Always later than `moment`.
fn quiet_until(wall: &Wall<'_>, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = moment.with_timezone(&wall.zone).naive_local();
    let rest = wall.quiet.rest_at(local)?;
    let into_second = TimeDelta::nanoseconds(i64::from(moment.timestamp_subsec_nanos() % 1_000_000_000));
    let end = moment - into_second + TimeDelta::seconds(i64::from(rest));
    let offset = |at: DateTime<Utc>| at.with_timezone(&wall.zone).naive_local() - at.naive_utc();
    let before = offset(moment);
    match offset(end) == before {
        true => Some(end),
        false => Some(first_instant_where(moment, end, |at| offset(at) != before)),
    }
}

fn in_time(due: Due, latest: Option<DateTime<Utc>>) -> Due {
    match (due, latest) {
        (Due::At { moment, held }, Some(latest)) if moment > latest => Due::TooLate { held },
        _ => due,
    }
}
