//! (being written)

pub mod capture;
