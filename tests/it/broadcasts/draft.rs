//! Writing broadcasts as people do.

use chrono::TimeDelta;

use crate::support::page::Page;
use crate::support::portal::{Actor, Portal};

/// A broadcast being written.
#[derive(Clone)]
pub struct Draft {
    fields: Vec<(&'static str, String)>,
    requires_ack: bool,
}

impl Draft {
    /// To everyone in the organization.
    pub fn to_everyone(title: &str) -> Self {
        Self {
            fields: vec![
                ("title", title.to_owned()),
                ("body", "Hall B, **14:00**.".to_owned()),
                ("audience", "everyone".to_owned()),
            ],
            requires_ack: false,
        }
    }

    /// To an audience given by the form's own fields.
    pub fn to(title: &str, audience: &'static str, fields: &[(&'static str, String)]) -> Self {
        let mut draft = Self::to_everyone(title);
        draft.fields[2].1 = audience.to_owned();
        draft.fields.extend(fields.iter().cloned());
        draft
    }

    /// To the people of a channel of the fixture.
    pub fn to_channel(portal: &Portal, title: &str, channel: &str) -> Self {
        Self::to(
            title,
            "channel",
            &[("channel", portal.channel(channel).to_string())],
        )
    }

    /// Asks for a confirmation.
    pub fn asking(mut self) -> Self {
        self.requires_ack = true;
        self
    }

    /// Another field.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(field, _)| *field != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    /// Opens the form, types all of it and asks for the preview.
    pub async fn preview(&self, author: &Actor) -> Page {
        let page = author.get("/broadcasts/new").await.expect_ok();
        let mut form = page.form("main form");
        for (name, value) in &self.fields {
            form = form.set(name, value);
        }
        if self.requires_ack {
            form = form.check("requires_ack");
        }
        form.submit(author).await
    }

    /// Sends it from the preview; answers its page's address.
    pub async fn send(&self, author: &Actor) -> String {
        let preview = self.preview(author).await.expect_ok();
        let made = preview
            .form("main form")
            .submit(author)
            .await
            .expect_see_other("/broadcasts/");
        made.location().unwrap().path().to_owned()
    }

    /// Sends it and lets the minute pass, so that it is delivered.
    pub async fn deliver(&self, portal: &Portal, author: &Actor) -> String {
        let path = self.send(author).await;
        portal.pass(TimeDelta::seconds(61));
        portal.settle().await;
        path
    }
}

/// What its page shows under a heading of figures.
pub fn figure(page: &Page, name: &str) -> String {
    let names = page.select(".broadcast__figures dt");
    let at = names
        .iter()
        .position(|element| element.text == name)
        .unwrap_or_else(|| panic!("no figure {name}"));
    page.select(".broadcast__figures dd")[at].text.clone()
}
