//! What holds the other rooms to real captures, the Linux kernel and their budgets.

pub mod lab;
pub mod linux;
