//! The options of kind 2 in a packet, for telling two rewritten packets apart.

use tests::linux::IpVersion;

/// An option of kind 2, whatever its length.
pub(crate) struct Kind2 {
    /// Offset of its kind byte in the TCP header.
    pub(crate) at: usize,
    /// What its length byte says.
    pub(crate) length: u8,
    /// Whether it ends inside the header.
    pub(crate) is_whole: bool,
    /// The two bytes behind the length, where the header has them.
    pub(crate) value: Option<[u8; 2]>,
}

/// Every option of kind 2 of a TCP packet; `None` when there is no whole TCP header.
pub(crate) fn kinds_2(version: IpVersion, packet: &[u8]) -> Option<Vec<Kind2>> {
    let segment = packet.get(tcp_offset(version, packet)?..)?;
    let header = segment.get(..usize::from(segment.get(12)? >> 4) * 4)?;
    let mut found = Vec::new();
    let mut at = 20;
    while let (Some(&kind), Some(&length)) = (header.get(at), header.get(at + 1)) {
        let advance = if kind < 2 {
            1
        } else {
            usize::from(length).max(1)
        };
        if kind == 2 {
            found.push(Kind2 {
                at,
                length,
                is_whole: at + advance <= header.len(),
                value: header.get(at + 2..at + 4).map(|value| [value[0], value[1]]),
            });
        }
        at += advance;
    }
    Some(found)
}

/// The packet with its TCP checksum and the value of each option of kind 2 blanked; `None` when there is no
/// whole TCP header.
pub(crate) fn without_mss(version: IpVersion, packet: &[u8]) -> Option<Vec<u8>> {
    let tcp = tcp_offset(version, packet)?;
    let mut blanked = packet.to_vec();
    blanked.get_mut(tcp + 16..tcp + 18)?.fill(0);
    for option in kinds_2(version, packet)? {
        if option.value.is_some() {
            blanked[tcp + option.at + 2..tcp + option.at + 4].fill(0);
        }
    }
    Some(blanked)
}

fn tcp_offset(version: IpVersion, packet: &[u8]) -> Option<usize> {
    match version {
        IpVersion::V4 => Some(usize::from(packet.first()? & 0x0f) * 4),
        IpVersion::V6 => {
            let (mut number, mut at) = (*packet.get(6)?, 40);
            while number != 6 {
                let length_field = usize::from(*packet.get(at + 1)?);
                let len = match number {
                    44 => 8,
                    0 | 43 | 60 => (length_field + 1) * 8,
                    51 => (length_field + 2) * 4,
                    _ => return None,
                };
                number = *packet.get(at)?;
                at += len;
            }
            Some(at)
        }
    }
}
