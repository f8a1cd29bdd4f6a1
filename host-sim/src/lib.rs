//! (being written)

pub mod capture;
pub mod check;
