//! Which sessions end by their age: those idle for too long, and the oldest where there is no room.

use super::Sessions;
use crate::router::address::Address;
use crate::router::counters::{Drop, Event, Events};
use crate::router::session::class::Class;
use crate::router::session::index::Slot;
use crate::router::time::Instant;

/// How many of a host's oldest sessions are compared when the host has as many as it may.
const LOOKED_AT: usize = 16;

impl<const N: usize> Sessions<N> {
    /// Ends what has been idle for too long.
    pub(crate) fn expire(&mut self, now: Instant, events: &mut Events) {
        for class in Class::ALL {
            for _ in 0..N {
                match self.oldest(class) {
                    Some((slot, seen)) if now.ms_since(seen) >= class.timeout_ms() => {
                        self.remove(slot);
                        events.count(Event::SessionExpired);
                    }
                    _ => break,
                }
            }
        }
    }

    /// When the next session ends if nothing more comes.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        let expiry = |class: Class| {
            let (_, seen) = self.oldest(class)?;
            Some(seen.after_ms(class.timeout_ms()))
        };
        Class::ALL.into_iter().filter_map(expiry).min()
    }

    /// Makes room for a session of `host`: at the cost of its own when it has as many as it may, of
    /// anybody's when the table is full.
    pub(super) fn make_room(
        &mut self,
        host: Address,
        now: Instant,
        events: &mut Events,
    ) -> Result<(), Drop> {
        let victim = match self.hosts.find(host) {
            Some(host) if self.hosts.sessions(host) >= self.sessions_per_host => {
                self.cheapest_of(host, now).ok_or(Drop::HostLimit)?
            }
            _ if self.slots.is_full() => self.cheapest(now).ok_or(Drop::SessionTableFull)?,
            _ => return Ok(()),
        };
        self.remove(victim);
        events.count(Event::SessionEvicted);
        Ok(())
    }

    fn cheapest(&self, now: Instant) -> Option<Slot> {
        Class::ALL.into_iter().find_map(|class| {
            let (slot, seen) = self.oldest(class)?;
            (now.ms_since(seen) >= class.spared_ms()).then_some(slot)
        })
    }

    fn cheapest_of(&self, host: Slot, now: Instant) -> Option<Slot> {
        let mut cheapest = None;
        let mut at = self.hosts.list(host).oldest();
        for _ in 0..LOOKED_AT {
            let Some(slot) = at else { break };
            if let Some(session) = self.get(slot) {
                let may_go = now.ms_since(session.seen) >= session.class.spared_ms();
                if may_go && cheapest.is_none_or(|(class, _)| session.class < class) {
                    cheapest = Some((session.class, slot));
                }
            }
            at = self.host_links.newer(slot);
        }
        cheapest.map(|(_, slot)| slot)
    }

    fn oldest(&self, class: Class) -> Option<(Slot, Instant)> {
        let slot = self.classes.of(class).oldest()?;
        Some((slot, self.get(slot)?.seen))
    }
}
