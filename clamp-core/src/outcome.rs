//! What a call says happened: one value, small enough for two registers, that a caller can count.

/// What became of one frame or packet. Only [`Outcome::Clamped`] has written to it.
#[must_use = "the outcome says whether the frame was changed, and why not"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Every well-formed MSS option above `to` was lowered to it, and the TCP checksum followed.
    Clamped {
        /// The largest MSS that was found, in bytes of TCP payload.
        from: u16,
        /// The ceiling, now the MSS, in bytes of TCP payload.
        to: u16,
    },
    /// A SYN whose MSS is at or under the ceiling already.
    Fits {
        /// The largest MSS that was found, in bytes of TCP payload.
        mss: u16,
    },
    /// Nothing for a clamp to do, or nothing that it may do.
    LeftAlone(Reason),
    /// The bytes contradict themselves. They are handed back as they came: whether to drop them is
    /// the caller's choice.
    Malformed(Malformed),
}

/// Why a frame or packet that is not malformed was left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Neither IPv4 nor IPv6 lies behind the link layer: ARP, LLDP, PPPoE discovery, LCP...
    NotIp,
    /// Ethertype 0x8864, but not version 1, type 1, code 0 (RFC 2516, section 4).
    NotPppoeSession,
    /// More than three VLAN tags on one Ethernet header.
    TooManyVlanTags,
    /// IP that carries something else than TCP.
    NotTcp,
    /// TCP without SYN, or with RST beside it.
    NotSyn,
    /// A SYN without an MSS option. Adding one is a call of its own.
    NoMss,
    /// A fragment that does not hold the whole TCP header, or a tunnel inside a fragment.
    Fragment,
    /// A tunnel, and the policy does not look into tunnels.
    Tunnel,
    /// A fifth tunnel inside four others.
    TooManyTunnels,
    /// GRE of another version than 0, or with routing or reserved bits set (RFC 2784, section 2).
    UnsupportedGre,
    /// A ninth IPv6 extension header behind eight others.
    TooManyExtensionHeaders,
    /// Under an IP Authentication Header (RFC 4302), which covers every byte of the segment.
    AuthenticationHeader,
    /// Inside ESP (RFC 4303).
    Encrypted,
    /// A segment signed with the TCP Authentication Option (RFC 5925), which covers the MSS. An
    /// option of kind 29 under 4 bytes, which no receiver takes, is not that.
    TcpAo,
    /// The policy has no ceiling for this IP version.
    NoCeiling,
    /// The ceiling for this segment comes out under 48 bytes, and such an MSS is never written.
    CeilingTooLow,
    /// A capture that holds too few of the bytes that were on the wire. Bytes that are only skipped,
    /// such as the options of an IP header, need not have been captured.
    Cut,
}

/// How the bytes contradict themselves, and in which layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Malformed {
    /// A header, or a length that it announces, reaches past what is there, or is shorter than its
    /// own fixed part.
    TooShort {
        /// Whose header or length it is.
        layer: Layer,
        /// How many bytes of that layer are needed.
        needed: u16,
        /// How many there are.
        there: u16,
    },
    /// An IP version that contradicts the layer before it, or is neither 4 nor 6.
    WrongVersion {
        /// Which IP version was expected: IPv4 where either would have done.
        layer: Layer,
        /// The version field.
        version: u8,
    },
}

/// One header on the way to the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Ethernet: destination, source, and ethertype or 802.3 length; 14 bytes.
    Ethernet,
    /// One VLAN tag with the ethertype behind it; 4 bytes (IEEE 802.1Q).
    Vlan,
    /// LLC and SNAP; 8 bytes (RFC 1042).
    Snap,
    /// The address family of a loopback capture; 4 bytes.
    Null,
    /// Cisco HDLC; 4 bytes.
    Hdlc,
    /// Linux cooked capture, 16 bytes in version 1 and 20 in version 2.
    Cooked,
    /// PPPoE session; 6 bytes (RFC 2516, section 4).
    Pppoe,
    /// The PPP protocol field; 2 bytes, or 1 when compressed (RFC 1661, section 2).
    Ppp,
    /// IPv4 (RFC 791).
    Ipv4,
    /// IPv6 (RFC 8200).
    Ipv6,
    /// An IPv6 extension header (RFC 8200, section 4).
    ExtensionHeader,
    /// GRE (RFC 2784, RFC 2890).
    Gre,
    /// TCP (RFC 9293).
    Tcp,
}
