//! What passing ICMP errors said about paths: how much they carry.

use crate::router::address::Address;

use heapless::Vec;

use super::config::{MIN_MTU_V4_BYTES, MIN_MTU_V6_BYTES};
use super::time::Instant;

const CAPACITY: usize = 64;
/// How long a path MTU is believed (RFC 1191, section 6.3; RFC 8201, section 4).
const AGE_MS: u64 = 600_000;

struct Path {
    address: Address,
    mtu_bytes: u16,
    learned: Instant,
}

/// The paths of which it is known that they carry less than the ports do. The caller has seen to it
/// that who says so has seen a packet of a live session (RFC 5927).
pub(crate) struct PathMtus {
    paths: Vec<Path, CAPACITY>,
}

impl PathMtus {
    pub(crate) const fn new() -> Self {
        Self { paths: Vec::new() }
    }

    /// Forgets all paths.
    pub(crate) fn clear(&mut self) {
        self.paths.clear();
    }

    /// Remembers that the path to `address` carries `mtu_bytes`; no when that is less than every
    /// path does. The oldest path makes room.
    pub(crate) fn learn(&mut self, address: Address, mtu_bytes: u16, now: Instant) -> bool {
        let least_bytes = match address {
            Address::V4(_) => MIN_MTU_V4_BYTES,
            Address::V6(_) => MIN_MTU_V6_BYTES,
        };
        if mtu_bytes < least_bytes {
            return false;
        }
        let known = self.paths.iter().position(|path| path.address == address);
        let oldest = || {
            let paths = self.paths.iter().enumerate();
            paths.min_by_key(|(_, path)| path.learned).map(|(at, _)| at)
        };
        let leaves = known.or_else(|| self.paths.is_full().then(oldest).flatten());
        let path = Path {
            address,
            mtu_bytes,
            learned: now,
        };
        match leaves.and_then(|at| self.paths.get_mut(at)) {
            Some(place) => *place = path,
            None => return self.paths.push(path).is_ok(),
        }
        true
    }

    /// What the path to `address` carries, if anybody said.
    pub(crate) fn find(&self, address: Address, now: Instant) -> Option<u16> {
        let path = self.paths.iter().find(|path| path.address == address)?;
        (now.ms_since(path.learned) < AGE_MS).then_some(path.mtu_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{AGE_MS, CAPACITY, PathMtus};
    use crate::router::address::Address;
    use crate::router::time::Instant;
    use core::net::{Ipv4Addr, Ipv6Addr};

    fn v4(host: u8) -> Address {
        Address::V4(Ipv4Addr::new(198, 51, 100, host))
    }

    #[test]
    fn a_path_is_forgotten_after_ten_minutes() {
        let mut paths = PathMtus::new();
        assert!(paths.learn(v4(1), 1400, Instant(5)));
        assert_eq!(paths.find(v4(1), Instant(5 + AGE_MS - 1)), Some(1400));
        assert_eq!(paths.find(v4(1), Instant(5 + AGE_MS)), None);
        assert_eq!(paths.find(v4(2), Instant(5)), None);
    }

    #[test]
    fn nothing_under_what_every_path_carries_is_believed() {
        let mut paths = PathMtus::new();
        let v6 = Address::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
        assert!(!paths.learn(v4(1), 575, Instant(0)) && paths.learn(v4(1), 576, Instant(0)));
        assert!(!paths.learn(v6, 1279, Instant(0)) && paths.learn(v6, 1280, Instant(0)));
    }

    #[test]
    fn the_latest_word_counts_and_the_oldest_path_makes_room() {
        let mut paths = PathMtus::new();
        let all = u8::try_from(CAPACITY).unwrap();
        for host in 0..all {
            paths.learn(v4(host), 1400, Instant(u64::from(host)));
        }
        paths.learn(v4(0), 1300, Instant(100));
        assert_eq!(paths.find(v4(0), Instant(100)), Some(1300));
        paths.learn(v4(all), 1400, Instant(101));
        assert_eq!(paths.find(v4(1), Instant(101)), None);
        assert!(
            paths.find(v4(0), Instant(101)).is_some() && paths.find(v4(2), Instant(101)).is_some()
        );
    }
}
