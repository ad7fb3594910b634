//! When messages are due. People with the same zone, quiet hours and rhythm get the same moment, so it is worked out once for each
//! such group and not for each person.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Time};

use crate::domains::campaigns::model::{Campaign, Reason, Start};
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::campaigns::timing::{Clocks, Due, Layer, LayerSource, Wanted, Whereabouts, due_at};
use crate::domains::consent;
use crate::domains::consent::model::Channel as ContactChannel;
use crate::domains::consent::rules::{self, QuietHours, QuietWeek, moment_at};
use crate::kernel::error::AppError;
use crate::platform::db::{TenantTx, statement};

/// When a bundle for a day or a week is handed over, by the reader's clock: before most people's first look at their mail.
const BUNDLES_AT: NaiveTime = match NaiveTime::from_hms_opt(8, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// People whose messages are due at the same moment.
#[derive(QueryableByName, Debug)]
struct Group {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Nullable<Time>)]
    quiet_from: Option<NaiveTime>,
    #[diesel(sql_type = Nullable<Time>)]
    quiet_to: Option<NaiveTime>,
    #[diesel(sql_type = Text)]
    frequency: String,
}

/// What a person's group is called, over the joins of [`consent::bulk::Bulk`].
pub(super) const KEY: &str = "concat_ws('|', m.time_zone, coalesce(pauses.quiet_from::text, ''), coalesce(pauses.quiet_to::text, ''), \
     coalesce(own.frequency::text, 'real_time'))";

/// The moments of all groups, side by side as the query takes them.
#[derive(Debug, Clone, Default)]
pub struct Moments {
    pub keys: Vec<String>,
    pub moments: Vec<DateTime<Utc>>,
    /// Why nothing is due for a group; empty when something is.
    pub refusals: Vec<String>,
}

impl Moments {
    /// Works them out for everybody in the organization.
    #[expect(
        clippy::disallowed_methods,
        reason = "people in groups, which no facade of one person answers"
    )]
    pub fn read(
        tx: &mut TenantTx<'_>,
        campaign: &Campaign,
        category: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let asker = consent::asker(tx)?;
        let channel = contact_channel(campaign.channel);
        let groups: Vec<Group> = statement(
            // Groups are put into words once they are few.
            "SELECT concat_ws('|', g.zone, coalesce(g.quiet_from::text, ''), coalesce(g.quiet_to::text, ''), g.frequency) AS key, g.zone, g.quiet_from, \
               g.quiet_to, g.frequency FROM (SELECT DISTINCT m.time_zone AS zone, pauses.quiet_from, pauses.quiet_to, \
               coalesce(own.frequency::text, 'real_time') AS frequency \
             FROM members m LEFT JOIN message_pauses pauses ON pauses.org_id = m.org_id AND pauses.member_id = m.id \
             LEFT JOIN preferences own ON own.org_id = m.org_id AND own.member_id = m.id AND own.channel = $1::contact_channel AND own.category = $2 \
             WHERE m.org_id = (SELECT app.current_org()) AND m.state <> 'left') g",
        )
        .bind::<Text, _>(channel.as_str())
        .bind::<Text, _>(category.to_owned())
        .load(tx.conn())?;
        let plan = Plan::of(campaign, asker.zone(), asker.place(), now);
        let mut moments = Self::default();
        for group in groups {
            let (moment, refusal) = match plan.due(&group) {
                Ok(moment) => (moment, ""),
                Err(reason) => (plan.now, reason.as_str()),
            };
            moments.keys.push(group.key);
            moments.moments.push(moment);
            moments.refusals.push(refusal.to_owned());
        }
        Ok(moments)
    }
}

/// The channel as consent knows it.
pub const fn contact_channel(channel: Channel) -> ContactChannel {
    match channel {
        Channel::Email => ContactChannel::Email,
        Channel::Sms => ContactChannel::Sms,
    }
}

struct Plan {
    wanted: Wanted,
    zone: Tz,
    layers: Vec<Layer>,
    lateness: TimeDelta,
    now: DateTime<Utc>,
}

impl Plan {
    fn of(campaign: &Campaign, zone: Tz, place: rules::Jurisdiction, now: DateTime<Utc>) -> Self {
        let wanted = match (campaign.starts, campaign.starts_at, campaign.starts_local) {
            (Start::Moment, Some(moment), _) => Wanted::AtInstant(moment),
            (Start::Local, _, Some(local)) => Wanted::AtLocalTime(local),
            (Start::Entry, ..) => Wanted::AtInstant(now),
            _ => Wanted::AtInstant(campaign.launched_at.unwrap_or(now)),
        };
        let by_law = match campaign.channel {
            Channel::Email => rules::Channel::Email,
            Channel::Sms => rules::Channel::Sms,
        };
        let mut layers: Vec<Layer> = consent::standing::quiet_by_law(place, by_law)
            .map(|quiet| Layer {
                source: LayerSource::Law,
                clocks: Clocks::OfThePerson,
                quiet,
            })
            .into_iter()
            .collect();
        layers.extend(every_day(
            LayerSource::Campaign,
            campaign.quiet_from,
            campaign.quiet_to,
        ));
        Self {
            wanted,
            zone,
            layers,
            lateness: TimeDelta::hours(campaign.late_hours.into()),
            now,
        }
    }

