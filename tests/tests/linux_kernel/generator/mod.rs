//! Random frames for a router to forward: mostly SYNs, in every shape that Linux lets through and
//! many that it does not.

mod extension_headers;
mod options;
mod packet;
mod segment;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tests::lab::{LEFT_MAC, ROUTER_LEFT_MAC};
use tests::linux::IpVersion;

/// A frame as it is injected.
pub(crate) struct Injected {
    /// Unique in a lab; travels in the IPv4 identification or the IPv6 flow label.
    pub(crate) id: u16,
    /// What the Ethernet type says.
    pub(crate) version: IpVersion,
    /// The whole Ethernet frame.
    pub(crate) frame: Vec<u8>,
}

/// Makes frames from a seed.
pub(crate) struct Generator {
    rng: ChaCha8Rng,
    last_id: u16,
}

/// Length of an Ethernet header, in bytes.
pub(crate) const ETHERNET_HEADER_LEN: usize = 14;

impl Generator {
    /// The same generator makes the same frames.
    pub(crate) fn new(rng: ChaCha8Rng) -> Generator {
        Generator { rng, last_id: 0 }
    }

    /// The next frame; MSS values are often near `ceilings`, the IPv4 and the IPv6 one.
    pub(crate) fn frame(&mut self, ceilings: [u16; 2]) -> Injected {
        let id = self.take_id();
        let rng = &mut self.rng;
        let (version, mut packet) = if rng.random_bool(0.5) {
            (IpVersion::V4, packet::ipv4(rng, id, ceilings[0]))
        } else {
            (IpVersion::V6, packet::ipv6(rng, id, ceilings[1]))
        };
        if rng.random_bool(0.35) {
            let padding = rng.random_range(1..=46);
            packet.extend(bytes(rng, padding));
        }
        if rng.random_bool(0.02) {
            let cut = rng.random_range(0..packet.len());
            packet.truncate(cut);
        }
        Injected {
            id,
            version,
            frame: in_ethernet(version, &packet),
        }
    }

    /// A data segment that no rule touches: what was injected before it has come out when it has.
    pub(crate) fn marker(&mut self) -> Injected {
        let id = self.take_id();
        Injected {
            id,
            version: IpVersion::V4,
            frame: in_ethernet(IpVersion::V4, &packet::data_segment_v4(id)),
        }
    }

    fn take_id(&mut self) -> u16 {
        self.last_id = self
            .last_id
            .checked_add(1)
            .expect("a lab can tell 65535 frames apart; make another lab for more");
        self.last_id
    }
}

fn in_ethernet(version: IpVersion, packet: &[u8]) -> Vec<u8> {
    let ethernet_type: [u8; 2] = match version {
        IpVersion::V4 => [0x08, 0x00],
        IpVersion::V6 => [0x86, 0xdd],
    };
    [
        &ROUTER_LEFT_MAC[..],
        &LEFT_MAC[..],
        &ethernet_type[..],
        packet,
    ]
    .concat()
}

/// So many random bytes.
fn bytes(rng: &mut ChaCha8Rng, count: usize) -> Vec<u8> {
    (0..count).map(|_| rng.random()).collect()
}

/// One of `choices`, each as likely as the others.
fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices[rng.random_range(0..choices.len())]
}
