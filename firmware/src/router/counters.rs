//! One counter a decision.

use clamp_core::{Layer, Malformed, Outcome, Reason};

use crate::shared::counted::counted;

counted! {
    /// Why a frame was dropped.
    enum Drop;
    /// Dropped frames, by reason.
    struct Drops;
    /// Came on a wire or VLAN that belongs to no port.
    UnknownPort => unknown_port,
    /// Ends inside its Ethernet header or VLAN tag.
    TruncatedFrame => truncated_frame,
    /// The Ethernet destination is another station's.
    OtherStation => other_station,
    /// Neither ARP, IPv4 nor IPv6.
    UnknownEthertype => unknown_ethertype,
    /// ARP that isn't about Ethernet and IPv4, is cut short, or contradicts itself.
    MalformedArp => malformed_arp,
    /// An IPv4 header or length that contradicts itself.
    MalformedIpv4 => malformed_ipv4,
    /// An IPv6 header, extension header or length that contradicts itself.
    MalformedIpv6 => malformed_ipv6,
    /// The IPv4 header checksum is wrong (RFC 1812, section 5.2.2).
    Ipv4HeaderChecksum => ipv4_header_checksum,
    /// A TCP, UDP, ICMP or ICMPv6 header that is cut short, or a port 0.
    MalformedTransport => malformed_transport,
    /// A neighbour discovery message that RFC 4861 (sections 6.1 and 7.1) doesn't allow.
    MalformedNdp => malformed_ndp,
    /// An ICMP or ICMPv6 checksum that is wrong, in a message to the router itself.
    IcmpChecksum => icmp_checksum,
    /// A source route, in either IP version (RFC 7126, section 4.3; RFC 5095).
    SourceRoute => source_route,
    /// A source or destination that no host can have.
    Martian => martian,
    /// A source that can't be on that port.
    Spoofed => spoofed,
    /// A unicast packet in a frame to many.
    LinkBroadcast => link_broadcast,
    /// An IPv4 broadcast.
    Broadcast => broadcast,
    /// A multicast packet that isn't for the router.
    Multicast => multicast,
    /// IPv6 on a port without it.
    NoIpv6 => no_ipv6,
    /// There is no way to the destination.
    NoRoute => no_route,
    /// To the WAN, which is down.
    WanDown => wan_down,
    /// On the WAN, nothing that its uplink carries: beside a PPPoE session, or while there is no address.
    NotCarried => not_carried,
    /// From the WAN, and nobody inside asked for it.
    Unsolicited => unsolicited,
    /// To the router itself, which has nothing there.
    Closed => closed,
    /// A message to the router itself that needs no answer and belongs to no session.
    NothingToAnswer => nothing_to_answer,
    /// TTL or hop limit used up.
    TtlExpired => ttl_expired,
    /// Too big for the way out, and may not be fragmented.
    TooBig => too_big,
    /// A protocol that the masquerade can't tell the flows of.
    UnsupportedProtocol => unsupported_protocol,
    /// A first segment inside that opens no session: a lone RST or FIN.
    NoSession => no_session,
    /// The session table is full of running sessions.
    SessionTableFull => session_table_full,
    /// The host has as many running sessions as one host may.
    HostLimit => host_limit,
    /// No port of the WAN's address is free.
    NoFreePort => no_free_port,
    /// A first fragment that doesn't hold the whole transport header (RFC 1858).
    TinyFragment => tiny_fragment,
    /// The fragment table is full of packets under way.
    FragmentTableFull => fragment_table_full,
    /// A fragment whose first one never came, or whose turn to wait was taken.
    FragmentLost => fragment_lost,
    /// The next hop doesn't answer, or too many packets wait for one.
    NeighbourUnresolved => neighbour_unresolved,
    /// More echo requests than are answered.
    EchoRate => echo_rate,
    /// The wire out was full.
    WireFull => wire_full,
}

