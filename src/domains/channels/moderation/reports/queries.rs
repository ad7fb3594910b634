//! Reports in SQL, for those who made them and those they are about.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::channels::model::Channel;
use crate::domains::channels::moderation::model::{Report, ReportId, ReportOutcome};
use crate::domains::channels::moderation::policy::Reportable;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{channels, message_reports, messages};

use super::forms::NewReport;

/// Reports on one page.
pub const PAGE: i64 = 20;

/// Writes a report; false when this person has reported the message before.
pub fn insert(
    tx: &mut TenantTx<'_>,
    proof: &Reportable<'_>,
    channel: ChannelId,
    id: ReportId,
    reporter: MemberId,
    new: &NewReport,
) -> QueryResult<bool> {
    let now = tx.now();
    let written = diesel::insert_into(message_reports::table)
        .values((
            message_reports::id.eq(id),
            message_reports::channel_id.eq(channel),
            message_reports::seq.eq(proof.message().seq),
            message_reports::reporter_id.eq(reporter),
            message_reports::reason.eq(new.reason),
            message_reports::note.eq(&new.note),
            message_reports::created_at.eq(now),
        ))
        .on_conflict((
            message_reports::org_id,
            message_reports::channel_id,
            message_reports::seq,
            message_reports::reporter_id,
        ))
        .do_nothing()
        .execute(tx.conn())?;
    Ok(written == 1)
}

/// A person's own report of a message.
pub fn of_message(
    tx: &mut TenantTx<'_>,
    reporter: MemberId,
    channel: ChannelId,
    seq: i64,
) -> QueryResult<Option<Report>> {
    Report::query()
        .filter(message_reports::channel_id.eq(channel))
        .filter(message_reports::seq.eq(seq))
        .filter(message_reports::reporter_id.eq(reporter))
        .first(tx.conn())
        .optional()
}

/// A person's own reports with the channels they were made in, the newest first; one more than [`PAGE`] when there are more.
pub fn made_by(
    tx: &mut TenantTx<'_>,
    reporter: MemberId,
    before: Option<ReportId>,
) -> QueryResult<Vec<(Report, Channel)>> {
    let mut query = message_reports::table
        .inner_join(
            channels::table.on(channels::id
                .eq(message_reports::channel_id)
                .and(channels::org_id.eq(message_reports::org_id))),
        )
        .filter(message_reports::reporter_id.eq(reporter))
        .order(message_reports::id.desc())
        .limit(PAGE + 1)
        .select((Report::as_select(), Channel::as_select()))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(message_reports::id.lt(before));
    }
    query.load(tx.conn())
}

/// What was decided about one message of a person.
#[derive(Queryable, Debug, Clone)]
pub struct Notice {
    /// The channel.
    pub channel: ChannelId,
    /// Its title.
    pub title: String,
    /// The message's number.
    pub seq: i64,
    /// Its text, without markup; empty once removed.
    pub text: String,
    /// What was decided.
    pub outcome: ReportOutcome,
    /// What the moderator wrote.
    pub note: String,
    /// When.
    pub handled_at: Option<DateTime<Utc>>,
    /// When its author said that they have read it.
    pub seen_at: Option<DateTime<Utc>>,
}

/// Warnings about a person's messages and removals of them, the newest first.
pub fn notices(tx: &mut TenantTx<'_>, author: MemberId) -> QueryResult<Vec<Notice>> {
    let mut notices: Vec<Notice> = message_reports::table
        .inner_join(
            messages::table.on(messages::seq
                .eq(message_reports::seq)
                .and(messages::channel_id.eq(message_reports::channel_id))
                .and(messages::org_id.eq(message_reports::org_id))),
        )
        .inner_join(
            channels::table.on(channels::id
                .eq(messages::channel_id)
                .and(channels::org_id.eq(messages::org_id))),
        )
        .filter(messages::author_id.eq(author))
        .filter(message_reports::outcome.eq_any([ReportOutcome::Warned, ReportOutcome::Removed]))
        .order((
            message_reports::handled_at.desc(),
            message_reports::channel_id,
            message_reports::seq,
        ))
        .limit(100)
        .select((
            message_reports::channel_id,
            channels::title,
            message_reports::seq,
            messages::body_text,
            message_reports::outcome,
            message_reports::outcome_note,
            message_reports::handled_at,
            message_reports::notice_seen_at,
        ))
        .load(tx.conn())?;
    // Several people may have reported one message: what was decided about it is told once.
    notices.dedup_by_key(|notice| (notice.channel, notice.seq, notice.handled_at));
    Ok(notices)
}

/// Notes that a person has read the notices there are.
pub fn note_seen(tx: &mut TenantTx<'_>, author: MemberId) -> QueryResult<usize> {
    let now = tx.now();
    let theirs = messages::table
        .filter(messages::channel_id.eq(message_reports::channel_id))
        .filter(messages::seq.eq(message_reports::seq))
        .filter(messages::author_id.eq(author));
    let unseen = message_reports::table
        .filter(message_reports::notice_seen_at.is_null())
        .filter(message_reports::handled_at.is_not_null())
        .filter(diesel::dsl::exists(theirs));
    diesel::update(unseen)
        .set(message_reports::notice_seen_at.eq(now))
        .execute(tx.conn())
}
