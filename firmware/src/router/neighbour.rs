//! Who is behind an address on a link: a bounded cache for ARP and NDP, with ageing.

use crate::router::address::Address;

use super::ethernet::Mac;
use super::hash::HashKey;
use super::port::{Hop, PortId};
use super::session::{Index, Slot, Slots};
use super::time::Instant;

const CAPACITY: usize = 64;
/// How many neighbours may be unresolved at a time, so that a scan pushes no resolved ones out.
const MAX_UNRESOLVED: usize = 16;
/// How long an answer is believed without asking again.
const FRESH_MS: u64 = 60_000;
/// How long a neighbour that nobody needs is remembered.
const FORGET_MS: u64 = 600_000;
/// How long to wait for an answer (RFC 4861, section 10: RETRANS_TIMER).
const ASK_AGAIN_MS: u64 = 1_000;
/// How often to ask (RFC 4861, section 10: MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT).
const MAX_QUESTIONS: u8 = 3;

struct Neighbour {
    hop: Hop,
    mac: Option<Mac>,
    confirmed: Instant,
    used: Instant,
    /// Questions asked since the last answer, and when the last one was.
    questions: u8,
    asked: Instant,
}

/// What the cache knows about the next hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Its station; `ask` says that it is time to ask it again.
    Known {
        /// The station.
        mac: Mac,
        /// Whether a question is to be sent to it.
        ask: bool,
    },
    /// Nothing yet; `ask` says that this is the first packet for it.
    Unresolved {
        /// Whether a question is to be sent to everybody.
        ask: bool,
    },
    /// Nothing, and too many others are unresolved.
    TooMany,
}

/// What a neighbour's age asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Ask again.
    Ask(Hop),
    /// It doesn't answer, and is forgotten.
    Failed(Hop),
}

/// The cache.
pub(crate) struct Neighbours {
    key: HashKey,
    slots: Slots<Neighbour, CAPACITY>,
    index: Index<CAPACITY>,
    /// The last neighbour of a packet to the WAN, and of one to the inside: mostly the next one's
    /// too, found without a hash.
    recent: [Slot; 2],
}

impl Neighbours {
    pub(crate) const fn new(key: HashKey) -> Self {
        Self {
            key,
            slots: Slots::new(),
            index: Index::new(),
            recent: [0; 2],
        }
    }

    /// Forgets all neighbours, and has this key from now on.
    pub(crate) fn start(&mut self, key: HashKey) {
        self.key = key;
        self.slots.clear();
        self.index.clear();
    }

    /// Looks for the station of a packet's next hop.
    pub(crate) fn resolve(&mut self, hop: Hop, now: Instant) -> Resolution {
        let [to_wan, to_inside] = self.recent;
        let recent = if hop.port == PortId::Wan {
            to_wan
        } else {
            to_inside
        };
        let slot = if self.is_at(recent, hop) {
            Some(recent)
        } else {
            self.find(hop)
        };
        if let Some(slot) = slot {
            let [to_wan, to_inside] = &mut self.recent;
            *(if hop.port == PortId::Wan {
                to_wan
            } else {
                to_inside
            }) = slot;
        }
        let Some(neighbour) = slot.and_then(|slot| self.slots.get_mut(slot)) else {
            return self.begin(hop, now);
        };
        neighbour.used = now;
        let may_ask = neighbour.questions == 0;
        match neighbour.mac {
            Some(mac) if now.ms_since(neighbour.confirmed) < FRESH_MS => {
                Resolution::Known { mac, ask: false }
            }
            Some(mac) => {
                if may_ask {
                    neighbour.questions = 1;
                    neighbour.asked = now;
                }
                Resolution::Known { mac, ask: may_ask }
            }
            None => Resolution::Unresolved { ask: false },
        }
    }

    /// A neighbour has said where it is. One that isn't in the cache yet is added only when it asked
    /// for the router (RFC 826; RFC 4861, section 7.2.3), not because it says so unasked.
    /// Whether a packet may be waiting for this.
    pub(crate) fn learn(&mut self, hop: Hop, mac: Mac, asked_for_us: bool, now: Instant) -> bool {
        if let Some(neighbour) = self.find(hop).and_then(|slot| self.slots.get_mut(slot)) {
            let was_unresolved = neighbour.mac.is_none();
            neighbour.mac = Some(mac);
            neighbour.confirmed = now;
            neighbour.questions = 0;
            return was_unresolved;
        }
        if asked_for_us {
            self.insert(hop, Some(mac), now);
        }
        false
    }

