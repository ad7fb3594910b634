//! What hits give away by their company: the links followed just before and after.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::{BURST, HitKind, Past, Reason, TOGETHER};

/// For each hit on one message, in the order given: what its company gives away. Opens are left alone; a picture may
/// well be loaded while a scanner is about. Takes n log n steps, since a machine may hit one message for hours.
pub(super) fn given_away(hits: &[Past]) -> Vec<Option<Reason>> {
    let mut followed: Vec<Past> = hits
        .iter()
        .filter(|hit| hit.what != HitKind::Open)
        .copied()
        .collect();
    followed.sort_unstable_by_key(|hit| hit.at);
    let traps = traps_in(&followed);
    let bursts = bursts_in(&followed);
    let reason = |hit: &Past| match hit.what {
        HitKind::Open => None,
        _ if is_beside(&traps, hit.at) => Some(Reason::Honeypot),
        _ if is_within(&bursts, hit.at) => Some(Reason::Burst),
        _ => None,
    };
    hits.iter().map(reason).collect()
}

/// A stretch of time, both ends included.
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// When the hidden link was followed.
fn traps_in(followed: &[Past]) -> Vec<DateTime<Utc>> {
    let traps = followed.iter().filter(|hit| hit.what == HitKind::Honeypot);
    traps.map(|hit| hit.at).collect()
}

fn is_beside(traps: &[DateTime<Utc>], at: DateTime<Utc>) -> bool {
    let next = traps.partition_point(|trap| at - *trap > TOGETHER);
    traps.get(next).is_some_and(|trap| *trap - at <= TOGETHER)
}

/// For each hit that ends a burst, the span of that burst. Neither end ever goes back from one span to the next.
fn bursts_in(followed: &[Past]) -> Vec<Span> {
    let mut window: VecDeque<Past> = VecDeque::new();
    let mut times: HashMap<HitKind, usize> = HashMap::new();
    let mut bursts = Vec::new();
    for hit in followed {
        window.push_back(*hit);
        *times.entry(hit.what).or_default() += 1;
        while let Some(old) = window.front().filter(|old| hit.at - old.at > TOGETHER) {
            forget(&mut times, old.what);
            window.pop_front();
        }
        if let Some(first) = window.front().filter(|_| times.len() >= BURST) {
            bursts.push(Span {
                from: first.at,
                to: hit.at,
            });
        }
    }
    bursts
}

fn forget(times: &mut HashMap<HitKind, usize>, what: HitKind) {
    if let Some(left) = times.get_mut(&what) {
        *left -= 1;
        if *left == 0 {
            times.remove(&what);
        }
    }
}

fn is_within(bursts: &[Span], at: DateTime<Utc>) -> bool {
    let next = bursts.partition_point(|burst| burst.to < at);
    bursts.get(next).is_some_and(|burst| burst.from <= at)
}
