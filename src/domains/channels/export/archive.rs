//! A ZIP file in the making: data goes straight into it, the readable page waits in a file beside it, so memory stays flat.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use askama::Template;
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::kernel::error::AppError;
use crate::kernel::ids::JobId;

use super::model::Message;
use super::sheets::{Foot, Heading, MessageSheet, Sheet};

/// An unfinished ZIP file; removed when dropped. It is named after its job, so an attempt that was killed is overwritten by
/// the next and nothing is left behind.
pub struct Archive {
    path: Leftover,
    zip: ZipWriter<BufWriter<File>>,
    page: BufWriter<File>,
    list: csv::Writer<File>,
    any_message: bool,
    any_line: bool,
}

impl Archive {
    /// Begins a file for a job in the data folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(data: &Path, job: JobId, sheet: &Sheet) -> Result<Self, AppError> {
        let folder = data.join("unfinished");
        fs::create_dir_all(&folder).map_err(unwritable)?;
        let path = Leftover(folder.join(format!("export-{job}.zip")));
        let zip = ZipWriter::new(BufWriter::new(File::create(&path.0).map_err(unwritable)?));
        let page = BufWriter::new(tempfile::tempfile_in(&folder).map_err(unwritable)?);
        let mut list = csv::Writer::from_writer(tempfile::tempfile_in(&folder).map_err(unwritable)?);
        list.write_record(["channel", "message", "name", "media_type", "bytes", "address"])
            .map_err(broken)?;
        let mut archive = Self {
            path,
            zip,
            page,
            list,
            any_message: false,
            any_line: false,
        };
        archive.print(sheet)?;
        Ok(archive)
    }

    /// Writes a small whole file.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn file(&mut self, name: &str, value: &impl Serialize) -> Result<(), AppError> {
        self.zip.start_file(name, options()).map_err(broken)?;
        serde_json::to_writer_pretty(&mut self.zip, value).map_err(broken)
    }

    /// Begins a file whose bytes follow. What people upload is mostly compressed already.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn begin_file(&mut self, name: &str) -> Result<(), AppError> {
        let stored = options().compression_method(CompressionMethod::Stored);
        self.zip.start_file(name, stored).map_err(broken)
    }

    /// Adds bytes to the file begun last.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.zip.write_all(bytes).map_err(unwritable)
    }

    /// Begins a file of one JSON object whose last member is a list.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn begin_list(&mut self, name: &str, head: &serde_json::Value, list: &str) -> Result<(), AppError> {
        self.zip.start_file(name, options()).map_err(broken)?;
        let head = head.to_string();
        let open = head.strip_suffix('}').unwrap_or("{");
        let comma = if open == "{" { "" } else { "," };
        write!(self.zip, "{open}{comma}\"{list}\":[").map_err(unwritable)?;
        self.any_line = false;
        Ok(())
    }

    /// Adds one thing to the list begun last.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn item(&mut self, value: &impl Serialize) -> Result<(), AppError> {
        self.zip
            .write_all(if self.any_line { b",\n" } else { b"\n" })
            .map_err(unwritable)?;
        self.any_line = true;
        serde_json::to_writer(&mut self.zip, value).map_err(broken)
    }

    /// Ends the list and its file.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn end_list(&mut self) -> Result<(), AppError> {
        self.zip.write_all(b"\n]}\n").map_err(unwritable)
    }

    /// A heading on the readable page.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn heading(&mut self, text: &str) -> Result<(), AppError> {
        self.print(&Heading { text })
    }

    /// Adds a message to the list begun last, to the readable page, and its files to the list of files.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn message(&mut self, message: &Message, channel: &str) -> Result<(), AppError> {
        self.item(message)?;
        self.any_message = true;
        for file in &message.attachments {
            let address = format!("/channels/{}/attachments/{}", message.channel, file.id);
            let (number, bytes) = (message.number.to_string(), file.bytes.to_string());
            self.list
                .write_record([
                    &harmless(channel),
                    &number,
                    &harmless(&file.name),
                    &file.media_type,
                    &bytes,
                    &address,
                ])
                .map_err(broken)?;
        }
        self.print(&MessageSheet::of(message))
    }

    /// Completes the file: the readable page and the list of files follow the data. Answers its size in bytes.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn finish(mut self) -> Result<Finished, AppError> {
        self.print(&Foot {
            any_message: self.any_message,
        })?;
        let mut page = self
            .page
            .into_inner()
            .map_err(|cause| unwritable(cause.into_error()))?;
        let mut list = self
            .list
            .into_inner()
            .map_err(|cause| unwritable(io::Error::other(cause.to_string())))?;
        for (name, file) in [("messages.html", &mut page), ("attachments.csv", &mut list)] {
            self.zip.start_file(name, options()).map_err(broken)?;
            file.seek(SeekFrom::Start(0)).map_err(unwritable)?;
            io::copy(file, &mut self.zip).map_err(unwritable)?;
        }
        let mut whole = self.zip.finish().map_err(broken)?;
        whole.flush().map_err(unwritable)?;
        let bytes = fs::metadata(&self.path.0).map_err(unwritable)?.len();
        Ok(Finished {
            path: self.path,
            bytes,
        })
    }

    fn print(&mut self, part: &impl Template) -> Result<(), AppError> {
        let text = part
            .render()
            .map_err(|cause| AppError::Unexpected(anyhow::anyhow!("an export's page failed: {cause}")))?;
        self.page.write_all(text.as_bytes()).map_err(unwritable)
    }
}

/// A complete ZIP file; removed when dropped.
pub struct Finished {
    path: Leftover,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Finished {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path.0
    }
}

/// A file that goes with its owner.
struct Leftover(PathBuf);

impl Drop for Leftover {
    fn drop(&mut self) {
        if let Err(cause) = fs::remove_file(&self.0) {
            tracing::warn!(%cause, "an export's working file could not be removed");
        }
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
}

/// A text that a spreadsheet does not take for a formula (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn unwritable(cause: io::Error) -> AppError {
    AppError::Unexpected(anyhow::Error::new(cause).context("writing an export"))
}

fn broken(cause: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Unexpected(anyhow::Error::new(cause).context("writing an export"))
}
