//! Endpoints.

use std::sync::{Arc, OnceLock};

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Caller;
use crate::domains::people::fields::queries as fields;
use crate::domains::people::members::queries as members;
use crate::domains::people::model::{AssignmentKind, NewAssignment, Reach};
use crate::domains::people::policy::{self, Listing, Seeing};
use crate::domains::people::record::forms::{BASES, Placement};
use crate::domains::people::record::{self, actions as records};
use crate::domains::people::stewards::{actions as stewards, queries as assignments};
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AssignmentId, MemberId};
use crate::kernel::validate::Check;
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, Listing as Entries, json, json as answer_json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{ApiDoc, delete, get, patch, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::paging::{MEMBERS, Page};
use super::shapes::{
    AssignmentView, ChangeMember, Contact, CreateAssignment, CreatedAssignment, MemberAssignments,
    MemberRecord, MemberSummary,
};

const READ: Access = Access::Api("people:read");
const WRITE: Access = Access::Api("people:write");

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/members", READ, Rate::Standard, list).api(ApiDoc {
            summary: "People whose records the caller may see, by name",
            request: None,
            response: (200, Some(schema::<Entries<MemberSummary>>)),
            query: MEMBERS,
        }),
        get("/api/members/{member}", READ, Rate::Standard, show).api(ApiDoc {
            summary: "What is known about a person",
            request: None,
            response: (200, Some(schema::<MemberRecord>)),
            query: &[],
        }),
        patch("/api/members/{member}", WRITE, Rate::Medium, change).api(ApiDoc {
            summary: "Change where somebody works and how far they are",
            request: Some(schema::<ChangeMember>),
            response: (200, Some(schema::<MemberRecord>)),
            query: &[],
        }),
        get(
            "/api/members/{member}/assignments",
            READ,
            Rate::Standard,
            of_member,
        )
        .api(ApiDoc {
            summary: "Who looks after a person, now and to come",
            request: None,
            response: (200, Some(schema::<MemberAssignments>)),
            query: &[],
        }),
        post("/api/members/{member}/assignments", WRITE, Rate::Medium, assign).api(ApiDoc {
            summary: "Give a person to a steward (admins)",
            request: Some(schema::<CreateAssignment>),
            response: (201, Some(schema::<CreatedAssignment>)),
            query: &[],
        }),
        delete("/api/assignments/{assignment}", WRITE, Rate::Medium, end).api(ApiDoc {
            summary: "End an assignment now, or take it back before it begins (admins)",
            request: None,
            response: (204, None),
            query: &[],
        }),
    ]
}

/// What records a program finds; who finds none has no list here at all.
fn listing(tx: &TenantTx<'_>) -> Result<Listing, AppError> {
    Ok(policy::may_list(tx.actor())?)
}

async fn list(caller: Caller, page: web::Query<Page>) -> Reply {
    caller.require("people:read")?;
    let page = page.into_inner();
    let limit = page.limit()?;
    let query = page.query()?;
    let (found, next_cursor) = caller
        .tenant(move |tx, me| {
            let listing = listing(tx)?;
            let today = tx.now().with_timezone(&me.zone).date_naive();
            let mut found = members::page(tx, listing, &query.filter(), today, limit + 1)?;
            let wanted = usize::try_from(limit).unwrap_or_default();
            let has_more = found.len() > wanted;
            found.truncate(wanted);
            let next = found.last().filter(|_| has_more).map(|one| one.id.to_string());
            Ok((found, next))
        })
        .await?;
    json(
        200,
        &Entries {
            data: found.into_iter().map(MemberSummary::from).collect(),
            next_cursor,
        },
    )
}

fn record_of(tx: &mut TenantTx<'_>, zone: chrono_tz::Tz, member: MemberId) -> Result<MemberRecord, AppError> {
    let person = tenancy::person(tx, member)?;
    let seeing = record::seen(tx, &person)?;
    record_seen(tx, zone, &seeing)
}

fn record_seen(
    tx: &mut TenantTx<'_>,
    zone: chrono_tz::Tz,
    seeing: &Seeing<'_>,
) -> Result<MemberRecord, AppError> {
    let today = tx.now().with_timezone(&zone).date_naive();
    let place = record::queries::place(tx, seeing)?;
    let points = record::queries::contact_points(tx, seeing)?;
    Ok(MemberRecord {
        id: seeing.person().card.id,
        name: seeing.person().card.name.clone(),
        stage: place.stage,
        worksite_id: place.worksite_id,
        department_id: place.department_id,
        shift_id: place.shift_id,
        joined_on: place.joined_on,
        legal_basis: place.legal_basis,
        basis_noted_on: place.basis_noted_on,
        email: place.email,
        locale: place.locale,
        time_zone: place.time_zone,
        contact_points: points
            .into_iter()
            .map(|point| Contact {
                kind: point.kind,
                value: point.value,
                label: point.label,
            })
            .collect(),
        tags: record::queries::tags_of(tx, seeing, today)?
            .into_iter()
            .map(|tag| tag.name)
            .collect(),
        fields: fields::seen(tx, seeing)?
            .into_iter()
            .filter_map(|(field, value)| value.map(|value| (field.name, value)))
            .collect(),
        last_reached_at: place.last_reached_at,
    })
}

async fn show(caller: Caller, member: web::Path<MemberId>) -> Reply {
    caller.require("people:read")?;
    let member = *member;
    let record = caller
        .tenant(move |tx, me| record_of(tx, me.zone, member))
        .await?;
    json(200, &record)
}

