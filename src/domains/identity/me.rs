//! The signed-in member as an argument: a handler that takes [`Me`] cannot run for anyone else.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{OrgId, UserId};
use crate::platform::db::{SystemTask, TenantScope, TenantTx};
use crate::platform::web::errors::Detour;
use crate::platform::web::session::{EPOCH, ORG, USER};
use crate::platform::web::typed::Watched;
use crate::platform::web::{Shell, Visit};

use super::directory::Known;
use super::queries;

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// Who sent this request, in which organization.
#[derive(Clone)]
pub struct Me {
    app: web::Data<App>,
    known: Arc<Known>,
    /// The request.
    pub visit: Visit,
}

impl std::ops::Deref for Me {
    type Target = Member;
    fn deref(&self) -> &Member {
        &self.known.member
    }
}

impl Me {
    /// The scope of this request's transactions.
    pub fn scope(&self) -> TenantScope {
        TenantScope::of_member(self.known.member.clone(), self.visit.request)
    }

    /// The login's address.
    pub fn email(&self) -> &str {
        &self.known.email
    }

    /// Whether the login asks for a second factor.
    pub fn has_second_factor(&self) -> bool {
        self.known.has_second_factor
    }

    /// Whether the organization asks this member for a second factor that is not there yet.
    pub fn must_enrol(&self) -> bool {
        self.known.must_enrol
    }

    /// The shell around this member's page.
    ///
    /// # Errors
    /// When a count cannot be read.
    pub fn shell(&self, tx: &mut TenantTx<'_>) -> Result<Shell, AppError> {
        self.app
            .shell(tx, &self.visit, &self.known.member, &self.known.organizations)
    }

    /// Reads `work` in one transaction of this member. For writes use [`crate::platform::db::Db::once`].
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn tenant<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>, &Me) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.work(self.scope(), work).await
    }

    /// [`Me::tenant`] where the scope should be [`TenantScope::keeping_plans`].
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn tenant_keeping_plans<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>, &Me) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.work(self.scope().keeping_plans(), work).await
    }

    async fn work<T: Send + 'static>(
        &self,
        scope: TenantScope,
        work: impl FnOnce(&mut TenantTx<'_>, &Me) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let me = self.clone();
        self.app.db.tenant(&scope, move |tx| work(tx, &me)).await
    }
}

impl FromRequest for Me {
    type Error = AppError;
    type Future = Extracting<Self>;

    /// When nobody is signed in (any more), what a form sent is kept with the request, so that nothing typed is lost.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (watched, request) = (Watched::body(request, payload), request.clone());
        Box::pin(async move {
            match admitted(&request).await {
                Ok(me) if me.must_enrol() => {
                    watched.keep(&request).await;
                    detour(&request, "/me/security");
                    Err(Denied::because(
                        "Your organization asks people with your roles for a second factor. Set it up first.",
                    )
                    .into())
                }
                Ok(me) => Ok(me),
                Err(error) => {
                    watched.keep(&request).await;
                    Err(error)
                }
            }
        })
    }
}

/// A member who may still lack the second factor their organization asks for: for the pages where it is set up, and for
/// leaving. Every other handler takes [`Me`].
pub struct Enrolling(pub Me);

impl FromRequest for Enrolling {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (watched, request) = (Watched::body(request, payload), request.clone());
        Box::pin(async move {
            match admitted(&request).await {
                Ok(me) => Ok(Self(me)),
                Err(error) => {
                    watched.keep(&request).await;
                    Err(error)
                }
            }
        })
    }
}

/// A signed-in login, perhaps without an organization to be in.
pub struct Login {
    /// The login.
    pub user: UserId,
    /// Its address.
    pub email: String,
    /// Where it is, when it is anywhere.
    pub org: Option<OrgId>,
    /// The request.
    pub visit: Visit,
}

impl FromRequest for Login {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app(&request)?;
            let (user, org, epoch) = session_of(&request).ok_or(AppError::SignInRequired)?;
            let stored = app
                .db
                .system(SystemTask::SignIn, move |tx| Ok(queries::credentials(tx, user)?))
                .await?;
            let stored = stored
                .filter(|stored| stored.auth_epoch == epoch)
                .ok_or(AppError::SignInRequired)?;
            Ok(Self {
                user,
                email: stored.email,
                org,
                visit: Visit::of(&request),
            })
        })
    }
}

/// The member behind the session's cookie, whatever the organization asks of them.
async fn admitted(request: &HttpRequest) -> Result<Me, AppError> {
    let app = app(request)?;
    let (user, org, epoch) = session_of(request).ok_or(AppError::SignInRequired)?;
    let known = match org {
        Some(org) => app.directory.look_up(user, org).await?,
        None => None,
    };
    let Some(known) = known else {
        detour(request, "/organization");
        return Err(AppError::SignInRequired);
    };
    if known.member.auth_epoch != epoch {
        return Err(AppError::SignInRequired);
    }
    Ok(Me {
        visit: Visit::of(request),
        app,
        known,
    })
}

/// The frame of the pages of whoever sent this request, for error pages; none when nobody is signed in.
pub fn frame(request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<Shell>>>> {
    Box::pin(async move {
        let (user, org, epoch) = session_of(&request)?;
        let app = app(&request).ok()?;
        let known = app.directory.look_up(user, org?).await.ok()??;
        let me = Me {
            visit: Visit::of(&request),
            app,
            known,
        };
        if me.auth_epoch != epoch {
            return None;
        }
        me.tenant(|tx, me| me.shell(tx)).await.ok()
    })
}

/// The member behind the session of an API request, held to the same rules as pages.
pub(super) async fn known_by_session(request: &HttpRequest) -> Result<Arc<Known>, AppError> {
    admitted(request).await.map(|me| me.known)
}

/// Whether a session names somebody, who may not be let in for all that.
pub(super) fn has_session(request: &HttpRequest) -> bool {
    session_of(request).is_some()
}

fn session_of(request: &HttpRequest) -> Option<(UserId, Option<OrgId>, i32)> {
    let session = request.get_session();
    let text = |key: &str| session.get::<String>(key).ok().flatten();
    let user = text(USER)?.parse().ok()?;
    let org = text(ORG).and_then(|org| org.parse().ok());
    let epoch = session.get::<i32>(EPOCH).ok().flatten()?;
    Some((user, org, epoch))
}

fn app(request: &HttpRequest) -> Result<web::Data<App>, AppError> {
    request
        .app_data::<web::Data<App>>()
        .cloned()
        .ok_or(AppError::Unavailable)
}

/// Where a browser is led instead of being shown the refusal.
fn detour(request: &HttpRequest, to: &'static str) {
    request.extensions_mut().insert(Detour(to));
}
