//! `host-sim lab pppoe`: the router on a PPPoE line.

mod concentrator;
mod line;
mod onlooker;
mod router;
mod service;

pub use line::{Line, LineSetup, Served};
pub use onlooker::{Session, Side};
pub use router::{Customer, LineRouter};
pub use service::Service;

pub use super::transfer::{End, Transfer};
