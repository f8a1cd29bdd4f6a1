//! `host-sim lab pppoe`: the router on a PPPoE line.

mod command;
mod concentrator;
mod line;
mod onlooker;
mod probe;
mod report;
mod router;
mod service;

pub(super) use command::run;
pub use line::{Line, LineSetup, Served};
pub use onlooker::{Session, Side};
pub use router::{Choice, Customer, LineRouter};
pub use service::Service;

pub use super::transfer::{End, Transfer};
