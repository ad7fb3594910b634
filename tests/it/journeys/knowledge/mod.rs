//! The knowledge base: who keeps it, what is read into it, how it is found and cited.

mod citing;
mod fetching;
mod keeping;
mod passages;
mod reading;

use crate::support::page::Page;
use crate::support::portal::Actor;

/// Sends the form for a new document.
pub async fn add(who: &Actor, kind: &str, fields: &[(&str, &str)]) -> Page {
    let page = who
        .get(&format!("/journeys/knowledge/new?kind={kind}"))
        .await
        .expect_ok();
    let mut form = page.form("form[action='/journeys/knowledge/new']");
    for (name, value) in fields {
        form = form.set(name, value);
    }
    form.submit(who).await
}

/// Adds a PDF.
pub async fn upload(who: &Actor, name: &str, bytes: &[u8]) -> Page {
    let page = who.get("/journeys/knowledge/new?kind=pdf").await.expect_ok();
    page.form("form[action='/journeys/knowledge/new']")
        .attach("file", name, "application/pdf", bytes)
        .submit(who)
        .await
}

/// The path that an answer leads to.
pub fn path_of(answer: &Page) -> String {
    let to = answer.expect_see_other("/journeys/knowledge/").location();
    to.unwrap().path().to_owned()
}

/// Adds a page with this text; answers its address.
pub async fn page(who: &Actor, title: &str, body: &str) -> String {
    path_of(&add(who, "page", &[("title", title), ("body", body)]).await)
}

/// A PDF with these lines on each of its pages.
pub fn pdf(pages: &[&[&str]]) -> Vec<u8> {
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), String::new()];
    objects
        .push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned());
    let mut kids = Vec::new();
    for lines in pages {
        let mut stream = String::from("BT /F1 12 Tf 14 TL 72 720 Td\n");
        for line in *lines {
            stream += &format!("({line}) Tj T*\n");
        }
        stream += "ET";
        objects.push(format!(
            "<< /Length {} >>\nstream\n{stream}\nendstream",
            stream.len()
        ));
        let content = objects.len();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        ));
        kids.push(format!("{} 0 R", objects.len()));
    }
    objects[1] = format!(
        "<< /Type /Pages /Kids [{}] /Count {} >>",
        kids.join(" "),
        kids.len()
    );
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = file.len();
    file += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF",
        objects.len() + 1
    );
    file.into_bytes()
}
