//! The pictures people share in the sample conversations.
//!
//! All of them were drawn for Waymark (modelled and rendered; no photo, no person, no other source), so they are under the
//! project's own licence. They are small WebP files; the writer takes them in as an upload, which makes JPEGs of them.

/// A picture: its file name, and its bytes.
type Picture = (&'static str, &'static [u8]);

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("pictures/", $name)))),*]
    };
}

/// Every picture of the folder `pictures`.
pub static ALL: &[Picture] = shipped![
    "balance-dummy.webp",
    "box-of-buttons.webp",
    "brave-wall.webp",
    "breakfast-after-nights.webp",
    "chess-on-a-crate.webp",
    "crib-card.webp",
    "dawn-from-the-roof.webp",
    "diploma-and-red-heels.webp",
    "dryer-vent-lint.webp",
    "first-tomato.webp",
    "green-tomatoes.webp",
    "hat-in-the-mirror.webp",
    "keys-on-a-yellow-wall.webp",
    "kitchen-mural.webp",
    "picket-line-1994.webp",
    "pizza-drawing.webp",
    "potluck-table.webp",
    "race-number-and-medal.webp",
    "river-on-a-diet-sheet.webp",
    "schedule-on-the-wall.webp",
    "sourdough.webp",
    "squash-in-a-wheelbarrow.webp",
    "sum-on-an-envelope.webp",
];

/// The bytes of a picture.
pub fn find(name: &str) -> Option<&'static [u8]> {
    ALL.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
}
