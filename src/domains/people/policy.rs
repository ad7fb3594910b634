//! Who arranges and who sees. Pure; writers demand the proofs made here.

use crate::domains::tenancy::Person;
use crate::kernel::actor::{Actor, Role, Roles};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

use super::model::AssignmentKind;

/// Whether somebody with these roles can be given people to look after.
pub fn can_be_steward(roles: Roles) -> bool {
    roles.any(&[Role::Steward, Role::Coach])
}

/// That worksites and assignments may be changed.
pub struct Arranging(());

/// Whether the actor arranges worksites and who looks after whom.
///
/// # Errors
/// [`Denied`] for others than admins.
pub fn may_arrange(actor: &Actor) -> Result<Arranging, Denied> {
    if actor.roles().has(Role::Admin) {
        return Ok(Arranging(()));
    }
    Err(Denied::because("Only admins arrange worksites and stewards."))
}

/// Whether the actor may look at worksites and who looks after the people there.
///
/// # Errors
/// [`Denied`] for others than stewards and admins.
pub fn may_see_worksites(actor: &Actor) -> Result<(), Denied> {
    if actor.roles().any(&[Role::Admin, Role::Steward]) {
        return Ok(());
    }
    Err(Denied::because("Worksites are for stewards and admins."))
}

/// That people may be brought in from a file, and imports looked at and taken back.
pub struct Importing(());

/// Whether the actor brings people in from files: admins, as with everything about who belongs here.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_import(actor: &Actor) -> Result<Importing, Denied> {
    match actor.roles().has(Role::Admin) {
        true => Ok(Importing(())),
        false => Err(Denied::because("Only admins import people.")),
    }
}

/// Whose records a list of people shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Everybody's but their own: who administers people.
    Everybody(MemberId),
    /// Those an assignment in force reaches.
    Own(MemberId),
}

impl Listing {
    /// Who looks.
    pub fn viewer(self) -> MemberId {
        match self {
            Self::Everybody(me) | Self::Own(me) => me,
        }
    }
}

/// Whether the actor finds people by their records, and whose.
///
/// # Errors
/// [`Denied`] for who neither administers nor looks after people.
pub fn may_list(actor: &Actor) -> Result<Listing, Denied> {
    let roles = actor.roles();
    match actor.member_id() {
        Some(me) if roles.any(&[Role::Admin, Role::PrivacyOfficer]) => Ok(Listing::Everybody(me)),
        Some(me) if can_be_steward(roles) => Ok(Listing::Own(me)),
        _ => Err(Denied::because("Records are for who looks after people.")),
    }
}

/// That words may be put on many people at once.
pub struct Tagging(Listing);

impl Tagging {
    /// Whom they can be put on.
    pub fn listing(&self) -> Listing {
        self.0
    }
}

/// Whether the actor changes records that they find: stewards those of their own people, admins all.
///
/// # Errors
/// [`Denied`] for privacy officers, who read only, and for everyone without records.
pub fn may_tag(actor: &Actor) -> Result<Tagging, Denied> {
    let listing = may_list(actor)?;
    match listing {
        Listing::Everybody(_) if !actor.roles().has(Role::Admin) => Err(Denied::because(
            "You may read these records. Stewards and admins change them.",
        )),
        listing => Ok(Tagging(listing)),
    }
}

/// That records may be exported.
pub struct Exporting(Listing);

impl Exporting {
    /// Whose.
    pub fn listing(&self) -> Listing {
        self.0
    }
}

/// Whether the actor exports records they see, when `roles` may besides admins.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_export(actor: &Actor, roles: &[Role]) -> Result<Exporting, Denied> {
    let listing = may_list(actor)?;
    match actor.roles().has(Role::Admin) || actor.roles().any(roles) {
        true => Ok(Exporting(listing)),
        false => Err(Denied::because(
            "Records are exported by admins, and by the roles an admin lets do it.",
        )),
    }
}

/// What is told to who may not do something to a worksite/// What is told to who may not do something to a worksite or an assignment: that they may not when they see it, else that there
/// is none.
pub fn hidden_or(actor: &Actor, denied: Denied) -> AppError {
    match may_see_worksites(actor) {
        Ok(()) => denied.into(),
        Err(_) => AppError::NotFound,
    }
}

/// That this steward's days away may be noted.
pub struct Absence(MemberId);

