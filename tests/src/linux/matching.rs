//! How each engine decides whether a packet is a TCP SYN, and what it drops for being unreadable.

use super::selection::MssVerdict;
use super::{Engine, IpVersion, LinuxRouter, word};

const TCP: u8 = 6;

/// Where the transport header was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport {
    /// The protocol number behind the IP headers.
    pub protocol: u8,
    /// Offset of the transport header in the packet.
    pub offset: usize,
    /// The fragment offset: in units of 8 bytes for IPv4, in bytes for IPv6.
    pub fragment_offset: u16,
}

/// What a rule's match says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The target is run.
    Matches(Transport),
    /// The packet goes on without it.
    Passes,
    /// The match could not read what it was asked about and drops the packet.
    Drops,
}

impl LinuxRouter {
    /// What the rule's match says about a packet that reached the FORWARD chain.
    pub(super) fn match_rule(&self, version: IpVersion, packet: &[u8]) -> Verdict {
        if !self.selection.admits_ip(version, packet) {
            return Verdict::Passes;
        }
        let found = match version {
            IpVersion::V4 => Some(find_v4(packet)),
            IpVersion::V6 => find_v6(packet, self.engine != Engine::IptablesLegacy),
        };
        let by_header = |header: &[u8]| self.selection.admits_header(header);
        let verdict = match self.engine {
            Engine::IptablesLegacy => match_legacy(packet, found, by_header),
            Engine::IptablesNft | Engine::Nft => match_nf_tables(packet, found, by_header),
        };
        let Verdict::Matches(transport) = verdict else {
            return verdict;
        };
        let segment = &packet[transport.offset..];
        match self.selection.admits_mss(self.engine, segment) {
            // No target and no statement rewrites a later fragment.
            MssVerdict::Admits if transport.fragment_offset == 0 => verdict,
            MssVerdict::Admits | MssVerdict::Refuses => Verdict::Passes,
            MssVerdict::Drops => Verdict::Drops,
        }
    }
}

fn match_legacy(
    packet: &[u8],
    found: Option<Transport>,
    by_header: impl Fn(&[u8]) -> bool,
) -> Verdict {
    // Only IPv6 can fail here: an extension header that is not whole, or a later fragment that
    // starts with one.
    let Some(transport) = found else {
        return Verdict::Drops;
    };
    if transport.protocol != TCP {
        return Verdict::Passes;
    }
    if transport.fragment_offset == 1 {
        return Verdict::Drops;
    }
    if transport.fragment_offset != 0 {
        return Verdict::Passes;
    }
    match packet.get(transport.offset..transport.offset + 20) {
        None => Verdict::Drops,
        Some(header) if by_header(header) => Verdict::Matches(transport),
        Some(_) => Verdict::Passes,
    }
}

/// Later fragments are looked into as if they began with a header: what `-m tcpmss` then can't read in
/// them, it drops.
fn match_nf_tables(
    packet: &[u8],
    found: Option<Transport>,
    by_header: impl Fn(&[u8]) -> bool,
) -> Verdict {
    match found {
        Some(transport)
            if transport.protocol == TCP
                && packet
                    .get(transport.offset..transport.offset + 14)
                    .is_some_and(by_header) =>
        {
            Verdict::Matches(transport)
        }
        _ => Verdict::Passes,
    }
}

fn find_v4(packet: &[u8]) -> Transport {
    Transport {
        protocol: packet[9],
        offset: usize::from(packet[0] & 0x0f) * 4,
        fragment_offset: word(packet, 6) & 0x1fff,
    }
}

/// Whether the kernel walks on through an IPv6 header of this number.
fn is_extension_header(number: u8) -> bool {
    matches!(number, 0 | 43 | 44 | 51 | 60)
}

const NO_NEXT_HEADER: u8 = 59;

/// The walk that matches use. `None` when it fails.
fn find_v6(packet: &[u8], stop_at_authentication: bool) -> Option<Transport> {
    let (mut number, mut offset) = (packet[6], 40);
    while is_extension_header(number) {
        let header = packet.get(offset..).filter(|rest| rest.len() >= 2)?;
        let next = header[0];
        if number == 43 && header.len() < 4 {
            return None;
        }
        if number == 44 {
            if header.len() < 4 {
                return None;
            }
            let fragment_offset = word(header, 2) & !0x7;
            if fragment_offset != 0 {
                // What a later fragment starts with is not known to be a header.
                return (!is_extension_header(next)).then_some(Transport {
                    protocol: next,
                    offset: 0,
                    fragment_offset,
                });
            }
        }
        if number == 51 && stop_at_authentication {
            break;
        }
        offset += extension_header_len(number, header[1]);
        number = next;
    }
    Some(Transport {
        protocol: number,
        offset,
        fragment_offset: 0,
    })
}

/// The walk that the TCPMSS target does again for itself, through authentication headers too: where
/// TCP is and whether that lies in a later fragment. `None` when it fails, and the packet is dropped.
pub(super) fn skip_extension_headers_v6(packet: &[u8]) -> Option<usize> {
    let (mut number, mut offset) = (packet[6], 40);
    while is_extension_header(number) || number == NO_NEXT_HEADER {
        let header = packet
            .get(offset..)
            .filter(|rest| number != NO_NEXT_HEADER && rest.len() >= 2)?;
        offset += extension_header_len(number, header[1]);
        number = header[0];
    }
    Some(offset)
}

fn extension_header_len(number: u8, length_field: u8) -> usize {
    match number {
        44 => 8,
        51 => (usize::from(length_field) + 2) * 4,
        _ => (usize::from(length_field) + 1) * 8,
    }
}
