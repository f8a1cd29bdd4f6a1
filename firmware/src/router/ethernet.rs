//! Ethernet headers, with at most one VLAN tag (IEEE 802.3, 802.1Q).

use super::bytes::u16_at;
use super::config::EthernetPort;

/// A station's address.
pub(crate) type Mac = [u8; 6];

/// Everybody on the link.
pub(crate) const BROADCAST: Mac = [0xff; 6];

/// The ethertypes that mean something to the router.
pub(crate) const IPV4: u16 = 0x0800;
pub(crate) const ARP: u16 = 0x0806;
pub(crate) const VLAN: u16 = 0x8100;
pub(crate) const IPV6: u16 = 0x86dd;

/// What the header of a frame says.
#[derive(Clone, Copy)]
pub(crate) struct FrameHeader {
    pub(crate) destination: Mac,
    pub(crate) source: Mac,
    /// `None` without a tag, and with a priority tag (VLAN 0), which names no VLAN.
    pub(crate) vlan: Option<u16>,
    pub(crate) ethertype: u16,
    pub(crate) len: usize,
}

impl FrameHeader {
    /// Reads the header; `None` when the frame ends inside it.
    pub(crate) fn read(frame: &[u8]) -> Option<Self> {
        let bytes: &[u8; 14] = frame.first_chunk()?;
        let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, t0, t1] = *bytes;
        let destination = [d0, d1, d2, d3, d4, d5];
        let source = [s0, s1, s2, s3, s4, s5];
        let (vlan, ethertype, len) = match u16::from_be_bytes([t0, t1]) {
            VLAN => {
                let id = u16_at(frame, 14)? & 0x0fff;
                (Some(id).filter(|id| *id != 0), u16_at(frame, 16)?, 18)
            }
            ethertype => (None, ethertype, 14),
        };
        Some(Self {
            destination,
            source,
            vlan,
            ethertype,
            len,
        })
    }

    /// Whether the frame is to more than one station.
    pub(crate) fn is_to_many(&self) -> bool {
        self.destination[0] & 1 != 0
    }
}

/// The header of a frame from a port, tagged where the port is a VLAN.
pub(crate) struct HeaderBytes {
    bytes: [u8; 18],
    len: usize,
}

impl HeaderBytes {
    pub(crate) fn new(port: &EthernetPort, destination: Mac, ethertype: u16) -> Self {
        let [d0, d1, d2, d3, d4, d5] = destination;
        let [s0, s1, s2, s3, s4, s5] = port.mac;
        let [t0, t1] = ethertype.to_be_bytes();
        match port.vlan {
            None => Self {
                bytes: [
                    d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, t0, t1, 0, 0, 0, 0,
                ],
                len: 14,
            },
            Some(id) => {
                let [v0, v1] = id.to_be_bytes();
                let bytes = [
                    d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, 0x81, 0, v0, v1, t0, t1,
                ];
                Self { bytes, len: 18 }
            }
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The station address of a multicast group (RFC 2464, section 7).
pub(crate) fn multicast_mac(group: core::net::Ipv6Addr) -> Mac {
    let [.., a, b, c, d] = group.octets();
    [0x33, 0x33, a, b, c, d]
}
