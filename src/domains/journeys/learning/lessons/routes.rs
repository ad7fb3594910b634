//! `/learn/{enrolment}/lessons/{lesson}` and what is done there.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::journeys::building::content::Content;
use crate::domains::journeys::learning::progress::Ending;
use crate::domains::journeys::library;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, LessonNoteId, NodeKey};
use crate::platform::web::limits::Rate;
use crate::platform::web::origin;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions::{self, Marked, Sent};
use super::calendar::{self, Session};
use super::forms::{AnswersForm, Intent, NoteForm, PlaceForm, TicksForm, WatchedForm, WritingForm};
use super::pages::{self, Shown, Typed};
use super::paper::PaperPage;

/// A lesson in an address.
type Place = web::Path<(EnrolmentId, NodeKey)>;

/// The routes. Open to every member: who does not learn this journey finds nothing.
pub fn routes() -> Vec<RouteDef> {
    let (who, often) = (Access::Member, Rate::Standard);
    vec![
        get("/learn/{enrolment}/lessons/{lesson}", who, often, show),
        get(
            "/learn/{enrolment}/lessons/{lesson}/session.ics",
            who,
            often,
            session,
        ),
        get(
            "/learn/{enrolment}/lessons/{lesson}/worksheet",
            who,
            often,
            on_paper,
        ),
        post(
            "/learn/{enrolment}/lessons/{lesson}/completion",
            who,
            often,
            complete,
        ),
        post("/learn/{enrolment}/lessons/{lesson}/ticks", who, often, tick),
        post("/learn/{enrolment}/lessons/{lesson}/writing", who, often, write),
        post("/learn/{enrolment}/lessons/{lesson}/attempts", who, often, begin),
        post("/learn/{enrolment}/lessons/{lesson}/answers", who, often, answer),
        post("/learn/{enrolment}/lessons/{lesson}/watched", who, often, watch),
        post(
            "/learn/{enrolment}/lessons/{lesson}/place",
            who,
            often,
            keep_place,
        ),
        post("/learn/{enrolment}/lessons/{lesson}/notes", who, often, note),
        post(
            "/learn/{enrolment}/lessons/{lesson}/notes/{lesson_note}/removal",
            who,
            often,
            remove_note,
        ),
        get(
            "/learn/{enrolment}/lessons/{lesson}/notes/{lesson_note}/removal",
            who,
            often,
            ask_to_remove_note,
        ),
    ]
}

async fn page(me: &Me, app: &web::Data<App>, at: (EnrolmentId, NodeKey), status: u16, typed: Typed) -> Reply {
    let app = app.clone();
    let shown = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            let member: &Member = me;
            pages::read(tx, shell, (app.get_ref(), member), at, typed)
        })
        .await?;
    match shown {
        Shown::Open(page) => {
            let mut response = me.visit.confidential_page(status, page.as_ref())?;
            library::allow(&mut response, page.task.player());
            Ok(response)
        }
        Shown::Locked(page) => me.visit.confidential_page(403, page.as_ref()),
    }
}

async fn show(me: Me, app: web::Data<App>, at: Place) -> Reply {
    page(&me, &app, at.into_inner(), 200, Typed::default()).await
}

fn address((enrolment, lesson): (EnrolmentId, NodeKey)) -> String {
    format!("/learn/{enrolment}/lessons/{lesson}")
}

async fn complete(me: Me, app: web::Data<App>, at: Place, posted: Posted<Yes>) -> Reply {
    let at = at.into_inner();
    let answer = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            Ok(match actions::mark(tx, at.0, at.1)? {
                Ending::Journey => Answer::see_other(format!("/learn/{}", at.0)).with(Flash::done(
                    "That was the last lesson that counts: you finished the journey.",
                )),
                Ending::Lesson | Ending::Nothing => Answer::see_other(address(at)).with(Flash::done("Done.")),
            })
        })
        .await?;
    answer.reply(&me.visit)
}

async fn tick(me: Me, app: web::Data<App>, at: Place, posted: Posted<TicksForm>) -> Reply {
    let (at, is_partial) = (at.into_inner(), me.visit.partial);
    let answer = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            let is_done = actions::tick(tx, at.0, at.1, &posted.form.item)?;
            Ok(match (is_done, is_partial) {
                (false, true) => Answer::no_content(),
                (true, _) => {
                    Answer::see_other(address(at)).with(Flash::done("Everything is ticked off. Done."))
                }
                (false, false) => Answer::see_other(address(at)).with(Flash::done("Kept.")),
            })
        })
        .await?;
    answer.reply(&me.visit)
}

async fn write(me: Me, app: web::Data<App>, at: Place, posted: Posted<WritingForm>) -> Reply {
    let (at, is_partial, form) = (at.into_inner(), me.visit.partial, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            actions::opened(tx, at.0, at.1)?;
            if form.is_draft() {
                let seen = actions::keep_draft(tx, at.0, at.1, &form)?;
                return Ok(match is_partial {
                    true => Answer::json(200, &serde_json::json!({ "seen": seen }))?,
                    false => Answer::see_other(address(at))
                        .with(Flash::done("Your draft is kept. Go on whenever you like.")),
                });
            }
            actions::submit(tx, at.0, at.1, &form)?;
            Ok(Answer::see_other(address(at)).with(Flash::done("Handed in.")))
        })
        .await;
    let refused = |errors| Typed {
        writing: Some(typed),
        errors,
        ..Typed::default()
    };
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => page(&me, &app, at, 422, refused(errors)).await,
        Err(error) => Err(error),
    }
}

