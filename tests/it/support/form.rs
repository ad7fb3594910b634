//! A form as a browser fills and sends it (HTML standard, "Constructing the entry list").

mod entries;
mod target;

use reqwest::Method;
use scraper::{ElementRef, Html};
use url::Url;

use super::client::{Client, URL_ENCODED, url_encoded};
use super::page::{Page, selector, visible_text};
use entries::{Attachment, Entry, as_pairs, multipart, nothing_chosen};
use target::{Target, action_of, partial_of, target};

/// A form, with the values it would send.
#[derive(Debug, Clone)]
pub struct Form {
    page: Url,
    action: Target,
    /// What htmx sends instead, where the form says so.
    partial: Option<Target>,
    multipart: bool,
    controls: Vec<Control>,
    buttons: Vec<Button>,
    pressed: Option<Button>,
}

#[derive(Debug, Clone)]
struct Control {
    name: String,
    value: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Text,
    /// A check box, radio button or option, and whether it is chosen.
    Choice {
        group: Group,
        chosen: bool,
    },
    File(Vec<Attachment>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Group {
    Boxes,
    OneOf,
    ManyOf,
}

#[derive(Debug, Clone)]
struct Button {
    label: String,
    name: Option<String>,
    value: String,
    action: Target,
}

/// The form that an element is, stands in, or points to with its `form` attribute.
pub(super) fn owner<'a>(document: &'a Html, element: ElementRef<'a>) -> Option<ElementRef<'a>> {
    if let Some(id) = element.value().attr("form") {
        let forms = selector("form[id]");
        return document
            .select(&forms)
            .find(|form| form.value().attr("id") == Some(id));
    }
    let ancestors = element.ancestors().filter_map(ElementRef::wrap);
    std::iter::once(element)
        .chain(ancestors)
        .find(|found| found.value().name() == "form")
}

impl Form {
    pub(super) fn read(document: &Html, form: ElementRef<'_>, page: &Url) -> Self {
        let enctype = form.value().attr("enctype").unwrap_or_default();
        let mut read = Self {
            page: page.clone(),
            action: action_of(form, page),
            partial: partial_of(form, page),
            multipart: enctype.eq_ignore_ascii_case("multipart/form-data"),
            controls: Vec::new(),
            buttons: Vec::new(),
            pressed: None,
        };
        for element in document.select(&selector("input, textarea, select, button")) {
            if owner(document, element) == Some(form) && !is_disabled(element) {
                read.take(element);
            }
        }
        read.pressed = read.buttons.first().cloned();
        read
    }

    /// The value a field would send; of the first, where several share the name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let sending = self
            .controls
            .iter()
            .find(|control| control.name == name && control.is_sent());
        sending.map(|control| control.value.as_str())
    }

    /// The names of all fields, sent or not.
    pub fn names(&self) -> Vec<&str> {
        self.controls
            .iter()
            .map(|control| control.name.as_str())
            .collect()
    }

    /// Types into a text field, or picks the option or radio button with this value.
    ///
    /// # Panics
    /// When the form has no such field, or no such option to pick.
    #[track_caller]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.insist_on(name);
        let text = self
            .controls
            .iter_mut()
            .find(|c| c.name == name && c.kind == Kind::Text);
        match text {
            Some(control) => value.clone_into(&mut control.value),
            None => self.pick(name, value),
        }
        self
    }

    /// Sends it elsewhere: what a forger, or somebody with an old page, would do.
    pub fn redirect(mut self, path: &str) -> Self {
        self.action = target("post", path, &self.page);
        self.pressed = None;
        self
    }

    /// Adds a field that the page does not have: what a forger would send.
    pub fn forge(mut self, name: &str, value: &str) -> Self {
        self.controls.push(Control {
            name: name.to_owned(),
            value: value.to_owned(),
            kind: Kind::Text,
        });
        self
    }

    /// Leaves a field out, whatever the page had.
    pub fn without(mut self, name: &str) -> Self {
        self.controls.retain(|control| control.name != name);
        self
    }

    /// Ticks the check box of this name.
    #[track_caller]
    pub fn check(self, name: &str) -> Self {
        self.tick(name, None, true)
    }

