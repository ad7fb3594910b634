//! Suggestions: made by rules or by a model, decided about by people.

mod deciding;
mod rules;
mod writing;

use chrono::TimeDelta;

use crate::journeys::learning::written::{Written, enrol, journey, text};
use crate::support::portal::{Actor, Portal};

/// A journey that Rosa began and left alone for twelve days.
pub async fn stalled(portal: &Portal, coach: &Actor) -> Written {
    let shop = journey(
        portal,
        false,
        &[(
            "One",
            false,
            vec![text("Listening"), text("Asking"), text("Closing")],
        )],
    );
    enrol(portal, coach, &shop, &["member"]).await;
    portal.force("UPDATE journey_enrolments SET last_at = now() - interval '12 days', enrolled_at = now() - interval '20 days', own_start = now()::date - 20");
    shop
}

/// Has it looked at who does not get on.
pub async fn look(portal: &Portal, coach: &Actor) {
    let page = coach.get("/journeys/suggestions").await.expect_ok();
    page.form("form[action='/journeys/suggestions/search']")
        .submit(coach)
        .await
        .expect_see_other("/journeys/suggestions");
    portal.settle().await;
}

/// The address of the only open suggestion.
pub fn path(portal: &Portal) -> String {
    format!(
        "/journeys/suggestions/{}",
        portal.look("SELECT id FROM journey_suggestions WHERE status = 'pending'")
    )
}

/// Lets days pass.
pub fn days(portal: &Portal, count: i64) {
    portal.pass(TimeDelta::days(count));
}
