//! The simulator's own TCP, without I/O: small, and like Linux where the size of segments is
//! decided. Segments, ICMP errors and the time go in; segments and the next deadline come out.
//!
//! Handshake with MSS and Fast Open, cumulative acknowledgements, delayed ones, retransmission by
//! time-out with back-off (RFC 6298) and after three duplicates (RFC 6582), slow start and congestion
//! avoidance (RFC 5681), and three ways with path MTUs ([`Discovery`]). `tests/tests/path_mtu_discovery`
//! holds the sizes and their order to a running Linux.
//!
//! Not here: SACK, timestamps, window scaling, urgent data, keep-alive, TIME-WAIT, resets of its own.

mod connection;
mod options;
mod path_mtu;
mod receive;
mod round_trip;
mod segment;
mod send;

pub(crate) use connection::{Connection, Settings};
pub(crate) use path_mtu::Discovery;
pub(crate) use segment::Segment;