async fn begin(me: Me, app: web::Data<App>, at: Place, posted: Posted<Yes>) -> Reply {
    let at = at.into_inner();
    let answer = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            actions::begin(tx, at.0, at.1)?;
            Ok(Answer::see_other(format!("{}#quiz", address(at))))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn answer(me: Me, app: web::Data<App>, at: Place, posted: Posted<AnswersForm>) -> Reply {
    let (at, is_partial, form) = (at.into_inner(), me.visit.partial, posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            let sent = actions::answer(tx, at.0, at.1, &form)?;
            let here = address(at);
            Ok(match (sent, form.intent()) {
                (Sent::Marked(score, Marked::Enough), _) => {
                    Answer::see_other(here).with(Flash::done(format!("{score} %. That is enough: done.")))
                }
                (Sent::Marked(score, Marked::Counts), _) => {
                    Answer::see_other(here).with(Flash::done(format!("Handed in: {score} %.")))
                }
                (Sent::Marked(score, Marked::NotEnough), _) => Answer::see_other(here)
                    .with(Flash::problem(format!("{score} %. That is not enough yet."))),
                (Sent::Unchecked, _) => {
                    Answer::see_other(here).with(Flash::problem("Answer the question, then check it."))
                }
                (Sent::Kept, Intent::Check(key)) => Answer::see_other(format!("{here}#question-{key}")),
                (Sent::Kept, _) if is_partial => Answer::no_content(),
                (Sent::Kept, _) => Answer::see_other(here).with(Flash::done("Your answers are kept.")),
            })
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            // What was answered stays answered, also when somebody looks something up elsewhere now.
            let kept = typed.clone().to_keep();
            me.tenant(move |tx, _| actions::answer(tx, at.0, at.1, &kept).map(|_| ()))
                .await?;
            let typed = Typed {
                answers: Some(typed),
                errors,
                ..Typed::default()
            };
            page(&me, &app, at, 422, typed).await
        }
        Err(error) => Err(error),
    }
}

async fn watch(me: Me, app: web::Data<App>, at: Place, posted: Posted<WatchedForm>) -> Reply {
    let (at, form) = (at.into_inner(), posted.form);
    let answer = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            let (percent, is_done) = actions::watch(tx, at.0, at.1, &form.ranges, form.second)?;
            Answer::json(
                200,
                &serde_json::json!({ "percent": percent, "is_done": is_done }),
            )
        })
        .await?;
    answer.reply(&me.visit)
}

async fn keep_place(me: Me, app: web::Data<App>, at: Place, posted: Posted<PlaceForm>) -> Reply {
    let at = at.into_inner();
    let answer = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            actions::keep_place(tx, at.0, at.1, &posted.form.place)?;
            Ok(Answer::no_content())
        })
        .await?;
    answer.reply(&me.visit)
}

async fn note(me: Me, app: web::Data<App>, at: Place, posted: Posted<NoteForm>) -> Reply {
    let (at, form) = (at.into_inner(), posted.form);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            actions::opened(tx, at.0, at.1)?;
            actions::note(tx, at.0, at.1, &form.parse()?)?;
            Ok(Answer::see_other(format!("{}#notes", address(at))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let typed = Typed {
                note: typed,
                errors,
                ..Typed::default()
            };
            page(&me, &app, at, 422, typed).await
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_remove_note(me: Me, at: web::Path<(EnrolmentId, NodeKey, LessonNoteId)>) -> Reply {
    let (enrolment, lesson, note) = at.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let note = actions::own_note(tx, enrolment, lesson, note)?;
            let here = address((enrolment, lesson));
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "Remove this note?".to_owned(),
                text: note.body,
                action: format!("{here}/notes/{}/removal", note.id),
                verb: "Remove it",
                cancel: format!("{here}#notes"),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn remove_note(
    me: Me,
    app: web::Data<App>,
    at: web::Path<(EnrolmentId, NodeKey, LessonNoteId)>,
    posted: Posted<Yes>,
) -> Reply {
    let (enrolment, lesson, note) = at.into_inner();
    let answer = app
        .db
        .once(&me.scope().keeping_plans(), posted.key, move |tx| {
            actions::remove_note(tx, enrolment, lesson, note)?;
            Ok(Answer::see_other(format!(
                "{}#notes",
                address((enrolment, lesson))
            )))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn session(me: Me, request: HttpRequest, at: Place) -> Reply {
    let (at, base) = (at.into_inner(), origin::of(&request));
    let text = me
        .tenant(move |tx, _| {
            let opened = actions::opened(tx, at.0, at.1)?;
            let Content::Live(live) = opened.content else {
                return Err(AppError::NotFound);
            };
            let session = Session {
                key: at.1,
                title: opened.node.title,
                starts_at: live.starts_at.ok_or(AppError::NotFound)?,
                minutes: live.minutes,
                place: live.place,
                url: live.url,
                lesson: format!("{base}{}", address(at)),
            };
            Ok(calendar::calendar(&session, tx.now()))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"session.ics\""))
        .insert_header(("Cache-Control", "no-store"))
        .body(text))
}

/// Which version of what was handed in; without a number what is filled in so far.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Which {
    version: String,
}

async fn on_paper(me: Me, at: Place, which: web::Query<Which>) -> Reply {
    let (at, number) = (at.into_inner(), which.version.parse::<i16>().ok());
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            let member: &Member = me;
            PaperPage::read(tx, (shell, member), at, number)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}
