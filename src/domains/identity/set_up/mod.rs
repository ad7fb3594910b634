//! The first organization, and what the operator's command line makes: organizations, admins, reset links.

mod actions;
mod forms;
mod pages;
mod queries;
mod routes;

pub use actions::{
    Founded, NewAdmin, NewOrganization, create_admin, create_organization_with_admin, tell_admin_created,
};
pub use routes::routes;
