//! Pages and posts about who looks after whom.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::people::model::Reach;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{AssignmentId, LeaveId, MemberId, WorksiteId};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{AssignmentForm, LeaveForm, Target};
use super::pages::{AssignPage, StewardPage, WorkloadPage};

const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/stewards", ADMINS, Rate::Standard, workload),
        get("/stewards/{member}", Access::Member, Rate::Standard, steward),
        post("/stewards/{member}/leaves", Access::Member, Rate::Medium, go_away),
        post("/leaves/{leave}/end", Access::Member, Rate::Medium, come_back),
        get("/people/{member}/stewards/new", ADMINS, Rate::Standard, of_person),
        post("/people/{member}/stewards", ADMINS, Rate::Medium, assign_person),
        get(
            "/worksites/{worksite}/stewards/new",
            ADMINS,
            Rate::Standard,
            of_worksite,
        ),
        post(
            "/worksites/{worksite}/stewards",
            ADMINS,
            Rate::Medium,
            assign_worksite,
        ),
        get(
            "/assignments/{assignment}/end",
            ADMINS,
            Rate::Standard,
            ask_to_end,
        ),
        post("/assignments/{assignment}/end", ADMINS, Rate::Medium, end),
    ]
}

async fn workload(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let shell = me.shell(tx)?;
            WorkloadPage::read(tx, shell, me)
        })
        .await?;
    me.visit.page(&page)
}

async fn steward(me: Me, member: web::Path<MemberId>) -> Reply {
    let page = steward_page(&me, *member, LeaveForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn steward_page(
    me: &Me,
    member: MemberId,
    form: LeaveForm,
    errors: FieldErrors,
) -> Result<StewardPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        StewardPage::read(tx, shell, me, member, form, errors)
    })
    .await
}

async fn go_away(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<LeaveForm>,
) -> Reply {
    let (member, form, zone) = (*member, posted.form, me.zone);
    let typed = form.clone();
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_own(tx, member)?;
            let leave = form.parse(zone, tx.now())?;
            let away = actions::go_away(tx, member, &leave)?;
            let notice = match away.alone {
                0 => Flash::done("The leave is noted. Everyone has somebody on those days."),
                1 => Flash::problem("The leave is noted. 1 person has nobody on the first day: name a backup or a stand-in."),
                many => Flash::problem(format!(
                    "The leave is noted. {many} people have nobody on the first day: name a backup or a stand-in."
                )),
            };
            Ok(Answer::see_other(format!("/stewards/{member}")).with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = steward_page(&me, member, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn come_back(me: Me, app: web::Data<App>, leave: web::Path<LeaveId>, posted: Posted<Yes>) -> Reply {
    let leave = *leave;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let leave = actions::come_back(tx, leave)?;
            let notice = Flash::done("The leave is over. People and follow-ups are back where they were.");
            Ok(Answer::see_other(format!("/stewards/{}", leave.steward)).with(notice))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn of_person(me: Me, member: web::Path<MemberId>) -> Reply {
    blank(me, Target::Person(*member)).await
}

async fn of_worksite(me: Me, worksite: web::Path<WorksiteId>) -> Reply {
    blank(me, Target::Worksite(*worksite)).await
}

async fn blank(me: Me, target: Target) -> Reply {
    let page = assign_page(&me, target, AssignmentForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn assign_page(
    me: &Me,
    target: Target,
    form: AssignmentForm,
    errors: FieldErrors,
) -> Result<AssignPage, AppError> {
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        AssignPage::read(tx, shell, target, form, errors)
    })
    .await
}

async fn assign_person(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<AssignmentForm>,
) -> Reply {
    assign(me, app, Target::Person(*member), posted).await
}

async fn assign_worksite(
    me: Me,
    app: web::Data<App>,
    worksite: web::Path<WorksiteId>,
    posted: Posted<AssignmentForm>,
) -> Reply {
    assign(me, app, Target::Worksite(*worksite), posted).await
}

async fn assign(me: Me, app: web::Data<App>, target: Target, posted: Posted<AssignmentForm>) -> Reply {
    let (form, zone) = (posted.form, me.zone);
    let typed = form.clone();
    let back = match target {
        Target::Person(member) => format!("/people/{member}/record"),
        Target::Worksite(worksite) => format!("/worksites/{worksite}"),
    };
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::expect_assignable(tx, target)?;
            let new = form.parse(target, zone, tx.now())?;
            actions::assign(tx, &new)?;
            Ok(Answer::see_other(back).with(Flash::done("The assignment is noted.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = assign_page(&me, target, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask_to_end(me: Me, assignment: web::Path<AssignmentId>) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let about = actions::about_to_end(tx, *assignment)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: "End this assignment?".to_owned(),
                text: format!(
                    "{} no longer looks after them and loses sight of their records and notes at once. You can assign them again.",
                    about.steward
                ),
                action: format!("/assignments/{}/end", *assignment),
                verb: "End it",
                cancel: back_from(about.reach),
            })
        })
        .await?;
    me.visit.page(&page)
}

fn back_from(reach: Reach) -> String {
    match reach {
        Reach::Person(member) => format!("/people/{member}/record"),
        Reach::Cell(cell) => format!("/worksites/{}", cell.worksite),
    }
}

async fn end(me: Me, app: web::Data<App>, assignment: web::Path<AssignmentId>, posted: Posted<Yes>) -> Reply {
    let assignment = *assignment;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let ended = actions::end(tx, assignment)?;
            Ok(Answer::see_other(back_from(ended.says.reach)).with(Flash::done("The assignment has ended.")))
        })
        .await?;
    answer.reply(&me.visit)
}