    /// Unticks the check box of this name.
    #[track_caller]
    pub fn uncheck(self, name: &str) -> Self {
        self.tick(name, None, false)
    }

    /// Ticks one of several check boxes, or one option of a list that takes several.
    #[track_caller]
    pub fn check_value(self, name: &str, value: &str) -> Self {
        self.tick(name, Some(value), true)
    }

    /// Unticks one of several.
    #[track_caller]
    pub fn uncheck_value(self, name: &str, value: &str) -> Self {
        self.tick(name, Some(value), false)
    }

    /// Attaches a file to a file field; again for a second one.
    #[track_caller]
    pub fn attach(mut self, name: &str, filename: &str, mime: &str, bytes: &[u8]) -> Self {
        self.insist_on(name);
        let files = self
            .controls
            .iter_mut()
            .find_map(|control| match &mut control.kind {
                Kind::File(files) if control.name == name => Some(files),
                _ => None,
            });
        files
            .unwrap_or_else(|| panic!("{name} takes no file"))
            .push(Attachment {
                filename: filename.to_owned(),
                mime: mime.to_owned(),
                bytes: bytes.to_vec(),
            });
        self
    }

    /// Chooses which button sends the form; without this it is the first, as with the enter key.
    #[track_caller]
    pub fn press(mut self, label: &str) -> Self {
        let found = self.buttons.iter().find(|button| button.label == label).cloned();
        let labels: Vec<_> = self.buttons.iter().map(|button| &button.label).collect();
        assert!(found.is_some(), "no button {label:?}, only {labels:?}");
        self.pressed = found;
        self
    }

    /// Sends the form as the browser does without scripts.
    pub async fn submit(&self, client: &Client) -> Page {
        let pressed = self.pressed.as_ref().map(|button| &button.action);
        let target = pressed.unwrap_or(&self.action);
        let request = |url: &str| client.navigation(target.method.clone(), url);
        self.send(client, target, request).await
    }

    /// Sends the form as htmx does, to where `hx-post` and its kin point.
    pub async fn submit_partial(&self, client: &Client) -> Page {
        let target = self.partial.as_ref().unwrap_or(&self.action);
        let request = |url: &str| {
            let request = client.partial(target.method.clone(), url);
            request.header("HX-Current-URL", self.page.as_str())
        };
        self.send(client, target, request).await
    }

    async fn send(
        &self,
        client: &Client,
        target: &Target,
        request: impl Fn(&str) -> reqwest::RequestBuilder,
    ) -> Page {
        let entries = self.entries();
        if target.method == Method::GET {
            let mut url = target.url.clone();
            url.set_query(Some(&url_encoded(&as_pairs(&entries))));
            return client
                .send(request(url.as_str()).header("Referer", self.page.as_str()))
                .await;
        }
        let (content_type, body) = match self.multipart {
            true => multipart(&entries),
            false => (
                URL_ENCODED.to_owned(),
                url_encoded(&as_pairs(&entries)).into_bytes(),
            ),
        };
        let request = request(target.url.as_str()).header("Referer", self.page.as_str());
        client
            .send(request.header("Content-Type", content_type).body(body))
            .await
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.controls.iter().flat_map(Control::entries).collect();
        let button = self.pressed.as_ref();
        entries.extend(button.and_then(|button| Some(Entry::text(button.name.as_ref()?, &button.value))));
        entries
    }

    fn take(&mut self, element: ElementRef<'_>) {
        let attribute = |name: &str| element.value().attr(name);
        let kind = attribute("type").unwrap_or_default().to_ascii_lowercase();
        let name = attribute("name").unwrap_or_default().to_owned();
        let value = attribute("value").unwrap_or_default().to_owned();
        let choice = |group| Kind::Choice {
            group,
            chosen: attribute("checked").is_some(),
        };
        let ticked = attribute("value").unwrap_or("on").to_owned();
        match (element.value().name(), kind.as_str()) {
            ("button", "submit" | "") | ("input", "submit" | "image") => {
                self.buttons.push(button_of(element, self, value));
            }
            ("button", _) | ("input", "reset" | "button") => {}
            _ if name.is_empty() => {}
            ("select", _) => self.take_options(element, &name),
            ("textarea", _) => self.add(name, element.text().collect(), Kind::Text),
            (_, "checkbox") => self.add(name, ticked, choice(Group::Boxes)),
            (_, "radio") => self.add(name, ticked, choice(Group::OneOf)),
            (_, "file") => self.add(name, String::new(), Kind::File(Vec::new())),
            _ => self.add(name, value, Kind::Text),
        }
    }

