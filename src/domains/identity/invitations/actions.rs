//! Inviting, and accepting.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::config::Config;
use crate::domains::identity::events::{
    InvitationAccepted, InvitationCreated, InvitationRenewed, InvitationRevoked,
};
use crate::domains::identity::model::InvitationId;
use crate::domains::identity::policy::may_administer;
use crate::domains::identity::queries::{self as logins, NewMember};
use crate::domains::tenancy::events::{ContextJoined, MemberJoined};
use crate::domains::tenancy::model::MemberState;
use crate::kernel::actor::{Member, zone_or_utc};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{MemberId, UserId};
use crate::kernel::validate::handle_from;
use crate::platform::audit::Entry;
use crate::platform::crypto;
use crate::platform::db::{SystemTask, TenantScope, TenantTx};
use crate::platform::mail;

use super::forms::NewInvitation;
use super::letters::{self, Invite};
use super::queries::{self, Invitation, Offer, Standing};

/// Invites someone. `base` is the portal's address.
pub fn invite(
    tx: &mut TenantTx<'_>,
    config: &Config,
    base: &str,
    new: &NewInvitation,
) -> Result<InvitationId, AppError> {
    let admin = may_administer(tx.me()?)?;
    if queries::is_member(tx, &new.email)? {
        return Err(AppError::field(
            "email",
            "Somebody with this address is a member already.",
        ));
    }
    if queries::is_invited(tx, &new.email)? {
        return Err(AppError::field(
            "email",
            "This address has an open invitation. You can send it again from the list.",
        ));
    }
    if let Some(team) = new.team
        && !queries::is_open_team(tx, team)?
    {
        return Err(AppError::field("team", "Choose a team from the list."));
    }
    let (id, token, expires_at) = (
        tx.new_id::<InvitationId>(),
        crypto::link_token()?,
        expiry(tx, config),
    );
    queries::add(tx, admin, id, new, &crypto::digest(&token), expires_at)?;
    send(
        tx,
        config,
        base,
        &token,
        &new.email,
        &new.display_name,
        expires_at,
    )?;
    let after = serde_json::json!({ "roles": new.roles, "team": new.team });
    tx.audit(Entry::of("identity.invitation.created", "invitation", id).after(after))?;
    tx.emit(&InvitationCreated { invitation: id })?;
    Ok(id)
}

/// Sends an invitation again, under a new link and with its whole time ahead.
pub fn renew(tx: &mut TenantTx<'_>, config: &Config, base: &str, id: InvitationId) -> Result<(), AppError> {
    let admin = may_administer(tx.me()?)?;
    let invitation = unanswered(tx, id)?;
    let (token, expires_at) = (crypto::link_token()?, expiry(tx, config));
    queries::renew(tx, admin, id, &crypto::digest(&token), expires_at)?;
    send(
        tx,
        config,
        base,
        &token,
        &invitation.email,
        &invitation.display_name,
        expires_at,
    )?;
    tx.audit(Entry::of("identity.invitation.renewed", "invitation", id))?;
    tx.emit(&InvitationRenewed { invitation: id }).map(|_| ())
}

/// Takes an invitation back.
pub fn revoke(tx: &mut TenantTx<'_>, id: InvitationId) -> Result<(), AppError> {
    let admin = may_administer(tx.me()?)?;
    unanswered(tx, id)?;
    queries::revoke(tx, admin, id)?;
    tx.audit(Entry::of("identity.invitation.revoked", "invitation", id))?;
    tx.emit(&InvitationRevoked { invitation: id }).map(|_| ())
}

/// An invitation nobody has accepted and nobody has taken back.
fn unanswered(tx: &mut TenantTx<'_>, id: InvitationId) -> Result<Invitation, AppError> {
    let invitation = queries::locked(tx, id)?;
    match invitation.standing(tx.now()) {
        Standing::Open | Standing::Expired => Ok(invitation),
        Standing::Accepted => Err(AppError::Conflict(
            "This invitation was accepted meanwhile.".to_owned(),
        )),
        Standing::Revoked => Err(AppError::Conflict(
            "This invitation was taken back. Invite the person anew.".to_owned(),
        )),
    }
}

fn expiry(tx: &TenantTx<'_>, config: &Config) -> DateTime<Utc> {
    tx.now() + TimeDelta::hours(config.sessions.invitation_hours)
}