counted! {
    /// What the router sends of its own.
    enum Sent;
    /// Frames of the router's own, by kind.
    struct SentCounters;
    /// ARP requests and neighbour solicitations.
    NeighbourRequest => neighbour_requests,
    /// ARP replies and neighbour advertisements.
    NeighbourAnswer => neighbour_answers,
    /// Router advertisements.
    RouterAdvertisement => router_advertisements,
    /// Echo replies.
    EchoReply => echo_replies,
    /// Time Exceeded.
    TimeExceeded => time_exceeded,
    /// Destination Unreachable, but for Fragmentation Needed.
    Unreachable => unreachable,
    /// Fragmentation Needed and Packet Too Big.
    TooBig => too_big,
    /// ICMP errors that weren't sent because too many had been.
    ErrorSuppressed => errors_suppressed,
    /// Frames of the router's own that a full wire lost.
    WireFull => wire_full,
}

counted! {
    /// What happened in the tables.
    enum Event;
    /// Sessions, mappings and learned path MTUs.
    struct Events;
    /// A session began.
    SessionOpened => sessions_opened,
    /// A session ended of age.
    SessionExpired => sessions_expired,
    /// A session was given up for a new one.
    SessionEvicted => sessions_evicted,
    /// A session ended because the WAN's address is another one.
    SessionFlushed => sessions_flushed,
    /// A session got another port than the host's own.
    PortChanged => ports_changed,
    /// A packet was translated twice, from inside to inside.
    Hairpin => hairpins,
    /// A packet left in fragments.
    Fragmented => fragmented,
    /// An ICMP error was translated or let through with the packet it quotes.
    IcmpErrorPassed => icmp_errors_passed,
    /// A path MTU was learned.
    PathMtuLearned => path_mtu_learned,
    /// A passing ICMP error had a path MTU that was not believed.
    PathMtuRefused => path_mtu_refused,
}

counted! {
    /// Why the clamp left a packet alone: the reasons of `clamp_core::Reason` that a bare packet
    /// can have, and the router's own.
    enum LeftAlone;
    /// Packets that the clamp left alone, by reason.
    struct LeftAloneCounters;
    /// Not TCP.
    NotTcp => not_tcp,
    /// TCP without SYN.
    NotSyn => not_syn,
    /// A SYN without an MSS option.
    NoMss => no_mss,
    /// A SYN that no rule matches.
    NoRule => no_rule,
    /// A fragment without the whole TCP header.
    Fragment => fragment,
    /// A tunnel.
    Tunnel => tunnel,
    /// GRE that isn't looked into.
    UnsupportedGre => unsupported_gre,
    /// More extension headers than are walked.
    TooManyExtensionHeaders => too_many_extension_headers,
    /// Authenticated by AH or TCP-AO.
    Authenticated => authenticated,
    /// Inside ESP.
    Encrypted => encrypted,
    /// A ceiling under 48 bytes.
    CeilingTooLow => ceiling_too_low,
    /// Something else inside a tunnel.
    InsideTunnel => inside_tunnel,
}

counted! {
    /// The layer in which the clamp found a packet malformed.
    enum MalformedLayer;
    /// Forwarded packets that the clamp found malformed, by layer.
    struct MalformedCounters;
    /// IPv4 or IPv6 itself.
    Ip => ip,
    /// An IPv6 extension header.
    ExtensionHeader => extension_header,
    /// TCP.
    Tcp => tcp,
    /// GRE, or what lies inside a tunnel.
    Tunnel => tunnel,
}

/// A snapshot of everything that was counted since boot. All counters wrap at 2^64.
///
/// Every frame that came in is in exactly one of the sums:
/// `received = forwarded + delivered + local + waiting + dropped.total()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames that came in.
    pub received: u64,
    /// Packets that went on to another host (in one frame or in fragments).
    pub forwarded: u64,
    /// Packets handed to the box's own stack.
    pub delivered: u64,
    /// Frames that were for the router itself and did their work: ARP, NDP, echo requests.
    pub local: u64,
    /// Packets that wait for a neighbour or a first fragment at this moment.
    pub waiting: u64,
    /// Dropped frames.
    pub dropped: Drops,
    /// Frames of the router's own.
    pub sent: SentCounters,
    /// What happened in the tables.
    pub events: Events,
    /// SYNs whose MSS was lowered.
    pub clamped: u64,
    /// SYNs whose MSS was low enough.
    pub fits: u64,
    /// Packets without anything to clamp.
    pub left_alone: LeftAloneCounters,
    /// Packets that the clamp couldn't read.
    pub malformed: MalformedCounters,
}