async fn change(
    caller: Caller,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    json: Json<ChangeMember>,
) -> Reply {
    caller.require("people:write")?;
    let (member, wanted, scope, zone) = (*member, json.body, caller.scope(), caller.zone);
    let told = Arc::new(OnceLock::new());
    let telling = told.clone();
    let answer = app.db.once(&scope, json.key, move |tx| {
        records::expect_changeable(tx, member)?;
        records::expect_unchanged(tx, member, "")?;
        let person = tenancy::person(tx, member)?;
        // Who moves somebody to where they are another's people is still told what they wrote.
        let seeing = record::seen(tx, &person)?;
        let now = record_seen(tx, zone, &seeing)?;
        let worksite = wanted.worksite_id.unwrap_or(now.worksite_id);
        // A department is of its worksite: moving somebody empties it unless another is named.
        let kept = (worksite == now.worksite_id)
            .then_some(now.department_id)
            .flatten();
        let placement = Placement {
            stage: wanted.stage.unwrap_or(now.stage),
            worksite,
            department: wanted.department_id.unwrap_or(kept),
            shift: wanted.shift_id.unwrap_or(now.shift_id),
            joined_on: wanted.joined_on.unwrap_or(now.joined_on),
            legal_basis: BASES
                .iter()
                .find(|(word, _)| *word == now.legal_basis)
                .map_or("membership", |(word, _)| word),
            basis_noted_on: now.basis_noted_on,
            own: Vec::new(),
        };
        if placement.department.is_some() && placement.worksite.is_none() {
            return Err(AppError::field("department_id", "A department needs a worksite."));
        }
        check_days(&placement)?;
        records::place(tx, member, &placement).map_err(in_words_of_the_api)?;
        let _ = telling.set(record_seen(tx, zone, &seeing)?);
        // Kept for a day to answer again, and must not outlive an erasing: nothing of the person is in it.
        Ok(Answer::no_content())
    });
    answer.await?;
    match told.get() {
        Some(record) => answer_json(200, record),
        // Sent a second time: what the record says now, to who still sees it.
        None => {
            let record = caller
                .tenant(move |tx, me| record_of(tx, me.zone, member))
                .await?;
            answer_json(200, &record)
        }
    }
}

fn check_days(placement: &Placement) -> Result<(), FieldErrors> {
    let mut check = Check::default();
    check.within_calendar("joined_on", placement.joined_on);
    check.finish(|| ())
}

/// Actions name the fields of web forms; programs sent other names.
fn in_words_of_the_api(error: AppError) -> AppError {
    let AppError::Invalid(errors) = error else {
        return error;
    };
    let mut named = FieldErrors::default();
    for (field, words) in errors.iter() {
        let name = match field {
            "place" if words.contains("department") => "department_id",
            "place" => "worksite_id",
            "shift" => "shift_id",
            "steward" => "steward_id",
            same => same,
        };
        named.add(name, words);
    }
    AppError::Invalid(named)
}

async fn of_member(caller: Caller, member: web::Path<MemberId>) -> Reply {
    caller.require("people:read")?;
    let member = *member;
    let found = caller
        .tenant(move |tx, _| {
            let person = tenancy::person(tx, member)?;
            record::seen(tx, &person)?;
            Ok(MemberAssignments {
                steward_id: assignments::steward_of(tx, member)?,
                data: assignments::reaching(tx, member)?
                    .into_iter()
                    .map(AssignmentView::from)
                    .collect(),
            })
        })
        .await?;
    json(200, &found)
}

async fn assign(
    caller: Caller,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    json: Json<CreateAssignment>,
) -> Reply {
    caller.require("people:write")?;
    let (member, wanted, scope) = (*member, json.body, caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        let person = tenancy::person(tx, member)?;
        record::seen(tx, &person)?;
        policy::may_arrange(tx.actor())?;
        let steward = wanted
            .steward_id
            .ok_or_else(|| AppError::field("steward_id", "Name a steward."))?;
        let kind = wanted
            .kind
            .ok_or_else(|| AppError::field("kind", "Say how they look after them."))?;
        let now = tx.now();
        let from = wanted.effective_from.unwrap_or(now).max(now);
        if wanted.effective_to.is_some_and(|to| to <= from) {
            return Err(AppError::field(
                "effective_to",
                "It must not be over, nor come before the beginning.",
            ));
        }
        if kind == AssignmentKind::Temporary && wanted.effective_to.is_none() {
            return Err(AppError::field("effective_to", "Say until when they stand in."));
        }
        let new = NewAssignment {
            steward,
            kind,
            reach: Reach::Person(member),
            from,
            to: wanted.effective_to,
            leave: None,
        };
        let id = stewards::assign(tx, &new).map_err(in_words_of_the_api)?;
        Answer::json(201, &CreatedAssignment { id })
    });
    answer.await?.reply(&caller.visit)
}

async fn end(
    caller: Caller,
    app: web::Data<App>,
    assignment: web::Path<AssignmentId>,
    json: Json<Nothing>,
) -> Reply {
    caller.require("people:write")?;
    let (assignment, scope) = (*assignment, caller.scope());
    let answer = app.db.once(&scope, json.key, move |tx| {
        stewards::end(tx, assignment)?;
        Ok(Answer::no_content())
    });
    answer.await?.reply(&caller.visit)
}

/// An empty body.
#[derive(serde::Deserialize)]
struct Nothing {}
