//! What the columns of a file are.

use unicode_normalization::UnicodeNormalization;

use crate::domains::people::fields::model::CustomField;
use crate::kernel::ids::FieldId;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Name,
    GivenName,
    FamilyName,
    Email,
    Phone,
    Worksite,
    Department,
    Shift,
    Stage,
    JoinedOn,
    Language,
    Tags,
    /// A field of the organization's own.
    Field(FieldId),
}

/// The targets every organization has: the word stored, the words people read, and headers that mean it, folded.
pub const TARGETS: &[(Target, &str, &str, &[&str])] = &[
    (
        Target::Name,
        "name",
        "Name",
        &[
            "name",
            "full name",
            "display name",
            "member",
            "member name",
            "employee",
            "employee name",
            "nom complet",
            "nom et prenom",
            "prenom et nom",
            "membre",
            "employe",
        ],
    ),
    (
        Target::GivenName,
        "given_name",
        "Given name",
        &[
            "given name",
            "first name",
            "firstname",
            "first",
            "forename",
            "prenom",
        ],
    ),
    (
        Target::FamilyName,
        "family_name",
        "Family name",
        &[
            "family name",
            "last name",
            "lastname",
            "last",
            "surname",
            "nom",
            "nom de famille",
        ],
    ),
    (
        Target::Email,
        "email",
        "E-mail address",
        &[
            "email",
            "e mail",
            "mail",
            "email address",
            "e mail address",
            "courriel",
            "adresse courriel",
            "adresse email",
            "adresse e mail",
            "adresse electronique",
        ],
    ),
    (
        Target::Phone,
        "phone",
        "Phone number",
        &[
            "phone",
            "phone number",
            "mobile",
            "mobile phone",
            "cell",
            "cell phone",
            "cellphone",
            "telephone",
            "tel",
            "numero de telephone",
            "cellulaire",
            "portable",
            "telephone mobile",
        ],
    ),
    (
        Target::Worksite,
        "worksite",
        "Worksite",
        &[
            "worksite",
            "work site",
            "site",
            "workplace",
            "location",
            "employer",
            "facility",
            "lieu de travail",
            "lieu",
            "etablissement",
            "employeur",
        ],
    ),
    (
        Target::Department,
        "department",
        "Department",
        &["department", "dept", "unit", "departement", "service", "unite"],
    ),
    (
        Target::Shift,
        "shift",
        "Shift",
        &["shift", "quart", "quart de travail", "horaire", "equipe"],
    ),
    (
        Target::Stage,
        "stage",
        "How far they are",
        &[
            "stage",
            "status",
            "membership",
            "membership status",
            "statut",
            "etape",
            "adhesion",
        ],
    ),
    (
        Target::JoinedOn,
        "joined_on",
        "Day they joined",
        &[
            "joined",
            "joined on",
            "join date",
            "date joined",
            "member since",
            "membership date",
            "date d adhesion",
            "date adhesion",
            "membre depuis",
        ],
    ),
    (
        Target::Language,
        "language",
        "Language",
        &[
            "language",
            "lang",
            "locale",
            "preferred language",
            "langue",
            "langue preferee",
        ],
    ),
    (
        Target::Tags,
        "tags",
        "Tags",
        &[
            "tags",
            "tag",
            "labels",
            "groups",
            "etiquettes",
            "groupes",
            "mots cles",
        ],
    ),
];

impl Target {
    /// The word stored for it.
    pub fn word(self) -> String {
        match self {
            Self::Field(id) => format!("field:{id}"),
            known => TARGETS
                .iter()
                .find(|(target, ..)| *target == known)
                .map_or(String::new(), |(_, word, ..)| (*word).to_owned()),
        }
    }

    /// What a stored word means, when it means anything to this organization.
    pub fn of(word: &str, fields: &[CustomField]) -> Option<Self> {
        if let Some(id) = word.strip_prefix("field:") {
            let id: FieldId = id.parse().ok()?;
            return fields
                .iter()
                .any(|field| field.id == id)
                .then_some(Self::Field(id));
        }
        TARGETS
            .iter()
            .find(|(_, known, ..)| *known == word)
            .map(|(target, ..)| *target)
    }
}

/// A header without case, accents and punctuation.
fn folded(header: &str) -> String {
    let plain: String = header
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    plain
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What each column probably is, from its header in English or French, or from the name of one of the organization's own fields.
/// Each meaning is given to one column, the first that has it.
pub fn guess(header: &[String], fields: &[CustomField]) -> Vec<String> {
    let mut taken = Vec::new();
    header
        .iter()
        .map(|name| {
            let name = folded(name);
            let own = fields
                .iter()
                .find(|field| folded(&field.name) == name)
                .map(|field| Target::Field(field.id));
            let known = || {
                TARGETS
                    .iter()
                    .find(|(.., headers)| headers.contains(&name.as_str()))
                    .map(|(target, ..)| *target)
            };
            match own.or_else(known) {
                Some(target) if !taken.contains(&target) => {
                    taken.push(target);
                    target.word()
                }
                _ => String::new(),
            }
        })
        .collect()
}

/// How many of the organization's own fields and of the others can be chosen, for a select: value and words.
pub fn offered(fields: &[CustomField]) -> Vec<(String, String)> {
    TARGETS
        .iter()
        .map(|(target, _, label, _)| (target.word(), (*label).to_owned()))
        .chain(
            fields
                .iter()
                .map(|field| (Target::Field(field.id).word(), field.name.clone())),
        )
        .collect()
}
