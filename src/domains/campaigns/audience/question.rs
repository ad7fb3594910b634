//! The one question about an audience: of each person, whether a message goes to them, when, and else why not.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::entering::{self, Newcomers};
use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::segments::compile::{self, Compiled};
use crate::domains::campaigns::segments::model::{Condition, Leaf};
use crate::domains::campaigns::segments::{self};
use crate::domains::campaigns::{queries, templates, variants};
use crate::domains::consent::bulk::Bulk;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::{Statement, TenantTx, statement};

use super::due::{KEY, Moments, contact_channel};

/// Which names and numbers a message cannot do without.
#[derive(Debug, Clone, Copy, Default)]
struct Needs {
    last_name: bool,
    phone: bool,
}

/// The question, with its values.
pub(super) struct Question {
    include: Compiled,
    exclude: Compiled,
    bulk: Bulk,
    needs: Needs,
    cap: Option<i16>,
    cap_since: DateTime<Utc>,
    /// The oldest month whose deliveries count for the cap, by its first day.
    cap_months: NaiveDate,
    pub moments: Moments,
    campaign: crate::kernel::ids::CampaignId,
    /// Whom it is asked about, of a campaign that goes to whoever comes in.
    newcomers: Option<Newcomers>,
}

/// The cursor, and how many people to look at.
const OWN: usize = 2;

impl Question {
    /// Reads what there is to know about a campaign. When messages are due is worked out anew unless it is `known`.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when a segment cannot be asked as it is or nothing is chosen.
    pub fn of(
        tx: &mut TenantTx<'_>,
        keys: &KeyRing,
        campaign: &Campaign,
        (now, known): (DateTime<Utc>, Option<Moments>),
    ) -> Result<Self, AppError> {
        let chosen = queries::segments_of(tx, campaign.id)?;
        let template = campaign
            .template_id
            .ok_or_else(|| AppError::Conflict("Choose a template first.".to_owned()))?;
        let kept = templates::queries::template(tx, template)?;
        let category = kept.category.clone();
        let of = |is_excluded: bool| -> Vec<Condition> {
            let those = chosen.iter().filter(|one| one.is_excluded == is_excluded);
            those
                .map(|one| Condition::Leaf(Leaf::Segment(one.segment)))
                .collect()
        };
        let include = match campaign.is_everyone {
            true => Condition::All(Vec::new()),
            false => Condition::Any(of(false)),
        };
        let include = segments::compiled(tx, &include, OWN + 1)?;
        let exclude = segments::expanded(tx, &Condition::Any(of(true)))?;
        let exclude = compile::compile(&exclude, OWN + 1 + include.parameters());
        let limits = queries::limits(tx)?;
        let moments = match known {
            Some(known) => known,
            None => Moments::read(tx, campaign, &category, now)?,
        };
        let cap_since = now - TimeDelta::days(limits.cap_days.into());
        let is_answer = category == crate::domains::consent::model::TRANSACTIONAL;
        Ok(Self {
            include,
            exclude,
            bulk: Bulk::of(tx, keys, contact_channel(campaign.channel), &category)?.at(now),
            needs: needs(tx, campaign)?,
            cap: limits.cap_messages.filter(|_| !is_answer),
            cap_months: entering::queries::oldest_month(tx, cap_since)?,
            cap_since,
            moments,
            campaign: campaign.id,
            newcomers: entering::newcomers(tx, campaign)?,
        })
    }

