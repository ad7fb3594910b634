//! The signed-in member as an argument: a handler that takes [`Me`] cannot run for anyone else.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{OrgId, UserId};
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::web::session::{EPOCH, ORG, USER};
use crate::platform::web::{Shell, Visit};

use super::directory::Known;

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

    /// The shell around this member's page.
    ///
    /// # Errors
    /// When a count cannot be read.
    pub fn shell(&self, tx: &mut TenantTx<'_>) -> Result<Shell, AppError> {
        self.app.shell(tx, &self.visit, &self.known.member, &self.known.organizations)
    }

    /// Reads `work` in one transaction of this member. For writes use [`crate::platform::db::Db::once`].
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn tenant<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>, &Me) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let me = self.clone();
        self.app.db.tenant(&self.scope(), move |tx| work(tx, &me)).await
    }
}

impl FromRequest for Me {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let session = request.get_session();
            let text = |key: &str| session.get::<String>(key).ok().flatten();
            let user: Option<UserId> = text(USER).and_then(|user| user.parse().ok());
            let org: Option<OrgId> = text(ORG).and_then(|org| org.parse().ok());
            let epoch = session.get::<i32>(EPOCH).ok().flatten();
            let app = request.app_data::<web::Data<App>>().cloned().ok_or(AppError::Unavailable)?;
            let (Some(user), Some(org)) = (user, org) else { return Err(AppError::SignInRequired) };
            let known = app.directory.look_up(user, org).await?.ok_or(AppError::SignInRequired)?;
            if Some(known.member.auth_epoch) != epoch {
                return Err(AppError::SignInRequired);
            }
            Ok(Self { visit: Visit::of(&request), app, known })
        })
    }
}