impl Absence {
    /// Whose.
    pub fn steward(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor may note that `steward` is away: oneself, and admins.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_note_absence(actor: &Actor, steward: MemberId) -> Result<Absence, Denied> {
    if actor.member_id() == Some(steward) || actor.roles().has(Role::Admin) {
        return Ok(Absence(steward));
    }
    Err(Denied::because(
        "Only they themselves or an admin can say that somebody is away.",
    ))
}

/// Through what somebody sees a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// An assignment in force reaches the person.
    Assigned(AssignmentKind),
    /// They administer the organization's people. It shows no note.
    Office,
}

/// That this person's record may be seen.
pub struct Seeing<'a> {
    person: &'a Person,
    sight: Sight,
    is_admin: bool,
}

impl Seeing<'_> {
    /// Whose.
    pub fn person(&self) -> &Person {
        self.person
    }

    /// Whether phone numbers are shown: not to those who are still learning.
    pub fn with_phones(&self) -> bool {
        match self.sight {
            Sight::Assigned(kind) => kind.is_full(),
            Sight::Office => true,
        }
    }

    /// Whether the organization's own fields that are sensitive are shown: to admins alone.
    pub fn with_sensitive(&self) -> bool {
        self.is_admin
    }

    /// Whether notes can be written and read: for that one has to be assigned.
    pub fn by_assignment(&self) -> bool {
        matches!(self.sight, Sight::Assigned(_))
    }
}

/// Whether the actor sees the record of `person`, whom `assigned` says how they look after.
///
/// # Errors
/// [`AppError::NotFound`] for oneself and for everyone without an assignment or the office: they are not to know that there
/// is a record.
pub fn may_see<'a>(
    actor: &Actor,
    person: &'a Person,
    assigned: Option<AssignmentKind>,
) -> Result<Seeing<'a>, AppError> {
    if actor.member_id() == Some(person.card.id) {
        return Err(AppError::NotFound);
    }
    let sight = match assigned {
        Some(kind) => Sight::Assigned(kind),
        None if actor.roles().any(&[Role::Admin, Role::PrivacyOfficer]) => Sight::Office,
        None => return Err(AppError::NotFound),
    };
    Ok(Seeing {
        person,
        sight,
        is_admin: actor.roles().has(Role::Admin),
    })
}

/// That this person's record may be changed.
pub struct Changing<'a>(&'a Person);

impl Changing<'_> {
    /// Whose.
    pub fn person(&self) -> &Person {
        self.0
    }
}

/// Whether who sees a record may change it too.
///
/// # Errors
/// [`Denied`] for stewards in training and privacy officers.
pub fn may_change<'a>(actor: &Actor, seeing: &Seeing<'a>) -> Result<Changing<'a>, Denied> {
    let may = match seeing.sight {
        Sight::Assigned(kind) => kind.is_full() || actor.roles().has(Role::Admin),
        Sight::Office => actor.roles().has(Role::Admin),
    };
    match may {
        true => Ok(Changing(seeing.person)),
        false => Err(Denied::because(
            "You may read this record. Their steward or an admin changes it.",
        )),
    }
}

/// That this person may be given an office, or that theirs may be ended.
pub struct Appointing(MemberId);

impl Appointing {
    /// Whose office it is.
    pub fn member(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor gives an office to `member`: an admin, and never to themselves, since an office shows what admins do not
/// see.
///
/// # Errors
/// [`Denied`] for others than admins; [`AppError::Invalid`] at `holder` for oneself.
pub fn may_appoint(actor: &Actor, member: MemberId) -> Result<Appointing, AppError> {
    if !actor.roles().has(Role::Admin) {
        return Err(Denied::because("Only admins give offices.").into());
    }
    if actor.member_id() == Some(member) {
        return Err(AppError::field(
            "holder",
            "You cannot give an office to yourself. Ask another admin.",
        ));
    }
    Ok(Appointing(member))
}

/// Whether the actor ends an office of `member`: an admin, and whoever holds it.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_end_office(actor: &Actor, member: MemberId) -> Result<Appointing, Denied> {
    if actor.roles().has(Role::Admin) || actor.member_id() == Some(member) {
        return Ok(Appointing(member));
    }
    Err(Denied::because(
        "An office is ended by an admin, or by who holds it.",
    ))
}