    /// `judged`, a table of `id`, `hash`, `reason` (nothing for whom a message goes to) and `due_at` (nothing for whose group the moments
    /// are not known), as the beginning of a WITH clause; and the number of the next free parameter.
    pub fn sql(&self) -> (String, usize) {
        let bulk = OWN + 1 + self.include.parameters() + self.exclude.parameters();
        let own = bulk + Bulk::PARAMETERS;
        let [
            keys,
            moments,
            refusals,
            last_name,
            phone,
            cap,
            since,
            months,
            campaign,
        ] = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|n| format!("${}", own + n));
        let joins = self.bulk.joins(bulk);
        let (include, exclude) = (self.include.sql(), self.exclude.sql());
        let capped = match self.cap {
            Some(_) => format!(
                "(SELECT count(*) FROM deliveries d WHERE d.member_id = m.id AND d.made_at > {since} AND d.bucket >= {months} \
                   AND d.campaign_id <> {campaign}) >= {cap}"
            ),
            None => "false".to_owned(),
        };
        let is_new = match self.newcomers {
            // Each by an index. Who was decided about once is never asked about again.
            Some(_) => format!(
                "AND NOT EXISTS (SELECT 1 FROM campaign_exclusions x WHERE x.org_id = m.org_id AND x.campaign_id = {campaign} AND x.member_id = m.id) \
                 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.org_id = m.org_id AND d.member_id = m.id AND d.campaign_id = {campaign})"
            ),
            None => String::new(),
        };
        let was_in = match self.newcomers {
            Some(Newcomers::AfterThese) => "'already_in'",
            _ => "NULL",
        };
        let sql = format!(
            "WITH chunk AS MATERIALIZED (\
               SELECT m.org_id, m.id, m.email, m.display_name, m.state, m.stage, m.legal_basis, m.basis_noted_on, m.time_zone, {exclude} AS is_out \
               FROM members m WHERE m.org_id = (SELECT app.current_org()) AND m.id > $1 AND {include} {is_new} \
               ORDER BY m.id LIMIT $2), \
             judged AS MATERIALIZED (\
               SELECT m.id, reached.hash, coalesce({was_in}, CASE WHEN m.is_out THEN 'excluded_segment' END, may.refusal, \
                 CASE WHEN {last_name} AND btrim(m.display_name) !~ '\\s' \
                   OR {phone} AND NOT EXISTS (SELECT 1 FROM contact_points p WHERE p.member_id = m.id AND p.kind = 'phone') THEN 'missing_value' END, \
                 CASE WHEN {capped} THEN 'capped' END, nullif(moments.refusal, '')) AS reason, \
                 moments.moment AS due_at \
               FROM chunk m {joins} \
               LEFT JOIN unnest({keys}, {moments}, {refusals}) AS moments(key, moment, refusal) ON moments.key = {KEY})"
        );
        (sql, own + 9)
    }

    /// A statement with its values bound.
    #[expect(
        clippy::disallowed_methods,
        reason = "conditions are put together by what is asked"
    )]
    pub fn asked(&self, sql: String, after: Option<MemberId>, limit: i64) -> Statement<'_> {
        let asked = statement(sql)
            // Never nothing: what might be nothing is no condition of an index, and each step would read all steps before it.
            .bind::<SqlUuid, _>(after.map_or(Uuid::nil(), |after| after.0))
            .bind::<BigInt, _>(limit);
        let asked = self.exclude.bind(self.include.bind(asked));
        self.bulk
            .bind(asked)
            .bind::<Array<Text>, _>(&self.moments.keys)
            .bind::<Array<Timestamptz>, _>(&self.moments.moments)
            .bind::<Array<Text>, _>(&self.moments.refusals)
            .bind::<Bool, _>(self.needs.last_name)
            .bind::<Bool, _>(self.needs.phone)
            .bind::<SmallInt, _>(self.cap.unwrap_or(i16::MAX))
            .bind::<Timestamptz, _>(self.cap_since)
            .bind::<Date, _>(self.cap_months)
            .bind::<SqlUuid, _>(self.campaign)
    }
}

/// What any of the variants cannot do without: those who take part in a test are alike only if each could have got each.
fn needs(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<Needs, AppError> {
    let mut needs = Needs::default();
    for edition in variants::editions(tx, campaign)? {
        let of = &edition.campaign;
        let Some(words) = templates::actions::words_of(tx, of.template_id, of.version_id)? else {
            continue;
        };
        let is_required = |path: &str| words.variables.iter().any(|one| one.required && one.name == path);
        needs.last_name |= is_required("member.last_name");
        needs.phone |= is_required("member.phone");
    }
    Ok(needs)
}
