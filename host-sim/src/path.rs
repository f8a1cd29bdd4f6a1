//! The headers that a packet lay behind, as the clamp's own walk saw them, in words.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use clamp_core::{Layer, Trail};
use serde::Serialize;

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

/// The headers of one packet, from the outside in, with their offsets.
#[derive(Debug, Default)]
pub(crate) struct Path {
    layers: Vec<(Layer, usize)>,
}

impl Trail for Path {
    fn passed(&mut self, layer: Layer, at: usize) {
        self.layers.push((layer, at));
    }
}

impl Path {
    /// Forgets the last packet.
    pub(crate) fn clear(&mut self) {
        self.layers.clear();
    }

    /// Where the innermost TCP header begins, if the walk got there.
    fn tcp_at(&self) -> Option<usize> {
        match self.layers.last() {
            Some(&(Layer::Tcp, at)) => Some(at),
            _ => None,
        }
    }

    /// The flags of that header.
    pub(crate) fn tcp_flags(&self, bytes: &[u8]) -> Option<u8> {
        bytes.get(self.tcp_at()? + 13).copied()
    }

    /// Whether the walk got to a TCP header with SYN set, or SYN and ACK.
    pub(crate) fn handshake(&self, bytes: &[u8]) -> Option<Handshake> {
        let flags = self.tcp_flags(bytes)?;
        (flags & SYN != 0).then_some(if flags & ACK == 0 {
            Handshake::Syn
        } else {
            Handshake::SynAck
        })
    }

    /// Who talks to whom: the innermost addresses, and ports where they are there.
    pub(crate) fn flow(&self, bytes: &[u8]) -> Option<Flow> {
        let &(layer, at) = self
            .layers
            .iter()
            .rfind(|(layer, _)| matches!(layer, Layer::Ipv4 | Layer::Ipv6))?;
        let ports_at = self.tcp_at();
        let end = |address_at: usize, port_at: usize| {
            Some(Endpoint {
                address: address(layer, bytes.get(at + address_at..)?)?,
                port: ports_at.and_then(|ports_at| {
                    let port = bytes.get(ports_at + port_at..)?.first_chunk()?;
                    Some(u16::from_be_bytes(*port))
                }),
            })
        };
        let (source_at, destination_at) = match layer {
            Layer::Ipv4 => (12, 16),
            _ => (8, 24),
        };
        Some(Flow {
            source: end(source_at, 0)?,
            destination: end(destination_at, 2)?,
        })
    }

    /// The encapsulation, such as `vlan 7 / pppoe / ipv4`.
    pub(crate) fn encapsulation(&self, bytes: &[u8]) -> String {
        let mut words = String::new();
        let mut is_pppoe = false;
        for (index, &(layer, at)) in self.layers.iter().enumerate() {
            let word = match layer {
                Layer::Vlan => "vlan",
                Layer::Snap => "llc/snap",
                Layer::Null => "loopback",
                Layer::Hdlc => "cisco hdlc",
                Layer::Cooked => "cooked",
                Layer::Pppoe => "pppoe",
                Layer::Ipv4 => "ipv4",
                Layer::Ipv6 => "ipv6",
                Layer::Gre => "gre",
                Layer::Ethernet if index > 0 => "ethernet",
                Layer::Ppp if !is_pppoe => "ppp",
                Layer::Ethernet | Layer::Ppp | Layer::ExtensionHeader | Layer::Tcp => continue,
            };
            is_pppoe |= layer == Layer::Pppoe;
            if !words.is_empty() {
                words.push_str(" / ");
            }
            words.push_str(word);
            if let Layer::Vlan = layer
                && let Some(&tag) = bytes.get(at..).and_then(<[u8]>::first_chunk)
            {
                words.push(' ');
                words.push_str(&(u16::from_be_bytes(tag) & 0x0fff).to_string());
            }
        }
        words
    }
}

fn address(layer: Layer, bytes: &[u8]) -> Option<IpAddr> {
    Some(match layer {
        Layer::Ipv4 => Ipv4Addr::from(*bytes.first_chunk::<4>()?).into(),
        _ => Ipv6Addr::from(*bytes.first_chunk::<16>()?).into(),
    })
}

/// Which half of a handshake a SYN is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Handshake {
    #[serde(rename = "SYN")]
    Syn,
    #[serde(rename = "SYN-ACK")]
    SynAck,
}

impl fmt::Display for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Syn => "SYN",
            Self::SynAck => "SYN-ACK",
        })
    }
}

/// Both ends of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Flow {
    pub(crate) source: Endpoint,
    pub(crate) destination: Endpoint,
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {}", self.source, self.destination)
    }
}

/// An address, and a port where one is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) address: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address, self.port) {
            (IpAddr::V6(address), Some(port)) => write!(f, "[{address}]:{port}"),
            (address, Some(port)) => write!(f, "{address}:{port}"),
            (address, None) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(layers: &[(Layer, usize)], bytes: &[u8]) -> String {
        let mut path = Path::default();
        for &(layer, at) in layers {
            path.passed(layer, at);
        }
        path.encapsulation(bytes)
    }

    #[test]
    fn an_encapsulation_is_told_from_the_outside_in() {
        let tagged = [0xe0, 0x07];
        for (layers, expected) in [
            (
                &[(Layer::Ethernet, 0), (Layer::Ipv4, 14), (Layer::Tcp, 34)][..],
                "ipv4",
            ),
            (
                &[
                    (Layer::Vlan, 0),
                    (Layer::Pppoe, 2),
                    (Layer::Ppp, 8),
                    (Layer::Ipv6, 10),
                ],
                "vlan 7 / pppoe / ipv6",
            ),
            (&[(Layer::Ppp, 0), (Layer::Ipv4, 2)], "ppp / ipv4"),
            (
                &[
                    (Layer::Ipv4, 0),
                    (Layer::Gre, 20),
                    (Layer::Ethernet, 24),
                    (Layer::Ipv6, 38),
                ],
                "ipv4 / gre / ethernet / ipv6",
            ),
            (&[(Layer::Vlan, 1), (Layer::Snap, 2)], "vlan / llc/snap"),
        ] {
            assert_eq!(said(layers, &tagged), expected);
        }
    }

    #[test]
    fn a_handshake_is_a_syn_or_a_syn_ack_and_nothing_else() {
        let mut path = Path::default();
        path.passed(Layer::Tcp, 0);
        let handshake = |flags| {
            let mut bytes = [0; 20];
            bytes[13] = flags;
            path.handshake(&bytes)
        };
        assert_eq!(handshake(SYN), Some(Handshake::Syn));
        assert_eq!(handshake(SYN | ACK), Some(Handshake::SynAck));
        assert_eq!(handshake(ACK), None);
        assert_eq!(handshake(0x04), None);
        assert_eq!(handshake(SYN | 0xe8), Some(Handshake::Syn));
    }

    #[test]
    fn who_talks_to_whom_is_told_with_ports_where_they_are_known() {
        let end = |address: &str, port| Endpoint {
            address: address.parse().expect("an address"),
            port,
        };
        let flow = Flow {
            source: end("2001:db8::1", Some(80)),
            destination: end("192.0.2.1", Some(443)),
        };
        assert_eq!(flow.to_string(), "[2001:db8::1]:80 > 192.0.2.1:443");
        assert_eq!(end("2001:db8::1", None).to_string(), "2001:db8::1");
        assert_eq!(
            format!("{:7}|{:3}", Handshake::Syn, Handshake::SynAck),
            "SYN    |SYN-ACK"
        );
    }
}
