//! The question asked of many people at once answers as the one asked of each.

use diesel::RunQueryDsl;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use waymark::domains::consent::actions::situation;
use waymark::domains::consent::bulk::Bulk;
use waymark::domains::consent::model::Channel;
use waymark::domains::consent::standing::Standing;
use waymark::kernel::ids::MemberId;
use waymark::platform::db::{TenantScope, statement};

use crate::support::portal::{Portal, keys};

#[derive(diesel::QueryableByName)]
struct Answer {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
    #[diesel(sql_type = Nullable<Text>)]
    refusal: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct Half {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
    #[diesel(sql_type = Nullable<Text>)]
    refusal: Option<String>,
    #[diesel(sql_type = Text)]
    address: String,
}

/// Four hundred people with every mix of stage, ground, words and suppression there is.
fn people(portal: &Portal) {
    let org = portal.organization("local");
    portal.force(&format!(
        "INSERT INTO members (org_id, id, display_name, handle, email, stage, legal_basis, basis_noted_on) \
           SELECT '{org}', gen_random_uuid(), 'P ' || n, 'mix-' || n, 'Mix-' || n || '@crowd.example', \
             (ARRAY['lead', 'member', 'former'])[1 + n % 3]::member_stage, (ARRAY['membership', 'consent', 'legitimate_interest'])[1 + (n / 3) % 3], \
             CASE WHEN n % 2 = 0 THEN current_date - 10 END FROM generate_series(1, 400) n; \
         INSERT INTO contact_points (org_id, id, member_id, kind, value) SELECT '{org}', gen_random_uuid(), id, 'phone', '+1613555' || lpad(substr(handle, 5), 4, '0') \
           FROM members WHERE handle LIKE 'mix-%'; \
         INSERT INTO consent_records (org_id, id, member_id, channel, category, action, basis, method, effective_at, recorded_at, expires_at, evidence_hash) \
           SELECT '{org}', gen_random_uuid(), m.id, c.channel::contact_channel, k.category, CASE WHEN r.n % 3 = 0 THEN 'withdraw' ELSE 'grant' END::consent_action, \
             CASE WHEN r.n % 3 = 0 THEN NULL ELSE 'express' END::consent_basis, 'form', now() - make_interval(hours => r.n), now() - make_interval(hours => r.n), \
             CASE WHEN r.n % 5 = 1 AND r.n % 3 <> 0 THEN now() - interval '1 minute' END, '\\x00' \
           FROM members m CROSS JOIN (VALUES ('email'), ('sms')) c(channel) CROSS JOIN (VALUES ('newsletters'), ('all'), ('social')) k(category) \
           CROSS JOIN LATERAL (SELECT abs(hashtext(m.handle || c.channel || k.category)) % 40 AS n) r WHERE m.handle LIKE 'mix-%' AND r.n < 22"
    ));
}

#[tokio::test]
async fn asked_at_once_or_one_by_one_the_answers_are_the_same() {
    let portal = Portal::start().await;
    people(&portal);
    let scope = TenantScope::of_portal(portal.organization("local"), "test");
    // The cache is what the portal derives from the records.
    let ids = portal.look("SELECT string_agg(id::text, ',') FROM members WHERE handle LIKE 'mix-%'");
    let ids: Vec<MemberId> = ids.split(',').map(|id| id.parse().unwrap()).collect();
    let keys = keys();
    let of = ids.clone();
    let suppressed = keys.clone();
    portal
        .app
        .db
        .tenant(&scope, move |tx| {
            for id in &of {
                waymark::domains::consent::actions::refresh(tx, *id)?;
            }
            for n in (1..400).step_by(7) {
                let address = format!("mix-{n}@crowd.example");
                let reason = waymark::domains::consent::model::SuppressionReason::Bounce;
                waymark::domains::consent::actions::suppress_reported(
                    tx,
                    &suppressed,
                    Channel::Email,
                    &address,
                    reason,
                    "",
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for channel in [Channel::Email, Channel::Sms] {
        for category in ["newsletters", "social", "campaign", "transactional"] {
            let (keys, ids) = (keys.clone(), ids.clone());
            let answers = portal
                .app
                .db
                .tenant(&scope, move |tx| {
                    let bulk = Bulk::of(tx, &keys, channel, category)?;
                    let sql = format!(
                        "SELECT m.id, may.refusal FROM members m {} WHERE m.handle LIKE 'mix-%'",
                        bulk.joins(1)
                    );
                    let asked: Vec<Answer> = bulk.bind(statement(sql)).load(tx.conn())?;
                    // The same in two steps, as who sends asks.
                    let sql = format!(
                        "SELECT m.id, may.refusal, reached.address FROM members m {} WHERE m.handle LIKE 'mix-%'",
                        bulk.joins_but_suppressions(1)
                    );
                    let halves: Vec<Half> = bulk.bind_but_suppressions(statement(sql)).load(tx.conn())?;
                    let addresses: Vec<&str> = halves.iter().map(|one| one.address.as_str()).collect();
                    let found = bulk.suppressed(tx, &addresses)?;
                    let whole = |(half, is_suppressed): (&Half, bool)| match is_suppressed {
                        true => (half.id, Some("suppressed".to_owned())),
                        false => (half.id, half.refusal.clone()),
                    };
                    let in_steps: std::collections::HashMap<_, _> = halves.iter().zip(found).map(whole).collect();
                    let mut different = Vec::new();
                    let mut words = Vec::new();
                    for one in asked {
                        let alone = situation(tx, &keys, one.id)?;
                        let expected = match (
                            alone.suppression_of(channel, category),
                            alone.standing(channel, category),
                        ) {
                            (Some(_), _) => Some("suppressed"),
                            (None, Standing::Allowed { .. }) => None,
                            (None, Standing::Withdrawn { .. }) => Some("withdrawn"),
                            (None, Standing::Expired { .. }) => Some("expired"),
                            (None, Standing::NoBasis) => Some("no_basis"),
                        };
                        assert_eq!(in_steps[&one.id], one.refusal, "{channel} {category}");
                        if one.refusal.as_deref() != expected {
                            different.push(format!("{}: {:?} but {:?}", one.id, one.refusal, expected));
                        }
                        words.push(one.refusal.unwrap_or_else(|| "allowed".to_owned()));
                    }
                    assert_eq!(words.len(), ids.len());
                    Ok((different, words))
                })
                .await
                .unwrap();
            assert!(
                answers.0.is_empty(),
                "{channel} {category}: {:?}",
                &answers.0[..answers.0.len().min(5)]
            );
            for word in answers.1 {
                *seen.entry(word).or_default() += 1;
            }
        }
    }
    for word in ["allowed", "suppressed", "withdrawn", "expired", "no_basis"] {
        assert!(
            seen.get(word).copied().unwrap_or_default() > 20,
            "{word} was hardly met: {seen:?}"
        );
    }
}
