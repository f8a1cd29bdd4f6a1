//! Captures made by hand, each on one side or the other of what decides a verdict.

mod bounds;
mod icmp;
mod receiver;
mod script;
mod sender;
mod sizes;
mod words;
