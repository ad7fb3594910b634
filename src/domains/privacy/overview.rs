//! What waits for privacy officers.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::domains::identity::Me;
use crate::domains::people::record::pages::in_words;
use crate::domains::tenancy;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Shell};

use super::erasures::queries::{self as erasures};
use super::openings::pages::{OpeningLine, lines};
use super::openings::queries as openings;
use super::policy;
use super::requests::pages::{self as requests, RequestLine};
use super::requests::queries as request_queries;

/// Things of each kind shown.
const SHOWN: i64 = 100;

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![get(
        "/privacy",
        Access::Roles(&[Role::PrivacyOfficer]),
        Rate::Standard,
        show,
    )]
}

/// Whom to find, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PrivacyQuery {
    /// A handle, with or without `@`.
    person: String,
}

async fn show(me: Me, query: web::Query<PrivacyQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            policy::is_officer(tx.actor())?;
            let shell = me.shell(tx)?;
            PrivacyPage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

/// A hold in force.
struct HoldLine {
    member: MemberId,
    person: String,
    since: String,
    reason: String,
}

/// `/privacy`
#[derive(Template)]
#[template(path = "privacy/index.html")]
struct PrivacyPage {
    shell: Shell,
    person: String,
    found: Vec<(MemberId, String, &'static str)>,
    is_searched: bool,
    requests: Vec<RequestLine>,
    opening: Vec<OpeningLine>,
    holds: Vec<HoldLine>,
}

impl PrivacyPage {
    fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        query: &PrivacyQuery,
    ) -> Result<Self, AppError> {
        let handle = query.person.trim().trim_start_matches('@').to_lowercase();
        let found = match handle.is_empty() {
            true => None,
            false => tenancy::anyone_with_handle(tx, &handle)?,
        };
        let mut open = request_queries::open(tx, SHOWN)?;
        // Nobody works on what is about themselves.
        open.retain(|request| request.member_id != me.member);
        let opening = openings::open_of(tx, me.member)?;
        let mut holds = erasures::holds(tx, SHOWN)?;
        holds.retain(|hold| hold.member_id != me.member);
        let people: Vec<MemberId> = holds.iter().map(|hold| hold.member_id).collect();
        let cards = tenancy::member_cards(tx, &people)?;
        Ok(Self {
            shell,
            is_searched: !handle.is_empty(),
            found: found
                .filter(|card| card.id != me.member)
                .map(|card| (card.id, card.name, card.state.label()))
                .into_iter()
                .collect(),
            person: query.person.clone(),
            requests: requests::lines(tx, me, open)?,
            opening: lines(tx, me, opening.into_iter().collect())?,
            holds: holds
                .into_iter()
                .map(|hold| HoldLine {
                    member: hold.member_id,
                    person: cards
                        .get(&hold.member_id)
                        .map_or_else(String::new, |card| card.name.clone()),
                    since: in_words(hold.placed_at.with_timezone(&me.zone).date_naive()),
                    reason: hold.reason,
                })
                .collect(),
        })
    }
}
