//! What must always hold, whatever the network and its faults.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use firmware::router::counters::Counters;
use smoltcp::wire::{IpProtocol, Ipv4Packet, TcpPacket};

use super::nodes::Node;
use super::packet::{Ip, RST, SYN, Tcp, headers_len, packet_in, smol};
use super::plan::{NodeId, Port};
use super::scenario::{Carries, RouterKind, Scenario};
use super::trace::{Fate, Happening};
use super::world::World;

/// Longer than any entry of the firmware's tables lives.
const A_DAY: Duration = Duration::from_secs(86_400);

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Which rule.
    pub(crate) kind: &'static str,
    /// What was seen.
    pub(crate) what: String,
}

impl Violation {
    pub(crate) fn new(kind: &'static str, what: String) -> Self {
        Self { kind, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.what)
    }
}

/// The first rule that a run, of which everything was kept, breaks. The world is aged on the way.
pub(crate) fn first_violation(scenario: &Scenario, world: &mut World) -> Option<Violation> {
    forwarded_too_big(scenario, world)
        .or_else(|| changed_on_the_way(scenario, world))
        .or_else(|| incomplete(scenario, world))
        .or_else(|| leaks(world))
}

/// No router puts more onto a link than that carries.
fn forwarded_too_big(scenario: &Scenario, world: &World) -> Option<Violation> {
    let hosts = scenario.hosts.len();
    world.watch.trace.iter().flatten().find_map(|happening| {
        let Happening::Passage {
            link,
            towards,
            fate: Fate::TooBigForLink,
            frame,
            ..
        } = happening
        else {
            return None;
        };
        let from = world.plan.ends[*link][1 - towards];
        let router = scenario.routers.get(&world.plan.nodes[from].name);
        let knows_better = router.is_some_and(|router| router.mtu_bytes.is_empty());
        (from >= hosts && knows_better && scenario.changes.is_empty()).then(|| {
            let (name, link) = (&world.plan.nodes[from].name, &world.plan.links[*link]);
            let len = frame.len() - super::packet::ETHERNET_HEADER_LEN;
            Violation::new(
                "forwarded too big",
                format!("{name}, {len} bytes onto {link}"),
            )
        })
    })
}

/// Whether a flow has to complete: some router on its way clamps to the narrowest link of it.
pub(crate) fn must_complete(scenario: &Scenario, world: &World, flow: usize) -> bool {
    if !scenario.tunnels.is_empty() || !scenario.changes.is_empty() {
        return false;
    }
    let flow = &world.flows[flow];
    let Some(path) = path(world, flow.client, flow.server) else {
        return false;
    };
    let mtu = |port: Port| {
        let link = &scenario.links[&world.plan.links[port.link]];
        let both = [
            link.mtu_towards(&link.ends[0]),
            link.mtu_towards(&link.ends[1]),
        ];
        both[0].min(both[1])
    };
    let narrowest = path.iter().map(|(_, port)| mtu(*port)).min();
    // What both hosts' links carry, they know by themselves.
    let at_the_ends = [path.first(), path.last()].into_iter().flatten();
    let known = at_the_ends.map(|(_, port)| mtu(*port)).min();
    let clamped = path.windows(2).filter_map(|pair| {
        let (router, _) = pair[1];
        let spec = scenario.routers.get(&world.plan.nodes[router].name)?;
        spec.clamp.then(|| mtu(pair[0].1).min(mtu(pair[1].1)))
    });
    known.into_iter().chain(clamped).min() == narrowest
}

/// The nodes from one host to another, each with the port that it sends through.
fn path(world: &World, from: NodeId, to: NodeId) -> Option<Vec<(NodeId, Port)>> {
    let target = world.plan.nodes[to].ports.first()?.link;
    let mut path = Vec::new();
    let mut node = from;
    while node != to {
        let here = &world.plan.nodes[node];
        let port = here.ports[*here.routes.get(&target)?];
        path.push((node, port));
        node = world.plan.ends[port.link][port.peer().end];
        if path.len() > world.plan.nodes.len() {
            return None;
        }
    }
    Some(path)
}

/// Every flow through a clamped path completes, undamaged.
fn incomplete(scenario: &Scenario, world: &World) -> Option<Violation> {
    (0..world.flows.len()).find_map(|number| {
        let flow = &world.flows[number];
        let progress = world.progress(number);
        if progress.damaged {
            return Some(Violation::new("damaged", flow.name.clone()));
        }
        let is_missing = progress.completed_at.is_none();
        (is_missing && must_complete(scenario, world, number)).then(|| {
            let way = match flow.spec.carries {
                Carries::Download => "download",
                Carries::Upload => "upload",
            };
            let (received, bytes) = (progress.received, flow.spec.bytes);
            let what = format!("{way} {} stands at {received} of {bytes} bytes", flow.name);
            Violation::new("incomplete", what)
        })
    })
}

/// The firmware's tables are empty a day later, and every frame was counted once.
fn leaks(world: &mut World) -> Option<Violation> {
    for node in 0..world.nodes.len() {
        let name = world.plan.nodes[node].name.clone();
        let now = world.now();
        if let Node::Firmware(router) = &mut world.nodes[node] {
            if !counts_each_once(&router.counters()) {
                return Some(Violation::new("miscounted", name));
            }
            let held = router.held_after(A_DAY, now);
            if held != (0, 0) {
                let (sessions, waiting) = held;
                let what = format!("{name} holds {sessions} sessions and {waiting} packets");
                return Some(Violation::new("leak", what));
            }
        }
    }
    None
}

