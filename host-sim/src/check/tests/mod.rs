//! Captures made by hand, one for each thing a check can find, and real ones.

mod changes;
mod keys;
mod kinds;
mod order;
mod properties;
mod report;
mod routed;
mod samples;
mod traces;
mod translation;
mod view;
