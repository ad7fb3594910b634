//! `/admin/invitations` and `/invitation/{token}`.

use actix_session::Session;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::identity::me::{Login, Me};
use crate::domains::identity::model::InvitationId;
use crate::domains::identity::passwords::LinkEndedPage;
use crate::domains::identity::policy::may_administer;
use crate::domains::identity::queries::{self as logins, NewUser};
use crate::domains::identity::session;
use crate::domains::identity::sign_in::{self, Checked};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::UserId;
use crate::platform::crypto;
use crate::platform::db::SystemTask;
use crate::platform::web::client::Client;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Visit, origin};

use super::actions;
use super::forms::{AcceptForm, InviteForm};
use super::pages::{Guest, InvitationsPage, OfferPage};
use super::queries::{self, Offer, Standing};

/// The routes of invitations.
pub fn routes() -> Vec<RouteDef> {
    let admins = Access::Roles(&[Role::Admin]);
    vec![
        get("/admin/invitations", admins, Rate::Standard, list),
        post("/admin/invitations", admins, Rate::Medium, invite),
        post(
            "/admin/invitations/{invitation}/renewal",
            admins,
            Rate::Medium,
            renew,
        ),
        post(
            "/admin/invitations/{invitation}/revocation",
            admins,
            Rate::Medium,
            revoke,
        ),
        get("/invitation/{token}", Access::Public, Rate::Medium, show),
        post("/invitation/{token}", Access::Public, Rate::Medium, accept).replayed(),
    ]
}

#[derive(Deserialize)]
struct Position {
    before: Option<InvitationId>,
}

async fn list(me: Me, position: web::Query<Position>) -> Reply {
    let form = InviteForm {
        roles: vec![Role::Member.as_str().to_owned()],
        ..InviteForm::default()
    };
    let page = me
        .tenant(move |tx, me| {
            may_administer(me)?;
            InvitationsPage::new(tx, me, form, FieldErrors::default(), position.before)
        })
        .await?;
    me.visit.page(&page)
}

async fn invite(me: Me, app: web::Data<App>, request: HttpRequest, posted: Posted<InviteForm>) -> Reply {
    may_administer(&me)?;
    let (form, base, config) = (posted.form, origin::of(&request), app.config.clone());
    let outcome = match form.parse() {
        Ok(new) => {
            let scope = me.scope();
            let answer = app.db.once(&scope, posted.key, move |tx| {
                actions::invite(tx, &config, &base, &new)?;
                let notice = Flash::done(format!("The invitation to {} is on its way.", new.email));
                Ok(Answer::see_other("/admin/invitations").with(notice))
            });
            answer.await
        }
        Err(errors) => Err(errors.into()),
    };
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = me
                .tenant(move |tx, me| InvitationsPage::new(tx, me, form, errors, None))
                .await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn renew(
    me: Me,
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<InvitationId>,
    posted: Posted<Nothing>,
) -> Reply {
    let (base, config) = (origin::of(&request), app.config.clone());
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::renew(tx, &config, &base, *id)?;
        Ok(Answer::see_other("/admin/invitations").with(Flash::done(
            "The invitation was sent again. The old link no longer works.",
        )))
    });
    answer.await?.reply(&me.visit)
}

async fn revoke(me: Me, app: web::Data<App>, id: web::Path<InvitationId>, posted: Posted<Nothing>) -> Reply {
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        actions::revoke(tx, *id)?;
        Ok(Answer::see_other("/admin/invitations").with(Flash::done("The invitation no longer works.")))
    });
    answer.await?.reply(&me.visit)
}

/// The invitation behind a link with whether its address has an account.
async fn look_at(app: &App, token: &str) -> Result<Option<(Offer, Option<UserId>)>, AppError> {
    let hash = crypto::digest(token);
    app.db
        .system(SystemTask::SignIn, move |tx| {
            let Some(offer) = queries::offer(tx, &hash)? else {
                return Ok(None);
            };
            let user = logins::credentials_by_email(tx, &offer.invitation.email)?.map(|login| login.id);
            Ok(Some((offer, user)))
        })
        .await
}

async fn show(app: web::Data<App>, visit: Visit, login: Option<Login>, token: web::Path<String>) -> Reply {
    let Some((offer, user)) = look_at(&app, &token).await? else {
        return ended(&visit, None);
    };
    match offer.invitation.standing(app.clock().now()) {
        Standing::Open => {
            let (name, guest) = (
                offer.invitation.display_name.clone(),
                guest(&offer, user, login.as_ref(), &token),
            );
            offer_page(&visit, 200, &token, offer, name, guest, FieldErrors::default())
        }
        other => ended(&visit, Some(other)),
    }
}

fn guest(offer: &Offer, user: Option<UserId>, login: Option<&Login>, token: &str) -> Guest {
    match (login, user) {
        (Some(login), _) if login.email == offer.invitation.email => Guest::Known,
        (Some(login), _) => Guest::Other {
            email: login.email.clone(),
        },
        (None, Some(_)) => Guest::HasAccount {
            sign_in: format!("/sign-in?next=%2Finvitation%2F{token}"),
        },
        (None, None) => Guest::New,
    }
}

