//! Making and revoking tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domains::identity::events::{TokenCreated, TokenRevoked};
use crate::domains::identity::model::TokenId;
use crate::domains::identity::queries as logins;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::audit::Entry;
use crate::platform::crypto::{self, KeyRing};
use crate::platform::db::TenantTx;

use super::forms::NewToken;
use super::queries;

/// The secret that a form's key stands for: a form sent twice makes one token and shows the same secret both times.
pub fn secret(keys: &KeyRing, member: MemberId, form_key: Uuid) -> String {
    let bytes = keys.sign("api-token", format!("{member}/{form_key}").as_bytes());
    format!("wm_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Makes a token of the acting member with this secret.
pub fn create(tx: &mut TenantTx<'_>, secret: &str, token: &NewToken) -> Result<TokenId, AppError> {
    if i64::try_from(queries::mine(tx)?.len()).unwrap_or(i64::MAX) >= queries::MOST {
        return Err(AppError::Conflict(
            "You have 25 working tokens. Revoke one you no longer need first.".to_owned(),
        ));
    }
    let (id, me) = (tx.new_id::<TokenId>(), tx.my_id()?);
    queries::add(tx, id, &crypto::digest(secret), token)?;
    let after = serde_json::json!({ "name": token.name, "scopes": token.scopes, "days": token.days });
    tx.audit(Entry::of("identity.token.created", "token", id).after(after))?;
    tx.emit(&TokenCreated {
        token: id,
        member: me,
    })?;
    Ok(id)
}

/// Ends a token of the acting member at once.
pub fn revoke(tx: &mut TenantTx<'_>, id: TokenId) -> Result<(), AppError> {
    let me = tx.my_id()?;
    if !queries::revoke(tx, id)? {
        return Err(AppError::NotFound);
    }
    logins::tell_my_access_changed(tx)?;
    tx.audit(Entry::of("identity.token.revoked", "token", id))?;
    tx.emit(&TokenRevoked {
        token: id,
        member: me,
    })
    .map(|_| ())
}
