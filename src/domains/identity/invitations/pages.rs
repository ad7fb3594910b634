//! Pages about invitations.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domains::identity::me::Me;
use crate::domains::identity::model::{Choice, InvitationId};
use crate::kernel::actor::{Role, Roles};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::forms::InviteForm;
use super::queries::{self, Invitation, Standing};

/// `/invitation/{token}`: what an invited person sees.
#[derive(Template)]
#[template(path = "identity/invitation.html")]
pub struct OfferPage {
    pub shell: Shell,
    pub path: String,
    pub org_name: String,
    pub inviter: String,
    pub email: String,
    pub display_name: String,
    pub errors: FieldErrors,
    pub guest: Guest,
}

/// Who opened the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guest {
    /// Nobody with an account yet.
    New,
    /// Someone whose address has an account; they sign in first.
    HasAccount {
        /// Where signing in leads back here.
        sign_in: String,
    },
    /// The one invited, signed in.
    Known,
    /// Someone else is signed in here.
    Other {
        /// As whom.
        email: String,
    },
}

/// `/admin/invitations`
#[derive(Template)]
#[template(path = "identity/invitations.html")]
pub struct InvitationsPage {
    pub shell: Shell,
    pub form: InviteForm,
    pub errors: FieldErrors,
    pub roles: Vec<Choice>,
    pub teams: Vec<Choice>,
    pub invitations: Vec<InvitationLine>,
    pub older: String,
    pub newer: String,
}

/// One invitation in the list.
pub struct InvitationLine {
    pub id: String,
    pub email: String,
    pub name: String,
    pub roles: String,
    pub team: String,
    pub state: &'static str,
    pub state_kind: &'static str,
    pub when: String,
    pub can_act: bool,
}

impl InvitationLine {
    fn new(invitation: Invitation, team: Option<String>, now: DateTime<Utc>, zone: Tz) -> Self {
        let at = |moment: DateTime<Utc>| time::local_date_time(moment, zone);
        let (state, state_kind, when) = match invitation.standing(now) {
            Standing::Open => ("Open", "accent", format!("until {}", at(invitation.expires_at))),
            Standing::Accepted => (
                "Accepted",
                "positive",
                invitation.accepted_at.map(at).unwrap_or_default(),
            ),
            Standing::Revoked => (
                "Taken back",
                "",
                invitation.revoked_at.map(at).unwrap_or_default(),
            ),
            Standing::Expired => ("Expired", "warning", at(invitation.expires_at)),
        };
        let can_act = matches!(invitation.standing(now), Standing::Open | Standing::Expired);
        let roles: Roles = invitation.roles.into_iter().collect();
        Self {
            id: invitation.id.to_string(),
            email: invitation.email,
            name: invitation.display_name,
            roles: roles.labels(),
            team: team.unwrap_or_else(|| "none".to_owned()),
            state,
            state_kind,
            when,
            can_act,
        }
    }
}

const PAGE: usize = 50;

impl InvitationsPage {
    pub fn new(
        tx: &mut TenantTx<'_>,
        me: &Me,
        form: InviteForm,
        errors: FieldErrors,
        before: Option<InvitationId>,
    ) -> Result<Self, AppError> {
        let now = tx.now();
        let mut rows = queries::page(tx, before, PAGE as i64 + 1)?;
        let has_more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let last = rows
            .last()
            .map(|(invitation, _)| invitation.id)
            .filter(|_| has_more);
        let roles = Role::ALL.iter().map(|role| Choice {
            value: role.as_str().to_owned(),
            label: role.label().to_owned(),
            chosen: form.roles.iter().any(|chosen| chosen == role.as_str()),
        });
        let teams = queries::teams(tx)?.into_iter().map(|(id, name)| {
            let value = id.to_string();
            Choice {
                chosen: form.team == value,
                label: name,
                value,
            }
        });
        Ok(Self {
            shell: me.shell(tx)?,
            roles: roles.collect(),
            teams: teams.collect(),
            invitations: rows
                .into_iter()
                .map(|(invitation, team)| InvitationLine::new(invitation, team, now, me.zone))
                .collect(),
            older: last
                .map(|id| format!("/admin/invitations?before={id}"))
                .unwrap_or_default(),
            newer: if before.is_some() {
                "/admin/invitations".to_owned()
            } else {
                String::new()
            },
            form,
            errors,
        })
    }
}