    /// The next thing that has to be done for a neighbour, if any. Each call moves on.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Due> {
        for slot in 0..Slot::try_from(CAPACITY).unwrap_or(0) {
            let Some(neighbour) = self.slots.get_mut(slot) else {
                continue;
            };
            let hop = neighbour.hop;
            if neighbour.questions > 0 && now.ms_since(neighbour.asked) >= ASK_AGAIN_MS {
                if neighbour.questions < MAX_QUESTIONS {
                    neighbour.questions = neighbour.questions.saturating_add(1);
                    neighbour.asked = now;
                    return Some(Due::Ask(hop));
                }
                self.remove(slot);
                return Some(Due::Failed(hop));
            }
            if now.ms_since(neighbour.used) >= FORGET_MS {
                self.remove(slot);
            }
        }
        None
    }

    /// When [`Neighbours::due`] has something to say.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let neighbours = self.slots.iter();
        neighbours
            .map(|(_, neighbour)| match neighbour.questions {
                0 => neighbour.used.after_ms(FORGET_MS),
                _ => neighbour.asked.after_ms(ASK_AGAIN_MS),
            })
            .min()
    }

    /// The station of a neighbour, if it is known, without counting as a use.
    pub(crate) fn station(&self, hop: Hop) -> Option<Mac> {
        let slot = self.find(hop)?;
        self.slots.get(slot)?.mac
    }

    fn begin(&mut self, hop: Hop, now: Instant) -> Resolution {
        let neighbours = self.slots.iter();
        if neighbours
            .filter(|(_, neighbour)| neighbour.mac.is_none())
            .count()
            >= MAX_UNRESOLVED
        {
            return Resolution::TooMany;
        }
        self.insert(hop, None, now);
        Resolution::Unresolved { ask: true }
    }

    /// Adds a neighbour, in the place of the one that was used longest ago when all are taken.
    fn insert(&mut self, hop: Hop, mac: Option<Mac>, now: Instant) {
        if self.slots.is_full() {
            let neighbours = self.slots.iter();
            let resolved = neighbours.filter(|(_, neighbour)| neighbour.mac.is_some());
            let used = resolved.map(|(slot, neighbour)| (neighbour.used, slot));
            if let Some((_, slot)) = used.min() {
                self.remove(slot);
            }
        }
        let slot = self.slots.insert(Neighbour {
            hop,
            mac,
            confirmed: now,
            used: now,
            questions: u8::from(mac.is_none()),
            asked: now,
        });
        if let Some(slot) = slot {
            self.index.insert(self.hash(hop), slot);
        }
    }

    fn remove(&mut self, slot: Slot) {
        if let Some(neighbour) = self.slots.remove(slot) {
            self.index.remove(self.hash(neighbour.hop), slot);
        }
    }

    fn find(&self, hop: Hop) -> Option<Slot> {
        self.index
            .find(self.hash(hop), |slot| self.is_at(slot, hop))
    }

    // Every packet comes here: a call would cost as much as the question.
    #[inline(always)]
    fn is_at(&self, slot: Slot, hop: Hop) -> bool {
        let neighbour = self.slots.get(slot);
        neighbour.is_some_and(|neighbour| neighbour.hop == hop)
    }

    fn hash(&self, hop: Hop) -> u32 {
        let port = match hop.port {
            PortId::Wan => 0,
            PortId::Inner => 1,
            PortId::Lan(lan) => u32::try_from(lan).unwrap_or(0).wrapping_add(2),
        };
        match hop.neighbour {
            Address::V4(address) => self.key.hash([port, address.to_bits()]),
            Address::V6(address) => {
                let [.., e, f, g, h, i, j, k, l] = address.octets();
                let high = u32::from_be_bytes([e, f, g, h]);
                let low = u32::from_be_bytes([i, j, k, l]);
                self.key.hash([port, high, low])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Due, MAX_UNRESOLVED, Neighbours, Resolution};
    use crate::router::address::Address;
    use crate::router::hash::HashKey;
    use crate::router::port::{Hop, PortId};
    use crate::router::time::Instant;
    use core::net::Ipv4Addr;

    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 9];

    fn hop(host: u16) -> Hop {
        let [high, low] = host.to_be_bytes();
        Hop {
            port: PortId::Lan(0),
            neighbour: Address::V4(Ipv4Addr::new(10, 0, high, low)),
        }
    }

    fn neighbours() -> Neighbours {
        Neighbours::new(HashKey::new([7; 8]))
    }

    #[test]
    fn an_unanswered_neighbour_is_asked_three_times_and_given_up() {
        let mut neighbours = neighbours();
        let asked = neighbours.resolve(hop(1), Instant(0));
        assert_eq!(asked, Resolution::Unresolved { ask: true });
        assert_eq!(
            neighbours.resolve(hop(1), Instant(10)),
            Resolution::Unresolved { ask: false }
        );
        assert_eq!(neighbours.due(Instant(999)), None);
        assert_eq!(neighbours.next_due(), Some(Instant(1000)));
        assert_eq!(neighbours.due(Instant(1000)), Some(Due::Ask(hop(1))));
        assert_eq!(neighbours.due(Instant(2000)), Some(Due::Ask(hop(1))));
        assert_eq!(neighbours.due(Instant(3000)), Some(Due::Failed(hop(1))));
        assert_eq!(neighbours.next_due(), None);
    }

    #[test]
    fn a_known_neighbour_is_asked_again_when_its_answer_is_old_and_used_meanwhile() {
        let mut neighbours = neighbours();
        neighbours.resolve(hop(1), Instant(0));
        assert!(neighbours.learn(hop(1), MAC, false, Instant(5)));
        let known = |ask| Resolution::Known { mac: MAC, ask };
        assert_eq!(neighbours.resolve(hop(1), Instant(60_004)), known(false));
        assert_eq!(neighbours.resolve(hop(1), Instant(60_005)), known(true));
        assert_eq!(neighbours.resolve(hop(1), Instant(60_006)), known(false));
    }

    #[test]
    fn who_says_unasked_where_it_is_gets_no_place() {
        let mut neighbours = neighbours();
        assert!(!neighbours.learn(hop(1), MAC, false, Instant(0)));
        assert_eq!(neighbours.station(hop(1)), None);
        neighbours.learn(hop(2), MAC, true, Instant(0));
        assert_eq!(neighbours.station(hop(2)), Some(MAC));
    }

    #[test]
    fn a_scan_pushes_no_resolved_neighbour_out() {
        let mut neighbours = neighbours();
        neighbours.learn(hop(1), MAC, true, Instant(0));
        for host in 100..1000 {
            neighbours.resolve(hop(host), Instant(1));
        }
        assert_eq!(
            neighbours.resolve(hop(1000), Instant(1)),
            Resolution::TooMany
        );
        assert_eq!(neighbours.station(hop(1)), Some(MAC));
        let unresolved = neighbours
            .slots
            .iter()
            .filter(|(_, neighbour)| neighbour.mac.is_none())
            .count();
        assert_eq!(unresolved, MAX_UNRESOLVED);
    }

    #[test]
    fn a_full_cache_forgets_who_was_used_longest_ago() {
        let mut neighbours = neighbours();
        let all = u16::try_from(CAPACITY).unwrap();
        for host in 0..=all {
            neighbours.learn(hop(host), MAC, true, Instant(u64::from(host)));
        }
        assert_eq!(neighbours.station(hop(0)), None);
        assert!((1..=all).all(|host| neighbours.station(hop(host)).is_some()));
    }

    #[test]
    fn a_neighbour_that_nobody_needs_is_forgotten() {
        let mut neighbours = neighbours();
        neighbours.learn(hop(1), MAC, true, Instant(0));
        assert_eq!(neighbours.next_due(), Some(Instant(600_000)));
        assert_eq!(neighbours.due(Instant(600_000)), None);
        assert_eq!(neighbours.station(hop(1)), None);
    }
}
