//! The keys as admins see them.

use askama::Template;

use crate::domains::journeys::certificates::forms::WithdrawalForm;
use crate::domains::journeys::certificates::model::Key;
use crate::domains::journeys::certificates::queries;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::CertificateKeyId;
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions::keeping;

/// One key.
pub struct KeyLine {
    pub id: CertificateKeyId,
    /// By which it is told apart: the end of its name.
    pub mark: String,
    pub made: String,
    pub state: &'static str,
    pub tone: &'static str,
    /// What it signs, or why it was withdrawn.
    pub note: String,
    pub is_withdrawn: bool,
}

/// `/admin/signing-keys`
#[derive(Template)]
#[template(path = "journeys/certificates/keys.html")]
pub struct KeysPage {
    pub shell: Shell,
    pub keys: Vec<KeyLine>,
}

impl KeysPage {
    /// Every key of the organization.
    ///
    /// # Errors
    /// As [`keeping`].
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, me: &Member) -> Result<Self, AppError> {
        let by = keeping(tx)?;
        let signed = queries::signed(tx, &by)?;
        let count = |id| {
            signed
                .iter()
                .find(|(key, _)| *key == id)
                .map_or(0, |(_, count)| *count)
        };
        let keys = queries::keys(tx)?;
        Ok(Self {
            keys: keys.iter().map(|key| line(key, count(key.id), me)).collect(),
            shell,
        })
    }
}

fn mark(id: CertificateKeyId) -> String {
    let name = id.to_string();
    name.get(name.len().saturating_sub(12)..)
        .unwrap_or_default()
        .to_owned()
}

fn line(key: &Key, count: i64, me: &Member) -> KeyLine {
    let moment = |at| local_date_time(at, me.zone);
    let (state, tone) = match (key.withdrawn_at, key.retired_at) {
        (Some(_), _) => ("Withdrawn", "danger"),
        (None, Some(_)) => ("Kept for what it signed", ""),
        (None, None) => ("Signs", "positive"),
    };
    let signs = match count {
        0 => "no certificate that counts".to_owned(),
        1 => "1 certificate".to_owned(),
        count => format!("{count} certificates"),
    };
    KeyLine {
        id: key.id,
        mark: mark(key.id),
        made: moment(key.created_at),
        state,
        tone,
        note: match (key.withdrawn_at, key.retired_at) {
            (Some(at), _) => format!("withdrawn {}: {}", moment(at), key.reason),
            (None, Some(at)) => format!("signed until {} · {signs}", moment(at)),
            (None, None) => signs,
        },
        is_withdrawn: key.withdrawn_at.is_some(),
    }
}

/// `/admin/signing-keys/{key}/withdrawal`
#[derive(Template)]
#[template(path = "journeys/certificates/withdrawal.html")]
pub struct WithdrawalPage {
    pub shell: Shell,
    pub id: CertificateKeyId,
    pub mark: String,
    /// Whether it is the one that signs.
    pub is_current: bool,
    pub count: i64,
    pub form: WithdrawalForm,
    pub errors: FieldErrors,
}

impl WithdrawalPage {
    /// The question before a key is withdrawn.
    ///
    /// # Errors
    /// As [`keeping`]; [`AppError::Conflict`] when it was withdrawn before.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        id: CertificateKeyId,
        (form, errors): (WithdrawalForm, FieldErrors),
    ) -> Result<Self, AppError> {
        let by = keeping(tx)?;
        let key = queries::key_called(tx, id)?;
        if key.withdrawn_at.is_some() {
            return Err(AppError::Conflict("It was withdrawn before.".to_owned()));
        }
        let signed = queries::signed(tx, &by)?;
        Ok(Self {
            count: signed
                .iter()
                .find(|(key, _)| *key == id)
                .map_or(0, |(_, count)| *count),
            is_current: key.retired_at.is_none(),
            mark: mark(id),
            shell,
            id,
            form,
            errors,
        })
    }
}
