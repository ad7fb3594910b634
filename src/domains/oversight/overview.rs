//! `/admin`: everything that those who look after an organization can do, on one page.

use actix_web::web;
use askama::Template;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::Denied;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::get;
use crate::platform::web::{Access, Reply, RouteDef, Shell};

/// Those who have something to look after.
const CARETAKERS: &[Role] = &[
    Role::Admin,
    Role::PrivacyOfficer,
    Role::Steward,
    Role::Communicator,
];

/// Where mail is kept instead of sent, on installations set up so.
const OUTBOX: &str = "/outbox";

/// The route.
pub fn routes() -> Vec<RouteDef> {
    vec![get("/admin", Access::Roles(CARETAKERS), Rate::Standard, show)]
}

/// Something that can be done.
struct Place {
    href: &'static str,
    icon: &'static str,
    label: &'static str,
    text: &'static str,
    roles: &'static [Role],
}

/// A heading and what stands under it.
struct Area {
    title: &'static str,
    places: &'static [Place],
}

const AREAS: &[Area] = &[
    Area {
        title: "People",
        places: &[
            Place {
                href: "/people",
                icon: "users",
                label: "People",
                text: "Find anyone, change roles, suspend, restore, note who left.",
                roles: &[Role::Admin],
            },
            Place {
                href: "/admin/invitations",
                icon: "user-plus",
                label: "Invitations",
                text: "Invite by e-mail, see who has not answered, take an invitation back.",
                roles: &[Role::Admin],
            },
            Place {
                href: "/contexts",
                icon: "building-2",
                label: "Teams and groups",
                text: "Teams, challenges, cohorts and sponsors, and who belongs to them.",
                roles: &[Role::Admin],
            },
        ],
    },
    Area {
        title: "What is said",
        places: &[
            Place {
                href: "/moderation",
                icon: "flag",
                label: "Reports",
                text: "Messages that somebody reported, and what was decided.",
                roles: &[Role::Admin, Role::Steward],
            },
            Place {
                href: "/broadcasts",
                icon: "megaphone",
                label: "Broadcasts",
                text: "What was sent to many, who saw it, who has not acknowledged.",
                roles: &[Role::Admin, Role::Communicator],
            },
            Place {
                href: "/broadcasts/log",
                icon: "scroll-text",
                label: "Broadcast log",
                text: "Every broadcast that was ever made, sent or cancelled; nobody can change it.",
                roles: &[Role::Admin, Role::PrivacyOfficer],
            },
            Place {
                href: "/admin/retention",
                icon: "archive",
                label: "Retention",
                text: "How long channels keep messages, and which are under legal hold.",
                roles: &[Role::Admin, Role::PrivacyOfficer],
            },
        ],
    },
    Area {
        title: "The organization",
        places: &[
            Place {
                href: "/admin/organization",
                icon: "settings",
                label: "Organization",
                text: "Its name, time zone and language, and who must use a second factor.",
                roles: &[Role::Admin],
            },
            Place {
                href: OUTBOX,
                icon: "mail",
                label: "Outgoing mail",
                text: "The mail this installation would have sent, as it would arrive.",
                roles: &[Role::Admin],
            },
        ],
    },
    Area {
        title: "Oversight",
        places: &[
            Place {
                href: "/admin/audit",
                icon: "history",
                label: "Audit log",
                text: "Who changed what and when, with before and after.",
                roles: &[Role::Admin, Role::PrivacyOfficer],
            },
            Place {
                href: "/admin/bus",
                icon: "route",
                label: "Module bus",
                text: "Which facts travel between the modules, what waits and what failed.",
                roles: &[Role::Admin],
            },
            Place {
                href: "/api",
                icon: "file-text",
                label: "API",
                text: "The endpoints for programs, described for people.",
                roles: &[Role::Admin],
            },
            Place {
                href: "/help/operators",
                icon: "monitor",
                label: "For operators",
                text: "Backup, upgrade, several processes, health and metrics.",
                roles: &[Role::Admin],
            },
        ],
    },
];

/// One area as printed.
pub struct AreaCard {
    pub title: &'static str,
    pub lines: Vec<PlaceLine>,
}

/// One place as printed.
pub struct PlaceLine {
    pub href: &'static str,
    pub icon: &'static str,
    pub label: &'static str,
    pub text: &'static str,
}

/// `/admin`
#[derive(Template)]
#[template(path = "oversight/overview.html")]
struct OverviewPage {
    shell: Shell,
    areas: Vec<AreaCard>,
}

/// What this member may do, of what this build can do.
fn areas(me: &Member, app: &App) -> Vec<AreaCard> {
    let exists = |href: &str| app.register.answers(href) && (href != OUTBOX || app.config.mail.outbox_page);
    let open = |place: &&Place| me.roles.any(place.roles) && exists(place.href);
    let line = |place: &Place| PlaceLine {
        href: place.href,
        icon: place.icon,
        label: place.label,
        text: place.text,
    };
    AREAS
        .iter()
        .map(|area| AreaCard {
            title: area.title,
            lines: area.places.iter().filter(open).map(line).collect(),
        })
        .filter(|area| !area.lines.is_empty())
        .collect()
}

async fn show(me: Me, app: web::Data<App>) -> Reply {
    if !me.roles.any(CARETAKERS) {
        return Err(Denied::because("This page is for those who look after the organization.").into());
    }
    let areas = areas(&me, &app);
    let page = me
        .tenant(move |tx, me| {
            Ok(OverviewPage {
                shell: me.shell(tx)?,
                areas,
            })
        })
        .await?;
    me.visit.page(&page)
}
