//! The page of feeds.

use askama::Template;

use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::{ago, local_date_time};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::FeedForm;
use super::queries;

/// A feed in the list.
pub struct FeedLine {
    pub id: String,
    pub name: String,
    pub shows: &'static str,
    pub made: String,
    pub used: String,
}

/// `/tasks/calendar/feeds`
#[derive(Template)]
#[template(path = "tasks/feeds.html")]
pub struct FeedsPage {
    pub shell: Shell,
    /// An address to show this once; empty when there is none.
    pub fresh: String,
    pub feeds: Vec<FeedLine>,
    pub form: FeedForm,
    pub errors: FieldErrors,
}

impl FeedsPage {
    /// The acting member's feeds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Me,
        form: FeedForm,
        errors: FieldErrors,
        fresh: String,
    ) -> Result<Self, AppError> {
        let now = tx.now();
        let line = |feed: queries::Feed| FeedLine {
            id: feed.id.to_string(),
            name: feed.name,
            shows: match feed.shows_titles {
                true => "Titles that name nobody",
                false => "No titles",
            },
            made: local_date_time(feed.created_at, me.zone),
            used: feed
                .last_used_at
                .map_or_else(|| "never".to_owned(), |at| ago(at, now)),
        };
        Ok(Self {
            shell: me.shell(tx)?,
            fresh,
            feeds: queries::of_member(tx, me.member)?.into_iter().map(line).collect(),
            form,
            errors,
        })
    }
}