fn send(
    tx: &mut TenantTx<'_>,
    config: &Config,
    base: &str,
    token: &str,
    email: &str,
    display_name: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), AppError> {
    let (org_name, time_zone, locale) = queries::organization(tx)?;
    let letter = letters::invitation(Invite {
        email,
        display_name,
        inviter: &tx.me()?.name,
        org_name: &org_name,
        time_zone: &time_zone,
        locale: &locale,
        link: format!("{base}/invitation/{token}"),
        expires_at,
    });
    mail::post(tx, config, &letter)
}

/// Makes the login a member, as the invitation says; once, however often it is asked.
///
/// # Errors
/// [`AppError::Conflict`] when the invitation stopped working meanwhile; [`AppError::Denied`] for a suspended member.
pub async fn accept(app: &App, offer: Offer, user: UserId, name: String) -> Result<(), AppError> {
    let (org, email) = (offer.org, offer.invitation.email.clone());
    let existing = app
        .db
        .system(SystemTask::SignIn, move |tx| {
            match queries::member_id_of(tx, org, user)? {
                Some(member) => Ok(Some(member)),
                None => Ok(queries::written_down(tx, org, &email)?),
            }
        })
        .await?;
    let member = existing.unwrap_or_else(crate::kernel::ids::fresh::<MemberId>);
    let scope = TenantScope::of_member(newcomer(&offer, user, member, &name), member.0);
    app.db
        .tenant(&scope, move |tx| {
            let invitation = queries::locked(tx, offer.invitation.id)?;
            match (invitation.standing(tx.now()), queries::member_of(tx, user)?) {
                // The other click of a double click was faster.
                (Standing::Accepted, Some((_, MemberState::Active))) => Ok(()),
                (Standing::Open, found) => join(tx, &offer, &invitation, user, &name, found),
                _ => Err(AppError::Conflict("This invitation no longer works.".to_owned())),
            }
        })
        .await?;
    app.directory.forget_all();
    Ok(())
}

fn newcomer(offer: &Offer, user: UserId, member: MemberId, name: &str) -> Member {
    Member {
        org: offer.org,
        org_name: offer.org_name.clone(),
        member,
        user,
        name: name.to_owned(),
        handle: String::new(),
        roles: offer.invitation.roles.iter().copied().collect(),
        zone: zone_or_utc(&offer.time_zone),
        locale: offer.locale.clone(),
        auth_epoch: 0,
    }
}

fn join(
    tx: &mut TenantTx<'_>,
    offer: &Offer,
    invitation: &Invitation,
    user: UserId,
    name: &str,
    found: Option<(MemberId, MemberState)>,
) -> Result<(), AppError> {
    let me = tx.my_id()?;
    match found {
        Some((_, MemberState::Suspended)) => {
            return Err(
                Denied::because("Your membership here is paused. Ask an admin of the organization.").into(),
            );
        }
        Some((member, _)) if member != me => {
            return Err(AppError::Conflict(
                "You have just become a member by another invitation. Open the portal.".to_owned(),
            ));
        }
        Some((member, _)) => queries::welcome_back(tx, member)?,
        // Whom an import wrote down keeps their record, their stewards and what was noted about them.
        None if queries::give_login(tx, me, user, name)? => {}
        None => add(tx, offer, user, me, name)?,
    }
    queries::grant(tx, me, &invitation.roles)?;
    if let Some(team) = invitation.team_id
        && queries::is_open_team(tx, team)?
        && queries::join_team(tx, team, me)?
    {
        tx.emit(&ContextJoined {
            context: team,
            member: me,
            is_leader: false,
        })?;
    }
    queries::mark_accepted(tx, invitation.id)?;
    let after = serde_json::json!({ "member": me, "roles": invitation.roles, "team": invitation.team_id });
    tx.audit(Entry::of("identity.invitation.accepted", "invitation", invitation.id).after(after))?;
    tx.emit(&MemberJoined { member: me })?;
    tx.emit(&InvitationAccepted {
        invitation: invitation.id,
        member: me,
    })
    .map(|_| ())
}

fn add(
    tx: &mut TenantTx<'_>,
    offer: &Offer,
    user: UserId,
    member: MemberId,
    name: &str,
) -> Result<(), AppError> {
    let (org, now) = (tx.org(), tx.now());
    let handle = logins::free_handle(tx.conn(), org, &handle_from(name))?;
    let row = NewMember {
        org_id: org,
        id: member,
        user_id: user,
        display_name: name,
        handle: &handle,
        email: &offer.invitation.email,
        time_zone: &offer.time_zone,
        locale: &offer.locale,
        created_at: now,
        last_active_at: Some(now),
    };
    Ok(logins::add_member(tx.conn(), &row, &[])?)
}
