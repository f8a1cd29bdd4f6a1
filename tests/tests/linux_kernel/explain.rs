//! Why Linux's bytes are not ours, where they are not: each difference on purpose by its name, and none
//! that stands for the rest.

use clamp_core::{Insertion, Outcome, Reason, Refusal};
use tests::linux::{
    Action, DropPoint, Engine, IpVersion, LinuxRouter, ROUTE_MTU_LIMIT_BYTES, Rule,
};

use crate::options::{Kind2, kinds_2, without_mss};

const RST: u8 = 0x04;
const ROUTE_CAPPED: &str = "link MTU above 65520: Linux caps the route";

/// One frame, looked at from both sides.
pub(crate) struct Difference<'a> {
    /// The router that it went through.
    pub(crate) router: &'a LinuxRouter,
    /// What its Ethernet type said.
    pub(crate) version: IpVersion,
    /// Whether our policy of the same meaning was refused.
    pub(crate) policy_refused: bool,
    /// Whether it is a SYN that none of our rules matches.
    pub(crate) is_unmatched: bool,
    /// What our clamp said.
    pub(crate) outcome: Outcome,
    /// The packet as our clamp left it, as a router sends it on.
    pub(crate) ours: &'a [u8],
}

impl Difference<'_> {
    /// Why Linux dropped a packet that our clamp hands back.
    pub(crate) fn dropped(&self, point: DropPoint) -> Option<&'static str> {
        let by_mtu = point == DropPoint::Target
            && self.router.rule == Rule::RouteMtu
            && self.router.route_mtu_bytes() <= self.version.smallest_headers_bytes();
        match self.outcome {
            _ if point == DropPoint::Ip => Some("by IP, before any rule"),
            Outcome::Malformed(_) => Some("malformed"),
            Outcome::LeftAlone(Reason::Fragment) => {
                Some("fragment whose TCP header is not whole or not looked for")
            }
            Outcome::LeftAlone(Reason::NotSyn) if point == DropPoint::Match => {
                Some("malformed, without SYN")
            }
            Outcome::LeftAlone(Reason::NotSyn) if self.router.selection.flags.0 & RST == 0 => {
                Some("malformed SYN with RST, and a rule that doesn't look at RST")
            }
            Outcome::LeftAlone(Reason::AuthenticationHeader) => {
                Some("malformed behind an authentication header")
            }
            Outcome::LeftAlone(Reason::TooManyExtensionHeaders) => {
                Some("malformed behind 9 extension headers")
            }
            _ if by_mtu => Some("route MTU not above the headers"),
            _ => None,
        }
    }

    /// Why Linux's packet is not ours.
    pub(crate) fn forwarded(&self, linux: &[u8], action: Action) -> Option<&'static str> {
        let rewritten = action != Action::Untouched;
        let is_nft = self.router.engine == Engine::Nft;
        match self.outcome {
            Outcome::LeftAlone(Reason::AuthenticationHeader) if rewritten => {
                Some("authentication header: Linux rewrites behind it")
            }
            Outcome::LeftAlone(Reason::TcpAo) if rewritten => Some("TCP-AO: Linux rewrites"),
            Outcome::LeftAlone(Reason::TooManyExtensionHeaders) if rewritten => {
                Some("more than 8 extension headers: Linux rewrites")
            }
            Outcome::LeftAlone(Reason::NotSyn) if rewritten => {
                match self.router.selection.flags.0 {
                    0 => Some("a rule that doesn't ask for SYN: nft rewrites other segments, too"),
                    mask if mask & RST == 0 => {
                        Some("SYN with RST, and a rule that doesn't look at RST: Linux rewrites")
                    }
                    _ => None,
                }
            }
            Outcome::Malformed(_) if rewritten && self.payload_length_is_zero() => {
                Some("IPv6 payload length 0 before hop-by-hop options: Linux rewrites")
            }
            Outcome::Clamped { .. } | Outcome::Fits { .. } | Outcome::LeftAlone(Reason::NoMss)
                if matches!(action, Action::Lowered { option_length, .. } if option_length > 4) =>
            {
                is_nft.then_some("kind 2 longer than 4: nft rewrites")
            }
            Outcome::Clamped { .. } | Outcome::Fits { .. } | Outcome::LeftAlone(_)
                if rewritten && self.writes_under_48(linux, action) =>
            {
                Some("ceiling under 48: Linux writes it")
            }
            Outcome::Fits { .. }
                if self.is_unmatched && rewritten && self.has_several(self.ours) =>
            {
                Some(
                    "several MSS options: the rule's --mss looks at the first, ours at the largest",
                )
            }
            Outcome::Fits { .. } if rewritten && self.route_is_capped() => Some(ROUTE_CAPPED),
            Outcome::LeftAlone(Reason::NoMss) if action == Action::Inserted => {
                Some("missing MSS: Linux inserts")
            }
            Outcome::Clamped { to, .. } => self.clamped_otherwise(linux, action, to),
            _ => None,
        }
    }

    fn writes_under_48(&self, linux: &[u8], action: Action) -> bool {
        let too_low = self.outcome == Outcome::LeftAlone(Reason::CeilingTooLow);
        (self.policy_refused || too_low)
            && match action {
                Action::Lowered { .. } | Action::Inserted => linux != self.ours,
                Action::Untouched => false,
            }
    }

    /// Both looked at the options of a SYN and came to different bytes.
    fn clamped_otherwise(
        &self,
        linux: &[u8],
        action: Action,
        ceiling: u16,
    ) -> Option<&'static str> {
        let options = kinds_2(self.version, self.ours)?;
        if without_mss(self.version, linux)? != without_mss(self.version, self.ours)? {
            return None;
        }
        let several = self.has_several(self.ours);
        let is_nft = self.router.engine == Engine::Nft;
        let stopped = matches!(options.first(), Some(Kind2 { is_whole, length, .. })
            if !is_whole || *length < 4);
        match action {
            Action::Untouched if is_nft && stopped => {
                Some("first kind 2 malformed: nft stops there")
            }
            Action::Untouched
                if is_nft && options.first().is_some_and(|first| first.length > 4) =>
            {
                Some("kind 2 longer than 4: nft takes it for the MSS")
            }
            Action::Untouched if several => Some("several MSS options: Linux only the first"),
            Action::Lowered { at, .. } => {
                let in_linux = kinds_2(self.version, linux)?;
                let lowered = in_linux.iter().find(|option| option.at == at)?;
                let linux_value = u16::from_be_bytes(lowered.value?);
                let others_differ = options
                    .iter()
                    .zip(&in_linux)
                    .any(|(ours, linux)| ours.at != at && ours.value != linux.value);
                if self.route_is_capped() && linux_value < ceiling {
                    Some(ROUTE_CAPPED)
                } else if linux_value != ceiling {
                    None
                } else if others_differ {
                    several.then_some("several MSS options: Linux only the first")
                } else {
                    (at % 2 == 1).then_some("MSS at an odd offset: Linux's checksum is wrong")
                }
            }
            Action::Untouched | Action::Inserted => None,
        }
    }

    fn has_several(&self, packet: &[u8]) -> bool {
        let options = kinds_2(self.version, packet).unwrap_or_default();
        let well_formed = options
            .iter()
            .filter(|option| option.is_whole && option.length == 4);
        well_formed.count() > 1
    }

    fn route_is_capped(&self) -> bool {
        let mtu_bytes = self
            .router
            .mtu_forward_bytes
            .min(self.router.mtu_back_bytes);
        self.router.rule == Rule::RouteMtu && mtu_bytes > ROUTE_MTU_LIMIT_BYTES
    }

    fn payload_length_is_zero(&self) -> bool {
        self.version == IpVersion::V6 && self.ours[4..7] == [0, 0, 0]
    }
}

/// What our insertion came to, next to Linux's: `linux_inserted` is whether that inserted.
/// `None` where one of them inserted and the other has no documented reason not to.
pub(crate) fn insertion(insertion: Insertion, linux_inserted: bool) -> Option<&'static str> {
    match (insertion, linux_inserted) {
        (Insertion::Inserted { .. }, true) => Some("the same bytes as Linux"),
        (Insertion::Refused(Refusal::Fragment), true) => Some("a fragment: only Linux inserts"),
        (Insertion::Refused(Refusal::TcpMd5), true) => Some("TCP-MD5: only Linux inserts"),
        (Insertion::Refused(Refusal::CeilingTooLow), true) => {
            Some("ceiling under 48: only Linux inserts")
        }
        (Insertion::Refused(_), false) => Some("neither inserts"),
        _ => None,
    }
}
