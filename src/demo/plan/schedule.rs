//! When each message is sent.

use chrono::{DateTime, Duration, Utc};

use super::{
    calendar::{Calendar, DAYS},
    conversations::{Episode, Placing},
    corpus::{Days, Pace},
    dice::Dice,
    places::Room,
};

/// An episode with the moment of each of its lines; strictly later one after another, and
/// later than everything before it in the room.
#[derive(Debug)]
pub struct Dated<'a> {
    /// Number of the conversation inside its room; a part that comes later has the same.
    pub story: usize,
    pub episode: Episode<'a>,
    pub moments: Vec<DateTime<Utc>>,
}

/// An episode that would like to start then.
struct Wish<'a> {
    start: DateTime<Utc>,
    story: usize,
    episode: Episode<'a>,
}

/// Puts the episodes of one room into the calendar. An episode for which no time is left
/// before the last hour is dropped.
pub fn timetable<'a>(
    episodes: Vec<Episode<'a>>,
    room: &Room<'a>,
    calendar: &Calendar,
    dice: &mut Dice,
) -> Vec<Dated<'a>> {
    let (late, early): (Vec<_>, Vec<_>) = episodes
        .into_iter()
        .partition(|episode| matches!(episode.placing, Placing::LastHour(_)));
    let mut late: Vec<Dated<'a>> = (early.len()..)
        .zip(late)
        .map(|(story, episode)| last_hour(story, episode, calendar, dice))
        .collect();
    late.sort_by_key(start);
    let end = late.first().map_or(calendar.now() - Duration::minutes(95), start) - Duration::minutes(20);
    let mut dated = one_after_another(wishes(early, room, end, calendar, dice), end, dice);
    dated.append(&mut late);
    separate(&mut dated);
    dated
}

fn start(dated: &Dated<'_>) -> DateTime<Utc> {
    dated.moments.first().copied().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Spreads the lines over the given minutes, the first and the last at their ends.
fn last_hour<'a>(story: usize, episode: Episode<'a>, calendar: &Calendar, dice: &mut Dice) -> Dated<'a> {
    let Placing::LastHour([first, last]) = episode.placing else {
        return Dated {
            story,
            moments: Vec::new(),
            episode,
        };
    };
    let (from, to) = (-first * 60, -last * 60);
    let inner = episode.lines.len().saturating_sub(2);
    let mut seconds: Vec<i64> = (0..inner).map(|_| dice.between(from, to)).collect();
    seconds.push(from);
    if episode.lines.len() > 1 {
        seconds.push(to);
    }
    seconds.sort_unstable();
    let moments = seconds
        .into_iter()
        .map(|second| calendar.now() + Duration::seconds(second))
        .collect();
    Dated {
        story,
        episode,
        moments,
    }
}

/// Gives every episode, and every part of it that comes later, the moment at which it would
/// like to start, and sorts by it.
fn wishes<'a>(
    episodes: Vec<Episode<'a>>,
    room: &Room<'a>,
    end: DateTime<Utc>,
    calendar: &Calendar,
    dice: &mut Dice,
) -> Vec<Wish<'a>> {
    let first_day = room.first_day.max(1 - DAYS);
    let count = |placing| {
        episodes
            .iter()
            .filter(|episode| episode.placing == placing)
            .count()
    };
    let mut told = days(count(Placing::InOrder), first_day, calendar, dice).into_iter();
    let mut filled = days(count(Placing::Filling), first_day, calendar, dice).into_iter();
    let mut wishes = Vec::with_capacity(episodes.len());
    for (story, episode) in episodes.into_iter().enumerate() {
        let day = match episode.placing {
            Placing::Day(day) => calendar.working_day(day),
            Placing::InOrder => told.next().unwrap_or(0),
            Placing::Anywhere => calendar.draw_day(first_day, dice),
            Placing::Filling | Placing::LastHour(_) => filled.next().unwrap_or(0),
        };
        let day = calendar.nearest(day, episode.manner.days);
        let begin = begin(day, &episode, room, end, calendar, dice);
        wishes.extend(episode.parts().into_iter().map(|(minutes, episode)| Wish {
            start: begin + Duration::minutes(minutes),
            story,
            episode,
        }));
    }
    wishes.sort_by_key(|wish| wish.start);
    wishes
}

fn days(count: usize, first: i64, calendar: &Calendar, dice: &mut Dice) -> Vec<i64> {
    let mut days: Vec<i64> = (0..count).map(|_| calendar.draw_day(first, dice)).collect();
    days.sort_unstable();
    days
}

/// A moment on that day, or, when the day is not that far yet, on the day before; what
/// belongs to a day of the week, a week before.
fn begin(
    day: i64,
    episode: &Episode<'_>,
    room: &Room<'_>,
    end: DateTime<Utc>,
    calendar: &Calendar,
    dice: &mut Dice,
) -> DateTime<Utc> {
    let minute = calendar.draw_minute(episode.manner.hours, room.rhythm, dice);
    let seconds = Duration::seconds(dice.between(0, 59));
    let back = if episode.manner.days == Days::Any { 1 } else { 7 };
    let moment = calendar.moment(day, minute) + seconds;
    if moment + Duration::hours(1) < end {
        moment
    } else {
        calendar.moment(day - back, minute) + seconds
    }
}

/// Lets a conversation end before the next one begins.
fn one_after_another<'a>(wishes: Vec<Wish<'a>>, end: DateTime<Utc>, dice: &mut Dice) -> Vec<Dated<'a>> {
    let mut dated = Vec::with_capacity(wishes.len());
    let mut free_from = DateTime::<Utc>::MIN_UTC;
    for Wish {
        start,
        story,
        episode,
    } in wishes
    {
        let mut moment = start.max(free_from);
        let mut moments = Vec::with_capacity(episode.lines.len());
        for line in &episode.lines {
            moments.push(moment);
            moment += gap(episode.manner.pace, line.body.len(), dice);
        }
        if moments.last().is_some_and(|last| *last < end) {
            free_from = moment + Duration::minutes(dice.between(2, 14));
            dated.push(Dated {
                story,
                episode,
                moments,
            });
        }
    }
    dated
}

/// How long until the next line: the pace, and the time it takes to type a long text.
fn gap(pace: Pace, written: usize, dice: &mut Dice) -> Duration {
    let typing = i64::try_from(written / 6).unwrap_or(0);
    let waiting = match pace {
        Pace::Quick => dice.between(14, 110),
        Pace::Steady => dice.between(40, 480),
        Pace::Slow => dice.between(500, 3_600),
    };
    Duration::seconds(waiting + typing.min(120))
}

/// Two conversations of the last hour may overlap; their moments may not coincide.
fn separate(dated: &mut [Dated<'_>]) {
    let mut moments: Vec<&mut DateTime<Utc>> = dated
        .iter_mut()
        .flat_map(|dated| dated.moments.iter_mut())
        .collect();
    for index in 1..moments.len() {
        if let Some([earlier, later]) = moments.get_mut(index - 1..=index)
            && **later <= **earlier
        {
            **later = **earlier + Duration::seconds(1);
        }
    }
}
