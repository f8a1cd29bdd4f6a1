//! PPPoE against real peers: Linux as access concentrator, and Linux as the customer's router, both
//! in user-mode Linux. `bash host-sim/guests/fetch.sh` brings what they are made of; no root is needed.
//!
//! What is held of a line is written once, in `scenarios`, and holds for every access concentrator and
//! every router there is: so the access concentrator in this process is held to the real one, and
//! our router to Linux.

mod captures;
mod differential;
mod lab;
mod linux_router;
mod our_router;
mod scenarios;
