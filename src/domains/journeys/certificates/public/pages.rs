//! A certificate as outsiders see it.

use askama::Template;

use crate::domains::journeys::certificates::model::{Certificate, Standing};
use crate::domains::journeys::certificates::words::Words;
use crate::platform::web::Shell;

/// `/certificates/{token}`
#[derive(Template)]
#[template(path = "journeys/certificates/public.html")]
pub struct PublicPage {
    pub shell: Shell,
    pub token: String,
    /// Nothing when there is no such certificate, or no longer.
    pub one: Option<Certificate>,
    pub standing: Standing,
    /// The language of the page.
    pub words: Words,
    /// The other language: its code, and what it calls itself.
    pub other: (&'static str, &'static str),
    pub issued: String,
    /// Until when it is good, or since when it no longer is; empty when it is for good.
    pub until: String,
}
