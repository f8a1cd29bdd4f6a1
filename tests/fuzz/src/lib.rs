//! What the fuzz targets share: mutations that know what a frame looks like, policies out of bytes, the count of
//! inputs that got anywhere.

mod choice;
mod input;
mod repair;
mod share;

pub use choice::Choice;
pub use input::Input;
pub use repair::{repair_frame, repair_packet};
pub use share::Share;
