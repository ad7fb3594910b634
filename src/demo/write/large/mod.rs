//! An organization large enough to measure with, made by the database itself.

mod learning;
mod organising;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::app::App;
use crate::demo::plan::{LargePlan, Organization};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, ContextId, MemberId, OrgId};
use crate::kernel::markup::{self, MentionResolver, ResolvedMention};
use crate::platform::db::schema::{channels, contexts, member_roles, members};
use crate::platform::db::{SystemTask, TenantScope, TenantTx};

use crate::demo::write::{id_at, queries};

/// People of the large organization who can sign in: `bench-0@example.org` and so on.
pub const SIGN_INS: u32 = 200;
/// Channels each of them is in besides those the plan gives them.
const EXTRA_CHANNELS: usize = 40;

/// Ids that SQL can compute: the time in milliseconds, then two numbers, in the layout of a UUIDv7.
const ID: &str = "(lpad(to_hex(({ms})::bigint), 12, '0') || '7' || lpad(to_hex(({a}) % 4096), 3, '0') || '8' || lpad(to_hex(({b})::bigint), 15, '0'))::uuid";

fn id_sql(milliseconds: &str, a: &str, b: &str) -> String {
    ID.replace("{ms}", milliseconds)
        .replace("{a}", a)
        .replace("{b}", b)
}

/// Nobody is mentioned in measurements.
struct Nobody;

impl MentionResolver for Nobody {
    fn resolve(&self, _: &str) -> Option<ResolvedMention> {
        None
    }
}

/// The plan's texts, rendered once.
struct Texts {
    html: Vec<String>,
    plain: Vec<String>,
}

impl Texts {
    fn of(plan: &LargePlan) -> Self {
        let (html, plain) = plan
            .bodies
            .iter()
            .map(|body| markup::render(body, &Nobody))
            .map(|one| (one.html, one.text))
            .unzip();
        Self { html, plain }
    }
}

