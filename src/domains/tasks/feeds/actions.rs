//! Making and revoking feeds, and what one shows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::domains::tasks::views::filter::{OPEN, TaskFilter};
use crate::domains::tasks::views::queries::{self as views, Listed, Order};
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskFeedId};
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::crypto::{self, KeyRing};
use crate::platform::db::TenantTx;

use super::ics::Event;
use super::queries;

/// Days shown that are over already.
const BACK: Days = Days::new(365);
/// Tasks in one feed.
const MOST: i64 = 1_000;

/// Whose titles a feed shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Titles {
    /// None: that there is something to do, and the way to it.
    None,
    /// Those of tasks about nobody, as long as they name nobody.
    OfOwnMatters,
}

/// A feed as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FeedForm {
    pub name: String,
    pub titles: String,
}

impl FeedForm {
    /// Reads the form.
    ///
    /// # Errors
    /// A missing or over-long name.
    pub fn parse(&self) -> Result<(String, Titles), FieldErrors> {
        let mut check = Check::default();
        let name = check.line("name", "The name", &self.name, 1, 60);
        let titles = match self.titles.as_str() {
            "yes" => Titles::OfOwnMatters,
            _ => Titles::None,
        };
        check.finish(|| (name, titles))
    }
}

/// The secret that a form's key stands for: a form sent twice makes one feed and shows the same address both times.
pub fn secret(keys: &KeyRing, member: MemberId, form_key: Uuid) -> String {
    let bytes = keys.sign("task-feed", format!("{member}/{form_key}").as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Makes a feed of the acting member with this secret; nothing where there was one with it already.
///
/// # Errors
/// [`AppError::Conflict`] for who has as many as one can have.
pub fn create(tx: &mut TenantTx<'_>, secret: &str, name: &str, titles: Titles) -> Result<(), AppError> {
    let me = tx.my_id()?;
    queries::hold(tx, me)?;
    if queries::count(tx, me)? >= queries::MOST {
        return Err(AppError::Conflict(
            "You have ten addresses. Revoke one you no longer need first.".to_owned(),
        ));
    }
    let id: TaskFeedId = tx.new_id();
    if !queries::insert(tx, id, me, &crypto::digest(secret), name, &titles)? {
        return Ok(());
    }
    let shows = titles == Titles::OfOwnMatters;
    tx.audit(Entry::of("tasks.feed.created", "feed", id).after(json!({ "name": name, "titles": shows })))?;
    Ok(())
}

/// That a secret opens one of the acting member's feeds: a form that is sent again much later shows no address that was revoked.
///
/// # Errors
/// [`AppError::Conflict`] when it does not.
pub fn expect_works(tx: &mut TenantTx<'_>, secret: &str) -> Result<(), AppError> {
    let me = tx.my_id()?;
    match queries::works(tx, me, &crypto::digest(secret))? {
        true => Ok(()),
        false => Err(AppError::Conflict(
            "The address this form made was revoked. Load the page again to make another.".to_owned(),
        )),
    }
}

/// Ends one of the acting member's feeds at once.
///
/// # Errors
/// [`AppError::NotFound`] when it is none of theirs, or ended already.
pub fn revoke(tx: &mut TenantTx<'_>, id: TaskFeedId) -> Result<(), AppError> {
    let me = tx.my_id()?;
    if queries::revoke(tx, id, me)? == 0 {
        return Err(AppError::NotFound);
    }
    tx.audit(Entry::of("tasks.feed.revoked", "feed", id))?;
    Ok(())
}

/// What the acting member's feed shows now: their open tasks with a day. Nobody's name is in it, and no word of a task about a person.
///
/// # Errors
/// When the database fails.
pub fn events(tx: &mut TenantTx<'_>, titles: Titles, portal: &str) -> Result<Vec<Event>, AppError> {
    let me = tx.me()?;
    let today = tx.now().with_timezone(&me.zone).date_naive();
    let filter = TaskFilter {
        statuses: OPEN.to_vec(),
        from: today.checked_sub_days(BACK),
        // RFC 5545 writes years with four digits.
        to: NaiveDate::from_ymd_opt(9999, 12, 30),
        ..TaskFilter::default()
    };
    let tasks = views::page(tx, me.member, &filter, Order::Due, None, MOST)?;
    let typed: Vec<String> = tasks.iter().map(|task| task.title.clone()).collect();
    let nameless = match titles {
        Titles::None => Vec::new(),
        Titles::OfOwnMatters => tenancy::name_nobody(tx, &typed)?,
    };
    let mut nameless = nameless.into_iter();
    let event = |task: Listed| {
        let shows = nameless.next().unwrap_or(false) && task.member_id.is_none();
        Some(Event {
            uid: format!("{}@tasks.waymark", task.id),
            changed_at: task.changed_at,
            sequence: task.version - 1,
            day: task.due_on?,
            summary: match (shows, task.is_follow_up) {
                (true, _) => task.title,
                (false, true) => "Follow-up".to_owned(),
                (false, false) => "Task".to_owned(),
            },
            url: format!("{portal}/tasks/{}", task.id),
        })
    };
    Ok(tasks.into_iter().filter_map(event).collect())
}
