//! `/journeys`: the list, a journey's page, and the builder.

use actix_web::web;
use askama::DynTemplate;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{JourneyId, NodeKey};
use crate::platform::db::TenantTx;
use crate::platform::web::idempotency::RequestKey;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes, address};

use super::actions::{self, Done};
use super::forms::{AddForm, BuildQuery, JourneyForm, ListQuery, StepForm};
use super::pages::{self, BuildPage, DetailsPage, JourneyPage, ListPage, NewPage};
use super::pane::{self, PaneForm};
use super::policy::{self, BUILDERS, Building};
use super::queries;
use super::tree::{Notice, PlacePage, Scene, Tree};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let builders = Access::Roles(BUILDERS);
    vec![
        get("/journeys", builders, Rate::Standard, list),
        get("/journeys/new", builders, Rate::Standard, blank),
        post("/journeys", builders, Rate::Medium, create),
        get("/journeys/{journey}", builders, Rate::Standard, show),
        get("/journeys/{journey}/details", builders, Rate::Standard, details),
        post("/journeys/{journey}/details", builders, Rate::Medium, describe),
        post("/journeys/{journey}/copies", builders, Rate::Medium, copy),
        post("/journeys/{journey}/archiving", builders, Rate::Medium, archive),
        get("/journeys/{journey}/build", builders, Rate::Standard, build),
        post("/journeys/{journey}/nodes", builders, Rate::Medium, add),
        post("/journeys/{journey}/assets", builders, Rate::Medium, insert),
        post("/journeys/{journey}/moves", builders, Rate::Standard, move_node),
        post("/journeys/{journey}/titles", builders, Rate::Medium, rename),
        post(
            "/journeys/{journey}/duplicates",
            builders,
            Rate::Medium,
            duplicate,
        ),
        post("/journeys/{journey}/removals", builders, Rate::Medium, remove),
        post("/journeys/{journey}/returns", builders, Rate::Medium, bring_back),
        get(
            "/journeys/{journey}/nodes/{node}/place",
            builders,
            Rate::Standard,
            place,
        ),
    ]
}

async fn list(me: Me, query: web::Query<ListQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let builder = actions::builder(tx)?;
            let shell = me.shell(tx)?;
            ListPage::read(tx, shell, &builder, &query, me.zone)
        })
        .await?;
    me.visit.page(&page)
}

async fn new_page(me: &Me, form: JourneyForm, errors: FieldErrors) -> Result<NewPage, AppError> {
    me.tenant(move |tx, me| {
        let builder = actions::builder(tx)?;
        Ok(NewPage {
            teams: pages::teams(tx, &builder, &form.team)?,
            shell: me.shell(tx)?,
            form,
            errors,
        })
    })
    .await
}

