//! Endpoints.

use actix_web::{HttpRequest, web};
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::consent::actions::{self, Manner, Situation};
use crate::domains::consent::model::{
    Action, Basis, Category, Channel, EVERYTHING, Frequency, Method, Preference, TRANSACTIONAL,
};
use crate::domains::consent::policy::{self, Deciding};
use crate::domains::consent::queries::{self, Evidence, Said};
use crate::domains::consent::standing::Standing;
use crate::domains::consent::{seen_by, texts};
use crate::domains::identity::Caller;
use crate::domains::people;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::api::{Json, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, get, post, put};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::others;
use super::shapes::{ChangePreference, ChangePreferences, PreferenceView, PreferencesView, Unsubscribe};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/api/messaging/preferences",
            Access::Api("messaging:read"),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "What the caller gets, and why",
            request: None,
            response: (200, Some(schema::<PreferencesView>)),
            query: &[],
        }),
        put(
            "/api/messaging/preferences",
            Access::Api("messaging:write"),
            Rate::Medium,
            change,
        )
        .api(ApiDoc {
            summary: "Change what the caller gets; what is left out stays",
            request: Some(schema::<ChangePreferences>),
            response: (200, Some(schema::<PreferencesView>)),
            query: &[],
        }),
        post(
            "/api/messaging/unsubscribe",
            Access::Api("messaging:write"),
            Rate::Medium,
            unsubscribe,
        )
        .api(ApiDoc {
            summary: "Leave one kind of message, one channel, or everything; for somebody else with the scope `consent:write`. With an address there is no content to answer",
            request: Some(schema::<Unsubscribe>),
            response: (200, Some(schema::<PreferencesView>)),
            query: &[],
        }),
    ]
    .into_iter()
    .chain(others::routes())
    .collect()
}

async fn show(caller: Caller, app: web::Data<App>) -> Reply {
    caller.require("messaging:read")?;
    view(&caller, &app).await
}

async fn view(caller: &Caller, app: &App) -> Reply {
    let keys = app.keys.clone();
    let view = caller
        .tenant(move |tx, _| {
            let member = tx.my_id()?;
            read(tx, &keys, member)
        })
        .await?;
    json(200, &view)
}

/// What somebody gets.
pub(super) fn read(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    member: MemberId,
) -> Result<PreferencesView, AppError> {
    let reach = people::reach(tx, member)?;
    let situation = actions::situation(tx, keys, member)?;
    let known = queries::preferences(tx, member)?;
    let categories = texts::categories(tx, Locale::English)?;
    Ok(PreferencesView {
        member_id: member,
        language: reach.locale,
        time_zone: reach.time_zone,
        quiet_from: situation.pauses.quiet_from,
        quiet_to: situation.pauses.quiet_to,
        paused_until: situation.pauses.paused_until,
        preferences: categories
            .iter()
            .flat_map(|category| Channel::ALL.iter().map(move |channel| (category, *channel)))
            .map(|(category, channel)| shown(&situation, &known, category, channel))
            .collect(),
    })
}

fn shown(
    situation: &Situation,
    known: &[Preference],
    category: &Category,
    channel: Channel,
) -> PreferenceView {
    let standing = situation.standing(channel, &category.key);
    let (basis, until) = match standing {
        Standing::Allowed { basis, until } => (Some(basis), until),
        _ => (None, None),
    };
    let frequency = known
        .iter()
        .find(|row| row.channel == channel && row.category == category.key)
        .map_or(Frequency::RealTime, |row| row.frequency);
    PreferenceView {
        channel,
        category: category.key.clone(),
        allowed: standing.is_allowed(),
        basis,
        until,
        frequency,
    }
}

