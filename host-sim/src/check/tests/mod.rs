//! Captures made by hand, one for each thing a check can find, and real ones.

mod keys;
mod kinds;
mod order;
mod properties;
mod routed;
mod samples;
mod traces;
mod translation;
mod view;
