//! `/i/{picture}`: an image for whoever has its address. It stands in mail, so nobody signs in for it, and mail programs and the
//! machines before them keep it for as long as they like.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::db::TenantScope;
use crate::platform::files::{self, Kept, Rendition};
use crate::platform::web::download::{Keeping, Wanted};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef};

use super::{Address, queries};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/i/{picture}", Access::Public, Rate::Standard, show)]
}

async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    picture: web::Path<String>,
    rendition: web::Query<Rendition>,
) -> Reply {
    let address = Address::read(&picture).ok_or(AppError::NotFound)?;
    let wanted = Wanted::of(&request);
    let scope = TenantScope::of_portal(address.org, "campaigns.images");
    let found = app
        .db
        .tenant(&scope, move |tx| Ok(queries::by_tokens(tx, &[address.token])?))
        .await?;
    let image = found.into_iter().next().ok_or(AppError::NotFound)?;
    let kept = Kept {
        id: image.id.0,
        name: &image.name,
        storage_key: &image.storage_key,
        thumb_key: Some(&image.thumb_key),
        keeping: Keeping::ForGood,
    };
    let mut response = files::send(app.storage.as_ref(), kept, &rendition, &wanted).await?;
    // Mail is read on the pages of others, and in frames that have an origin of their own.
    response.headers_mut().insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    Ok(response)
}