    /// All layers of somebody with these quiet hours of their own.
    fn layers_of(&self, quiet_from: Option<NaiveTime>, quiet_to: Option<NaiveTime>) -> Vec<Layer> {
        let mut layers = self.layers.clone();
        layers.extend(every_day(LayerSource::Person, quiet_from, quiet_to));
        layers
    }

    fn due(&self, group: &Group) -> Result<DateTime<Utc>, Reason> {
        let zone: Option<Tz> = group.zone.parse().ok();
        let layers = self.layers_of(group.quiet_from, group.quiet_to);
        let whereabouts = zone.map_or(Whereabouts::Unknown, Whereabouts::In);
        let at = zone.unwrap_or(self.zone);
        match (
            group.frequency.as_str(),
            self.first(whereabouts, &layers, self.wanted, Some(self.lateness))?,
        ) {
            ("daily_digest", moment) => self.first(
                whereabouts,
                &layers,
                Wanted::AtInstant(next_bundle(moment, at, None)),
                None,
            ),
            ("weekly_digest", moment) => {
                let day = Some(Weekday::Mon);
                self.first(
                    whereabouts,
                    &layers,
                    Wanted::AtInstant(next_bundle(moment, at, day)),
                    None,
                )
            }
            (_, moment) => Ok(moment),
        }
    }

    fn first(
        &self,
        whereabouts: Whereabouts<'_>,
        layers: &[Layer],
        wanted: Wanted,
        lateness: Option<TimeDelta>,
    ) -> Result<DateTime<Utc>, Reason> {
        moment_of(due_at(wanted, whereabouts, self.zone, layers, lateness, self.now))
    }
}

fn moment_of(due: Due) -> Result<DateTime<Utc>, Reason> {
    match due {
        Due::At { moment, .. } => Ok(moment),
        Due::TooLate { .. } => Err(Reason::TooLate),
        Due::NoWindow { .. } => Err(Reason::NoWindow),
    }
}

/// When it is quiet for people of a campaign, asked while it leaves: what was due in the evening may have waited into the night, behind
/// many others or a slow provider.
pub struct Hours(Plan);

/// Somebody's zone and their own quiet hours.
pub type Clock = (String, Option<NaiveTime>, Option<NaiveTime>);

impl Hours {
    /// Those of a campaign.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<Self, AppError> {
        let asker = consent::asker(tx)?;
        Ok(Self(Plan::of(campaign, asker.zone(), asker.place(), tx.now())))
    }

    /// The first moment from `now` on at which somebody may be written to.
    ///
    /// # Errors
    /// [`Reason::NoWindow`] when it is always quiet for them.
    pub fn next(&self, (zone, from, to): &Clock, now: DateTime<Utc>) -> Result<DateTime<Utc>, Reason> {
        let layers = self.0.layers_of(*from, *to);
        if layers.is_empty() {
            return Ok(now);
        }
        let whereabouts = zone.parse().map_or(Whereabouts::Unknown, Whereabouts::In);
        moment_of(due_at(
            Wanted::AtInstant(now),
            whereabouts,
            self.0.zone,
            &layers,
            None,
            now,
        ))
    }
}

fn every_day(source: LayerSource, from: Option<NaiveTime>, to: Option<NaiveTime>) -> Option<Layer> {
    let (from, to) = from.zip(to)?;
    Some(Layer {
        source,
        clocks: Clocks::OfThePerson,
        quiet: QuietWeek::every_day(QuietHours { from, to }),
    })
}

/// The next moment, not before this one, at which bundles are handed over: on any day, or on this one of the week.
fn next_bundle(moment: DateTime<Utc>, zone: Tz, day: Option<Weekday>) -> DateTime<Utc> {
    let first = moment.with_timezone(&zone).date_naive();
    (0..=7)
        .filter_map(|later| first.checked_add_days(Days::new(later)))
        .filter(|date| day.is_none_or(|day| date.weekday() == day))
        .map(|date| moment_at(zone, date.and_time(BUNDLES_AT)))
        .find(|at| *at >= moment)
        .unwrap_or(moment)
}