async fn change(
    caller: Caller,
    app: web::Data<App>,
    request: HttpRequest,
    json: Json<ChangePreferences>,
) -> Reply {
    caller.require("messaging:write")?;
    let (keys, seen, wanted) = (app.keys.clone(), seen_by(&request), json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let deciding = policy::for_oneself(tx.actor())?;
        decide(tx, &keys, &deciding, &wanted, &seen)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    app.directory.forget_all();
    view(&caller, &app).await
}

fn decide(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    wanted: &ChangePreferences,
    seen: &Evidence,
) -> Result<(), AppError> {
    let manner = manner(tx, deciding, wanted)?;
    queries::lock(tx, deciding.member())?;
    let situation = actions::situation(tx, keys, deciding.member())?;
    let mut said = Vec::new();
    for one in &wanted.preferences {
        let is_on = situation.standing(one.channel, &one.category).is_allowed();
        if is_on != one.allowed {
            said.push(said_by_api(tx, deciding, one, seen)?);
        }
    }
    actions::write_down(tx, deciding, &said)?;
    for one in said.iter().filter(|one| one.action == Action::Grant) {
        actions::come_back(tx, keys, deciding, one.channel)?;
    }
    actions::set_manner(tx, deciding, &manner)
}

fn said_by_api(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    one: &ChangePreference,
    seen: &Evidence,
) -> Result<Said, AppError> {
    let action = match one.allowed {
        true => Action::Grant,
        false => Action::Withdraw,
    };
    said(tx, deciding, one.channel, &one.category, action, seen)
}

fn said(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    channel: Channel,
    category: &str,
    action: Action,
    seen: &Evidence,
) -> Result<Said, AppError> {
    let address = actions::addresses(tx, deciding.member(), channel)?
        .into_iter()
        .next()
        .unwrap_or_default();
    Ok(Said {
        channel,
        category: category.to_owned(),
        action,
        basis: (action == Action::Grant).then_some(Basis::Express),
        method: Method::Api,
        text: None,
        effective_at: tx.now(),
        expires_at: None,
        answers: None,
        evidence: Evidence {
            address,
            ..seen.clone()
        },
    })
}

/// How and when they want to be written to: as it is but for what was sent. All that is wrong is said at once.
fn manner(
    tx: &mut TenantTx<'_>,
    deciding: &Deciding,
    wanted: &ChangePreferences,
) -> Result<Manner, AppError> {
    let mut errors = FieldErrors::default();
    let known = texts::categories(tx, Locale::English)?;
    for one in &wanted.preferences {
        let is_known = known.iter().any(|category| category.key == one.category);
        if !is_known || one.category == TRANSACTIONAL {
            errors.add(
                "preferences",
                format!("“{}” is no kind of message that can be chosen.", one.category),
            );
        }
    }
    let reach = people::reach(tx, deciding.member())?;
    let locale = wanted.language.clone().unwrap_or(reach.locale);
    if !["en", "fr"].contains(&locale.as_str()) {
        errors.add("language", "The language is `en` or `fr`.");
    }
    let zone: Option<Tz> = wanted.time_zone.clone().unwrap_or(reach.time_zone).parse().ok();
    if zone.is_none() {
        errors.add("time_zone", "Give an IANA time zone, such as America/Toronto.");
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let pauses = queries::pauses(tx, deciding.member())?;
    let frequencies = wanted
        .preferences
        .iter()
        .filter(|one| one.channel == Channel::Email)
        .filter_map(|one| Some((one.category.clone(), one.frequency?)))
        .collect();
    Ok(Manner {
        frequencies,
        quiet: pauses.quiet_from.zip(pauses.quiet_to),
        paused_until: pauses.paused_until,
        locale,
        zone: zone.unwrap_or(Tz::UTC),
    })
}

async fn unsubscribe(
    caller: Caller,
    app: web::Data<App>,
    request: HttpRequest,
    json: Json<Unsubscribe>,
) -> Reply {
    if json.body.is_about_somebody_else() {
        return others::unsubscribe(caller, app, json).await;
    }
    caller.require("messaging:write")?;
    let (keys, seen, wanted) = (app.keys.clone(), seen_by(&request), json.body);
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let deciding = policy::for_oneself(tx.actor())?;
        if wanted.method.is_some() {
            return Err(AppError::field("method", "That is for what somebody else said."));
        }
        leave(tx, &keys, &deciding, &wanted, &seen)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    view(&caller, &app).await
}

pub(super) fn leave(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    wanted: &Unsubscribe,
    seen: &Evidence,
) -> Result<(), AppError> {
    let category = wanted.category.as_deref().unwrap_or(EVERYTHING);
    let known = texts::categories(tx, Locale::English)?;
    if category != EVERYTHING && (category == TRANSACTIONAL || !known.iter().any(|one| one.key == category)) {
        return Err(AppError::field(
            "category",
            "That is no kind of message that can be left.",
        ));
    }
    let channels = wanted
        .channel
        .map_or(Channel::ALL.to_vec(), |channel| vec![channel]);
    let mut all = Vec::new();
    for channel in channels {
        let mut one = said(tx, deciding, channel, category, Action::Withdraw, seen)?;
        one.method = wanted.method.unwrap_or(one.method);
        all.push(one);
    }
    match (wanted.channel, category, all.first().cloned()) {
        (None, EVERYTHING, Some(first)) => actions::leave_everything(tx, keys, deciding, |channel| Said {
            channel,
            ..first.clone()
        }),
        _ => actions::write_down(tx, deciding, &all).map(drop),
    }
}