/// Writes the organization, telling how far it is.
///
/// # Errors
/// When the database refuses.
pub fn organization(
    app: &App,
    plan: &LargePlan,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<OrgId, AppError> {
    let id: OrgId = id_at(now);
    let start = now - TimeDelta::days(i64::from(plan.days));
    let (org, logins) = app.db.system_blocking(SystemTask::SetUp, |tx| {
        let named = Organization {
            key: plan.key.clone(),
            name: plan.name.clone(),
            time_zone: plan.time_zone.clone(),
            locale: "en".to_owned(),
        };
        let org = queries::organization(tx, id, &named)?;
        let mut logins = Vec::new();
        for number in 0..SIGN_INS.min(plan.members) {
            logins.push(queries::login(
                tx,
                &format!("bench-{number}@example.org"),
                password_hash,
            )?);
        }
        Ok((org, logins))
    })?;
    let scope = TenantScope::of_portal(org, "demo.seed");
    println!("  {} members …", plan.members);
    app.db.tenant_blocking(&scope, |tx| {
        patient(tx)?;
        members(tx, plan, start)?;
        for (number, user) in logins.iter().enumerate() {
            let member = member_id(start, number);
            diesel::update(members::table.filter(members::id.eq(member)))
                .set(members::user_id.eq(user))
                .execute(tx.conn())?;
            let role = if number == 0 { Role::Admin } else { Role::Steward };
            diesel::insert_into(member_roles::table)
                .values((member_roles::member_id.eq(member), member_roles::role.eq(role)))
                .execute(tx.conn())?;
        }
        Ok(())
    })?;
    let texts = Texts::of(plan);
    let mut ids = Vec::with_capacity(plan.channels.len());
    for number in 0..plan.channels.len() {
        let id = app.db.tenant_blocking(&scope, |tx| {
            patient(tx)?;
            one_channel(tx, plan, &texts, number, (start, now))
        })?;
        ids.push(id);
        if number % 50 == 49 {
            println!("  {} of {} channels …", number + 1, plan.channels.len());
        }
    }
    app.db
        .tenant_blocking(&scope, |tx| Ok(spread(tx, plan, start, &ids)?))?;
    organising::write(app, &scope, plan, (start, now))?;
    learning::write(app, &scope, plan, (start, now))?;
    Ok(org)
}

/// These statements are long on purpose.
fn patient(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    tx.conn()
        .batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off")
}

/// The id of member `number`, as the SQL below makes it.
fn member_id(start: DateTime<Utc>, number: usize) -> MemberId {
    let number = u64::try_from(number).unwrap_or_default();
    let milliseconds = u64::try_from(start.timestamp_millis()).unwrap_or_default() + number;
    let high = (u128::from(milliseconds) << 80) | (7_u128 << 76) | (u128::from(number % 4096) << 64);
    MemberId(Uuid::from_u128(high | (8_u128 << 60) | u128::from(number)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM generate_series has no typed form"
)]
fn members(tx: &mut TenantTx<'_>, plan: &LargePlan, start: DateTime<Utc>) -> QueryResult<()> {
    let id = id_sql("$1 + n", "n", "n");
    diesel::sql_query(format!(
        "INSERT INTO members (id, display_name, handle, email, headline, time_zone, created_at) \
         SELECT {id}, f.names[1 + n % f.many] || ' ' || l.names[1 + (n / f.many) % l.many], 'p' || n, 'p' || n || '@example.org', \
                $5[1 + n % cardinality($5)] || ', ' || $4[1 + n % cardinality($4)], 'America/Toronto', $6 \
         FROM generate_series(0, $7 - 1) n, \
              (SELECT $2 AS names, cardinality($2) AS many) f, (SELECT $3 AS names, cardinality($3) AS many) l"
    ))
    .bind::<BigInt, _>(start.timestamp_millis())
    .bind::<Array<Text>, _>(&plan.first_names)
    .bind::<Array<Text>, _>(&plan.last_names)
    .bind::<Array<Text>, _>(&plan.worksites)
    .bind::<Array<Text>, _>(&plan.job_titles)
    .bind::<Timestamptz, _>(start)
    .bind::<Integer, _>(i32::try_from(plan.members).unwrap_or(i32::MAX))
    .execute(tx.conn())?;
    let id = id_sql("$1 + n", "n", "n");
    diesel::sql_query(format!(
        "INSERT INTO member_roles (member_id, role) SELECT {id}, 'member' FROM generate_series(0, $2 - 1) n"
    ))
    .bind::<BigInt, _>(start.timestamp_millis())
    .bind::<Integer, _>(i32::try_from(plan.members).unwrap_or(i32::MAX))
    .execute(tx.conn())
    .map(|_| ())
}

#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM generate_series has no typed form"
)]
fn one_channel(
    tx: &mut TenantTx<'_>,
    plan: &LargePlan,
    texts: &Texts,
    number: usize,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<ChannelId, AppError> {
    let (start, now) = period;
    let planned = plan.channels.get(number).ok_or(AppError::NotFound)?;
    let (context, channel): (ContextId, ChannelId) = (id_at(start), id_at(start));
    let count = i64::try_from(planned.messages).unwrap_or_default();
    let kind = planned.kind.as_str();
    diesel::insert_into(contexts::table)
        .values((
            contexts::id.eq(context),
            contexts::kind.eq(kind
                .parse::<crate::domains::tenancy::ContextKind>()
                .unwrap_or(crate::domains::tenancy::ContextKind::Team)),
            contexts::name.eq(format!("{} {number}", planned.name)),
            contexts::created_at.eq(start),
        ))
        .execute(tx.conn())?;
    diesel::insert_into(channels::table)
        .values((
            channels::id.eq(channel),
            channels::type_.eq(kind
                .parse::<crate::domains::channels::model::ChannelType>()
                .unwrap_or(crate::domains::channels::model::ChannelType::Team)),
            channels::context_id.eq(context),
            channels::title.eq(&planned.name),
            channels::last_seq.eq(count),
            channels::rev.eq(count),
            channels::last_message_at.eq(now),
            channels::created_at.eq(start),
        ))
        .execute(tx.conn())?;
    let member = id_sql("$2 + m", "m", "m");
    let numbers = "(SELECT ($3 + g) % $5 AS m FROM generate_series(0, $4 - 1) g) numbers";
    for sql in [
        format!(
            "INSERT INTO context_members (context_id, member_id) SELECT $1, {member} FROM {numbers}, (SELECT $6::bigint) unused"
        ),
        format!(
            "INSERT INTO channel_memberships (channel_id, member_id, last_read_seq, follows_context) \
             SELECT $1, {member}, greatest(0, $6 - m % 60), true FROM {numbers}"
        ),
    ] {
        let id = if sql.starts_with("INSERT INTO context_members") {
            context.0
        } else {
            channel.0
        };
        diesel::sql_query(sql)
            .bind::<SqlUuid, _>(id)
            .bind::<BigInt, _>(start.timestamp_millis())
            .bind::<Integer, _>(i32::try_from(planned.first_member).unwrap_or_default())
            .bind::<Integer, _>(i32::try_from(planned.members).unwrap_or_default())
            .bind::<Integer, _>(i32::try_from(plan.members).unwrap_or(i32::MAX))
            .bind::<BigInt, _>(count)
            .execute(tx.conn())?;
    }
    let author = id_sql("$2 + m", "m", "m");
    let id = id_sql("extract(epoch FROM at) * 1000", "seq", "$9 * 4294967296 + seq");
    diesel::sql_query(format!(
        "INSERT INTO messages (channel_id, seq, rev, id, author_id, body, body_html, body_text, created_at) \
         SELECT $1, seq, seq, {id}, {author}, $6[b], $7[b], $8[b], at FROM ( \
           SELECT seq, ($3 + (seq * 7919) % $4) % $5 AS m, 1 + (seq * 31 + $9) % cardinality($6) AS b, \
                  $10 + (seq::float8 / $11) * ($12 - $10) AS at FROM generate_series(1, $11) seq) s"
    ))
    .bind::<SqlUuid, _>(channel)
    .bind::<BigInt, _>(start.timestamp_millis())
    .bind::<BigInt, _>(i64::from(planned.first_member))
    .bind::<BigInt, _>(i64::from(planned.members.max(1)))
    .bind::<BigInt, _>(i64::from(plan.members))
    .bind::<Array<Text>, _>(&plan.bodies)
    .bind::<Array<Text>, _>(&texts.html)
    .bind::<Array<Text>, _>(&texts.plain)
    .bind::<BigInt, _>(i64::try_from(number).unwrap_or_default())
    .bind::<Timestamptz, _>(start)
    .bind::<BigInt, _>(count)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(channel)
}

/// Puts everyone who can sign in into forty channels.
#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT FROM unnest has no typed form"
)]
fn spread(
    tx: &mut TenantTx<'_>,
    plan: &LargePlan,
    start: DateTime<Utc>,
    ids: &[ChannelId],
) -> QueryResult<()> {
    for number in 0..usize::try_from(SIGN_INS.min(plan.members)).unwrap_or_default() {
        let mine: Vec<ChannelId> = ids
            .iter()
            .cycle()
            .skip(number)
            .take(EXTRA_CHANNELS.min(ids.len()))
            .copied()
            .collect();
        diesel::sql_query(
            "INSERT INTO channel_memberships (channel_id, member_id, last_read_seq) \
             SELECT c.id, $1, greatest(0, c.last_seq - 30) FROM channels c WHERE c.id = ANY($2) ON CONFLICT DO NOTHING",
        )
        .bind::<SqlUuid, _>(member_id(start, number))
        .bind::<Array<SqlUuid>, _>(mine)
        .execute(tx.conn())?;
    }
    Ok(())
}