    fn take_options(&mut self, select: ElementRef<'_>, name: &str) {
        let group = match select.value().attr("multiple") {
            Some(_) => Group::ManyOf,
            None => Group::OneOf,
        };
        let first = self.controls.len();
        for option in select.select(&selector("option:not([disabled])")) {
            let value = option.value().attr("value").map(str::to_owned);
            let chosen = option.value().attr("selected").is_some();
            let value = value.unwrap_or_else(|| visible_text(option));
            self.add(name.to_owned(), value, Kind::Choice { group, chosen });
        }
        let options = &mut self.controls[first..];
        if group == Group::OneOf && !options.iter().any(Control::is_sent) {
            // A drop-down list always shows something: the first, until somebody chooses.
            if let Some(option) = options.first_mut() {
                option.kind = Kind::Choice { group, chosen: true };
            }
        }
    }

    fn add(&mut self, name: String, value: String, kind: Kind) {
        self.controls.push(Control { name, value, kind });
    }

    #[track_caller]
    fn pick(&mut self, name: &str, value: &str) {
        let mut found = false;
        let mut offered = Vec::new();
        for control in self.controls.iter_mut().filter(|control| control.name == name) {
            if let Kind::Choice {
                group: Group::OneOf | Group::ManyOf,
                chosen,
            } = &mut control.kind
            {
                *chosen = control.value == value;
                found |= *chosen;
                offered.push(control.value.clone());
            }
        }
        assert!(found, "{name} does not offer {value:?}, only {offered:?}");
    }

    #[track_caller]
    fn tick(mut self, name: &str, value: Option<&str>, tick: bool) -> Self {
        let mut boxes = self
            .controls
            .iter_mut()
            .filter(|control| control.name == name && value.is_none_or(|value| control.value == value));
        let chosen = boxes.find_map(|control| match &mut control.kind {
            Kind::Choice {
                group: Group::Boxes | Group::ManyOf,
                chosen,
            } => Some(chosen),
            _ => None,
        });
        *chosen.unwrap_or_else(|| panic!("no check box {name} {}", value.unwrap_or_default())) = tick;
        self
    }

    #[track_caller]
    fn insist_on(&self, name: &str) {
        let names = self.names();
        assert!(
            names.contains(&name),
            "the form has no field {name}, only {names:?}"
        );
    }
}

impl Control {
    fn is_sent(&self) -> bool {
        !matches!(self.kind, Kind::Choice { chosen: false, .. })
    }

    fn entries(&self) -> Vec<Entry> {
        match &self.kind {
            Kind::Choice { chosen: false, .. } => Vec::new(),
            Kind::File(files) if files.is_empty() => {
                vec![Entry::file(&self.name, &nothing_chosen())]
            }
            Kind::File(files) => files.iter().map(|file| Entry::file(&self.name, file)).collect(),
            _ => vec![Entry::text(&self.name, &self.value)],
        }
    }
}

fn button_of(element: ElementRef<'_>, form: &Form, value: String) -> Button {
    let attribute = |name: &str| element.value().attr(name).map(str::to_owned);
    let label = match element.value().name() {
        "input" => value.clone(),
        _ => attribute("aria-label").unwrap_or_else(|| visible_text(element)),
    };
    let method = attribute("formmethod").unwrap_or_else(|| form.action.method.to_string());
    let action = attribute("formaction").unwrap_or_else(|| form.action.url.to_string());
    Button {
        label,
        name: attribute("name").filter(|name| !name.is_empty()),
        value,
        action: target(&method, &action, &form.page),
    }
}

fn is_disabled(element: ElementRef<'_>) -> bool {
    let ancestors = element.ancestors().filter_map(ElementRef::wrap);
    let mut fieldsets = ancestors.filter(|ancestor| ancestor.value().name() == "fieldset");
    element.value().attr("disabled").is_some()
        || fieldsets.any(|fieldset| fieldset.value().attr("disabled").is_some())
}