impl Counters {
    /// Frames whose headers were sound, so that the tables, the neighbours or the router's own answers had to do with
    /// them: what a test that sends damaged frames wants many of.
    #[must_use]
    pub fn past_the_headers(&self) -> u64 {
        let dropped = &self.dropped;
        let at_the_tables = [
            dropped.unsolicited,
            dropped.no_session,
            dropped.session_table_full,
            dropped.host_limit,
            dropped.fragment_lost,
            dropped.fragment_table_full,
            dropped.ttl_expired,
            dropped.too_big,
            dropped.unsupported_protocol,
            dropped.nothing_to_answer,
            dropped.closed,
            dropped.echo_rate,
            dropped.neighbour_unresolved,
        ];
        let done = [self.forwarded, self.delivered, self.local, self.waiting];
        let all = at_the_tables.into_iter().chain(done);
        all.fold(0, u64::wrapping_add)
    }

    /// Nothing was counted.
    pub const ZERO: Self = Self {
        received: 0,
        forwarded: 0,
        delivered: 0,
        local: 0,
        waiting: 0,
        dropped: Drops::ZERO,
        sent: SentCounters::ZERO,
        events: Events::ZERO,
        clamped: 0,
        fits: 0,
        left_alone: LeftAloneCounters::ZERO,
        malformed: MalformedCounters::ZERO,
    };

    pub(crate) fn clamp(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Clamped { .. } => self.clamped = self.clamped.wrapping_add(1),
            Outcome::Fits { .. } => self.fits = self.fits.wrapping_add(1),
            Outcome::LeftAlone(reason) => self.left_alone.count(left_alone(reason)),
            Outcome::Malformed(malformed) => self.malformed.count(malformed_layer(malformed)),
        }
    }
}

fn left_alone(reason: Reason) -> LeftAlone {
    match reason {
        Reason::NotTcp => LeftAlone::NotTcp,
        Reason::NotSyn => LeftAlone::NotSyn,
        Reason::NoMss => LeftAlone::NoMss,
        Reason::Fragment => LeftAlone::Fragment,
        Reason::Tunnel | Reason::TooManyTunnels => LeftAlone::Tunnel,
        Reason::UnsupportedGre => LeftAlone::UnsupportedGre,
        Reason::TooManyExtensionHeaders => LeftAlone::TooManyExtensionHeaders,
        Reason::AuthenticationHeader | Reason::TcpAo => LeftAlone::Authenticated,
        Reason::Encrypted => LeftAlone::Encrypted,
        Reason::CeilingTooLow | Reason::NoCeiling => LeftAlone::CeilingTooLow,
        Reason::NotIp | Reason::NotPppoeSession | Reason::TooManyVlanTags | Reason::Cut => {
            LeftAlone::InsideTunnel
        }
    }
}

fn malformed_layer(malformed: Malformed) -> MalformedLayer {
    let (Malformed::TooShort { layer, .. } | Malformed::WrongVersion { layer, .. }) = malformed;
    match layer {
        Layer::Ipv4 | Layer::Ipv6 => MalformedLayer::Ip,
        Layer::ExtensionHeader => MalformedLayer::ExtensionHeader,
        Layer::Tcp => MalformedLayer::Tcp,
        Layer::Ethernet
        | Layer::Vlan
        | Layer::Snap
        | Layer::Null
        | Layer::Hdlc
        | Layer::Cooked
        | Layer::Pppoe
        | Layer::Ppp
        | Layer::Gre => MalformedLayer::Tunnel,
    }
}
