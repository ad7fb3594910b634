//! Letters that are to leave, in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::campaigns::sending::wait_after;
use crate::kernel::ids::OrgId;
use crate::kernel::sql_types;
use crate::platform::db::schema::outbox_mails;
use crate::platform::db::{SystemTx, statement};
use crate::platform::mail::Lane;

/// For how long a letter is one process's.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How long the line of a letter that left stays.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Characters of what a mail server said that are kept.
const SAID: usize = 500;

/// A letter in hand.
#[derive(QueryableByName, Debug, Clone)]
pub struct InHand {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub org: Option<OrgId>,
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = Text)]
    pub subject: String,
    #[diesel(sql_type = Binary)]
    pub mime: Vec<u8>,
    /// Which attempt this is, from 1.
    #[diesel(sql_type = SmallInt)]
    pub attempt: i16,
    #[diesel(sql_type = Bool)]
    pub is_secret: bool,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It left through what has this name.
    Left(String),
    /// Nothing carries it: it stays to be looked at.
    Kept,
    /// It is tried again, because of this.
    PutOff(String),
    /// It never leaves, because of this.
    GivenUp(String),
}

/// Takes letters of a lane that are due.
#[expect(clippy::disallowed_methods, reason = "a lease is one statement")]
pub fn take(tx: &mut SystemTx<'_>, lane: Lane, most: i64) -> QueryResult<Vec<InHand>> {
    let now = tx.now();
    statement(
        "UPDATE outbox_mails o SET leaves_at = $4, attempt = o.attempt + 1 WHERE o.id = ANY (ARRAY(\
           SELECT d.id FROM outbox_mails d WHERE d.lane = $1 AND d.leaves_at <= $2 AND d.readable_until > $2 ORDER BY d.leaves_at LIMIT $3 FOR UPDATE SKIP LOCKED)) \
         RETURNING o.id, o.org_id_hint AS org, o.recipient, o.subject, o.mime, o.attempt, o.is_secret",
    )
    .bind::<sql_types::LetterLane, _>(lane)
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(most)
    .bind::<Timestamptz, _>(now + LEASE)
    .load(tx.conn())
}

/// Writes down what became of a letter. One that left with a secret in it is forgotten but for its line.
pub fn settle(tx: &mut SystemTx<'_>, letter: &InHand, fate: &Fate) -> QueryResult<()> {
    let now = tx.now();
    let row = diesel::update(outbox_mails::table.find(letter.id));
    match fate {
        Fate::Left(through) => {
            let left = (
                outbox_mails::leaves_at.eq(None::<DateTime<Utc>>),
                outbox_mails::left_at.eq(now),
                outbox_mails::left_through.eq(through),
                outbox_mails::trouble.eq(""),
                outbox_mails::readable_until.eq(now + KEPT),
            );
            match letter.is_secret {
                true => row
                    .set((left, outbox_mails::mime.eq(Vec::new())))
                    .execute(tx.conn())?,
                false => row.set(left).execute(tx.conn())?,
            }
        }
        Fate::Kept => row
            .set(outbox_mails::leaves_at.eq(None::<DateTime<Utc>>))
            .execute(tx.conn())?,
        Fate::PutOff(why) => {
            let next = wait_after(letter.attempt).map(|wait| now + wait);
            row.set((
                outbox_mails::leaves_at.eq(next),
                outbox_mails::trouble.eq(kept(why)),
            ))
            .execute(tx.conn())?
        }
        Fate::GivenUp(why) => row
            .set((
                outbox_mails::leaves_at.eq(None::<DateTime<Utc>>),
                outbox_mails::trouble.eq(kept(why)),
            ))
            .execute(tx.conn())?,
    };
    Ok(())
}

fn kept(why: &str) -> String {
    why.chars().take(SAID).collect()
}
