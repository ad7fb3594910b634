//! What a form sends: its entries, and their two spellings on the wire.

/// A chosen file.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    pub filename: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// What a browser sends for a file field that was left empty.
pub fn nothing_chosen() -> Attachment {
    Attachment {
        filename: String::new(),
        mime: "application/octet-stream".to_owned(),
        bytes: Vec::new(),
    }
}

/// One name and value, or file.
pub struct Entry {
    pub name: String,
    pub value: String,
    pub file: Option<Attachment>,
}

impl Entry {
    /// What was typed or chosen.
    pub fn text(name: &str, value: &str) -> Self {
        // Line ends travel as CRLF (HTML standard, "normalize newlines").
        let value = value.replace("\r\n", "\n").replace('\n', "\r\n");
        Self {
            name: name.to_owned(),
            value,
            file: None,
        }
    }

    /// What was attached.
    pub fn file(name: &str, file: &Attachment) -> Self {
        // Without multipart only the name travels.
        Self {
            name: name.to_owned(),
            value: file.filename.clone(),
            file: Some(file.clone()),
        }
    }
}

/// For the spelling of queries and plain forms.
pub fn as_pairs(entries: &[Entry]) -> Vec<(&str, &str)> {
    entries
        .iter()
        .map(|entry| (entry.name.as_str(), entry.value.as_str()))
        .collect()
}

/// RFC 7578, escaped as browsers escape.
pub fn multipart(entries: &[Entry]) -> (String, Vec<u8>) {
    let boundary = format!("----WaymarkTest{}", uuid::Uuid::new_v4().simple());
    let escape = |text: &str| text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let mut body = Vec::new();
    for Entry { name, value, file } in entries {
        let name = escape(name);
        let start = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        body.extend(start.into_bytes());
        match file {
            Some(file) => {
                let (filename, mime) = (escape(&file.filename), &file.mime);
                body.extend(
                    format!("; filename=\"{filename}\"\r\nContent-Type: {mime}\r\n\r\n").into_bytes(),
                );
                body.extend(&file.bytes);
            }
            None => body.extend(format!("\r\n\r\n{value}").into_bytes()),
        }
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
