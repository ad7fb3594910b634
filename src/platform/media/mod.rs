//! What people attach: recognised by content, never by name, and cleaned before anybody else opens it.
//!
//! [`inspect`] says what a file is and refuses what must not travel: programs, scripts, HTML, SVG, Office macros,
//! and files whose name and content disagree. [`prepare_image`] decodes a picture within limits, turns it
//! upright, and writes it anew without metadata, with a thumbnail beside it. Both work on the processor alone and
//! can take a second for a large picture: call them off the async threads, a few at a time (a picture of
//! [`MAX_MEGAPIXELS`] takes about 250 MB while it is prepared).

mod archive;
mod for_mail;
mod formats;
mod gif;
mod image_data;
mod inspect;
mod name;
mod prepare;
mod refusal;
mod text;

pub use for_mail::{MAIL_BYTES, MAIL_WIDTH, prepare_mail_image};
pub use formats::type_by_name;
pub use inspect::{Inspected, Kind, inspect, inspect_file, refused_by_name};
pub use name::{MAX_FILE_NAME, safe_file_name};
pub use prepare::{MAX_MEGAPIXELS, PreparedImage, THUMBNAIL_SIDE, prepare_again, prepare_image};
pub use refusal::Refusal;