/// Whether every frame that came has come to one end, or waits.
fn counts_each_once(counters: &Counters) -> bool {
    let ends = counters.forwarded + counters.delivered + counters.local + counters.waiting;
    counters.received == ends + counters.dropped.total()
}

/// What a router may change of a TCP segment, taken away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Core {
    bytes: Vec<u8>,
    checksum_is_right: bool,
}

/// Only hop limits, MSS values and checksums change on the way, and addresses and ports under a
/// masquerade; no MSS grows, and where a router clamps it fits both of its links.
fn changed_on_the_way(scenario: &Scenario, world: &World) -> Option<Violation> {
    for (name, router) in &scenario.routers {
        if !scenario.tunnels.is_empty() || router.policy.insert_missing {
            continue;
        }
        let masquerades = router.kind == RouterKind::Firmware;
        let node = world.plan.node(name)?;
        // The largest MSS, and the largest MTU that it came in through.
        let mut came: BTreeMap<Core, (u16, usize)> = BTreeMap::new();
        for happening in world.watch.trace.iter().flatten() {
            let Happening::Passage {
                link,
                towards,
                fate,
                frame,
                ..
            } = happening
            else {
                continue;
            };
            let Some((core, mss)) = core(frame, masquerades) else {
                continue;
            };
            let link_mtu = |end: usize| {
                let link = &scenario.links[&world.plan.links[*link]];
                usize::from(link.mtu_towards(&link.ends[end]))
            };
            if world.plan.ends[*link][*towards] == node && !fate.is_drop() {
                let known = came.entry(core).or_default();
                known.0 = known.0.max(mss);
                known.1 = known.1.max(link_mtu(0).min(link_mtu(1)));
            } else if world.plan.ends[*link][1 - towards] == node {
                let mtu = link_mtu(0).min(link_mtu(1));
                // What the link damages is its own doing.
                if *fate == Fate::Corrupted {
                    continue;
                }
                match came.get(&core) {
                    None => {
                        let what = format!("{name} sends what did not come: {}", said(frame));
                        return Some(Violation::new("changed", what));
                    }
                    Some((before, _)) if mss > *before => {
                        let what = format!("{name} raises an MSS from {before} to {mss}");
                        return Some(Violation::new("raised", what));
                    }
                    Some((_, mtu_in)) => {
                        let is_v4 = packet_in(frame)?.first()? >> 4 == 4;
                        let headers = headers_len(if is_v4 { 4 } else { 6 });
                        let most = mtu.min(*mtu_in) - usize::from(headers);
                        if router.clamp && usize::from(mss) > most {
                            let what = format!("{name} lets an MSS of {mss} pass above {most}");
                            return Some(Violation::new("not clamped", what));
                        }
                    }
                }
            }
        }
    }
    None
}

fn said(frame: &[u8]) -> String {
    super::describe::frame(frame).detail
}

/// A TCP segment without what may change, and its MSS.
fn core(frame: &[u8], masquerades: bool) -> Option<(Core, u16)> {
    let packet = packet_in(frame)?;
    let ip = Ip::read(packet)?;
    if ip.protocol != IpProtocol::Tcp {
        return None;
    }
    let tcp = Tcp::read(&ip)?;
    let is_v4 = ip.source.is_ipv4();
    let segment = TcpPacket::new_checked(ip.payload).ok()?;
    let checksum_is_right = segment.verify_checksum(&smol(ip.source), &smol(ip.destination));
    let header_len = ip.len - ip.payload.len();
    let mut bytes = packet.get(..ip.len)?.to_vec();
    if is_v4 {
        if !Ipv4Packet::new_unchecked(packet).verify_checksum() {
            return None;
        }
        bytes[8] = 0;
        bytes[10..12].fill(0);
    } else {
        bytes[7] = 0;
    }
    if masquerades {
        let addresses = if is_v4 { 12..20 } else { 8..40 };
        bytes[addresses].fill(0);
        bytes[header_len..header_len + 4].fill(0);
    }
    bytes[header_len + 16..header_len + 18].fill(0);
    // Anything else is none of a clamp's business, whatever options it has.
    let mss = if tcp.flags & (SYN | RST) != SYN {
        0
    } else {
        blank_mss(&mut bytes[header_len..])
    };
    let core = Core {
        bytes,
        checksum_is_right,
    };
    Some((core, mss))
}

/// Blanks every MSS of a SYN, and says which was the largest.
fn blank_mss(segment: &mut [u8]) -> u16 {
    let end = (usize::from(segment[12] >> 4) * 4).min(segment.len());
    let (mut at, mut largest) = (20, 0);
    while at + 4 <= end {
        match (segment[at], segment[at + 1]) {
            (2, 4) => {
                largest = largest.max(u16::from_be_bytes([segment[at + 2], segment[at + 3]]));
                segment[at + 2..at + 4].fill(0);
                at += 4;
            }
            (0 | 1, _) | (_, 0 | 1) => at += 1,
            (_, len) => at += usize::from(len),
        }
    }
    largest
}
