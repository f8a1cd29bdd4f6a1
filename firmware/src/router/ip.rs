//! What both IP versions share: protocol numbers, and the position of a packet among fragments.

/// ICMP for IPv4.
pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMPV6: u8 = 58;

/// Which piece of a datagram a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// All of it.
    Whole,
    /// The first fragment, which holds the transport header.
    First,
    /// A later fragment.
    Later,
}
