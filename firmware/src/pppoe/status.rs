//! What the owner wants to know: where the client is, why the last session ended, and how often what
//! happened.

use core::fmt;

use heapless::String;

use crate::shared::counted::counted;
use crate::shared::time::Instant;

/// How far the client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Hung up by the owner.
    Off,
    /// Nothing is plugged in.
    #[default]
    NoLink,
    /// Waits before it tries again.
    Waiting,
    /// Asks who is there (PADI).
    Discovery,
    /// Has asked one access concentrator for a session (PADR).
    Request,
    /// Negotiates LCP.
    Establish,
    /// Proves who it is.
    Authenticate,
    /// Negotiates addresses, or waits for a full-size echo (RFC 4638, section 5.2).
    Network,
    /// Packets pass.
    Up,
}

/// Why a session, or the attempt at one, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The Ethernet link went down.
    LinkLost,
    /// The owner asked for it.
    HungUp,
    /// The access concentrator doesn't have the service (Service-Name-Error).
    ServiceNameError,
    /// The access concentrator can't (AC-System-Error).
    AcSystemError,
    /// The access concentrator said Generic-Error, or named no valid session.
    GenericError,
    /// No access concentrator that had made an offer answered the request for a session.
    NoSession,
    /// The peer speaks no LCP that fits ours, or none at all.
    LcpFailed,
    /// What we send comes back to us.
    Loopback,
    /// The peer wants to be authenticated, or us to be, in a way that we don't know or refuse.
    NoCommonAuthentication,
    /// The peer doesn't take user name and password.
    AuthenticationFailed,
    /// The peer didn't say whether it takes user name and password, or hung up instead.
    AuthenticationUnanswered,
    /// Neither IPv4 nor IPv6 came up.
    NoNetworkProtocol,
    /// The peer ended the session (PADT).
    PeerHungUp,
    /// The peer ended PPP (LCP Terminate-Request).
    PeerTerminated,
    /// The peer answered no echo.
    PeerDead,
}

impl Reason {
    /// Whether trying again at once could lock the account.
    pub(crate) fn is_about_the_password(self) -> bool {
        matches!(
            self,
            Self::AuthenticationFailed
                | Self::AuthenticationUnanswered
                | Self::NoCommonAuthentication
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LinkLost => "link lost",
            Self::HungUp => "hung up",
            Self::ServiceNameError => "no such service",
            Self::AcSystemError => "access concentrator out of order",
            Self::GenericError => "access concentrator refused",
            Self::NoSession => "no answer to the request for a session",
            Self::LcpFailed => "no agreement on the link",
            Self::Loopback => "line looped back",
            Self::NoCommonAuthentication => "no common way to authenticate",
            Self::AuthenticationFailed => "authentication failed",
            Self::AuthenticationUnanswered => "no answer to the authentication",
            Self::NoNetworkProtocol => "neither IPv4 nor IPv6",
            Self::PeerHungUp => "peer hung up",
            Self::PeerTerminated => "peer terminated",
            Self::PeerDead => "peer dead",
        })
    }
}

/// What the peer wrote for human eyes: its first bytes, where they are printable ASCII.
pub type Message = String<64>;

/// Reads what a peer wrote. Every other byte becomes a question mark.
pub(crate) fn message(text: &[u8]) -> Message {
    let mut message = Message::new();
    for byte in text {
        let readable = if byte.is_ascii_graphic() || *byte == b' ' {
            char::from(*byte)
        } else {
            '?'
        };
        if message.push(readable).is_err() {
            break;
        }
    }
    message
}

/// Where the client is, and what was before. All but the phase outlives sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// How far the client is.
    pub phase: Phase,
    /// Since when packets pass, while they do.
    pub up_since: Option<Instant>,
    /// When the client tries again, while it waits.
    pub retry_at: Option<Instant>,
    /// Why the last session, or attempt, ended.
    pub last_reason: Option<Reason>,
    /// What the peer said when it ended.
    pub last_message: Message,
    /// What was counted.
    pub counters: Counters,
}

impl Status {
    /// How long packets have passed in this session, in milliseconds.
    #[must_use]
    pub fn uptime_ms(&self, now: Instant) -> Option<u64> {
        self.up_since.map(|since| now.ms_since(since))
    }
}

/// What was counted since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Sessions in which packets could pass.
    pub sessions: u64,
    /// Sessions, and attempts, that ended.
    pub ends: u64,
    /// Frames that were handed in.
    pub frames_received: u64,
    /// Frames that were sent.
    pub frames_sent: u64,
    /// Frames that could not be sent.
    pub frames_lost: u64,
    /// Echo requests sent.
    pub echo_requests: u64,
    /// Echo replies received.
    pub echo_replies: u64,
    /// Times that negotiated values were negotiated again in a session that was open.
    pub renegotiations: u64,
    /// Sessions of which we knew nothing and which we ended (a session from before a reboot).
    pub stale_sessions: u64,
    /// Received frames that were not acted upon.
    pub discarded: Discards,
}

counted! {
    /// Why a received frame wasn't acted upon.
    enum Discard;
    /// Frames that were not acted upon, by reason.
    struct Discards;
    /// Shorter than its header or its length field say.
    Truncated => truncated,
    /// Not version 1, type 1.
    UnknownVersion => unknown_version,
    /// A code or ethertype that PPPoE doesn't have, or that a client isn't sent.
    UnknownCode => unknown_code,
    /// A tag that reaches past the payload.
    MalformedTag => malformed_tag,
    /// From a group address.
    NotUnicast => not_unicast,
    /// For a Host-Uniq that isn't ours.
    OtherHost => other_host,
    /// An offer of another access concentrator or service than is wanted.
    UnwantedOffer => unwanted_offer,
    /// An offer that needs more room than there is, or one too many.
    NoRoomForOffer => no_room_for_offer,
    /// Of a session that isn't ours.
    OtherSession => other_session,
    /// Nothing that is expected now.
    Unexpected => unexpected,
    /// A PPP protocol field that isn't one.
    MalformedProtocol => malformed_protocol,
    /// A control packet whose lengths contradict each other.
    MalformedPacket => malformed_packet,
    /// An answer to what we didn't ask, or no longer.
    WrongIdentifier => wrong_identifier,
    /// An answer that isn't about what we asked.
    WrongOptions => wrong_options,
    /// An IP packet while its IP version isn't open.
    NotOpen => not_open,
    /// A PPP protocol that we don't speak; the peer was told so.
    UnknownProtocol => unknown_protocol,
}
