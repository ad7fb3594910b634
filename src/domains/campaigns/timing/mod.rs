//! When a message may go out: wanted time, zones, quiet hours, lateness. Pure; the present moment comes in.

mod area_codes;
mod due;

pub use area_codes::{AreaCodes, AreaCodesError, NumberArea};
pub use due::{Clocks, Due, Hold, Layer, LayerSource, SEARCHED, Wanted, Whereabouts, due_at};
