//! What a rule asks besides SYN, decided as plainly as can be: bit by bit, option by option.

use std::net::IpAddr;

use super::{Engine, IpVersion, option_length, word};

const SYN: u8 = 0x02;
const RST: u8 = 0x04;

/// A condition, or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<T> {
    /// What is compared with.
    pub value: T,
    /// Whether it must not be so.
    pub negated: bool,
}

impl<T> Asked<T> {
    fn admits(&self, is_so: impl FnOnce(&T) -> bool) -> bool {
        is_so(&self.value) != self.negated
    }
}

/// Which packets a rule is for.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// Only one IP version.
    pub version: Option<IpVersion>,
    /// Whether the interfaces that packets pass between are those that the rule asks for.
    pub names_interfaces: bool,
    /// An address and how many of its bits count.
    pub source: Option<Asked<(IpAddr, u8)>>,
    /// The same for the other end.
    pub destination: Option<Asked<(IpAddr, u8)>>,
    /// The first and the last port.
    pub source_port: Option<Asked<(u16, u16)>>,
    /// The same for the other end.
    pub destination_port: Option<Asked<(u16, u16)>>,
    /// Which flags are looked at, and which of them must be set.
    pub flags: (u8, u8),
    /// The smallest and the largest MSS.
    pub mss: Option<Asked<(u16, u16)>>,
}

/// What the look at the MSS came to.
pub(super) enum MssVerdict {
    Admits,
    Refuses,
    /// The options can't be read, and the packet is dropped for it.
    Drops,
}

impl Selection {
    /// Every SYN, as the line is mostly written: `--tcp-flags SYN,RST SYN`, but `tcp flags syn`.
    #[must_use]
    pub fn every_syn(engine: Engine) -> Selection {
        Selection {
            version: None,
            names_interfaces: true,
            source: None,
            destination: None,
            source_port: None,
            destination_port: None,
            flags: match engine {
                Engine::IptablesLegacy | Engine::IptablesNft => (SYN | RST, SYN),
                Engine::Nft => (SYN, SYN),
            },
            mss: None,
        }
    }

    /// Whether the packet is one by its interfaces and its IP header.
    pub(super) fn admits_ip(&self, version: IpVersion, packet: &[u8]) -> bool {
        let (source, destination) = match version {
            IpVersion::V4 => (&packet[12..16], &packet[16..20]),
            IpVersion::V6 => (&packet[8..24], &packet[24..40]),
        };
        let admits = |asked: Option<Asked<(IpAddr, u8)>>, address: &[u8]| {
            asked.is_none_or(|asked| {
                let other = match asked.value.0 {
                    IpAddr::V4(other) => other.octets().to_vec(),
                    IpAddr::V6(other) => other.octets().to_vec(),
                };
                // An address of the other version is no condition on its bits but on the version.
                other.len() == address.len()
                    && asked.admits(|(_, len)| shares_bits(&other, address, *len))
            })
        };
        self.names_interfaces
            && self.version.is_none_or(|asked| asked == version)
            && admits(self.source, source)
            && admits(self.destination, destination)
    }

    /// Whether the segment is one by its ports and flags; its first 14 bytes are there.
    pub(super) fn admits_header(&self, header: &[u8]) -> bool {
        let admits = |asked: Option<Asked<(u16, u16)>>, port| {
            asked.is_none_or(|asked| asked.admits(|(from, to)| (*from..=*to).contains(&port)))
        };
        admits(self.source_port, word(header, 0))
            && admits(self.destination_port, word(header, 2))
            && header[13] & self.flags.0 == self.flags.1
    }

    /// Whether the segment is one by its MSS.
    pub(super) fn admits_mss(&self, engine: Engine, segment: &[u8]) -> MssVerdict {
        let Some(asked) = self.mss else {
            return MssVerdict::Admits;
        };
        let found = match engine {
            Engine::IptablesLegacy | Engine::IptablesNft => match first_mss(segment) {
                Ok(found) => found,
                Err(Unreadable) => return MssVerdict::Drops,
            },
            // Without the option to compare, nft leaves the rule, negated or not.
            Engine::Nft => match super::maxseg::first_value(segment) {
                Some(mss) => Some(mss),
                None => return MssVerdict::Refuses,
            },
        };
        let is_inside =
            |(from, to): &(u16, u16)| found.is_some_and(|mss| (*from..=*to).contains(&mss));
        if asked.admits(is_inside) {
            MssVerdict::Admits
        } else {
            MssVerdict::Refuses
        }
    }
}

fn shares_bits(one: &[u8], other: &[u8], len: u8) -> bool {
    let bit = |bytes: &[u8], place: usize| bytes[place / 8] >> (7 - place % 8) & 1;
    (0..usize::from(len)).all(|place| bit(one, place) == bit(other, place))
}

/// A header or options that end too early.
struct Unreadable;

/// The value that `-m tcpmss` compares: the first option of kind 2 and length 4.
fn first_mss(segment: &[u8]) -> Result<Option<u16>, Unreadable> {
    if segment.len() < 20 {
        return Err(Unreadable);
    }
    let header_len = usize::from(segment[12] >> 4) * 4;
    if header_len < 20 || header_len > segment.len() {
        return Err(Unreadable);
    }
    let header = &segment[..header_len];
    let mut at = 20;
    while at < header.len() {
        if header[at] == 2 && at + 4 <= header.len() && header[at + 1] == 4 {
            return Ok(Some(word(header, at + 2)));
        }
        let Some(len) = option_length(header, at) else {
            break;
        };
        at += len;
    }
    Ok(None)
}