async fn blank(me: Me) -> Reply {
    let page = new_page(&me, JourneyForm::fresh(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<JourneyForm>) -> Reply {
    let (form, typed) = (posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let builder = actions::builder(tx)?;
            let words = form.parse()?;
            let beginning = policy::may_begin(&builder, words.team)?;
            let id = actions::create(tx, &beginning, &words)?;
            Ok(Answer::see_other(format!("/journeys/{id}/build")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = new_page(&me, typed, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn show(me: Me, id: web::Path<JourneyId>) -> Reply {
    let id = *id;
    let page = me
        .tenant(move |tx, me| {
            let (_, journey) = actions::seen(tx, id)?;
            let shell = me.shell(tx)?;
            JourneyPage::read(tx, shell, &journey, me.zone)
        })
        .await?;
    me.visit.page(&page)
}

async fn details_page(
    me: &Me,
    id: JourneyId,
    typed: Option<(JourneyForm, FieldErrors)>,
) -> Result<DetailsPage, AppError> {
    me.tenant(move |tx, me| {
        let (builder, journey) = actions::seen(tx, id)?;
        let draft = queries::draft(tx, id)?;
        let (form, errors) =
            typed.unwrap_or_else(|| (JourneyForm::of(&journey, &draft), FieldErrors::default()));
        Ok(DetailsPage {
            teams: pages::teams(tx, &builder, &form.team)?,
            shell: me.shell(tx)?,
            id,
            title: journey.title,
            form,
            errors,
        })
    })
    .await
}

async fn details(me: Me, id: web::Path<JourneyId>) -> Reply {
    let page = details_page(&me, *id, None).await?;
    me.visit.page(&page)
}

async fn describe(
    me: Me,
    app: web::Data<App>,
    id: web::Path<JourneyId>,
    posted: Posted<JourneyForm>,
) -> Reply {
    let (id, form, typed) = (*id, posted.form.clone(), posted.form);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let (building, _) = actions::changing(tx, id)?;
            actions::describe(tx, &building, &form.parse()?)?;
            Ok(Answer::see_other(format!("/journeys/{id}/build")).with(Flash::done("Saved.")))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = details_page(&me, id, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn copy(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let (builder, journey) = actions::seen(tx, id)?;
            let copy = actions::copy_journey(tx, &builder, &journey)?;
            let words = Flash::done(format!("This is a copy of “{}”.", journey.title));
            Ok(Answer::see_other(format!("/journeys/{copy}/build")).with(words))
        })
        .await?
        .reply(&me.visit)
}

async fn archive(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<Yes>) -> Reply {
    let id = *id;
    app.db
        .once(&me.scope(), posted.key, move |tx| {
            let (builder, journey) = actions::seen(tx, id)?;
            actions::archive(tx, &builder, &journey)?;
            let words = match journey.archived_at {
                None => "Put away. Who learns in it goes on; nobody new begins.",
                Some(_) => "In use again.",
            };
            Ok(Answer::see_other(format!("/journeys/{id}")).with(Flash::done(words)))
        })
        .await?
        .reply(&me.visit)
}

/// The builder, or only its tree where a script asks for it.
async fn built(me: &Me, id: JourneyId, status: u16, scene: Scene) -> Reply {
    let partial = me.visit.partial && scene.query.part.is_empty();
    let page: Box<dyn DynTemplate + Send> = me
        .tenant(move |tx, me| {
            let (_, journey) = actions::changing(tx, id)?;
            let shell = me.shell(tx)?;
            Ok(match partial {
                true => Box::new(Tree::read(tx, shell, id, scene)?) as Box<dyn DynTemplate + Send>,
                false => Box::new(BuildPage::read(tx, shell, &journey, me.zone, scene)?),
            })
        })
        .await?;
    me.visit.page_with(status, page.as_ref())
}

async fn build(me: Me, id: web::Path<JourneyId>, query: web::Query<BuildQuery>) -> Reply {
    built(&me, *id, 200, pages::scene(query.into_inner())).await
}

/// Does a step with the shape of a draft once, and shows the tree as it is then: also when somebody was faster, or what was typed is wrong.
async fn step(
    (me, app): (&Me, &App),
    id: JourneyId,
    key: RequestKey,
    scene: Scene,
    work: impl FnOnce(&mut TenantTx<'_>, &Building) -> Result<Done, AppError> + Send + 'static,
) -> Reply {
    let outcome = app
        .db
        .once(&me.scope(), key, move |tx| {
            let (building, _) = actions::changing(tx, id)?;
            Answer::json(200, &work(tx, &building)?)
        })
        .await;
    match outcome {
        Ok(answer) => went(me, id, scene, answer.content()?).await,
        Err(AppError::Conflict(said)) => {
            let notice = Notice {
                kind: "warning",
                said,
            };
            built(me, id, 409, Scene { notice, ..scene }).await
        }
        Err(AppError::Invalid(errors)) => built(me, id, 422, Scene { errors, ..scene }).await,
        Err(error) => Err(error),
    }
}

async fn went(me: &Me, id: JourneyId, scene: Scene, done: Done) -> Reply {
    let at = done.at.map(|at| at.to_string()).unwrap_or_default();
    let removed = done
        .removal
        .map(|removal| removal.to_string())
        .unwrap_or_default();
    let add = scene.query.add;
    let kind = scene.add.kind;
    if me.visit.partial {
        let query = BuildQuery {
            at,
            add,
            kind,
            ..BuildQuery::default()
        };
        let scene = Scene {
            said: done.said,
            removal: done.removal,
            ..pages::scene(query)
        };
        return built(
            me,
            id,
            200,
            Scene {
                removal: done.removal,
                ..scene
            },
        )
        .await;
    }
    let to = address(
        &format!("/journeys/{id}/build"),
        &[("at", &at), ("removed", &removed), ("add", &add), ("kind", &kind)],
    );
    // Where a field is open for the next title, the focus goes there.
    let to = match at.is_empty() || !add.is_empty() {
        true => to,
        false => format!("{to}#n-{at}"),
    };
    me.visit.go_with(&to, Flash::done(done.said))
}

async fn add(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<AddForm>) -> Reply {
    let form = posted.form;
    let scene = Scene {
        query: BuildQuery {
            add: form.parent.clone(),
            ..BuildQuery::default()
        },
        add: form.clone(),
        ..Scene::default()
    };
    step((&me, &app), *id, posted.key, scene, move |tx, building| {
        let wanted = form.parse()?;
        actions::add(tx, building, &[wanted])
    })
    .await
}

async fn insert(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<PaneForm>) -> Reply {
    let form = posted.form;
    step(
        (&me, &app),
        *id,
        posted.key,
        Scene::default(),
        move |tx, building| pane::insert(tx, building, &form),
    )
    .await
}

fn at(form: &StepForm) -> Scene {
    let at = form.node().map(|key| key.to_string()).unwrap_or_default();
    Scene {
        query: BuildQuery {
            at,
            ..BuildQuery::default()
        },
        ..Scene::default()
    }
}

async fn move_node(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<StepForm>) -> Reply {
    let form = posted.form;
    step((&me, &app), *id, posted.key, at(&form), move |tx, building| {
        actions::move_node(tx, building, (form.node()?, form.whither()?), form.seen())
    })
    .await
}

async fn rename(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<StepForm>) -> Reply {
    let form = posted.form;
    let scene = Scene {
        query: BuildQuery {
            rename: form.node.clone(),
            ..BuildQuery::default()
        },
        typed: form.title.clone(),
        ..Scene::default()
    };
    step((&me, &app), *id, posted.key, scene, move |tx, building| {
        let title = form.title()?;
        actions::rename(tx, building, (form.node()?, &title), form.seen())
    })
    .await
}

async fn duplicate(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<StepForm>) -> Reply {
    let form = posted.form;
    step((&me, &app), *id, posted.key, at(&form), move |tx, building| {
        actions::duplicate(tx, building, form.node()?)
    })
    .await
}

async fn remove(me: Me, app: web::Data<App>, id: web::Path<JourneyId>, posted: Posted<StepForm>) -> Reply {
    let form = posted.form;
    step((&me, &app), *id, posted.key, at(&form), move |tx, building| {
        actions::remove(tx, building, form.node()?, form.seen())
    })
    .await
}

/// What was taken out.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct ReturnForm {
    removal: String,
}

async fn bring_back(
    me: Me,
    app: web::Data<App>,
    id: web::Path<JourneyId>,
    posted: Posted<ReturnForm>,
) -> Reply {
    let form = posted.form;
    step(
        (&me, &app),
        *id,
        posted.key,
        Scene::default(),
        move |tx, building| {
            let removal = form
                .removal
                .parse()
                .map_err(|_| AppError::field("removal", "Nothing was taken out."))?;
            actions::bring_back(tx, building, removal)
        },
    )
    .await
}

async fn place(me: Me, path: web::Path<(JourneyId, NodeKey)>) -> Reply {
    let (id, node) = *path;
    let page = me
        .tenant(move |tx, me| {
            actions::changing(tx, id)?;
            let shell = me.shell(tx)?;
            PlacePage::read(tx, shell, id, node)
        })
        .await?;
    me.visit.page(&page)
}
