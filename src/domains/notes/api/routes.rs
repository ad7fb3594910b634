//! Endpoints.

use actix_web::web;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domains::identity::Caller;
use crate::domains::notes::actions;
use crate::domains::notes::model::{NewNote, NoteText, NoteVisibility};
use crate::domains::notes::reading::queries::{NoteFilter, mine};
use crate::domains::notes::reading::{self, Opened};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::NoteId;
use crate::kernel::validate::Check;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{PAGED, Page};
use crate::platform::web::routes::{ApiDoc, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};

use super::shapes::{NoteSummary, NoteView, NoteWritten, WriteNote};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/notes", Access::Api("notes:read"), Rate::Standard, list).api(ApiDoc {
            summary: "Notes the caller may read, the newest first, without what they say",
            request: None,
            response: (200, Some(schema::<Listing<NoteSummary>>)),
            query: PAGED,
        }),
        post("/api/notes", Access::Api("notes:write"), Rate::Medium, write).api(ApiDoc {
            summary: "Write a note",
            request: Some(schema::<WriteNote>),
            response: (201, Some(schema::<NoteWritten>)),
            query: &[],
        }),
        get(
            "/api/notes/{note}",
            Access::Api("notes:read"),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "One note with what it says; for notes of cases and officers, that it was read is noted",
            request: None,
            response: (200, Some(schema::<NoteView>)),
            query: &[],
        }),
    ]
}

async fn list(caller: Caller, page: web::Query<Page>) -> Reply {
    caller.require("notes:read")?;
    let (before, limit) = (page.after::<NoteId>()?, page.limit()?);
    let mut found = caller
        .tenant(move |tx, _| {
            let filter = NoteFilter {
                before,
                ..NoteFilter::default()
            };
            Ok(mine(tx, &filter, limit + 1)?)
        })
        .await?;
    let length = usize::try_from(limit).unwrap_or_default();
    let has_more = found.len() > length;
    found.truncate(length);
    let next_cursor = found.last().filter(|_| has_more).map(|last| last.id.to_string());
    json(
        200,
        &Listing {
            data: found.iter().map(NoteSummary::from).collect::<Vec<_>>(),
            next_cursor,
        },
    )
}

async fn show(caller: Caller, app: web::Data<App>, note: web::Path<NoteId>) -> Reply {
    caller.require("notes:read")?;
    let keys = app.keys.clone();
    let Opened { note, text } = caller
        .tenant(move |tx, _| reading::open(tx, &keys, *note))
        .await?;
    json(200, &NoteView::of(&note, text))
}

async fn write(caller: Caller, app: web::Data<App>, json: Json<WriteNote>) -> Reply {
    caller.require("notes:write")?;
    let (wanted, keys) = (json.body, app.keys.clone());
    let scope = caller.scope();
    let answer = app.db.once(&scope, json.key, move |tx| {
        let member = wanted.member_id;
        actions::expect_writer(tx, member, wanted.case_id)?;
        let new = new_note(tx.new_id(), tx.now(), wanted)?;
        actions::write(tx, &keys, member, &new)?;
        Answer::json(201, &NoteWritten { id: new.id })
    });
    answer.await?.reply(&caller.visit)
}

fn new_note(id: NoteId, now: DateTime<Utc>, wanted: WriteNote) -> Result<NewNote, FieldErrors> {
    let mut check = Check::default();
    let said = check.text("said", "What was said", &wanted.said, 0, 4_000);
    let ask = check.line("ask", "What was asked", &wanted.ask, 0, 300);
    let present = check.line("present", "Who else was there", &wanted.present, 0, 300);
    let next_step = check.line("next_step", "The next step", &wanted.next_step, 0, 200);
    let known = matches!(wanted.answer.as_str(), "" | "yes" | "maybe" | "no");
    check.refuse_when(!known, "answer", "An answer is yes, maybe or no.");
    for (field, level) in [("engagement", wanted.engagement), ("support", wanted.support)] {
        let fits = level.is_none_or(|level| (1..=5).contains(&level));
        check.refuse_when(!fits, field, "A level is from 1 to 5.");
    }
    let says_both = wanted.visibility.is_some() && wanted.is_private.or(wanted.is_confidential).is_some();
    check.refuse_when(
        says_both,
        "visibility",
        "Say who may read it either by its level or by isPrivate and isConfidential.",
    );
    let is_to_come = wanted.occurred_at.is_some_and(|moment| moment > now);
    check.refuse_when(is_to_come, "occurred_at", "A conversation lies in the past.");
    check.within_calendar("follow_up_on", wanted.follow_up_on);
    let said_on = wanted.occurred_at.map(|moment| moment.date_naive());
    check.within_calendar("occurred_at", said_on);
    let visibility = wanted.level();
    check.refuse_when(
        visibility == NoteVisibility::Case && wanted.case_id.is_none(),
        "case_id",
        "Name the case whose team may read it.",
    );
    check.finish(|| NewNote {
        id,
        kind: wanted.kind,
        visibility,
        occurred_at: wanted.occurred_at,
        reached: wanted.reached.unwrap_or(true),
        text: NoteText {
            said,
            ask,
            answer: wanted.answer.clone(),
            present,
        },
        sentiment: wanted.sentiment,
        engagement: wanted.engagement,
        support: wanted.support,
        tags: Vec::new(),
        follow_up_on: wanted.follow_up_on,
        next_step,
        case: wanted.case_id,
    })
}
