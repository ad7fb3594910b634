//! What a text message costs: the alphabet it needs, its parts, its price, and a cheaper way to write it.

mod cost;
mod gsm;
mod meter;
mod plainer;

pub use cost::{Cost, PartPrice, estimate};
pub use gsm::{is_extension, is_gsm, septets};
pub use meter::{Encoding, Meter, NotGsm, measure};
pub use plainer::{Plainer, Replacement, plainer};
