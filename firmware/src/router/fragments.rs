//! Which flow the later fragments of a datagram belong to: only the first one has ports.

use crate::router::address::Address;
use core::net::Ipv4Addr;

use heapless::Vec;

use super::time::Instant;

const CAPACITY: usize = 32;
/// How long the fragments of one datagram may take.
const AGE_MS: u64 = 15_000;

/// What the fragments of one datagram have in common (RFC 791, section 3.2; RFC 8200, section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FragmentKey {
    pub(crate) source: Address,
    pub(crate) destination: Address,
    pub(crate) protocol: u8,
    pub(crate) identification: u32,
}

/// The addresses that a datagram's fragments get. None changes with IPv6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(4))]
pub(crate) struct NewAddresses {
    pub(crate) source: Option<Ipv4Addr>,
    pub(crate) destination: Option<Ipv4Addr>,
}

/// What the later fragments of a datagram get because its first one got it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inherited {
    pub(crate) addresses: NewAddresses,
    /// The new identification, where they don't keep theirs.
    pub(crate) identification: Option<u16>,
}

struct Datagram {
    key: FragmentKey,
    inherited: Inherited,
    until: Instant,
}

/// The datagrams of live flows whose first fragment has passed.
pub(crate) struct Fragments {
    datagrams: Vec<Datagram, CAPACITY>,
}

impl Fragments {
    pub(crate) const fn new() -> Self {
        Self {
            datagrams: Vec::new(),
        }
    }

    /// Forgets every datagram.
    pub(crate) fn clear(&mut self) {
        self.datagrams.clear();
    }

    pub(crate) fn find(&self, key: FragmentKey, now: Instant) -> Option<Inherited> {
        let datagram = self.datagrams.iter().find(|datagram| datagram.key == key)?;
        (now < datagram.until).then_some(datagram.inherited)
    }

    /// Whether there is room for a datagram, once those that are too old have gone.
    pub(crate) fn has_room_for(&mut self, key: FragmentKey, now: Instant) -> bool {
        self.datagrams
            .retain(|datagram| now < datagram.until && datagram.key != key);
        !self.datagrams.is_full()
    }

    /// Remembers a datagram for which there is room.
    pub(crate) fn insert(&mut self, key: FragmentKey, inherited: Inherited, now: Instant) {
        let datagram = Datagram {
            key,
            inherited,
            until: now.after_ms(AGE_MS),
        };
        self.datagrams.push(datagram).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::{AGE_MS, CAPACITY, FragmentKey, Fragments, Inherited};
    use crate::router::address::Address;
    use crate::router::time::Instant;
    use core::net::Ipv4Addr;

    fn key(identification: u32) -> FragmentKey {
        FragmentKey {
            source: Address::V4(Ipv4Addr::new(192, 0, 2, 1)),
            destination: Address::V4(Ipv4Addr::new(192, 0, 2, 2)),
            protocol: 17,
            identification,
        }
    }

    #[test]
    fn a_full_table_takes_no_more_until_a_datagram_is_too_old() {
        let mut fragments = Fragments::new();
        let all = u32::try_from(CAPACITY).unwrap();
        for identification in 0..all {
            assert!(fragments.has_room_for(key(identification), Instant(0)));
            fragments.insert(key(identification), Inherited::default(), Instant(0));
        }
        assert!(!fragments.has_room_for(key(all), Instant(AGE_MS - 1)));
        assert!(fragments.find(key(0), Instant(AGE_MS - 1)).is_some());
        assert!(fragments.find(key(0), Instant(AGE_MS)).is_none());
        assert!(fragments.has_room_for(key(all), Instant(AGE_MS)));
    }
}