fn offer_page(
    visit: &Visit,
    status: u16,
    token: &str,
    offer: Offer,
    name: String,
    guest: Guest,
    errors: FieldErrors,
) -> Reply {
    let Offer {
        org_name,
        inviter,
        invitation,
        ..
    } = offer;
    let path = format!("/invitation/{token}");
    visit.page_with(
        status,
        &OfferPage {
            shell: visit.shell(),
            path,
            org_name,
            inviter,
            email: invitation.email,
            display_name: name,
            errors,
            guest,
        },
    )
}

fn ended(visit: &Visit, standing: Option<Standing>) -> Reply {
    let (title, text) = match standing {
        Some(Standing::Accepted) => (
            "This invitation was accepted",
            "Its link works only once. If it was you who accepted it, sign in.",
        ),
        Some(Standing::Revoked) => (
            "This invitation was taken back",
            "Ask the person who invited you whether that was meant.",
        ),
        Some(Standing::Expired) => (
            "This invitation has expired",
            "Ask the person who invited you to send it again; it takes them one click.",
        ),
        _ => (
            "This link does not work",
            "It may be incomplete, or a newer invitation has replaced it. Open the newest mail.",
        ),
    };
    visit.page_with(
        410,
        &LinkEndedPage {
            shell: visit.shell(),
            title,
            text,
            href: "/",
            label: "Go to the start page",
        },
    )
}

async fn accept(
    app: web::Data<App>,
    visit: Visit,
    login: Option<Login>,
    browser: Session,
    request: HttpRequest,
    token: web::Path<String>,
    posted: Posted<AcceptForm>,
) -> Reply {
    let Some((offer, user)) = look_at(&app, &token).await? else {
        return ended(&visit, None);
    };
    let standing = offer.invitation.standing(app.clock().now());
    // An accepted invitation is let through for those who prove to be the one who accepted it: the other click of a double click.
    if matches!(standing, Standing::Revoked | Standing::Expired) {
        return ended(&visit, Some(standing));
    }
    let (form, client) = (posted.form, Client::of(&request));
    match (guest(&offer, user, login.as_ref(), &token), user) {
        (Guest::Known, Some(user)) => join_known(&app, &visit, &browser, offer, &token, user, form).await,
        (Guest::HasAccount { .. }, Some(_)) => {
            join_again(&app, &visit, &browser, offer, &token, form, &client).await
        }
        (Guest::New, _) => join_new(&app, &visit, &browser, offer, &token, form, &client).await,
        (other, _) => offer_page(
            &visit,
            409,
            &token,
            offer,
            form.name,
            other,
            FieldErrors::default(),
        ),
    }
}

/// Someone who is signed in as the one invited.
async fn join_known(
    app: &App,
    visit: &Visit,
    browser: &Session,
    offer: Offer,
    token: &str,
    user: UserId,
    form: AcceptForm,
) -> Reply {
    let name = match form.name() {
        Ok(name) => name,
        Err(errors) => return offer_page(visit, 422, token, offer, form.name, Guest::Known, errors),
    };
    let (org, org_name) = (offer.org, offer.org_name.clone());
    actions::accept(app, offer, user, name).await?;
    session::enter(browser, org)?;
    visit.go_with("/", Flash::done(format!("Welcome to {org_name}.")))
}

/// Someone without an account: makes one, and joins.
async fn join_new(
    app: &App,
    visit: &Visit,
    browser: &Session,
    offer: Offer,
    token: &str,
    form: AcceptForm,
    client: &Client,
) -> Reply {
    let name = match form.account(&offer.invitation.email, &offer.org_name) {
        Ok(name) => name,
        Err(errors) => return offer_page(visit, 422, token, offer, form.name, Guest::New, errors),
    };
    let (password_hash, email, locale) = (
        app.passwords.hash(form.password.clone()).await?,
        offer.invitation.email.clone(),
        offer.locale.clone(),
    );
    let made = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            Ok(logins::add_user(
                tx,
                &NewUser {
                    email: &email,
                    password_hash: &password_hash,
                    locale: &locale,
                },
            )?)
        })
        .await?;
    let Some(user) = made else {
        return join_again(app, visit, browser, offer, token, form, client).await;
    };
    arrive(app, visit, browser, offer, user, name, client).await
}

/// The account was made a moment ago by the other click of a double click: the right password joins, anything else signs in.
async fn join_again(
    app: &App,
    visit: &Visit,
    browser: &Session,
    offer: Offer,
    token: &str,
    form: AcceptForm,
    client: &Client,
) -> Reply {
    let guest = Guest::HasAccount {
        sign_in: format!("/sign-in?next=%2Finvitation%2F{token}"),
    };
    let Ok(name) = form.name() else {
        return offer_page(visit, 409, token, offer, form.name, guest, FieldErrors::default());
    };
    match sign_in::check_password(app, &offer.invitation.email, form.password, client).await? {
        Checked::Right { login, .. } if login.totp_confirmed_at.is_none() => {
            arrive(app, visit, browser, offer, login.id, name, client).await
        }
        _ => offer_page(visit, 409, token, offer, name, guest, FieldErrors::default()),
    }
}

async fn arrive(
    app: &App,
    visit: &Visit,
    browser: &Session,
    offer: Offer,
    user: UserId,
    name: String,
    client: &Client,
) -> Reply {
    let (org, org_name) = (offer.org, offer.org_name.clone());
    actions::accept(app, offer, user, name).await?;
    let arrival = sign_in::arrive(app, user, 0, client, visit.request).await?;
    session::begin(browser, user, arrival.epoch, Some(org), client)?;
    visit.go_with("/", Flash::done(format!("Welcome to {org_name}.")))
}
