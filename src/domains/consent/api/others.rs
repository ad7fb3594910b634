//! Endpoints about others, for who looks after consent: what somebody said elsewhere is noted with how they said it.

use actix_web::web;

use crate::app::App;
use crate::domains::consent::keeping::forms::NotingForm;
use crate::domains::consent::keeping::routes::noted;
use crate::domains::consent::model::{Basis, Channel, Method, SuppressionReason};
use crate::domains::consent::policy::{self, Keeping};
use crate::domains::consent::queries::{self, Evidence};
use crate::domains::consent::standing::Standing;
use crate::domains::consent::{actions, texts};
use crate::domains::identity::Caller;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::kernel::validate::Check;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::mail::Locale;
use crate::platform::web::api::{Json, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, get, put};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::routes::{leave, read};
use super::shapes::{NotePreference, NotePreferences, PreferencesView, Unsubscribe};

const READING: &str = "consent:read";
const WRITING: &str = "consent:write";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/api/messaging/preferences/{member}",
            Access::Api(READING),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "What somebody gets, and why (for who looks after consent)",
            request: None,
            response: (200, Some(schema::<PreferencesView>)),
            query: &[],
        }),
        put(
            "/api/messaging/preferences/{member}",
            Access::Api(WRITING),
            Rate::Medium,
            note,
        )
        .api(ApiDoc {
            summary: "Note what somebody said about their messages (for who looks after consent); what is left out stays",
            request: Some(schema::<NotePreferences>),
            response: (200, Some(schema::<PreferencesView>)),
            query: &[],
        }),
    ]
}

async fn show(caller: Caller, app: web::Data<App>, member: web::Path<MemberId>) -> Reply {
    caller.require(READING)?;
    view(&caller, &app, *member).await
}

async fn view(caller: &Caller, app: &App, member: MemberId) -> Reply {
    let keys = app.keys.clone();
    let view = caller
        .tenant(move |tx, _| {
            policy::may_keep(tx.actor())?;
            tenancy::person(tx, member)?;
            read(tx, &keys, member)
        })
        .await?;
    json(200, &view)
}

async fn note(
    caller: Caller,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    json: Json<NotePreferences>,
) -> Reply {
    caller.require(WRITING)?;
    let (member, wanted, scope, keys) = (*member, json.body, caller.scope(), app.keys.clone());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let keeping = policy::may_keep(tx.actor())?;
        tenancy::person(tx, member)?;
        write_down(tx, &keys, &keeping, member, &wanted)?;
        Ok(Answer::no_content())
    });
    answer.await?;
    app.directory.forget_all();
    view(&caller, &app, member).await
}

fn write_down(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    keeping: &Keeping,
    member: MemberId,
    wanted: &NotePreferences,
) -> Result<(), AppError> {
    if wanted.preferences.is_empty() {
        return Err(AppError::field(
            "preferences",
            "Name at least one kind of message.",
        ));
    }
    queries::lock(tx, member)?;
    let situation = actions::situation(tx, keys, member)?;
    let known: Vec<String> = texts::categories(tx, Locale::English)?
        .into_iter()
        .map(|category| category.key)
        .collect();
    let (zone, now) = (queries::asker(tx)?.zone(), tx.now());
    let mut said = Vec::new();
    for one in &wanted.preferences {
        let noting = form(wanted, one).parse(&known, zone, now).map_err(named)?;
        if !is_so(situation.standing(one.channel, &one.category), one) {
            said.push(noted(tx, member, &noting).map_err(in_words_of_the_api)?);
        }
    }
    actions::write_down(tx, &keeping.about(member), &said).map(|_| ())
}

/// Whether it is as they say.
fn is_so(standing: Standing, one: &NotePreference) -> bool {
    let wanted = one.basis.unwrap_or(Basis::Express);
    match standing {
        Standing::Allowed { basis, .. } => one.allowed && basis == wanted,
        Standing::Withdrawn { .. } => !one.allowed,
        Standing::Expired { .. } | Standing::NoBasis => false,
    }
}

/// The form of the page, by which it is judged.
fn form(wanted: &NotePreferences, one: &NotePreference) -> NotingForm {
    let word = |method: Method| method.as_str().to_owned();
    NotingForm {
        channel: one.channel.as_str().to_owned(),
        category: one.category.clone(),
        action: if one.allowed { "grant" } else { "withdraw" }.to_owned(),
        basis: one.basis.unwrap_or(Basis::Express).as_str().to_owned(),
        method: wanted.method.map(word).unwrap_or_default(),
        said_on: wanted.said_on.map(|day| day.to_string()).unwrap_or_default(),
        note: wanted.note.clone(),
    }
}

fn named(errors: FieldErrors) -> AppError {
    in_words_of_the_api(AppError::Invalid(errors))
}

/// Forms name the fields of web pages; programs sent other names.
fn in_words_of_the_api(error: AppError) -> AppError {
    let AppError::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (field, words) in errors.iter() {
        let name = match field {
            "channel" | "category" | "action" | "basis" => "preferences",
            same => same,
        };
        named.add(name, words);
    }
    AppError::Invalid(named)
}

/// Notes that somebody leaves, or whoever has an address.
pub(super) async fn unsubscribe(caller: Caller, app: web::Data<App>, json: Json<Unsubscribe>) -> Reply {
    caller.require(WRITING)?;
    let (wanted, scope, keys) = (json.body, caller.scope(), app.keys.clone());
    let member = wanted.member_id.filter(|_| wanted.address.is_none());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let keeping = policy::may_keep(tx.actor())?;
        let mut check = Check::default();
        let note = check.text("note", "What shows it", &wanted.note, 0, 1_000);
        let both = wanted.member_id.is_some() && wanted.address.is_some();
        check.refuse_when(both, "address", "Name a person or an address, not both.");
        check.finish(|| ())?;
        let seen = Evidence {
            note: note.clone(),
            ..Evidence::default()
        };
        for member in meant(tx, &keys, &keeping, &wanted, &note)? {
            leave(tx, &keys, &keeping.about(member), &wanted, &seen)?;
        }
        Ok(Answer::no_content())
    });
    let answer = answer.await?;
    match member {
        Some(member) => view(&caller, &app, member).await,
        None => answer.reply(&caller.visit),
    }
}

/// Who is meant. An address that nobody has is kept from being written to, should it ever come in.
fn meant(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    keeping: &Keeping,
    wanted: &Unsubscribe,
    note: &str,
) -> Result<Vec<MemberId>, AppError> {
    if let Some(member) = wanted.member_id {
        tenancy::person(tx, member)?;
        return Ok(vec![member]);
    }
    let address = wanted.address.as_deref().unwrap_or_default().trim();
    let mut check = Check::default();
    let is_mail = address.contains('@');
    match is_mail {
        true => drop(check.email("address", address)),
        false => check.refuse_when(
            !address.starts_with('+') || address.len() < 7,
            "address",
            "Give an e-mail address, or a number such as +16135550142.",
        ),
    }
    check.finish(|| ())?;
    let people = queries::by_address(tx, address)?;
    if people.is_empty() {
        if wanted.category.is_some() {
            return Err(AppError::field(
                "address",
                "Nobody here has this address. Leave the category out to keep it from being written to at all.",
            ));
        }
        let channels: &[Channel] = match is_mail {
            true => &[Channel::Email],
            false => &[Channel::Sms, Channel::Phone],
        };
        let note: String = note.chars().take(300).collect();
        for channel in channels {
            actions::suppress(
                tx,
                keys,
                keeping,
                *channel,
                address,
                SuppressionReason::Asked,
                &note,
            )?;
        }
    }
    Ok(people)
}
